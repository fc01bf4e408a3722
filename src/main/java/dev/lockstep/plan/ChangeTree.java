package dev.lockstep.plan;

import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.Change.NewColumn;
import dev.lockstep.plan.Change.TableGrant;
import dev.lockstep.schema.Identifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes as trees: what {@link ChangeReader} reads back. */
final class ChangeTree {
    private final Map<String, Object> tree = new LinkedHashMap<>();

    private ChangeTree() {}

    static Map<String, Object> of(Change change) {
        return Map.of(ChangeKind.of(change).label(), new ChangeTree().fields(change));
    }

    private Map<String, Object> fields(Change change) {
        switch (change) {
            case Change.AddColumn(
                    var table,
                    var column,
                    var type,
                    var nullable,
                    var given,
                    var fill,
                    var comment,
                    var lookup) ->
                table(table)
                        .with("column", column)
                        .with("type", type)
                        .with("nullable", nullable)
                        .maybe("default", given)
                        .maybe("fill", fill)
                        .maybe("fill", lookup.map(Lookup::tree))
                        .maybe("comment", comment);
            case Change.DropColumn(var table, var column) -> table(table).with("column", column);
            case Change.RenameColumn(var table, var from, var to) ->
                table(table).with("from", from).with("to", to);
            case Change.ChangeColumnType(var table, var column, var type, var to, var up, var down) ->
                table(table)
                        .with("column", column)
                        .with("type", type)
                        .maybe("to", to)
                        .maybe("up", up)
                        .maybe("down", down);
            case Change.SetNotNull(var table, var column) -> table(table).with("column", column);
            case Change.DropNotNull(var table, var column) -> table(table).with("column", column);
            case Change.SetDefault(var table, var column, var value) ->
                table(table).with("column", column).with("default", value);
            case Change.DropDefault(var table, var column) -> table(table).with("column", column);
            case Change.AddIndex(var table, var name, var unique, var body) ->
                table(table).with("name", name).with("unique", unique).body(body);
            case Change.DropIndex(var table, var name) -> table(table).with("name", name);
            case Change.Reindex(var table, var name) -> table(table).maybe("name", name);
            case Change.AddForeignKey key -> foreignKey(key);
            case Change.AddCheck(var table, var name, var expression) ->
                table(table).with("name", name).with("expression", expression);
            case Change.AddUnique(var table, var name, var columns) ->
                table(table).with("name", name).with("columns", columns);
            case Change.AddPrimaryKey(var table, var name, var columns) ->
                table(table).maybe("name", name).with("columns", columns);
            case Change.DropConstraint(var table, var name) -> table(table).with("name", name);
            case Change.RenameTable(var table, var to, var via) ->
                table(table).with("to", to).with("via", via.label());
            case Change.DropTable(var table) -> table(table);
            case Change.CreateTable(var table, var columns, var key, var constraints, var grants, var comment) ->
                table(table)
                        .with(
                                "columns",
                                columns.stream().map(ChangeTree::column).toList())
                        .with("primaryKey", key)
                        .with("constraints", constraints)
                        .with("grants", grants.stream().map(ChangeTree::grant).toList())
                        .maybe("comment", comment);
            case Change.AddEnumValue(var type, var value, var place) ->
                with("type", type).with("value", value).place(place);
            case Change.Comment(var table, var column, var text) ->
                table(table).maybe("column", column).with("text", text);
            case Change.Sql(var phase, var step) -> {
                with("phase", phase.label());
                tree.putAll(PlanTree.sql(step));
            }
        }
        return tree;
    }

    private void foreignKey(Change.AddForeignKey key) {
        table(key.table())
                .with("name", key.name())
                .with("columns", key.columns())
                .with("references", key.referenced())
                .with("referencedColumns", key.referencedColumns())
                .with("onDelete", key.onDelete().label())
                .with("onUpdate", key.onUpdate().label());
    }

    private ChangeTree body(IndexBody body) {
        return switch (body) {
            case IndexBody.Columns(var columns, var include, var where) ->
                with("columns", columns).with("include", include).maybe("where", where);
            case IndexBody.Definition(var text) -> with("definition", text);
        };
    }

    private ChangeTree place(Neighbour place) {
        return switch (place) {
            case Neighbour.Last _ -> this;
            case Neighbour.Before(var value) -> with("before", value);
            case Neighbour.After(var value) -> with("after", value);
        };
    }

    private static Map<String, Object> column(NewColumn column) {
        return new ChangeTree()
                .with("name", column.name())
                .with("type", column.type())
                .with("nullable", column.nullable())
                .maybe("default", column.defaultValue())
                .tree;
    }

    private static Map<String, Object> grant(TableGrant grant) {
        return new ChangeTree().with("role", grant.role()).with("privileges", grant.privileges()).tree;
    }

    private ChangeTree table(Object table) {
        return with("table", table);
    }

    private ChangeTree with(String name, Object value) {
        tree.put(name, plain(value));
        return this;
    }

    private ChangeTree maybe(String name, Optional<?> value) {
        value.ifPresent(present -> with(name, present));
        return this;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case List<?> list -> list.stream().map(ChangeTree::plain).toList();
            case Map<?, ?> map -> map;
            case Identifier identifier -> identifier.value();
            default -> value.toString();
        };
    }
}
