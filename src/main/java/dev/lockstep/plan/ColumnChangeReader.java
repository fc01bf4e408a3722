package dev.lockstep.plan;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Reads changes of one column. */
final class ColumnChangeReader {
    private ColumnChangeReader() {}

    /** A change that says nothing but which column. */
    static Optional<Change> column(Fields fields, BiFunction<TableName, Identifier, Change> make) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.required("column", ChangeReader::identifier);
        return fields.whole(() -> make.apply(table.orElseThrow(), column.orElseThrow()));
    }

    static Optional<Change> addColumn(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.required("column", ChangeReader::identifier);
        Optional<String> type = fields.required("type", Node::text);
        boolean nullable = fields.or("nullable", true, Node::truth);
        Optional<String> defaultValue = fields.optional("default", Node::text);
        boolean looksUp = fields.has("fill") && fields.node("fill").value() instanceof Map<?, ?>;
        Optional<String> fill = looksUp ? Optional.empty() : fields.optional("fill", Node::text);
        Optional<Lookup> lookup = looksUp ? fields.optional("fill", ColumnChangeReader::lookup) : Optional.empty();
        Optional<String> comment = fields.optional("comment", Node::text);
        return fields.whole(() -> new Change.AddColumn(
                table.orElseThrow(),
                column.orElseThrow(),
                type.orElseThrow(),
                nullable,
                defaultValue,
                fill,
                comment,
                lookup));
    }

    private static Optional<Lookup> lookup(Node node) {
        return node.object(fields -> {
            Optional<Lookup> from = fields.required("from", inner -> inner.object(Lookup::read));
            return fields.whole(from::orElseThrow);
        });
    }

    static Optional<Change> renameColumn(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> from = fields.required("from", ChangeReader::identifier);
        Optional<Identifier> to = fields.required("to", node -> newName(node, from));
        return fields.whole(() -> new Change.RenameColumn(table.orElseThrow(), from.orElseThrow(), to.orElseThrow()));
    }

    static Optional<Change> changeColumnType(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.required("column", ChangeReader::identifier);
        Optional<String> type = fields.required("type", Node::text);
        Optional<Identifier> to = fields.optional("to", node -> newName(node, column));
        Optional<String> up = fields.optional("up", Node::text);
        Optional<String> down = fields.optional("down", Node::text);
        return fields.whole(() -> new Change.ChangeColumnType(
                table.orElseThrow(), column.orElseThrow(), type.orElseThrow(), to, up, down));
    }

    static Optional<Change> setDefault(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.required("column", ChangeReader::identifier);
        Optional<String> value = fields.required("default", Node::text);
        return fields.whole(
                () -> new Change.SetDefault(table.orElseThrow(), column.orElseThrow(), value.orElseThrow()));
    }

    private static Optional<Identifier> newName(Node node, Optional<Identifier> old) {
        return ChangeReader.identifier(node)
                .flatMap(name -> old.filter(name::equals).isPresent()
                        ? node.refuse("Is the name that the column has already; give the new one.")
                        : Optional.of(name));
    }
}
