package dev.lockstep.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads statements with PostgreSQL's own grammar. Safe for any thread; see {@link PostgresGrammar} for what a call costs. */
public final class Statements {
    private static final int REMEMBERED = 2_000;

    /** The same statements are asked about again and again, and reading one takes a while. */
    private static final Map<Asked, Usage> ANSWERS = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Usage> eldest) {
            return size() > REMEMBERED;
        }
    });

    private Statements() {}

    private record Asked(String sql, Subject subject) {}

    /**
     * Whether this text, one statement or several, mentions the subject. The bodies of functions that it calls are not
     * looked into.
     */
    public static Usage usage(String sql, Subject subject) {
        Asked asked = new Asked(sql, subject);
        Usage known = ANSWERS.get(asked);
        if (known != null) {
            return known;
        }
        Usage read = read(sql, subject);
        ANSWERS.put(asked, read);
        return read;
    }

    private static Usage read(String sql, Subject subject) {
        return switch (PostgresGrammar.shared().parse(sql)) {
            case PostgresGrammar.Parse.Refused(String reason) -> new Usage.Unreadable(reason);
            case PostgresGrammar.Parse.Tree(JsonNode tree) -> new MentionSearch(subject).search(tree.path("stmts"));
        };
    }
}
