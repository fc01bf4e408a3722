package dev.lockstep.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan asks for.
 *
 * @param description one line for the people who approve
 * @param workloads everything that runs code against the database
 * @param approvals how many people must approve which phase
 * @param minStableSeconds how long a gate must have matched without a break before it opens: 0 to 86,400
 * @param consumers what is done about consumers of the database that nobody listed; empty for the standard
 * @param windows when phases may run; empty for at any time. They are no part of what is approved: {@link Digest}
 */
public record PlanSpec(
        DatabaseName database,
        String description,
        Work work,
        List<WorkloadSpec> workloads,
        List<Approval> approvals,
        int minStableSeconds,
        LockBudget locks,
        BackfillPace backfill,
        Sync sync,
        ContractRules contract,
        Backup backup,
        Optional<ConsumerRules> consumers,
        Optional<Windows> windows) {
    public PlanSpec {
        workloads = List.copyOf(workloads);
        approvals = List.copyOf(approvals);
    }

    /** One that says nothing about consumers that nobody listed, nor about when. */
    public PlanSpec(
            DatabaseName database,
            String description,
            Work work,
            List<WorkloadSpec> workloads,
            List<Approval> approvals,
            int minStableSeconds,
            LockBudget locks,
            BackfillPace backfill,
            Sync sync,
            ContractRules contract,
            Backup backup) {
        this(
                database,
                description,
                work,
                workloads,
                approvals,
                minStableSeconds,
                locks,
                backfill,
                sync,
                contract,
                backup,
                Optional.empty(),
                Optional.empty());
    }

    /** When its phases may run. */
    public Windows allWindows() {
        return windows.orElse(Windows.NONE);
    }

    /** The same plan at other times. */
    public PlanSpec within(Optional<Windows> others) {
        return new PlanSpec(
                database,
                description,
                work,
                workloads,
                approvals,
                minStableSeconds,
                locks,
                backfill,
                sync,
                contract,
                backup,
                consumers,
                others);
    }

    /** Who keeps the old and the new shape equal while both exist. */
    public enum Sync {
        /** Triggers in the database, so that one deploy is enough. */
        TRIGGER("Trigger"),
        /** The application writes both, so that no trigger is needed, and three deploys are (P25). */
        APPLICATION("Application");

        private final String label;

        Sync(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    /**
     * How the old shape goes.
     *
     * @param revertWindowSeconds how long it is only hidden, so that it can be brought back, before it is dropped: 0 (it is
     *     dropped at once) to 2,592,000 (30 days)
     * @param requireUnused whether signs that something still uses it hold the contract; otherwise they are only shown
     */
    public record ContractRules(int revertWindowSeconds, boolean requireUnused) {
        /** Dropped at once; what the server says about its use is shown. */
        public static ContractRules standard() {
            return new ContractRules(0, false);
        }
    }

    /** What is kept of values that a contract drops. */
    public sealed interface Backup {
        /** Nothing. */
        record None() implements Backup {}

        /**
         * Keys and old values, in a table in the target's {@code lockstep} schema.
         *
         * @param keepSeconds after which it may be dropped: 3,600 (an hour) to 31,536,000 (a year)
         */
        record ToTable(int keepSeconds) implements Backup {}
    }

    /** The work: changes to be compiled, or phases written out. */
    public sealed interface Work {
        record Changes(List<Change> changes) implements Work {
            public Changes {
                changes = List.copyOf(changes);
            }
        }

        record Phases(List<DeclaredPhase> phases) implements Work {
            public Phases {
                phases = List.copyOf(phases);
            }
        }
    }

    /**
     * How many people must approve a phase.
     *
     * @param count different people: 1 to 10
     */
    public record Approval(PhaseName phase, int count) {}

    /**
     * How long the application may be made to wait for a lock of ours, and when a step gives up.
     *
     * @param budgetMilliseconds longest wait in one attempt: 10 to 10,000
     * @param deadlineSeconds after which a step stops trying and the run is held: 1 to 86,400
     * @param blockers what is done about sessions that are in the way
     */
    public record LockBudget(int budgetMilliseconds, int deadlineSeconds, BlockerRule blockers) {
        /** Half a second a try, for a quarter of an hour; whoever is in the way is named and left alone. */
        public static LockBudget standard() {
            return new LockBudget(500, 900, new BlockerRule.Wait());
        }
    }

    /** What is done about a session that keeps a lock which a step needs (P7). */
    public sealed interface BlockerRule {
        /** It is named, and waited for. */
        record Wait() implements BlockerRule {}

        /**
         * It is stopped, if it is a true blocker within these bounds.
         *
         * @param connection whether its connection is ended; otherwise only its statement is cancelled
         * @param afterSeconds how long the step has waited by then: 1 to 86,400
         * @param maxTransactionSeconds an older transaction is left alone, because too much work would be lost: 1 to 86,400
         */
        record Stop(boolean connection, int afterSeconds, int maxTransactionSeconds) implements BlockerRule {}
    }

    /**
     * How fast a backfill goes.
     *
     * @param batchMilliseconds how long one batch should take: 1 to 1,000
     * @param restPercent the share of its time that a governed backfill rests at least: 0 to 95
     * @param userTriggers whether the table's own triggers see the rows that the backfill touches (P29)
     * @param maxReplicaLagSeconds how far a standby may be behind before the backfill all but stops (P42): 1 to 86,400, or 0
     *     for not looking
     * @param commit whether each batch waits until the disk has it
     * @param speed at which it begins, never {@link Speed#PAUSED}; empty for {@link Speed#GOVERNED}
     * @param limits what makes it go slower; empty where the plan says nothing
     * @param workers how many sessions may write at the same time, where the table and the server have room: 1 to 16
     * @param rows what it does about single rows, and about the room that it leaves behind
     */
    public record BackfillPace(
            int batchMilliseconds,
            int restPercent,
            UserTriggers userTriggers,
            int maxReplicaLagSeconds,
            BatchCommit commit,
            Optional<Speed> speed,
            Optional<BackfillLimits> limits,
            int workers,
            RowRules rows) {
        /** One with the standard rules for rows. */
        public BackfillPace(
                int batchMilliseconds,
                int restPercent,
                UserTriggers userTriggers,
                int maxReplicaLagSeconds,
                BatchCommit commit,
                Optional<Speed> speed,
                Optional<BackfillLimits> limits,
                int workers) {
            this(
                    batchMilliseconds,
                    restPercent,
                    userTriggers,
                    maxReplicaLagSeconds,
                    commit,
                    speed,
                    limits,
                    workers,
                    RowRules.standard());
        }

        /** One worker. */
        public BackfillPace(
                int batchMilliseconds,
                int restPercent,
                UserTriggers userTriggers,
                int maxReplicaLagSeconds,
                BatchCommit commit,
                Optional<Speed> speed,
                Optional<BackfillLimits> limits) {
            this(batchMilliseconds, restPercent, userTriggers, maxReplicaLagSeconds, commit, speed, limits, 1);
        }

        /** One that begins governed, with no limits of the plan's own. */
        public BackfillPace(
                int batchMilliseconds,
                int restPercent,
                UserTriggers userTriggers,
                int maxReplicaLagSeconds,
                BatchCommit commit) {
            this(
                    batchMilliseconds,
                    restPercent,
                    userTriggers,
                    maxReplicaLagSeconds,
                    commit,
                    Optional.empty(),
                    Optional.empty());
        }

        /** The same with other rules for rows. */
        public BackfillPace with(RowRules rules) {
            return new BackfillPace(
                    batchMilliseconds,
                    restPercent,
                    userTriggers,
                    maxReplicaLagSeconds,
                    commit,
                    speed,
                    limits,
                    workers,
                    rules);
        }

        /** The speed at which it begins. */
        public Speed firstSpeed() {
            return speed.orElse(Speed.GOVERNED);
        }

        /**
         * What the plan says about limits. Its older field for a standby's lag counts where the limits are silent about that
         * and the field says something of its own.
         */
        public BackfillLimits ownLimits() {
            BackfillLimits said = limits.orElse(BackfillLimits.NONE);
            return maxReplicaLagSeconds == standard().maxReplicaLagSeconds()
                    ? said
                    : said.over(
                            new BackfillLimits(Map.of(Limit.REPLICA_LAG, maxReplicaLagSeconds), List.of(), List.of()));
        }

        /** Short batches with little rest, unseen by the table's own triggers; standbys stay within ten seconds. */
        public static BackfillPace standard() {
            return new BackfillPace(20, 10, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        }
    }

    /**
     * Whether a batch of a backfill waits until the disk has it. Nothing else ever commits without waiting; here it is safe,
     * because the cursor commits with the rows: after a crash of the server both are gone together, and the batch is done
     * again. The backfill's end waits for all of it.
     */
    public enum BatchCommit {
        ASYNCHRONOUS("Asynchronous"),
        SYNCHRONOUS("Synchronous");

        private final String label;

        BatchCommit(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    /** Whether the table's own triggers fire for the backfill. */
    public enum UserTriggers {
        /** They do not see it: no {@code updated_at} moves, no audit row is written. */
        SKIP("Skip"),
        /** They fire for every row. */
        FIRE("Fire");

        private final String label;

        UserTriggers(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }
}
