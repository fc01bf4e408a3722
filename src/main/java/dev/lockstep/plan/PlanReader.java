package dev.lockstep.plan;

import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.Backup;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.ContractRules;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.Sync;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a plan from a parsed document, strictly: what is not understood is refused, because a field that is silently
 * ignored may have been the one that made the plan safe.
 */
public final class PlanReader {
    /** How long a gate must have matched in a plan that does not say. */
    public static final int DEFAULT_MIN_STABLE_SECONDS = 30;

    private static final int DAY_SECONDS = 86_400;

    private PlanReader() {}

    /**
     * Reads a plan.
     *
     * @param tree maps with text keys, lists, texts, numbers, booleans and null, as parsers of YAML and JSON give them
     * @return the plan, or everything that is wrong with it
     */
    public static Reading read(@Nullable Object tree) {
        Findings findings = new Findings();
        Optional<PlanDocument> document = new Node("", tree, findings).object(PlanReader::document);
        return document.filter(_ -> findings.all().isEmpty())
                .<Reading>map(Reading.Accepted::new)
                .orElseGet(() -> new Reading.Rejected(findings.all(), document));
    }

    private static Optional<PlanDocument> document(Fields fields) {
        fields.required("apiVersion", constant(PlanDocument.API_VERSION));
        fields.required("kind", constant(PlanDocument.KIND));
        Optional<PlanKey> key = fields.required("metadata", node -> node.object(PlanReader::metadata));
        String namespace = key.map(PlanKey::namespace).orElse("");
        Optional<PlanSpec> spec = fields.required("spec", node -> node.object(inner -> spec(inner, namespace)));
        return fields.whole(() -> new PlanDocument(key.orElseThrow(), spec.orElseThrow()));
    }

    private static Function<Node, Optional<String>> constant(String only) {
        return node -> node.text()
                .flatMap(text -> text.equals(only)
                        ? Optional.of(text)
                        : node.refuse("Must be \"" + only + "\", and is \"" + Node.quoted(text) + "\"."));
    }

    private static Optional<PlanKey> metadata(Fields fields) {
        Optional<String> namespace =
                fields.required("namespace", node -> node.parsed(text -> new PlanKey(text, "any").namespace()));
        Optional<String> name = fields.required("name", node -> node.parsed(text -> new PlanKey("any", text).name()));
        fields.optional("labels", PlanReader::texts);
        fields.optional("annotations", PlanReader::texts);
        return fields.whole(() -> new PlanKey(namespace.orElseThrow(), name.orElseThrow()));
    }

    private static Optional<Map<String, String>> texts(Node node) {
        return node.object(fields -> {
            fields.given().forEach(name -> fields.optional(name, Node::anyText));
            return fields.whole(Map::of);
        });
    }

    private static Optional<PlanSpec> spec(Fields fields, String namespace) {
        Optional<DatabaseName> database = fields.required("databaseRef", node -> node.object(PlanReader::databaseRef));
        String description = fields.or("description", "", Node::anyText);
        Sync sync = fields.or("sync", Sync.TRIGGER, node -> node.oneOf(choices(Stream.of(Sync.values()), Sync::label)));
        Findings.Distinct approved = fields.findings().new Distinct();
        WindowReader windows = new WindowReader(fields.findings());
        Optional<WorkReader.Declared> work = WorkReader.read(fields, approved, windows);
        List<WorkloadSpec> workloads = fields.or("workloads", List.of(), new WorkloadReader(namespace, fields)::all);
        List<Approval> approvals = approvals(fields, approved, work);
        Windows when = windows.all(fields, work);
        int minStableSeconds =
                fields.or("minStableSeconds", DEFAULT_MIN_STABLE_SECONDS, node -> node.integer(0, DAY_SECONDS));
        LockBudget locks = fields.or("lock", LockBudget.standard(), node -> node.object(PlanReader::lock));
        BackfillPace backfill =
                fields.or("backfill", BackfillPace.standard(), node -> node.object(PlanReader::backfill));
        ContractRules contract =
                fields.or("contract", ContractRules.standard(), node -> node.object(PlanReader::contract));
        // What asks for the standard is the same plan as one that is silent.
        Optional<ConsumerRules> consumers = fields.optional("consumers", node -> node.object(EvidenceReader::consumers))
                .filter(rules -> !rules.equals(ConsumerRules.standard()));
        Backup backup = fields.or("backup", new Backup.None(), node -> node.object(PlanReader::backup));
        fields.optional(
                "suspend",
                node -> node.refuse(
                        "Belongs to plans that kubectl applies. Here POST …/suspend pauses a run, and a plan"
                                + " that is not started does nothing."));
        return fields.whole(() -> new PlanSpec(
                database.orElseThrow(),
                description,
                work.orElseThrow().work(),
                workloads,
                approvals,
                minStableSeconds,
                locks,
                backfill,
                sync,
                contract,
                backup,
                consumers,
                Optional.of(when).filter(some -> !some.equals(Windows.NONE))));
    }

    private static Optional<DatabaseName> databaseRef(Fields fields) {
        Optional<DatabaseName> name = fields.required("name", node -> node.parsed(DatabaseName::new));
        return fields.whole(name::orElseThrow);
    }

    private static List<Approval> approvals(
            Fields fields, Findings.Distinct approved, Optional<WorkReader.Declared> work) {
        List<Approval> all = new ArrayList<>(fields.or(
                "approvals",
                List.of(),
                node -> node.list(one -> one.object(inner -> approval(inner, approved, work)))));
        work.ifPresent(declared -> all.addAll(declared.approvals()));
        return all;
    }

    private static Optional<Approval> approval(
            Fields fields, Findings.Distinct approved, Optional<WorkReader.Declared> work) {
        Optional<PhaseName> phase = fields.required("phase", node -> node.parsed(PhaseName::new));
        phase.ifPresent(name -> approved.claim(name, fields.path("phase")));
        phase.ifPresent(name -> work.ifPresent(declared -> declared.refuseUnknown(name, fields.node("phase"))));
        Optional<Integer> count = fields.required("count", PlanReader::approvalCount);
        return fields.whole(() -> new Approval(phase.orElseThrow(), count.orElseThrow()));
    }

    static Optional<Integer> approvalCount(Node node) {
        return node.integer(1, 10);
    }

    private static Optional<LockBudget> lock(Fields fields) {
        LockBudget standard = LockBudget.standard();
        int budget = fields.or("budgetMilliseconds", standard.budgetMilliseconds(), node -> node.integer(10, 10_000));
        int deadline = fields.or("deadlineSeconds", standard.deadlineSeconds(), node -> node.integer(1, DAY_SECONDS));
        BlockerRule blockers =
                fields.or("blockers", new BlockerRule.Wait(), node -> node.object(PlanReader::blockerRule));
        return fields.whole(() -> new LockBudget(budget, deadline, blockers));
    }

    private static Optional<BlockerRule> blockerRule(Fields fields) {
        Optional<String> act = fields.required(
                "act", node -> node.oneOf(choices(Stream.of("Wait", "Cancel", "Terminate"), Function.identity())));
        int after = fields.or("afterSeconds", 10, node -> node.integer(1, DAY_SECONDS));
        int oldest = fields.or("maxTransactionSeconds", 300, node -> node.integer(1, DAY_SECONDS));
        return fields.whole(() -> act.orElseThrow().equals("Wait")
                ? new BlockerRule.Wait()
                : new BlockerRule.Stop(act.orElseThrow().equals("Terminate"), after, oldest));
    }

    private static Optional<ContractRules> contract(Fields fields) {
        ContractRules standard = ContractRules.standard();
        int window = fields.or(
                "revertWindowSeconds", standard.revertWindowSeconds(), node -> node.integer(0, 30 * DAY_SECONDS));
        boolean requireUnused = fields.or("requireUnused", standard.requireUnused(), Node::truth);
        return fields.whole(() -> new ContractRules(window, requireUnused));
    }

    private static Optional<Backup> backup(Fields fields) {
        Optional<String> to =
                fields.required("to", node -> node.oneOf(choices(Stream.of("None", "Table"), Function.identity())));
        int keep = fields.or("keepSeconds", 7 * DAY_SECONDS, node -> node.integer(3_600, 365 * DAY_SECONDS));
        return fields.whole(() -> to.orElseThrow().equals("Table") ? new Backup.ToTable(keep) : new Backup.None());
    }

    private static Optional<BackfillPace> backfill(Fields fields) {
        BackfillPace standard = BackfillPace.standard();
        int batch = fields.or("batchMilliseconds", standard.batchMilliseconds(), node -> node.integer(1, 1_000));
        int rest = fields.or("restPercent", standard.restPercent(), node -> node.integer(0, 95));
        SequencedMap<String, UserTriggers> modes = choices(Stream.of(UserTriggers.values()), UserTriggers::label);
        UserTriggers triggers = fields.or("userTriggers", standard.userTriggers(), node -> node.oneOf(modes));
        int lag = fields.or(
                "maxReplicaLagSeconds", standard.maxReplicaLagSeconds(), node -> node.integer(0, DAY_SECONDS));
        BatchCommit commit = fields.or(
                "commit",
                standard.commit(),
                node -> node.oneOf(choices(Stream.of(BatchCommit.values()), BatchCommit::label)));
        // What asks for the standard is the same plan as one that is silent.
        Optional<Speed> speed = fields.optional(
                        "speed",
                        node -> node.oneOf(choices(Stream.of(Speed.FULL, Speed.GOVERNED, Speed.GENTLE), Speed::label)))
                .filter(one -> one != Speed.GOVERNED);
        Optional<BackfillLimits> limits = fields.optional("limits", node -> node.object(LimitsReader::read))
                .filter(said -> !said.silent());
        boolean check = fields.or("checkFirst", standard.rows().checkFirst(), Node::truth);
        Optional<RowRules.SetAside> aside = fields.optional("setAside", node -> node.object(RowRules::setAside));
        int ceiling =
                fields.or("bloatCeilingPercent", standard.rows().bloatCeilingPercent(), node -> node.integer(0, 1_000));
        RowRules rows = new RowRules(check, aside, ceiling);
        int workers = fields.or("workers", standard.workers(), node -> node.integer(1, 16));
        return fields.whole(() -> new BackfillPace(batch, rest, triggers, lag, commit, speed, limits, workers, rows));
    }

    /** Choices by their label, in their own order. */
    static <T> SequencedMap<String, T> choices(Stream<T> all, Function<T, String> label) {
        SequencedMap<String, T> byLabel = new LinkedHashMap<>();
        all.forEach(one -> byLabel.put(label.apply(one), one));
        return byLabel;
    }
}
