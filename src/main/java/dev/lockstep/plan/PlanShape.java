package dev.lockstep.plan;

import static dev.lockstep.plan.Shapes.ANY_TEXT;
import static dev.lockstep.plan.Shapes.DAY_SECONDS;
import static dev.lockstep.plan.Shapes.DNS_LABEL;
import static dev.lockstep.plan.Shapes.IDENTIFIER;
import static dev.lockstep.plan.Shapes.SAYING;
import static dev.lockstep.plan.Shapes.TABLE;
import static dev.lockstep.plan.Shapes.TRUTH;
import static dev.lockstep.plan.Shapes.fields;
import static dev.lockstep.plan.Shapes.keyed;
import static dev.lockstep.plan.Shapes.list;
import static dev.lockstep.plan.Shapes.optional;
import static dev.lockstep.plan.Shapes.required;
import static dev.lockstep.plan.Shapes.set;
import static dev.lockstep.plan.Shapes.standard;
import static dev.lockstep.plan.Shapes.word;

import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a plan's spec looks like, described field by field. What {@link PlanReader} reads and this describes is the same; a
 * test reads random plans by both.
 *
 * <p>Standard values stand only where no list is above them: tools that compare what was applied with what is there (Argo
 * CD) see a value that was filled in within a list as a difference that never goes away.
 */
public final class PlanShape {
    /** Nobody reviews more in one go. */
    private static final int MOST_CHANGES = 100;

    private static final int MOST_PHASES = 50;
    private static final int MOST_STEPS = 100;
    private static final int MOST_TABLES = 100;

    private static final Shape APPROVAL_COUNT = new Shape.Whole(1, 10);

    private PlanShape() {}

    /** What stands under {@code spec}. */
    public static Shape.Fields spec() {
        List<Field> all = new ArrayList<>();
        all.add(required(
                "databaseRef",
                fields(required(
                        "name",
                        DNS_LABEL,
                        "Name of the Database object in the plan's namespace, or of a database in Lockstep's own"
                                + " configuration.")),
                "Which database is changed."));
        all.add(standard("description", ANY_TEXT, "", "One line for the people who approve."));
        all.add(optional(
                "changes",
                list(ChangeShape.change(), 1, MOST_CHANGES),
                "What is to change. Lockstep works out the phases. Either this or phases, not both."));
        all.add(optional(
                "phases",
                keyed("name", phase(), 1, MOST_PHASES),
                "The phases, written out. Either this or changes, not both."));
        all.add(optional(
                "workloads",
                keyed("name", WorkloadShape.workload(), 0, WorkloadShape.MOST_WORKLOADS),
                "Everything that runs code against the database. Gates wait for these."));
        all.add(optional(
                "approvals",
                keyed("phase", approval(), 0, MOST_PHASES),
                "Which phases people must approve. An approval is given over REST or on the page, never by editing this"
                        + " object, and counts for one digest only."));
        all.add(optional(
                "windows",
                keyed(
                        "name",
                        new Shape.Fields(WindowShape.fields(MOST_PHASES), List.of()),
                        0,
                        WindowShape.MOST_WINDOWS),
                "When phases may run; a phase that none of them is for runs at any time. They are not part of the digest,"
                        + " and may change while a run goes on."));
        all.addAll(pace());
        return new Shape.Fields(
                all,
                List.of(new Rule(
                        "has(self.changes) != has(self.phases)",
                        "give either changes or phases: changes are compiled to phases")));
    }

    private static List<Field> pace() {
        return List.of(
                standard(
                        "minStableSeconds",
                        new Shape.Whole(0, DAY_SECONDS),
                        PlanReader.DEFAULT_MIN_STABLE_SECONDS,
                        "How long a gate must have matched without a break before it opens, and before a contract for as long"
                                + " once more after the floor rose. 30 where nothing is said."),
                standard(
                        "sync",
                        word(PlanSpec.Sync.values(), PlanSpec.Sync::label),
                        PlanSpec.Sync.TRIGGER.label(),
                        "Who keeps the old and the new shape equal while both exist: Trigger (the database, so that one"
                                + " deploy is enough) or Application (the code writes both)."),
                optional("lock", lock(), "How long the application may be made to wait for a lock of Lockstep's."),
                optional("backfill", backfill(), "How fast existing rows are brought into the new shape."),
                optional("contract", contract(), "How the old shape goes."),
                optional("backup", backup(), "What is kept of values that a contract drops."),
                optional(
                        "consumers",
                        WorkloadShape.consumers(),
                        "What is done about consumers of the database that nobody listed."));
    }

    private static Shape approval() {
        return fields(
                required("phase", DNS_LABEL, "The phase that waits for approval, such as contract."),
                required("count", APPROVAL_COUNT, "How many different people must approve it."));
    }

    private static Shape lock() {
        PlanSpec.LockBudget budget = PlanSpec.LockBudget.standard();
        return fields(
                standard(
                        "budgetMilliseconds",
                        new Shape.Whole(10, 10_000),
                        budget.budgetMilliseconds(),
                        "Longest wait for a lock in one attempt; the application waits behind it."),
                standard(
                        "deadlineSeconds",
                        new Shape.Whole(1, DAY_SECONDS),
                        budget.deadlineSeconds(),
                        "After which a step stops trying, and the plan is held."),
                optional(
                        "blockers",
                        fields(
                                required(
                                        "act",
                                        word("Wait", "Cancel", "Terminate"),
                                        "Wait names them and waits; Cancel cancels their statement; Terminate ends"
                                                + " their connection."),
                                standard(
                                        "afterSeconds",
                                        new Shape.Whole(1, DAY_SECONDS),
                                        10,
                                        "How long the step has waited before a session is stopped."),
                                standard(
                                        "maxTransactionSeconds",
                                        new Shape.Whole(1, DAY_SECONDS),
                                        300,
                                        "An older transaction is left alone, because too much work would be lost.")),
                        "What is done about sessions that are in the way. They are waited for where nothing is said."));
    }

    private static Shape backfill() {
        PlanSpec.BackfillPace pace = PlanSpec.BackfillPace.standard();
        return fields(
                standard(
                        "batchMilliseconds",
                        new Shape.Whole(1, 1_000),
                        pace.batchMilliseconds(),
                        "How long one batch should take at full speed; governed half of it, gentle a sixteenth."),
                standard(
                        "restPercent",
                        new Shape.Whole(0, 95),
                        pace.restPercent(),
                        "The share of time that the backfill rests."),
                standard(
                        "userTriggers",
                        word(PlanSpec.UserTriggers.values(), PlanSpec.UserTriggers::label),
                        pace.userTriggers().label(),
                        "Whether the table's own triggers see the rows that the backfill touches: Skip or Fire."),
                standard(
                        "maxReplicaLagSeconds",
                        new Shape.Whole(0, DAY_SECONDS),
                        pace.maxReplicaLagSeconds(),
                        "How far a standby may be behind before the backfill all but stops; 0 for not looking."),
                standard(
                        "commit",
                        word(PlanSpec.BatchCommit.values(), PlanSpec.BatchCommit::label),
                        pace.commit().label(),
                        "Whether each batch waits until the disk has it: Asynchronous or Synchronous."),
                standard(
                        "speed",
                        word(new Speed[] {Speed.FULL, Speed.GOVERNED, Speed.GENTLE}, Speed::label),
                        Speed.GOVERNED.label(),
                        "Full, Governed (slower by what the database feels) or Gentle."),
                optional("limits", LimitsShape.limits(), "How much the database may feel before it goes slower."),
                standard(
                        "workers",
                        new Shape.Whole(1, 16),
                        pace.workers(),
                        "How many connections fill rows side by side."),
                standard(
                        "checkFirst",
                        TRUTH,
                        pace.rows().checkFirst(),
                        "Whether an expression is tried out on every row, without writing, before anything is done."),
                optional(
                        "setAside",
                        fields(
                                required("to", TABLE, "A table that the plan makes for them, and drops in the end."),
                                required(
                                        "atMost",
                                        new Shape.Whole(1, 100_000),
                                        "How many rows may be there; one more ends the step.")),
                        "Where rows are put that an expression fails on. The first one ends the step where nothing is"
                                + " said."),
                standard(
                        "bloatCeilingPercent",
                        new Shape.Whole(0, 1_000),
                        pace.rows().bloatCeilingPercent(),
                        "By how much the table may grow before the backfill rests for a VACUUM; 0 for never."));
    }

    private static Shape contract() {
        PlanSpec.ContractRules rules = PlanSpec.ContractRules.standard();
        return fields(
                standard(
                        "revertWindowSeconds",
                        new Shape.Whole(0, 30 * DAY_SECONDS),
                        rules.revertWindowSeconds(),
                        "How long the old shape is only hidden, so that it can be brought back, before it is dropped. 0"
                                + " drops it at once."),
                standard(
                        "requireUnused",
                        TRUTH,
                        rules.requireUnused(),
                        "Whether signs that something still uses the old shape hold the contract."));
    }

    private static Shape backup() {
        return fields(
                required(
                        "to",
                        word("None", "Table"),
                        "None, or Table: keys and old values in a table of the target's lockstep schema."),
                standard(
                        "keepSeconds",
                        new Shape.Whole(3_600, 365 * DAY_SECONDS),
                        7 * DAY_SECONDS,
                        "After which the kept values may be dropped."));
    }

    private static Shape phase() {
        return fields(
                List.of(new Rule(
                        "self.type == 'Deploy' ? has(self.require) && (!has(self.steps) || size(self.steps) == 0)"
                                + " : has(self.steps) && size(self.steps) > 0",
                        "a Deploy phase has require and no steps; any other phase has at least one step")),
                required("name", DNS_LABEL, "The phase's name, which approvals and the journal use."),
                required(
                        "type",
                        word(PhaseType.values(), PhaseType::label),
                        "Expand adds the new shape, Backfill brings rows into it, Deploy waits for code, Contract takes"
                                + " the old shape away."),
                optional(
                        "require",
                        word(Milestone.values(), Milestone::label),
                        "The milestone that all code must have reached before the phase begins."),
                optional(
                        "approval",
                        fields(required("count", APPROVAL_COUNT, "How many different people must approve it.")),
                        "People who must approve this phase; the same as an entry under approvals."),
                optional(
                        "windows",
                        keyed("name", new Shape.Fields(WindowShape.hours(), List.of()), 0, WindowShape.MOST_WINDOWS),
                        "When this phase may run; the same as entries under windows that name it."),
                optional("steps", list(step(), 0, MOST_STEPS), "What the phase does, in this order."));
    }

    private static Shape step() {
        return new Shape.OneOf(List.of(
                optional("sql", sql(), "SQL as it stands."),
                optional(
                        "backfill",
                        fields(
                                required("name", DNS_LABEL, "The step's name, different from others of its phase."),
                                required("table", TABLE, "The table whose rows are filled: table or schema.table."),
                                required("column", IDENTIFIER, "The column that is filled."),
                                required("value", SAYING, "SQL expression of the value, over the row's columns."),
                                required("where", SAYING, "SQL condition of the rows that still need it."),
                                optional(
                                        "key",
                                        set(IDENTIFIER, 1, MOST_TABLES),
                                        "The columns by whose order it goes; the table's blocks where nothing is said."
                                                + " A view or a foreign table has none, and needs a key.")),
                        "Rows that are filled in small batches.")));
    }

    private static Shape sql() {
        return new Shape.Fields(sqlFields(), List.of(verified()));
    }

    static Rule verified() {
        return new Rule(
                "!has(self.transaction) || self.transaction || has(self.verify)",
                "outside a transaction only verify can tell, after a crash, whether the SQL has run; add it");
    }

    static List<Field> sqlFields() {
        return List.of(
                required("name", DNS_LABEL, "The step's name, different from others of its phase."),
                required("up", SAYING, "The SQL that does it."),
                optional("down", SAYING, "The SQL that takes it back. Without it there is no way back from here."),
                optional("verify", SAYING, "A query of one boolean that is true once it is done."),
                new Field(
                        "transaction",
                        "Whether it runs in a transaction; true where nothing is said. Without one, verify is needed.",
                        TRUTH,
                        false,
                        Optional.empty()),
                optional(
                        "tables",
                        set(TABLE, 0, MOST_TABLES),
                        "The tables that it touches, so that no other plan changes them at the same time."));
    }
}
