package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import java.util.List;
import java.util.stream.Collectors;

/** Strings as SQL text. Names are rendered by {@link dev.lockstep.schema.Identifier#sql()}. */
final class SqlText {
    private SqlText() {}

    /** A string constant that means the same whatever {@code standard_conforming_strings} says. */
    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }

    /** Names in a row, each quoted where it must be. */
    static String names(List<Identifier> names) {
        return names.stream().map(Identifier::sql).collect(Collectors.joining(", "));
    }

    /** A dollar-quoted body whose tag does not occur in it. */
    static String body(String code) {
        String tag = "$lockstep$";
        for (int number = 2; code.contains(tag); number++) {
            tag = "$lockstep" + number + "$";
        }
        return tag + "\n" + code.strip() + "\n" + tag;
    }

    /** Runs statements only where this look gives true, so that taking back what never happened harms nothing. */
    static String onlyIf(String look, String... statements) {
        return "DO "
                + body("BEGIN\n  IF (" + look + ") THEN\n    " + String.join(";\n    ", statements)
                        + ";\n  END IF;\nEND");
    }

    /** An expression of a person's, safe to be followed by more: a comment at its end does not swallow the parenthesis. */
    static String enclosed(String expression) {
        return expression.contains("--") ? "(" + expression + "\n)" : "(" + expression + ")";
    }

    /**
     * True where two values are not the very same, NULLs included. It compares images, not by the type's own equality:
     * {@code IS DISTINCT FROM} fails for types without one (json, xml, point), depends on the search path for types of
     * extensions, and calls values equal that are not the same ({@code 1.0} and {@code 1.00}, citext in other case), so
     * that a write that changes only those would be lost at the contract. Source: PostgreSQL's chapter 9.25.6; the
     * function behind {@code *<>}, as the operator does not survive a dump of the trigger that uses it.
     */
    static String differ(String one, String other) {
        return "pg_catalog.record_image_ne(ROW(" + one + "), ROW(" + other + "))";
    }

    /** Names, each in this format, with commas between them. */
    static String joined(List<Identifier> names, String format) {
        return names.stream().map(name -> format.formatted(name.sql())).collect(Collectors.joining(", "));
    }

    /** Columns of the row that has this name in a statement. */
    static String columnsOf(String row, List<Identifier> columns) {
        return columns.stream().map(column -> row + "." + column.sql()).collect(Collectors.joining(", "));
    }

    /** True where two rows have the same key. Built-in types only: the operator must not depend on the search path. */
    static String sameKey(List<Identifier> key, String one, String other) {
        return key.stream()
                .map(column -> one + "." + column.sql() + " OPERATOR(pg_catalog.=) " + other + "." + column.sql())
                .collect(Collectors.joining(" AND "));
    }

    /** A value of this column, without the domain around it, so that it can be compared with one of the base type. */
    static String bare(String value, Column column) {
        return column.type().equals(column.baseType()) ? value : "CAST(" + value + " AS " + column.baseType() + ")";
    }

    /** A pattern that finds a name as a word of its own in a source text. */
    static String wordPattern(String name) {
        return "(^|[^[:alnum:]_])" + escaped(name) + "($|[^[:alnum:]_])";
    }

    /** A name as a part of a pattern, where each character stands for itself. */
    static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        name.chars().forEach(c -> {
            boolean plain = c == '_' || c > 127 || Character.isLetterOrDigit(c);
            escaped.append(plain ? "" : "\\").append((char) c);
        });
        return escaped.toString();
    }
}
