package dev.lockstep.plan;

import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.Change.NewColumn;
import dev.lockstep.plan.Change.TableGrant;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads changes of whole tables, of types and of comments. */
final class TableChangeReader {
    private TableChangeReader() {}

    static Optional<Change> renameTable(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> to = fields.required(
                "to",
                node -> ChangeReader.identifier(node)
                        .flatMap(name ->
                                table.map(TableName::name).filter(name::equals).isPresent()
                                        ? node.refuse("Is the name that the table has already; give the new one.")
                                        : Optional.of(name)));
        Optional<TableRenaming> via = fields.required(
                "via", node -> node.oneOf(PlanReader.choices(Stream.of(TableRenaming.values()), TableRenaming::label)));
        return fields.whole(() -> new Change.RenameTable(table.orElseThrow(), to.orElseThrow(), via.orElseThrow()));
    }

    static Optional<Change> dropTable(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        return fields.whole(() -> new Change.DropTable(table.orElseThrow()));
    }

    static Optional<Change> createTable(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Findings.Distinct names = fields.findings().new Distinct();
        Optional<List<NewColumn>> columns =
                fields.required("columns", node -> node.someOf(one -> one.object(inner -> column(inner, names))));
        List<Identifier> primaryKey = fields.or("primaryKey", List.of(), ChangeReader::anyIdentifiers);
        List<String> constraints = fields.or("constraints", List.of(), node -> node.list(Node::text));
        List<TableGrant> grants =
                fields.or("grants", List.of(), node -> node.list(one -> one.object(TableChangeReader::grant)));
        Optional<String> comment = fields.optional("comment", Node::text);
        return fields.whole(() -> new Change.CreateTable(
                table.orElseThrow(), columns.orElseThrow(), primaryKey, constraints, grants, comment));
    }

    private static Optional<NewColumn> column(Fields fields, Findings.Distinct names) {
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        name.ifPresent(known -> names.claim(known, fields.path("name")));
        Optional<String> type = fields.required("type", Node::text);
        boolean nullable = fields.or("nullable", true, Node::truth);
        Optional<String> defaultValue = fields.optional("default", Node::text);
        return fields.whole(() -> new NewColumn(name.orElseThrow(), type.orElseThrow(), nullable, defaultValue));
    }

    private static Optional<TableGrant> grant(Fields fields) {
        Optional<Identifier> role = fields.required("role", ChangeReader::identifier);
        Optional<List<String>> privileges = fields.required(
                "privileges",
                node -> node.someOf(one -> one.oneOf(PlanReader.choices(
                        Stream.of("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"),
                        privilege -> privilege))));
        return fields.whole(() -> new TableGrant(role.orElseThrow(), privileges.orElseThrow()));
    }

    static Optional<Change> addEnumValue(Fields fields) {
        Optional<TableName> type = fields.required("type", ChangeReader::table);
        Optional<String> value = fields.required("value", Node::text);
        Optional<String> before = fields.optional("before", Node::text);
        Optional<String> after = fields.optional("after", Node::text);
        if (fields.has("before") && fields.has("after")) {
            fields.node("after").refuse("Stands beside before; keep one of them.");
        }
        return fields.whole(() -> new Change.AddEnumValue(
                type.orElseThrow(),
                value.orElseThrow(),
                before.<Neighbour>map(Neighbour.Before::new)
                        .or(() -> after.map(Neighbour.After::new))
                        .orElseGet(Neighbour.Last::new)));
    }

    static Optional<Change> comment(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.optional("column", ChangeReader::identifier);
        Optional<String> text = fields.required("text", Node::anyText);
        return fields.whole(() -> new Change.Comment(table.orElseThrow(), column, text.orElseThrow()));
    }
}
