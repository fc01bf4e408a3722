package dev.lockstep.plan;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What makes a backfill go slower.
 *
 * @param numbers the limits that are said; all others are somebody else's to say
 * @param queries numbers of the user's own
 * @param http who else is asked
 */
public record BackfillLimits(Map<Limit, Integer> numbers, List<SqlCheck> queries, List<HttpCheck> http) {
    /** One that says nothing. */
    public static final BackfillLimits NONE = new BackfillLimits(Map.of(), List.of(), List.of());

    public BackfillLimits {
        numbers = Map.copyOf(numbers);
        queries = List.copyOf(queries);
        http = List.copyOf(http);
    }

    /**
     * A query that gives one number, on the database that is being changed, in a transaction that only reads.
     *
     * @param name shown when it makes the backfill slower
     * @param sql gives one row with one number; two seconds are all it gets
     * @param limit of the number
     * @param least whether the number must not be below the limit; otherwise it must not be above it
     */
    public record SqlCheck(String name, String sql, int limit, boolean least) {}

    /**
     * An address that is asked by GET: an answer from 200 to 299 means that the backfill may go on as it is.
     *
     * @param name shown when it makes the backfill slower
     * @param url begins with http:// or https://; redirections are not followed
     * @param timeoutMilliseconds 10 to 10,000
     */
    public record HttpCheck(String name, String url, int timeoutMilliseconds) {}

    /**
     * Reads limits that stand somewhere else than in a plan.
     *
     * @param tree as a plan's {@code backfill.limits}
     * @throws IllegalArgumentException when they are none, with everything that is wrong with them
     */
    public static BackfillLimits read(Map<String, ?> tree) {
        Findings findings = new Findings();
        Optional<BackfillLimits> read = new Node("", tree, findings).object(LimitsReader::read);
        if (!findings.all().isEmpty()) {
            throw new IllegalArgumentException(findings.all().stream()
                    .map(violation -> violation.path() + ": " + violation.message())
                    .collect(Collectors.joining(" ")));
        }
        return read.orElseThrow();
    }

    /** Whether nothing is said here. */
    public boolean silent() {
        return equals(NONE);
    }

    /** These limits, and where they are silent those. Checks of both count, and of two with one name this one. */
    public BackfillLimits over(BackfillLimits those) {
        Map<Limit, Integer> all = new EnumMap<>(Limit.class);
        all.putAll(those.numbers);
        all.putAll(numbers);
        Set<String> own = new HashSet<>();
        queries.forEach(check -> own.add(check.name()));
        http.forEach(check -> own.add(check.name()));
        List<SqlCheck> allQueries = new ArrayList<>(queries);
        those.queries.stream().filter(check -> !own.contains(check.name())).forEach(allQueries::add);
        List<HttpCheck> allHttp = new ArrayList<>(http);
        those.http.stream().filter(check -> !own.contains(check.name())).forEach(allHttp::add);
        return new BackfillLimits(all, allQueries, allHttp);
    }

    /** What counts for this one; 0 when nobody is to look. */
    public int number(Limit limit) {
        return numbers.getOrDefault(limit, limit.standard());
    }
}
