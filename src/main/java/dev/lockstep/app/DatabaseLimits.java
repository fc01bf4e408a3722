package dev.lockstep.app;

import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.Limit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What the configuration of a database says about backfills, held to the same rules as what a plan says. */
final class DatabaseLimits {
    private DatabaseLimits() {}

    /**
     * Reads them.
     *
     * @param name of the database
     * @throws IllegalStateException when something is wrong with them, with the key
     */
    static BackfillLimits of(String name, LockstepConfig.Database database) {
        Map<String, Object> tree = new LinkedHashMap<>();
        database.limits().forEach((limit, number) -> tree.put(spelt(limit), number));
        List<Map<String, Object>> queries = new ArrayList<>();
        database.limitQueries().forEach((query, said) -> queries.add(query(query, said)));
        List<Map<String, Object>> checks = new ArrayList<>();
        database.limitChecks()
                .forEach((check, said) -> checks.add(
                        Map.of("name", check, "url", said.url(), "timeoutMilliseconds", said.timeoutMilliseconds())));
        tree.put("queries", queries);
        tree.put("http", checks);
        try {
            return BackfillLimits.read(tree);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "lockstep.databases.\"" + name + "\": its limits have something wrong with them: " + e.getMessage(),
                    e);
        }
    }

    /** An environment variable has no upper and lower case. */
    private static String spelt(String limit) {
        String plain = limit.replace("-", "").toLowerCase(Locale.ROOT);
        return Stream.of(Limit.values())
                .map(Limit::label)
                .filter(label -> label.toLowerCase(Locale.ROOT).equals(plain))
                .findFirst()
                .orElse(limit);
    }

    private static Map<String, Object> query(String name, LockstepConfig.LimitQuery said) {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("name", name);
        query.put("sql", said.sql());
        said.most().ifPresent(most -> query.put("most", most));
        said.least().ifPresent(least -> query.put("least", least));
        return query;
    }
}
