package dev.lockstep.plan;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads changes, and what they are made of. */
final class ChangeReader {
    private final Findings.Distinct steps;

    /** @param steps the names of raw SQL so far, which must differ within a phase */
    ChangeReader(Findings.Distinct steps) {
        this.steps = steps;
    }

    Optional<Change> read(Node node) {
        SequencedMap<String, Function<Node, Optional<Change>>> kinds = new LinkedHashMap<>();
        for (ChangeKind kind : ChangeKind.values()) {
            kinds.put(kind.label(), inner -> inner.object(fields -> read(kind, fields)));
        }
        return node.variant(kinds);
    }

    private Optional<Change> read(ChangeKind kind, Fields fields) {
        return switch (kind) {
            case ADD_COLUMN -> ColumnChangeReader.addColumn(fields);
            case DROP_COLUMN -> ColumnChangeReader.column(fields, Change.DropColumn::new);
            case RENAME_COLUMN -> ColumnChangeReader.renameColumn(fields);
            case CHANGE_COLUMN_TYPE -> ColumnChangeReader.changeColumnType(fields);
            case SET_NOT_NULL -> ColumnChangeReader.column(fields, Change.SetNotNull::new);
            case DROP_NOT_NULL -> ColumnChangeReader.column(fields, Change.DropNotNull::new);
            case SET_DEFAULT -> ColumnChangeReader.setDefault(fields);
            case DROP_DEFAULT -> ColumnChangeReader.column(fields, Change.DropDefault::new);
            case ADD_INDEX -> IndexChangeReader.addIndex(fields);
            case DROP_INDEX -> IndexChangeReader.named(fields, Change.DropIndex::new);
            case REINDEX -> IndexChangeReader.reindex(fields);
            case ADD_FOREIGN_KEY -> IndexChangeReader.addForeignKey(fields);
            case ADD_CHECK -> IndexChangeReader.addCheck(fields);
            case ADD_UNIQUE -> IndexChangeReader.addUnique(fields);
            case ADD_PRIMARY_KEY -> IndexChangeReader.addPrimaryKey(fields);
            case DROP_CONSTRAINT -> IndexChangeReader.named(fields, Change.DropConstraint::new);
            case RENAME_TABLE -> TableChangeReader.renameTable(fields);
            case DROP_TABLE -> TableChangeReader.dropTable(fields);
            case CREATE_TABLE -> TableChangeReader.createTable(fields);
            case ADD_ENUM_VALUE -> TableChangeReader.addEnumValue(fields);
            case COMMENT -> TableChangeReader.comment(fields);
            case SQL -> sqlChange(fields);
        };
    }

    private Optional<Change> sqlChange(Fields fields) {
        Optional<PhaseType> phase = fields.required(
                "phase",
                node -> phaseType(node)
                        .flatMap(type -> type == PhaseType.DEPLOY
                                ? node.refuse(
                                        "A Deploy phase only waits and runs nothing; use Expand, Backfill or Contract.")
                                : Optional.of(type)));
        phase.ifPresent(type -> claimName(fields, steps, type.label() + "/"));
        Optional<SqlStep> step = sqlStep(fields);
        return step.flatMap(sql -> phase.map(type -> new Change.Sql(type, sql)));
    }

    static Optional<SqlStep> sqlStep(Fields fields) {
        Optional<String> name = fields.required("name", ChangeReader::stepName);
        Optional<String> up = fields.required("up", Node::text);
        Optional<String> down = fields.optional("down", Node::text);
        Optional<String> verify = fields.optional("verify", Node::text);
        boolean transaction = fields.or("transaction", true, Node::truth);
        if (!transaction && !fields.has("verify")) {
            fields.findings()
                    .add(
                            fields.path("verify"),
                            "Is missing; outside a transaction only a check can tell, after a crash, whether the SQL has"
                                    + " run. Give a query of one boolean that is true when it has.");
        }
        Findings.Distinct distinct = fields.findings().new Distinct();
        List<TableName> tables = fields.or(
                "tables",
                List.of(),
                node -> node.list(one -> {
                    Optional<TableName> table = table(one);
                    table.ifPresent(known -> distinct.claim(known, one.path()));
                    return table;
                }));
        return fields.whole(() -> new SqlStep(name.orElseThrow(), up.orElseThrow(), down, verify, transaction, tables));
    }

    /** Step names must differ within {@code scope}; a name that is no text is another finding's business. */
    static void claimName(Fields fields, Findings.Distinct names, String scope) {
        if (fields.has("name") && fields.node("name").value() instanceof String name) {
            names.claim(scope + name, fields.path("name"));
        }
    }

    static Optional<String> stepName(Node node) {
        return node.parsed(text -> {
            Names.requireDnsLabel("step name", text);
            return text;
        });
    }

    static Optional<PhaseType> phaseType(Node node) {
        return node.oneOf(PlanReader.choices(Stream.of(PhaseType.values()), PhaseType::label));
    }

    static Optional<TableName> table(Node node) {
        return node.parsed(TableName::parse);
    }

    static Optional<Identifier> identifier(Node node) {
        return node.parsed(Identifier::new);
    }

    /** One or more names, each at most once. */
    static Optional<List<Identifier>> identifiers(Node node) {
        return distinct(node, node::someOf);
    }

    /** Names, each at most once. */
    static Optional<List<Identifier>> anyIdentifiers(Node node) {
        return distinct(node, node::list);
    }

    private static Optional<List<Identifier>> distinct(
            Node node, Function<Function<Node, Optional<Identifier>>, Optional<List<Identifier>>> list) {
        Findings.Distinct names = node.findings().new Distinct();
        return list.apply(one -> {
            Optional<Identifier> name = identifier(one);
            name.ifPresent(known -> names.claim(known, one.path()));
            return name;
        });
    }
}
