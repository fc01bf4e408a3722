package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans written by hand, and what becomes of them. */
final class Plans {
    private Plans() {}

    static PlanSpec plan(Change... changes) {
        return plan(new Work.Changes(List.of(changes)), List.of(web(Milestone.NEW_ONLY)));
    }

    static PlanSpec plan(DeclaredPhase... phases) {
        return plan(new Work.Phases(List.of(phases)), List.of(web(Milestone.NEW_ONLY)));
    }

    /** The application writes both shapes, in releases of their own. */
    static PlanSpec byApplication(Change... changes) {
        return byApplication(
                Map.of(
                        Milestone.DUAL_WRITE, new Versions.Range(">=1.4.0"),
                        Milestone.READ_NEW, new Versions.Range(">=1.5.0"),
                        Milestone.NEW_ONLY, new Versions.Range(">=1.6.0")),
                changes);
    }

    static PlanSpec byApplication(Map<Milestone, Versions> versions, Change... changes) {
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"), Runner.Kind.DEPLOYMENT, "shop", "shop-web", versions, EvidenceSpec.standard());
        PlanSpec plan = plan(new Work.Changes(List.of(changes)), List.of(web));
        return new PlanSpec(
                plan.database(),
                plan.description(),
                plan.work(),
                plan.workloads(),
                plan.approvals(),
                plan.minStableSeconds(),
                plan.locks(),
                plan.backfill(),
                PlanSpec.Sync.APPLICATION,
                plan.contract(),
                plan.backup());
    }

    static PlanSpec plan(Work work, List<WorkloadSpec> workloads, PlanSpec.Approval... approvals) {
        return new PlanSpec(
                new DatabaseName("shop"),
                "a test",
                work,
                workloads,
                List.of(approvals),
                0,
                LockBudget.standard(),
                BackfillPace.standard(),
                PlanSpec.Sync.TRIGGER,
                PlanSpec.ContractRules.standard(),
                new PlanSpec.Backup.None());
    }

    /** The same plan with other rules for its contract. */
    static PlanSpec contract(PlanSpec spec, PlanSpec.ContractRules rules, PlanSpec.Backup backup) {
        return new PlanSpec(
                spec.database(),
                spec.description(),
                spec.work(),
                spec.workloads(),
                spec.approvals(),
                spec.minStableSeconds(),
                spec.locks(),
                spec.backfill(),
                spec.sync(),
                rules,
                backup);
    }

    /** The same plan with a revert window of an hour. */
    static PlanSpec hidden(PlanSpec spec) {
        return contract(spec, new PlanSpec.ContractRules(3_600, false), new PlanSpec.Backup.None());
    }

    static WorkloadSpec web(Milestone milestone) {
        return new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "shop-web",
                Map.of(milestone, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    static Change.RenameColumn rename(String table, String from, String to) {
        return new Change.RenameColumn(TableName.parse(table), new Identifier(from), new Identifier(to));
    }

    /** Without what is null. */
    static Change.ChangeColumnType retype(
            String table, String column, String type, @Nullable String to, @Nullable String up, @Nullable String down) {
        return new Change.ChangeColumnType(
                TableName.parse(table),
                new Identifier(column),
                type,
                Optional.ofNullable(to).map(Identifier::new),
                Optional.ofNullable(up),
                Optional.ofNullable(down));
    }

    static Change.DropColumn drop(String table, String column) {
        return new Change.DropColumn(TableName.parse(table), new Identifier(column));
    }

    static Change.AddColumn add(String type, boolean nullable, Optional<String> defaultValue, Optional<String> fill) {
        return new Change.AddColumn(
                TableName.parse("users"),
                new Identifier("label"),
                type,
                nullable,
                defaultValue,
                fill,
                Optional.of("it's a label"));
    }

    static Compilation.Compiled compiled(PlanSpec spec, Catalogue catalogue) {
        return switch (Compiler.compile(spec, catalogue)) {
            case Compilation.Compiled compiled -> compiled;
            case Compilation.Refused refused -> throw new AssertionError("refused: " + refused.violations());
        };
    }

    /** The violations as {@code path: message}. */
    static List<String> refusals(PlanSpec spec, Catalogue catalogue) {
        return switch (Compiler.compile(spec, catalogue)) {
            case Compilation.Compiled compiled -> throw new AssertionError("compiled: " + compiled.phases());
            case Compilation.Refused refused ->
                refused.violations().stream().map(Plans::text).toList();
        };
    }

    private static String text(Violation violation) {
        return violation.path() + ": " + violation.message();
    }
}
