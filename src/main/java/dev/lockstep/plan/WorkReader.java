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

    static Optional<Declared> read(Fields spec, Findings.Distinct approved, WindowReader windows) {
        if (spec.has("changes") == spec.has("phases")) {
            spec.findings()
                    .add(
                            "spec",
                            spec.has("changes")
                                    ? "Has both changes and phases; keep one of them: changes are compiled to phases."
                                    : "Has neither changes nor phases; say what is to be done under changes.");
        }
        Findings.Distinct steps = spec.findings().new Distinct();
        Optional<Declared> changes = spec.optional("changes", node -> node.someOf(new ChangeReader(steps)::read))
                .map(all -> new Declared(new Work.Changes(all), List.of(), List.of()));
        Findings.Distinct names = spec.findings().new Distinct();
        Optional<Declared> phases = spec.optional(
                        "phases",
                        node -> node.someOf(one -> one.object(fields -> phase(fields, names, approved, windows))))
                .map(entries -> declared(entries, names.claimed()));
        return changes.or(() -> phases);
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

    private static Optional<Entry> phase(
            Fields fields, Findings.Distinct names, Findings.Distinct approved, WindowReader windows) {
        Optional<PhaseName> name = fields.required("name", node -> node.parsed(PhaseName::new));
        name.ifPresent(known -> names.claim(known, fields.path("name")));
        Optional<PhaseType> type = fields.required("type", ChangeReader::phaseType);
        Optional<Milestone> require = fields.optional(
                "require", node -> node.oneOf(PlanReader.choices(Stream.of(Milestone.values()), Milestone::label)));
        Findings.Distinct stepNames = fields.findings().new Distinct();
        List<DeclaredPhase.Step> steps = fields.or("steps", List.of(), node -> node.list(one -> step(one, stepNames)));
        Optional<Integer> approvals = fields.optional("approval", node -> node.object(WorkReader::approval));
        if (fields.has("approval")) {
            name.ifPresent(known -> approved.claim(known, fields.path("approval")));
        }
        fields.optional("windows", node -> windows.ofPhase(node, name));
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
                    ChangeReader.claimName(fields, names, "");
                    return ChangeReader.sqlStep(fields).map(DeclaredPhase.Step.Sql::new);
                }));
        kinds.put(
                "backfill",
                inner -> inner.object(fields -> {
                    ChangeReader.claimName(fields, names, "");
                    return backfill(fields);
                }));
        return node.variant(kinds);
    }

    private static Optional<DeclaredPhase.Step> backfill(Fields fields) {
        Optional<String> name = fields.required("name", ChangeReader::stepName);
        Optional<TableName> table = fields.required("table", ChangeReader::table);
        Optional<Identifier> column = fields.required("column", ChangeReader::identifier);
        Optional<String> value = fields.required("value", Node::text);
        Optional<String> where = fields.required("where", Node::text);
        List<Identifier> key = fields.or("key", List.of(), ChangeReader::identifiers);
        return fields.whole(() -> new DeclaredPhase.Step.Backfill(
                name.orElseThrow(),
                table.orElseThrow(),
                column.orElseThrow(),
                value.orElseThrow(),
                where.orElseThrow(),
                key));
    }
}
