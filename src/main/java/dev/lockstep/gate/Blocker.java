package dev.lockstep.gate;

/**
 * One thing that holds a run.
 *
 * @param code stable, for machines
 * @param object what is in the way, for example {@code pod shop-web-7d9f-x2x4p} or {@code session 4711}
 * @param owner who can do something about it, for example {@code Deployment shop/shop-web} or a role
 * @param message what is so, as a sentence
 * @param remedy what a person can do, as a sentence
 */
public record Blocker(Code code, String object, String owner, String message, String remedy) {
    /** Why something holds. */
    public enum Code {
        OLD_VERSION,
        NEW_VERSION,
        /** It runs, or would start, code of a milestone that the schema cannot bear yet. */
        CODE_TOO_NEW,
        UNKNOWN_VERSION,
        NOT_ENOUGH_EVIDENCE,
        TEMPLATE_OLD,
        TEMPLATE_NEW,
        ROLLOUT_NOT_OBSERVED,
        ROLLOUT_PAUSED,
        WORKLOAD_MISSING,
        /** Something uses the database that no workload of the plan explains. */
        UNLISTED_CONSUMER,
        EVIDENCE_STALE,
        NOT_STABLE_YET,
        /** Nothing is wrong: the phase has hours of its own, and it is none of them. */
        OUTSIDE_WINDOW,
        DATABASE_UNREACHABLE,
        LOCK_NOT_ACQUIRED,
        TRANSACTION_STILL_OPEN,
        ASSERTION_FAILED,
        /** Something still uses what the contract would take away. */
        STILL_IN_USE,
        /** Whether something uses it cannot be told, or not yet. */
        USE_NOT_KNOWN,
        /** Nothing is wrong: the old shape is kept within reach for as long as the plan says. */
        REVERT_WINDOW,
        REPLICA_BEHIND,
        /** Something that the backfill must not make worse keeps it at its slowest. */
        BACKFILL_THROTTLED,
        /** A person paused the backfill. */
        BACKFILL_PAUSED,
        ANOTHER_PLAN,
        /** The database is not as the plan expects it. */
        PLAN_DOES_NOT_FIT,
        /** A phase was approved so long ago that people have to be asked again. */
        APPROVAL_EXPIRED,
        /** What the database's own ledger says does not fit the journal. */
        LEDGER_DISAGREES,
        /** This replica stood still for so long that the database gave it up. */
        REPLICA_STALLED,
        FENCED_OUT
    }
}
