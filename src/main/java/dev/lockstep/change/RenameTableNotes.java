package dev.lockstep.change;

import dev.lockstep.schema.Surroundings.Publication;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the author of a table's rename should know although nothing is wrong. */
final class RenameTableNotes {
    private static final int SERVER_WITH_MERGE_INTO_VIEWS = 170000;

    private static final Pattern ASKS_FOR_NAME =
            Pattern.compile("\\btg_(table_name|relname)\\b", Pattern.CASE_INSENSITIVE);

    private RenameTableNotes() {}

    /** For the view form: what a view cannot do for old code (P37). */
    static List<String> byView(CompatibilityView view, int serverVersion) {
        TableName old = view.oldName();
        List<String> notes = new ArrayList<>();
        notes.add("From expand to contract " + old + " is a view. SELECT, INSERT, UPDATE, DELETE, RETURNING, FOR UPDATE"
                + " and ON CONFLICT (columns) work through it. These do not: COPY " + old
                + " FROM or TO, TRUNCATE, ON CONFLICT ON CONSTRAINT, "
                + (serverVersion < SERVER_WITH_MERGE_INTO_VIEWS ? "MERGE INTO, " : "")
                + "a new foreign key that references it, GROUP BY the primary key alone while other columns are"
                + " selected, the system columns ctid and xmin, WHERE CURRENT OF, TABLESAMPLE. If old code does any of"
                + " these, change it first or use via: Copy.");
        notes.add("pg_get_serial_sequence('" + old
                + "', …) gives NULL for a view, and a framework that reads primary keys"
                + " from the catalogue when it starts finds none there. Pods with old code may restart any time: if"
                + " theirs does so, use via: Copy.");
        notes.addAll(common(view.table(), view.renamed(), "expand"));
        return List.copyOf(notes);
    }

    private static List<String> common(Table table, TableName renamed, String phase) {
        List<String> notes = new ArrayList<>();
        notes.add("Functions whose body is a text must say " + renamed + " instead of " + table.name()
                + " before the contract, which looks for them and waits. Views, rules, policies and foreign keys follow the"
                + " table by themselves; sequences, indexes and constraints keep their names.");
        String publications = table.surroundings().publications().stream()
                .map(Publication::name)
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        if (!publications.isEmpty()) {
            notes.add("Logical replication (" + publications + ") sends the table's rows under the name " + renamed
                    + " from " + phase
                    + " on. A subscriber that has no table of that name stops: rename it there at the"
                    + " same time, and tell the readers of a change-data stream.");
        }
        table.triggers().stream()
                .filter(trigger ->
                        ASKS_FOR_NAME.matcher(trigger.functionSource()).find())
                .forEach(trigger -> notes.add("Trigger " + trigger.name() + " calls " + trigger.function()
                        + ", which asks for the table's name. From " + phase + " on the answer is "
                        + renamed.name() + "."));
        return notes;
    }
}
