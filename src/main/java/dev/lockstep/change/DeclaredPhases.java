package dev.lockstep.change;

import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.Fill;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Phases that the author wrote out, one to one. */
final class DeclaredPhases {
    private final UserTriggers userTriggers;
    private final Catalogue catalogue;
    private final Objections objections;
    private final PlanTables tables;
    private final StepNames names = new StepNames();

    private DeclaredPhases(UserTriggers userTriggers, Catalogue catalogue, Objections objections) {
        this.userTriggers = userTriggers;
        this.catalogue = catalogue;
        this.objections = objections;
        this.tables = new PlanTables(catalogue);
    }

    static Set<TableName> tables(Work.Phases work) {
        return work.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .flatMap(step -> switch (step) {
                    case DeclaredPhase.Step.Sql(var sql) -> sql.tables().stream();
                    case DeclaredPhase.Step.Backfill backfill -> Stream.of(backfill.table());
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    static Compiler.Merge compile(
            Work.Phases work, UserTriggers userTriggers, Catalogue catalogue, Objections objections) {
        DeclaredPhases declared = new DeclaredPhases(userTriggers, catalogue, objections);
        List<Phase> phases = new ArrayList<>();
        for (int index = 0; index < work.phases().size(); index++) {
            phases.add(declared.phase(work.phases().get(index), "spec.phases[" + index + "]"));
        }
        return new Compiler.Merge(phases, List.of());
    }

    private Phase phase(DeclaredPhase phase, String path) {
        if (phase.type() == PhaseType.DEPLOY) {
            if (!phase.steps().isEmpty()) {
                objections.add(
                        path + ".steps", "A Deploy phase only waits; move its steps to a phase of another type.");
            }
            if (phase.require().isEmpty()) {
                objections.add(
                        path + ".require", "Say which milestone this Deploy phase waits for: dual-write or new-only.");
            }
        }
        List<Step> steps = new ArrayList<>();
        for (int index = 0; index < phase.steps().size(); index++) {
            steps.add(step(phase.steps().get(index), phase.type(), path + ".steps[" + index + "]"));
        }
        return new Phase(phase.name(), phase.type(), phase.require(), steps);
    }

    private Step step(DeclaredPhase.Step step, PhaseType phase, String path) {
        return switch (step) {
            case DeclaredPhase.Step.Sql(var sql) -> {
                tables.check(sql, path + ".sql", objections);
                yield RawSql.step(sql, phase, path + ".sql", names, objections);
            }
            case DeclaredPhase.Step.Backfill backfill -> backfill(backfill, path + ".backfill");
        };
    }

    private Step backfill(DeclaredPhase.Step.Backfill backfill, String path) {
        // A table or column that an earlier step of this plan makes cannot be looked at yet.
        if (!tables.known(backfill.table()) || catalogue.table(backfill.table()).isPresent()) {
            boolean changing = tables.mentioned(backfill.table().name().value());
            BackfillGround.table(catalogue, backfill, userTriggers, changing, path, objections)
                    .ifPresent(table -> {
                        Ground.rowsCanBeUpdated(table, path + ".table", objections);
                        if (!tables.mentioned(backfill.column().value())) {
                            Ground.column(table, backfill.column(), path + ".column", objections);
                        }
                    });
        }
        Fill fill = new Fill(backfill.column(), SqlText.enclosed(backfill.value()), backfill.where());
        return new Step(
                names.claim(backfill.name()),
                "Set " + backfill.column() + " in the rows of " + backfill.table() + " that need it",
                new Backfill(backfill.table(), List.of(fill), userTriggers, backfill.key()),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + backfill.table().sql() + " WHERE " + SqlText.enclosed(backfill.where())));
    }
}
