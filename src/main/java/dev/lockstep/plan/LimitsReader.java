package dev.lockstep.plan;

import dev.lockstep.plan.BackfillLimits.HttpCheck;
import dev.lockstep.plan.BackfillLimits.SqlCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads and writes what makes a backfill go slower: {@code backfill.limits}. */
final class LimitsReader {
    /** As they are shown beside the names of Lockstep's own signals. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private LimitsReader() {}

    static Optional<BackfillLimits> read(Fields fields) {
        Map<Limit, Integer> numbers = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            fields.optional(limit.label(), node -> node.integer(0, limit.most()))
                    .ifPresent(number -> numbers.put(limit, number));
        }
        Findings.Distinct names = fields.findings().new Distinct();
        List<SqlCheck> queries =
                fields.or("queries", List.of(), node -> node.list(one -> one.object(inner -> query(inner, names))));
        List<HttpCheck> http =
                fields.or("http", List.of(), node -> node.list(one -> one.object(inner -> http(inner, names))));
        return fields.whole(() -> new BackfillLimits(numbers, queries, http));
    }

    private static Optional<SqlCheck> query(Fields fields, Findings.Distinct names) {
        Optional<String> name = name(fields, names);
        Optional<String> sql = fields.required("sql", Node::text);
        Optional<Integer> most = fields.optional("most", node -> node.integer(-Integer.MAX_VALUE, Integer.MAX_VALUE));
        Optional<Integer> least = fields.optional("least", node -> node.integer(-Integer.MAX_VALUE, Integer.MAX_VALUE));
        if (fields.has("most") == fields.has("least")) {
            fields.findings()
                    .add(
                            fields.path("most"),
                            "Say either most (the number must not be above it) or least (it must not be below it).");
        }
        return fields.whole(() -> new SqlCheck(
                name.orElseThrow(), sql.orElseThrow(), most.or(() -> least).orElseThrow(), most.isEmpty()));
    }

    private static Optional<HttpCheck> http(Fields fields, Findings.Distinct names) {
        Optional<String> name = name(fields, names);
        Optional<String> url = fields.required("url", node -> node.parsed(LimitsReader::address));
        int timeout = fields.or("timeoutMilliseconds", 2_000, node -> node.integer(10, 10_000));
        return fields.whole(() -> new HttpCheck(name.orElseThrow(), url.orElseThrow(), timeout));
    }

    private static Optional<String> name(Fields fields, Findings.Distinct names) {
        Optional<String> name = fields.required(
                "name",
                node -> node.text()
                        .flatMap(text -> NAME.matcher(text).matches()
                                ? Optional.of(text)
                                : node.refuse("\"" + Node.quoted(text)
                                        + "\" is no name; use 1 to 63 lower-case letters, digits and hyphens, such as"
                                        + " free-disk.")));
        name.ifPresent(text -> names.claim(text, fields.path("name")));
        return name;
    }

    private static String address(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null) {
                return text;
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        throw new IllegalArgumentException("\"" + Node.quoted(text)
                + "\" is no address that can be asked; write http://host:port/path or https://host/path, without a"
                + " password in it");
    }

    static Map<String, Object> tree(BackfillLimits limits) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            PlanTree.put(
                    tree, limit.label(), Optional.ofNullable(limits.numbers().get(limit)));
        }
        if (!limits.queries().isEmpty()) {
            tree.put(
                    "queries", limits.queries().stream().map(LimitsReader::tree).toList());
        }
        if (!limits.http().isEmpty()) {
            tree.put("http", limits.http().stream().map(LimitsReader::tree).toList());
        }
        return tree;
    }

    private static Map<String, Object> tree(SqlCheck check) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", check.name());
        tree.put("sql", check.sql());
        tree.put(check.least() ? "least" : "most", check.limit());
        return tree;
    }

    private static Map<String, Object> tree(HttpCheck check) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", check.name());
        tree.put("url", check.url());
        tree.put("timeoutMilliseconds", check.timeoutMilliseconds());
        return tree;
    }
}
