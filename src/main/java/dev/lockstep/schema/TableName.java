package dev.lockstep.schema;

/** A table, always with its schema: nothing that Lockstep runs depends on a search path. */
public record TableName(Identifier schema, Identifier name) implements Comparable<TableName> {
    private static final Identifier PUBLIC = new Identifier("public");

    /**
     * Reads {@code users}, {@code sales.users} or {@code "Odd.schema"."Odd table"}. Without a schema, {@code public} is
     * meant. Names are taken as they stand; they are not folded to lower case.
     *
     * @throws IllegalArgumentException with a sentence for the author of the plan
     */
    public static TableName parse(String text) {
        int end = endOfPart(text, 0);
        if (end == text.length()) {
            return new TableName(PUBLIC, part(text));
        }
        if (text.charAt(end) != '.' || endOfPart(text, end + 1) != text.length()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a table name; write table or schema.table, and"
                    + " put a part that contains a dot in double quotes");
        }
        return new TableName(part(text.substring(0, end)), part(text.substring(end + 1)));
    }

    private static int endOfPart(String text, int start) {
        if (start < text.length() && text.charAt(start) == '"') {
            int at = start + 1;
            while (at < text.length()) {
                if (text.charAt(at) != '"') {
                    at++;
                } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                    at += 2;
                } else {
                    return at + 1;
                }
            }
            return text.length();
        }
        int dot = text.indexOf('.', start);
        return dot < 0 ? text.length() : dot;
    }

    private static Identifier part(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return new Identifier(quoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text);
    }

    /** This name as SQL text, each part quoted where it must be. */
    public String sql() {
        return schema.sql() + "." + name.sql();
    }

    @Override
    public int compareTo(TableName other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    /** For people: the bare name in {@code public}, schema and name elsewhere; {@link #parse} reads it back. */
    @Override
    public String toString() {
        return schema.equals(PUBLIC) ? spelled(name) : spelled(schema) + "." + spelled(name);
    }

    private static String spelled(Identifier part) {
        return part.value().indexOf('.') >= 0 || part.value().startsWith("\"")
                ? '"' + part.value().replace("\"", "\"\"") + '"'
                : part.value();
    }
}
