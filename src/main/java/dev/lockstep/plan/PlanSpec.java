package dev.lockstep.plan;

import java.util.List;

/**
 * What a plan asks for.
 *
 * @param description one line for the people who approve
 * @param workloads everything that runs code against the database
 * @param approvals how many people must approve which phase
 * @param minStableSeconds how long a gate must have matched without a break before it opens: 0 to 86,400
 */
public record PlanSpec(
        DatabaseName database,
        String description,
        Work work,
        List<WorkloadSpec> workloads,
        List<Approval> approvals,
        int minStableSeconds,
        LockBudget locks,
        BackfillPace backfill) {
    public PlanSpec {
        workloads = List.copyOf(workloads);
        approvals = List.copyOf(approvals);
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
     */
    public record LockBudget(int budgetMilliseconds, int deadlineSeconds) {
        /** Half a second a try, for a quarter of an hour. */
        public static LockBudget standard() {
            return new LockBudget(500, 900);
        }
    }

    /**
     * How fast a backfill goes.
     *
     * @param batchMilliseconds how long one batch should take: 1 to 1,000
     * @param restPercent the share of time that the backfill rests: 0 to 95
     * @param userTriggers whether the table's own triggers see the rows that the backfill touches (P29)
     */
    public record BackfillPace(int batchMilliseconds, int restPercent, UserTriggers userTriggers) {
        /** Short batches with little rest, unseen by the table's own triggers. */
        public static BackfillPace standard() {
            return new BackfillPace(40, 20, UserTriggers.SKIP);
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
