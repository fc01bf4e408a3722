package dev.lockstep.change;

import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.schema.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an index is made of, as SQL text.
 *
 * @param rest what stands behind {@code ON table}
 * @param columns what the server calls its columns, for the names of its parts on partitions
 */
record IndexText(String rest, List<String> columns) {
    private static final Pattern BEGINNING =
            Pattern.compile("\\s*(USING\\s+(\\w+|\"[^\"]+\")\\s*)?\\(", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")+)\"|([A-Za-z_][\\w$]*))");

    IndexText {
        columns = List.copyOf(columns);
    }

    static IndexText of(IndexBody body) {
        return switch (body) {
            case IndexBody.Columns(var columns, var include, var where) ->
                new IndexText(
                        "(" + SqlText.names(columns) + ")"
                                + (include.isEmpty() ? "" : " INCLUDE (" + SqlText.names(include) + ")")
                                + where.map(condition -> " WHERE " + SqlText.enclosed(condition))
                                        .orElse(""),
                        Stream.concat(columns.stream(), include.stream())
                                .map(Identifier::value)
                                .toList());
            case IndexBody.Definition(String text) -> new IndexText(text.strip(), keyNames(text));
        };
    }

    /** A B-tree over these columns. */
    static IndexText of(List<Identifier> columns) {
        return of(new IndexBody.Columns(columns, List.of(), Optional.empty()));
    }

    /** Why a definition cannot be used, as a sentence with a remedy. */
    static Optional<String> objection(IndexBody.Definition definition) {
        if (!BEGINNING.matcher(definition.text()).lookingAt()) {
            return Optional.of("Write what stands behind ON table in CREATE INDEX, for example \"USING gin (tags)\" or"
                    + " \"(lower(email)) WHERE deleted_at IS NULL\".");
        }
        return topLevel(definition.text(), ';').size() > 1
                ? Optional.of("A definition is one piece of a statement; take the semicolon out.")
                : Optional.empty();
    }

    /** Whether it computes something, of which the planner knows nothing until it has gathered statistics (P45). */
    boolean computes() {
        return rest.chars().filter(c -> c == '(').count() > 1
                && parts(rest).stream().anyMatch(part -> part.contains("("));
    }

    /** As the server names index columns: a column's own name, a function's name, or {@code expr}. */
    private static List<String> keyNames(String definition) {
        return parts(definition).stream()
                .map(part -> {
                    Matcher name = NAME.matcher(part);
                    if (!name.lookingAt()) {
                        return "expr";
                    }
                    return Optional.ofNullable(name.group(1))
                            .map(quoted -> quoted.replace("\"\"", "\""))
                            .orElseGet(() -> name.group(2).toLowerCase(Locale.ROOT));
                })
                .toList();
    }

    /** The texts between the commas of the first pair of parentheses. */
    private static List<String> parts(String definition) {
        int open = definition.indexOf('(');
        if (open < 0) {
            return List.of();
        }
        String inner = topLevel(definition.substring(open + 1), ')').getFirst();
        return topLevel(inner, ',');
    }

    /** Splits at a character where it stands in no parentheses, string or quoted name. */
    private static List<String> topLevel(String text, char at) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        int depth = 0;
        char quote = 0;
        for (int index = 0; index < text.length(); index++) {
            char c = text.charAt(index);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == at && depth == 0) {
                pieces.add(text.substring(from, index));
                from = index + 1;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
        }
        pieces.add(text.substring(from));
        return pieces;
    }
}
