package dev.lockstep.plan;

import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads what a plan does: its changes, or the phases that its author wrote out. */
final class WorkReader {
    private WorkReader() {}

    /**
     * The work that was read.
     *
     * @param approvals those that declared phases carry themselves
     * @param phases the names of declared phases, also of those with findings
     */
    record Declared(Work work, List<Approval> approvals, List<String> phases) {
        /** A finding where an approval is asked for a phase that is not there: it would never be asked for. */
        void refuseUnknown(PhaseName name, Node at) {
            switch (work) {
                case Work.Changes _ -> {
                    // Which phases there will be is known once the changes are compiled.
                }
                case Work.Phases _ -> {
                    if (!phases.contains(name.value())) {
                        at.refuse("There is no phase \"" + name + "\"." + Spelling.hint(name.value(), phases));
                    }
                }
            }
        }
    }

    static Optional<Declared> read(Fields spec, Findings.Distinct approved) {
        if (spec.has("changes") == spec.has("phases")) {
            spec.findings()
                    .add(
                            "spec",
                            spec.has("changes")
                                    ? "Has both changes and phases; keep one of them: changes are compiled to phases."
                                    : "Has neither changes nor phases; say what is to be done under changes.");
        }
        Findings.Distinct steps = spec.findings().new Distinct();
        Optional<Declared> changes = spec.optional("changes", node -> node.someOf(one -> change(one, steps)))
                .map(all -> new Declared(new Work.Changes(all), List.of(), List.of()));
        Findings.Distinct names = spec.findings().new Distinct();
        Optional<Declared> phases = spec.optional(
                        "phases", node -> node.someOf(one -> one.object(fields -> phase(fields, names, approved))))
                .map(entries -> declared(entries, names.claimed()));
        return changes.or(() -> phases);
    }

    private static Optional<Change> change(Node node, Findings.Distinct steps) {
        SequencedMap<String, Function<Node, Optional<Change>>> kinds = new LinkedHashMap<>();
        kinds.put("addColumn", inner -> inner.object(WorkReader::addColumn));
        kinds.put("dropColumn", inner -> inner.object(WorkReader::dropColumn));
        kinds.put("renameColumn", inner -> inner.object(WorkReader::renameColumn));
        kinds.put("sql", inner -> inner.object(fields -> sqlChange(fields, steps)));
        return node.variant(kinds);
    }

    private static Optional<Change> addColumn(Fields fields) {
        Optional<TableName> table = fields.required("table", WorkReader::table);
        Optional<Identifier> column = fields.required("column", WorkReader::identifier);
        Optional<String> type = fields.required("type", Node::text);
        boolean nullable = fields.or("nullable", true, Node::truth);
        Optional<String> defaultValue = fields.optional("default", Node::text);
        Optional<String> fill = fields.optional("fill", Node::text);
        Optional<String> comment = fields.optional("comment", Node::text);
        return fields.whole(() -> new Change.AddColumn(
                table.orElseThrow(), column.orElseThrow(), type.orElseThrow(), nullable, defaultValue, fill, comment));
    }

    private static Optional<Change> dropColumn(Fields fields) {
        Optional<TableName> table = fields.required("table", WorkReader::table);
        Optional<Identifier> column = fields.required("column", WorkReader::identifier);
        return fields.whole(() -> new Change.DropColumn(table.orElseThrow(), column.orElseThrow()));
    }

    private static Optional<Change> renameColumn(Fields fields) {
        Optional<TableName> table = fields.required("table", WorkReader::table);
        Optional<Identifier> from = fields.required("from", WorkReader::identifier);
        Optional<Identifier> to = fields.required(
                "to",
                node -> identifier(node)
                        .flatMap(name -> from.filter(name::equals).isPresent()
                                ? node.refuse("Is the name that the column has already; give the new one.")
                                : Optional.of(name)));
        return fields.whole(() -> new Change.RenameColumn(table.orElseThrow(), from.orElseThrow(), to.orElseThrow()));
    }

    private static Optional<Change> sqlChange(Fields fields, Findings.Distinct steps) {
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

    private static Optional<SqlStep> sqlStep(Fields fields) {
        Optional<String> name = fields.required("name", WorkReader::stepName);
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

    /** A declared phase as the document has it. */
    private record Entry(DeclaredPhase phase, Optional<Integer> approvals) {}

    private static Declared declared(List<Entry> entries, List<String> names) {
        List<Approval> approvals = new ArrayList<>();
        for (Entry entry : entries) {
            entry.approvals()
                    .ifPresent(count -> approvals.add(new Approval(entry.phase().name(), count)));
        }
        return new Declared(new Work.Phases(entries.stream().map(Entry::phase).toList()), approvals, names);
    }

    private static Optional<Entry> phase(Fields fields, Findings.Distinct names, Findings.Distinct approved) {
        Optional<PhaseName> name = fields.required("name", node -> node.parsed(PhaseName::new));
        name.ifPresent(known -> names.claim(known, fields.path("name")));
        Optional<PhaseType> type = fields.required("type", WorkReader::phaseType);
        Optional<Milestone> require = fields.optional(
                "require", node -> node.oneOf(PlanReader.choices(Stream.of(Milestone.values()), Milestone::label)));
        Findings.Distinct stepNames = fields.findings().new Distinct();
        List<DeclaredPhase.Step> steps = fields.or("steps", List.of(), node -> node.list(one -> step(one, stepNames)));
        Optional<Integer> approvals = fields.optional("approval", node -> node.object(WorkReader::approval));
        if (fields.has("approval")) {
            name.ifPresent(known -> approved.claim(known, fields.path("approval")));
        }
        type.ifPresent(known -> checkContents(known, fields));
        return fields.whole(
                () -> new Entry(new DeclaredPhase(name.orElseThrow(), type.orElseThrow(), require, steps), approvals));
    }

    /** A Deploy phase is nothing but its requirement; any other is nothing without steps. */
    private static void checkContents(PhaseType type, Fields fields) {
        boolean hasSteps =
                fields.has("steps") && !List.of().equals(fields.node("steps").value());
        if (type == PhaseType.DEPLOY && hasSteps) {
            fields.findings()
                    .add(fields.path("steps"), "A Deploy phase only waits; move its steps to a phase of another type.");
        }
        if (type == PhaseType.DEPLOY && !fields.has("require")) {
            fields.findings()
                    .add(
                            fields.path("require"),
                            "Is missing; say which milestone this Deploy phase waits for: dual-write or new-only.");
        }
        if (type != PhaseType.DEPLOY && !hasSteps) {
            fields.findings().add(fields.path("steps"), "There is no step; give at least one, or take the phase out.");
        }
    }

    private static Optional<Integer> approval(Fields fields) {
        Optional<Integer> count = fields.required("count", PlanReader::approvalCount);
        return fields.whole(count::orElseThrow);
    }

    private static Optional<DeclaredPhase.Step> step(Node node, Findings.Distinct names) {
        SequencedMap<String, Function<Node, Optional<DeclaredPhase.Step>>> kinds = new LinkedHashMap<>();
        kinds.put(
                "sql",
                inner -> inner.object(fields -> {
                    claimName(fields, names, "");
                    return sqlStep(fields).map(DeclaredPhase.Step.Sql::new);
                }));
        kinds.put(
                "backfill",
                inner -> inner.object(fields -> {
                    claimName(fields, names, "");
                    return backfill(fields);
                }));
        return node.variant(kinds);
    }

    private static Optional<DeclaredPhase.Step> backfill(Fields fields) {
        Optional<String> name = fields.required("name", WorkReader::stepName);
        Optional<TableName> table = fields.required("table", WorkReader::table);
        Optional<Identifier> column = fields.required("column", WorkReader::identifier);
        Optional<String> value = fields.required("value", Node::text);
        Optional<String> where = fields.required("where", Node::text);
        return fields.whole(() -> new DeclaredPhase.Step.Backfill(
                name.orElseThrow(),
                table.orElseThrow(),
                column.orElseThrow(),
                value.orElseThrow(),
                where.orElseThrow()));
    }

    /** Step names must differ within {@code scope}; a name that is no text is another finding's business. */
    private static void claimName(Fields fields, Findings.Distinct names, String scope) {
        if (fields.has("name") && fields.node("name").value() instanceof String name) {
            names.claim(scope + name, fields.path("name"));
        }
    }

    private static Optional<String> stepName(Node node) {
        return node.parsed(text -> {
            Names.requireDnsLabel("step name", text);
            return text;
        });
    }

    private static Optional<PhaseType> phaseType(Node node) {
        return node.oneOf(PlanReader.choices(Stream.of(PhaseType.values()), PhaseType::label));
    }

    private static Optional<TableName> table(Node node) {
        return node.parsed(TableName::parse);
    }

    private static Optional<Identifier> identifier(Node node) {
        return node.parsed(Identifier::new);
    }
}
