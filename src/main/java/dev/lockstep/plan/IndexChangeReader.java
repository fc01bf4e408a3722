package dev.lockstep.plan;

import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Reads changes of indexes and constraints. */
final class IndexChangeReader {
    private IndexChangeReader() {}

    /** A change that says nothing but the table and the name of an index or constraint. */
    static Optional<Change> named(Fields fields, BiFunction<TableName, Identifier, Change> make) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        return fields.whole(() -> make.apply(table.orElseThrow(), name.orElseThrow()));
    }

    static Optional<Change> addIndex(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        boolean unique = fields.or("unique", false, Node::truth);
        Optional<IndexBody> body = body(fields);
        return fields.whole(
                () -> new Change.AddIndex(table.orElseThrow(), name.orElseThrow(), unique, body.orElseThrow()));
    }

    private static Optional<IndexBody> body(Fields fields) {
        if (fields.has("definition")) {
            for (String beside : List.of("columns", "include", "where")) {
                if (fields.has(beside)) {
                    fields.node(beside).refuse("Stands beside definition, which says it all; keep one of them.");
                }
            }
        } else if (!fields.has("columns")) {
            fields.findings()
                    .add(
                            fields.path("columns"),
                            "Is missing; name the columns, or give a definition such as \"USING gin (tags)\".");
        }
        Optional<List<Identifier>> columns = fields.optional("columns", ChangeReader::identifiers);
        List<Identifier> include = fields.or("include", List.of(), ChangeReader::anyIdentifiers);
        Optional<String> where = fields.optional("where", Node::text);
        Optional<String> definition = fields.optional("definition", Node::text);
        return definition
                .<IndexBody>map(IndexBody.Definition::new)
                .or(() -> columns.map(known -> new IndexBody.Columns(known, include, where)));
    }

    static Optional<Change> reindex(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.optional("name", ChangeReader::identifier);
        return fields.whole(() -> new Change.Reindex(table.orElseThrow(), name));
    }

    static Optional<Change> addForeignKey(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        Optional<List<Identifier>> columns = fields.required("columns", ChangeReader::identifiers);
        Optional<TableName> referenced = fields.required("references", ChangeReader::table);
        Optional<List<Identifier>> referencedColumns = fields.required(
                "referencedColumns",
                node -> ChangeReader.identifiers(node)
                        .flatMap(keys ->
                                columns.filter(own -> own.size() != keys.size()).isPresent()
                                        ? node.refuse("Must name as many columns as columns does.")
                                        : Optional.of(keys)));
        ReferentialAction onDelete = fields.or("onDelete", ReferentialAction.NO_ACTION, IndexChangeReader::action);
        ReferentialAction onUpdate = fields.or("onUpdate", ReferentialAction.NO_ACTION, IndexChangeReader::action);
        return fields.whole(() -> new Change.AddForeignKey(
                table.orElseThrow(),
                name.orElseThrow(),
                columns.orElseThrow(),
                referenced.orElseThrow(),
                referencedColumns.orElseThrow(),
                onDelete,
                onUpdate));
    }

    private static Optional<ReferentialAction> action(Node node) {
        return node.oneOf(PlanReader.choices(Stream.of(ReferentialAction.values()), ReferentialAction::label));
    }

    static Optional<Change> addCheck(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        Optional<String> expression = fields.required("expression", Node::text);
        return fields.whole(
                () -> new Change.AddCheck(table.orElseThrow(), name.orElseThrow(), expression.orElseThrow()));
    }

    static Optional<Change> addUnique(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.required("name", ChangeReader::identifier);
        Optional<List<Identifier>> columns = fields.required("columns", ChangeReader::identifiers);
        return fields.whole(() -> new Change.AddUnique(table.orElseThrow(), name.orElseThrow(), columns.orElseThrow()));
    }

    static Optional<Change> addPrimaryKey(Fields fields) {
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> name = fields.optional("name", ChangeReader::identifier);
        Optional<List<Identifier>> columns = fields.required("columns", ChangeReader::identifiers);
        return fields.whole(() -> new Change.AddPrimaryKey(table.orElseThrow(), name, columns.orElseThrow()));
    }
}
