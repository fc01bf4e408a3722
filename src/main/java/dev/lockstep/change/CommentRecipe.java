package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.Comment;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.Kind;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Comments on a table or a column. The way back restores the words that were there. */
final class CommentRecipe implements Recipe<Comment> {
    @Override
    public Set<TableName> tables(Comment change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(Comment change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Table> table = table(change, setting, objections);
        Optional<Column> column = table.flatMap(known ->
                change.column().flatMap(name -> Ground.column(known, name, setting.path() + ".column", objections)));
        if (objections.any() || table.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Optional<String> before = change.column().isPresent()
                ? column.flatMap(Column::comment)
                : table.get().comment();
        Optional<String> after = Optional.of(change.text()).filter(text -> !text.isEmpty());
        Step step = new Step(
                names.claim("comment"),
                (after.isPresent() ? "Comment on " : "Take the comment from ")
                        + change.table()
                        + change.column().map(name -> "." + name).orElse(""),
                comment(change, after),
                new Undo.By(comment(change, before)),
                look(change, literal(after)));
        return new Outcome.Parts(List.of(new Part(PhaseType.EXPAND, Optional.empty(), List.of(step))), List.of());
    }

    /** A comment reaches nothing below the table, and every table can have one. */
    private static Optional<Table> table(Comment change, Setting setting, Objections objections) {
        Optional<Table> known = setting.catalogue().table(change.table());
        return known.filter(table -> table.kind() == Kind.PARTITIONED || table.kind() == Kind.PARTITION)
                .or(() -> Ground.table(setting.catalogue(), change.table(), setting.path() + ".table", objections));
    }

    private static Transactional comment(Comment change, Optional<String> text) {
        String object = change.column()
                .map(column -> "COLUMN " + change.table().sql() + "." + column.sql())
                .orElse("TABLE " + change.table().sql());
        return new Transactional(
                List.of("COMMENT ON " + object + " IS " + literal(text)),
                List.of(new TableLock(change.table(), LockMode.SHARE_UPDATE_EXCLUSIVE)),
                false);
    }

    private static String look(Comment change, String text) {
        return change.column()
                .map(column -> Look.columnComment(change.table(), column, text))
                .orElseGet(() -> Look.tableComment(change.table(), text));
    }

    private static String literal(Optional<String> text) {
        return text.map(SqlText::literal).orElse("NULL");
    }
}
