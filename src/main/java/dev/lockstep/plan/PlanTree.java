package dev.lockstep.plan;

import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.Backup;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.ContractRules;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.plan.WorkloadSpec.Minimum;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import dev.lockstep.schema.Identifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A plan as a tree of maps, lists and scalars, in the shape and order that documents have, with every default written
 * out: what {@link PlanReader} reads back. The digest is made of it, so a plan that leaves a default out has the same
 * digest as one that states it.
 */
public final class PlanTree {
    private PlanTree() {}

    /** The whole document. */
    public static Map<String, Object> of(PlanDocument document) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiVersion", PlanDocument.API_VERSION);
        tree.put("kind", PlanDocument.KIND);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", document.key().name());
        metadata.put("namespace", document.key().namespace());
        tree.put("metadata", metadata);
        tree.put("spec", of(document.spec()));
        return tree;
    }

    /** What stands under {@code spec}. */
    public static Map<String, Object> of(PlanSpec spec) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("databaseRef", Map.of("name", spec.database().value()));
        tree.put("description", spec.description());
        tree.put("sync", spec.sync().label());
        switch (spec.work()) {
            case Work.Changes(List<Change> changes) ->
                tree.put("changes", changes.stream().map(ChangeTree::of).toList());
            case Work.Phases(List<DeclaredPhase> phases) ->
                tree.put("phases", phases.stream().map(PlanTree::phase).toList());
        }
        tree.put("workloads", spec.workloads().stream().map(PlanTree::workload).toList());
        tree.put("approvals", spec.approvals().stream().map(PlanTree::approval).toList());
        tree.put("minStableSeconds", spec.minStableSeconds());
        tree.put("lock", lock(spec.locks()));
        tree.put("backfill", pace(spec.backfill()));
        tree.put("contract", contract(spec.contract()));
        tree.put("backup", backup(spec.backup()));
        put(tree, "consumers", spec.consumers().map(PlanTree::consumers));
        put(
                tree,
                "windows",
                spec.windows()
                        .map(windows ->
                                windows.all().stream().map(WindowReader::tree).toList()));
        return tree;
    }

    static Map<String, Object> sql(SqlStep step) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", step.name());
        tree.put("up", step.up());
        put(tree, "down", step.down());
        put(tree, "verify", step.verify());
        tree.put("transaction", step.transaction());
        tree.put("tables", step.tables().stream().map(Object::toString).toList());
        return tree;
    }

    private static Map<String, Object> phase(DeclaredPhase phase) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", phase.name().value());
        tree.put("type", phase.type().label());
        put(tree, "require", phase.require().map(Milestone::label));
        tree.put("steps", phase.steps().stream().map(PlanTree::step).toList());
        return tree;
    }

    private static Map<String, Object> step(DeclaredPhase.Step step) {
        return switch (step) {
            case DeclaredPhase.Step.Sql(SqlStep sql) -> Map.of("sql", sql(sql));
            case DeclaredPhase.Step.Backfill(var name, var table, var column, var value, var where, var key) -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("name", name);
                tree.put("table", table.toString());
                tree.put("column", column.value());
                tree.put("value", value);
                tree.put("where", where);
                put(
                        tree,
                        "key",
                        Optional.of(key.stream().map(Identifier::value).toList())
                                .filter(names -> !names.isEmpty()));
                yield Map.of("backfill", tree);
            }
        };
    }

    private static Map<String, Object> workload(WorkloadSpec workload) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", workload.name().value());
        runner(tree, workload.runner());
        Map<String, Object> versions = new LinkedHashMap<>();
        for (Milestone milestone : Milestone.values()) {
            put(
                    versions,
                    milestone.label(),
                    Optional.ofNullable(workload.versions().get(milestone)).map(PlanTree::codeVersions));
        }
        tree.put("versions", versions);
        tree.put(
                "evidence",
                workload.runner() instanceof Runner.External
                        ? external(workload.evidence())
                        : evidence(workload.evidence()));
        return tree;
    }

    private static void runner(Map<String, Object> tree, Runner runner) {
        switch (runner) {
            case Runner.Controller(Runner.Kind kind, Runner.Place where, String resource) -> {
                tree.put("kind", kind.label());
                tree.put("resource", resource);
                place(tree, where);
            }
            case Runner.Pods(Runner.Place where, PodSelector selector) -> {
                tree.put("kind", Runner.Kind.POD_LABEL);
                tree.put("selector", selector(selector));
                place(tree, where);
            }
            case Runner.External _ -> tree.put("kind", Runner.External.LABEL);
        }
    }

    private static void place(Map<String, Object> tree, Runner.Place where) {
        put(tree, "cluster", where.cluster().map(ClusterName::value));
        tree.put("namespace", where.namespace());
    }

    private static Map<String, Object> selector(PodSelector selector) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (!selector.matchLabels().isEmpty()) {
            tree.put("matchLabels", new TreeMap<>(selector.matchLabels()));
        }
        if (!selector.matchExpressions().isEmpty()) {
            tree.put(
                    "matchExpressions",
                    selector.matchExpressions().stream()
                            .map(PlanTree::expression)
                            .toList());
        }
        return tree;
    }

    private static Map<String, Object> expression(PodSelector.Expression expression) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("key", expression.key());
        tree.put("operator", expression.operator().label());
        if (!expression.values().isEmpty()) {
            tree.put("values", expression.values());
        }
        return tree;
    }

    private static Object codeVersions(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> text;
            case Versions.AnyOf(List<String> exact) -> exact;
            case Versions.Ordinal _, Versions.Digests _, Versions.Capabilities _ -> named(versions);
            case Versions.All(List<Versions> parts) -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                parts.forEach(part -> tree.putAll(named(part)));
                yield tree;
            }
        };
    }

    private static Map<String, Object> named(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> Map.of("range", text);
            case Versions.AnyOf(List<String> exact) -> Map.of("anyOf", exact);
            case Versions.Ordinal(String text) -> Map.of("ordinal", text);
            case Versions.Digests(List<String> digests) -> Map.of("digests", digests);
            case Versions.Capabilities(List<String> names) -> Map.of("capabilities", names);
            case Versions.All _ -> throw new IllegalArgumentException("parts have no parts");
        };
    }

    private static Map<String, Object> external(EvidenceSpec evidence) {
        Map<String, Object> tree = new LinkedHashMap<>();
        put(tree, "sessions", evidence.sessions().map(PlanTree::sessions));
        return tree;
    }

    private static Map<String, Object> evidence(EvidenceSpec evidence) {
        Map<String, Object> tree = new LinkedHashMap<>();
        put(tree, "container", evidence.container());
        tree.put("label", evidence.label());
        put(tree, "http", evidence.http().map(PlanTree::http));
        tree.put("minimumKinds", evidence.minimumKinds());
        tree.put("fromProcess", evidence.fromProcess());
        put(tree, "sessions", evidence.sessions().map(PlanTree::sessions));
        put(tree, "minimum", evidence.minimum().map(PlanTree::minimum));
        return tree;
    }

    private static Map<String, Object> http(HttpProbe http) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("port", http.port());
        tree.put("path", http.path());
        tree.put("pointer", http.pointer());
        tree.put("timeoutMilliseconds", http.timeoutMilliseconds());
        put(tree, "capabilities", http.capabilities());
        return tree;
    }

    private static Map<String, Object> sessions(SessionSpec sessions) {
        Map<String, Object> tree = new LinkedHashMap<>();
        put(tree, "applicationName", sessions.applicationName().map(SessionPattern::text));
        put(tree, "role", sessions.role().map(SessionPattern::text));
        return tree;
    }

    private static Map<String, Object> minimum(Minimum minimum) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("deploy", minimum.deploy().label());
        tree.put("contract", minimum.contract().label());
        return tree;
    }

    private static Map<String, Object> approval(Approval approval) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("phase", approval.phase().value());
        tree.put("count", approval.count());
        return tree;
    }

    private static Map<String, Object> lock(LockBudget locks) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("budgetMilliseconds", locks.budgetMilliseconds());
        tree.put("deadlineSeconds", locks.deadlineSeconds());
        tree.put("blockers", blockers(locks.blockers()));
        return tree;
    }

    private static Map<String, Object> blockers(BlockerRule rule) {
        return switch (rule) {
            case BlockerRule.Wait _ -> Map.of("act", "Wait");
            case BlockerRule.Stop(boolean connection, int after, int oldest) -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("act", connection ? "Terminate" : "Cancel");
                tree.put("afterSeconds", after);
                tree.put("maxTransactionSeconds", oldest);
                yield tree;
            }
        };
    }

    private static Map<String, Object> contract(ContractRules rules) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("revertWindowSeconds", rules.revertWindowSeconds());
        tree.put("requireUnused", rules.requireUnused());
        return tree;
    }

    private static Map<String, Object> consumers(ConsumerRules rules) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("unlisted", rules.hold() ? "Hold" : "Warn");
        tree.put("known", rules.known().stream().map(PlanTree::sessions).toList());
        return tree;
    }

    private static Map<String, Object> backup(Backup backup) {
        return switch (backup) {
            case Backup.None _ -> Map.of("to", "None");
            case Backup.ToTable(int keepSeconds) -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("to", "Table");
                tree.put("keepSeconds", keepSeconds);
                yield tree;
            }
        };
    }

    private static Map<String, Object> pace(BackfillPace pace) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("batchMilliseconds", pace.batchMilliseconds());
        tree.put("restPercent", pace.restPercent());
        tree.put("userTriggers", pace.userTriggers().label());
        tree.put("maxReplicaLagSeconds", pace.maxReplicaLagSeconds());
        tree.put("commit", pace.commit().label());
        put(tree, "speed", pace.speed().map(Speed::label));
        put(tree, "limits", pace.limits().map(LimitsReader::tree));
        // One worker is what older plans meant without a word.
        put(tree, "workers", Optional.of(pace.workers()).filter(workers -> workers > 1));
        rows(tree, pace.rows());
        return tree;
    }

    /** Only what a plan says that is not the standard: plans that were digested before these fields keep their digest. */
    private static void rows(Map<String, Object> tree, RowRules rows) {
        RowRules standard = RowRules.standard();
        if (rows.checkFirst() != standard.checkFirst()) {
            tree.put("checkFirst", rows.checkFirst());
        }
        put(tree, "setAside", rows.setAside().map(RowRules::tree));
        if (rows.bloatCeilingPercent() != standard.bloatCeilingPercent()) {
            tree.put("bloatCeilingPercent", rows.bloatCeilingPercent());
        }
    }

    static void put(Map<String, Object> tree, String name, Optional<?> value) {
        value.ifPresent(present -> tree.put(name, present));
    }
}
