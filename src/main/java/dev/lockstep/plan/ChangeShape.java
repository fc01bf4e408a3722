package dev.lockstep.plan;

import static dev.lockstep.plan.Shapes.ANY_TEXT;
import static dev.lockstep.plan.Shapes.IDENTIFIER;
import static dev.lockstep.plan.Shapes.SAYING;
import static dev.lockstep.plan.Shapes.TABLE;
import static dev.lockstep.plan.Shapes.TRUTH;
import static dev.lockstep.plan.Shapes.fields;
import static dev.lockstep.plan.Shapes.keyed;
import static dev.lockstep.plan.Shapes.list;
import static dev.lockstep.plan.Shapes.optional;
import static dev.lockstep.plan.Shapes.required;
import static dev.lockstep.plan.Shapes.set;
import static dev.lockstep.plan.Shapes.word;

import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What each kind of change looks like in a plan. */
final class ChangeShape {
    private static final int MOST_COLUMNS = 100;

    private static final Field WHICH_TABLE =
            required("table", TABLE, "The table: table or schema.table; public where no schema is said.");
    private static final Field WHICH_COLUMN = required("column", IDENTIFIER, "The column, as the catalogue spells it.");
    private static final Field COLUMNS =
            required("columns", set(IDENTIFIER, 1, MOST_COLUMNS), "The columns, in this order.");

    private ChangeShape() {}

    static Shape change() {
        return new Shape.OneOf(Stream.of(ChangeKind.values())
                .map(kind -> optional(kind.label(), shape(kind), purpose(kind)))
                .toList());
    }

    private static String purpose(ChangeKind kind) {
        return switch (kind) {
            case ADD_COLUMN -> "Adds a column.";
            case DROP_COLUMN -> "Drops a column once no code uses it.";
            case RENAME_COLUMN -> "Renames a column while code of both names runs.";
            case CHANGE_COLUMN_TYPE -> "Changes a column's type while code of both types runs.";
            case SET_NOT_NULL -> "Makes a column NOT NULL without a long lock.";
            case DROP_NOT_NULL -> "Lets a column be null.";
            case SET_DEFAULT -> "Gives a column a default.";
            case DROP_DEFAULT -> "Takes a column's default away.";
            case ADD_INDEX -> "Builds an index beside the traffic.";
            case DROP_INDEX -> "Drops an index beside the traffic.";
            case REINDEX -> "Rebuilds an index, or all of a table's, beside the traffic.";
            case ADD_FOREIGN_KEY -> "Adds a foreign key without a long lock.";
            case ADD_CHECK -> "Adds a check constraint without a long lock.";
            case ADD_UNIQUE -> "Adds a unique constraint by an index that is built beside the traffic.";
            case ADD_PRIMARY_KEY -> "Adds a primary key by an index that is built beside the traffic.";
            case DROP_CONSTRAINT -> "Drops a constraint.";
            case RENAME_TABLE -> "Renames a table while code of both names runs.";
            case DROP_TABLE -> "Drops a table once no code uses it.";
            case CREATE_TABLE -> "Creates a table.";
            case ADD_ENUM_VALUE -> "Adds a value to an enumerated type.";
            case COMMENT -> "Sets the comment of a table or column.";
            case SQL -> "SQL as it stands, in a phase of its own choice.";
        };
    }

    private static Shape shape(ChangeKind kind) {
        return switch (kind) {
            case ADD_COLUMN -> addColumn();
            case DROP_COLUMN, SET_NOT_NULL, DROP_NOT_NULL, DROP_DEFAULT -> fields(WHICH_TABLE, WHICH_COLUMN);
            case RENAME_COLUMN -> renameColumn();
            case CHANGE_COLUMN_TYPE -> changeColumnType();
            case SET_DEFAULT ->
                fields(WHICH_TABLE, WHICH_COLUMN, required("default", SAYING, "SQL expression of the default."));
            case ADD_INDEX -> addIndex();
            case DROP_INDEX -> fields(WHICH_TABLE, required("name", IDENTIFIER, "The index."));
            case REINDEX ->
                fields(
                        WHICH_TABLE,
                        optional("name", IDENTIFIER, "The index; all of the table's where nothing is said."));
            case ADD_FOREIGN_KEY -> addForeignKey();
            case ADD_CHECK ->
                fields(
                        WHICH_TABLE,
                        required("name", IDENTIFIER, "The constraint's name."),
                        required("expression", SAYING, "SQL condition that every row meets."));
            case ADD_UNIQUE -> fields(WHICH_TABLE, required("name", IDENTIFIER, "The constraint's name."), COLUMNS);
            case ADD_PRIMARY_KEY ->
                fields(
                        WHICH_TABLE,
                        optional("name", IDENTIFIER, "The constraint's name; PostgreSQL's own where nothing is said."),
                        COLUMNS);
            case DROP_CONSTRAINT -> fields(WHICH_TABLE, required("name", IDENTIFIER, "The constraint."));
            case RENAME_TABLE ->
                fields(
                        WHICH_TABLE,
                        required("to", IDENTIFIER, "The new name, in the same schema."),
                        required(
                                "via",
                                word(TableRenaming.values(), TableRenaming::label),
                                "View keeps the old name as a view; Copy makes a new table and copies the rows."));
            case DROP_TABLE -> fields(WHICH_TABLE);
            case CREATE_TABLE -> createTable();
            case ADD_ENUM_VALUE -> addEnumValue();
            case COMMENT ->
                fields(
                        WHICH_TABLE,
                        optional("column", IDENTIFIER, "The column; the table itself where nothing is said."),
                        required("text", ANY_TEXT, "The comment; an empty one takes it away."));
            case SQL -> sql();
        };
    }

    private static Shape addColumn() {
        return fields(
                WHICH_TABLE,
                required("column", IDENTIFIER, "The new column's name."),
                required("type", SAYING, "Its type, as SQL writes it."),
                optional("nullable", TRUTH, "Whether it may be null in the end; true where nothing is said."),
                optional("default", SAYING, "SQL expression of its default."),
                optional(
                        "fill",
                        new Shape.Several(),
                        "The value for existing rows: an SQL expression over the row's columns, or a lookup in another"
                                + " table, {from: {table, on, value, missing}}."),
                optional("comment", SAYING, "Its comment."));
    }

    private static Shape renameColumn() {
        return fields(
                List.of(new Rule(
                        "self.from != self.to", "to is the name that the column has already; give the new one")),
                WHICH_TABLE,
                required("from", IDENTIFIER, "The name that it has."),
                required("to", IDENTIFIER, "The name that it gets."));
    }

    private static Shape changeColumnType() {
        return fields(
                List.of(new Rule(
                        "!has(self.to) || self.to != self.column",
                        "to is the name that the column has already; leave it out, or give another one")),
                WHICH_TABLE,
                WHICH_COLUMN,
                required("type", SAYING, "The new type, as SQL writes it."),
                optional("to", IDENTIFIER, "The name under which it ends; its old name where nothing is said."),
                optional("up", SAYING, "SQL expression of the new value, over the old column."),
                optional("down", SAYING, "SQL expression of the old value, over the new column."));
    }

    private static Shape addIndex() {
        return fields(
                List.of(new Rule(
                        "has(self.definition) ? !has(self.columns) && !has(self.include) && !has(self.where) :"
                                + " has(self.columns)",
                        "give columns (with include and where if need be), or definition alone")),
                WHICH_TABLE,
                required("name", IDENTIFIER, "The index's name."),
                optional("unique", TRUTH, "Whether it is unique; false where nothing is said."),
                optional("columns", set(IDENTIFIER, 1, MOST_COLUMNS), "The columns, in this order."),
                optional("include", set(IDENTIFIER, 0, MOST_COLUMNS), "Columns that it carries besides."),
                optional("where", SAYING, "SQL condition of a partial index."),
                optional("definition", SAYING, "All that follows the table's name, such as USING gin (tags)."));
    }

    private static Shape addForeignKey() {
        return fields(
                List.of(new Rule(
                        "size(self.columns) == size(self.referencedColumns)",
                        "referencedColumns must name as many columns as columns does")),
                WHICH_TABLE,
                required("name", IDENTIFIER, "The constraint's name."),
                COLUMNS,
                required("references", TABLE, "The table that it refers to: table or schema.table."),
                required(
                        "referencedColumns",
                        set(IDENTIFIER, 1, MOST_COLUMNS),
                        "The columns there, in the order of columns."),
                optional("onDelete", action(), "What happens to a row whose referenced row is deleted."),
                optional("onUpdate", action(), "What happens to a row whose referenced key changes."));
    }

    private static Shape action() {
        return word(ReferentialAction.values(), ReferentialAction::label);
    }

    private static Shape createTable() {
        Shape column = fields(
                required("name", IDENTIFIER, "The column's name."),
                required("type", SAYING, "Its type, as SQL writes it."),
                optional("nullable", TRUTH, "Whether it may be null; true where nothing is said."),
                optional("default", SAYING, "SQL expression of its default."));
        Shape grant = fields(
                required("role", IDENTIFIER, "Who gets them."),
                required(
                        "privileges",
                        list(
                                word("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"),
                                1,
                                MOST_COLUMNS),
                        "What they may do."));
        return fields(
                required("table", TABLE, "The new table: table or schema.table."),
                required("columns", keyed("name", column, 1, 1_000), "Its columns, in this order."),
                optional("primaryKey", set(IDENTIFIER, 0, MOST_COLUMNS), "The columns of its primary key."),
                optional("constraints", list(SAYING, 0, MOST_COLUMNS), "Further constraints, as SQL writes them."),
                optional("grants", list(grant, 0, MOST_COLUMNS), "Who may do what with it."),
                optional("comment", SAYING, "Its comment."));
    }

    private static Shape addEnumValue() {
        return fields(
                List.of(new Rule("!(has(self.before) && has(self.after))", "keep one of before and after")),
                required("type", TABLE, "The type: type or schema.type."),
                required("value", SAYING, "The new value."),
                optional("before", SAYING, "The value that it stands before."),
                optional("after", SAYING, "The value that it stands after; the last one where nothing is said."));
    }

    private static Shape sql() {
        List<Field> all = new ArrayList<>();
        all.add(required(
                "phase",
                new Shape.Word(Stream.of(PhaseType.values())
                        .filter(type -> type != PhaseType.DEPLOY)
                        .map(PhaseType::label)
                        .toList()),
                "The kind of phase in which it runs: Expand, Backfill or Contract."));
        all.addAll(PlanShape.sqlFields());
        return new Shape.Fields(all, List.of(PlanShape.verified()));
    }
}
