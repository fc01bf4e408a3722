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

    /** For the copy that triggers keep equal. */
    static List<String> byTriggers(TwinTable twin) {
        List<String> notes = new ArrayList<>(ofTwin(twin));
        notes.add(
                "Each write is done twice, under either name. When two sessions write the same row at the same instant, one"
                        + " under each name, they may wait for each other; the server then ends one of the statements with a"
                        + " deadlock error. Code must be ready to try again, or use via: View.");
        if (!twin.original().triggers().isEmpty()) {
            notes.add("For what is written to " + twin.name() + ", the triggers of " + twin.oldName()
                    + " fire once for each row, also those for statements, with the rights of the table's owner: current_user is "
                    + twin.original().surroundings().owner() + " in them, session_user is who it was.");
        }
        notes.addAll(common(twin.original(), twin.name(), "the contract"));
        return List.copyOf(notes);
    }

    /** For the copy that the application writes. */
    static List<String> byApplication(TwinTable twin) {
        List<String> notes = new ArrayList<>(ofTwin(twin));
        notes.add(
                "Code that has reached dual-write must write both tables in one transaction, with the same values: a default"
                        + " such as now() differs from one statement to the next. Rows that old code has written to "
                        + twin.oldName() + " only are copied when none of it is left.");
        notes.add("In the step exchange the two tables change names: " + twin.name()
                + " is the original from then on, with its foreign keys, triggers and replication, and "
                + twin.oldName() + " is left for code that still writes both.");
        notes.addAll(common(twin.original(), twin.name(), "the exchange"));
        return List.copyOf(notes);
    }

    private static List<String> ofTwin(TwinTable twin) {
        return List.of("Until then " + twin.name()
                + " is a temporary table: whatever is made for it (an index, a grant, a foreign key, a view) goes with it, and"
                + " belongs to " + twin.oldName()
                + " instead. Its constraints have other names than they will have, so ON"
                + " CONFLICT must name columns, and pg_get_serial_sequence('" + twin.name()
                + "', …) gives NULL; both tables draw their numbers from the same sequence.");
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
