package dev.lockstep.lint;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads statements with PostgreSQL's own grammar. Safe for any thread; see {@link PostgresGrammar} for what a call costs. */
public final class Statements {
    private Statements() {}

    /**
     * Whether this text, one statement or several, mentions the subject. The bodies of functions that it calls are not
     * looked into.
     */
    public static Usage usage(String sql, Subject subject) {
        return switch (PostgresGrammar.shared().parse(sql)) {
            case PostgresGrammar.Parse.Refused(String reason) -> new Usage.Unreadable(reason);
            case PostgresGrammar.Parse.Tree(JsonNode tree) -> new MentionSearch(subject).search(tree.path("stmts"));
        };
    }
}
