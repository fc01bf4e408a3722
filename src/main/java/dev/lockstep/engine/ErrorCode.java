package dev.lockstep.engine;

/** Stable names for what can go wrong; they appear in problem details, the journal and logs, and do not change. */
public enum ErrorCode {
    PLAN_INVALID(Kind.USER, false),
    PLAN_NOT_FOUND(Kind.USER, false),
    PLAN_IN_PROGRESS(Kind.USER, false),
    /** Its spec is declared in another way, and changed only there. */
    PLAN_KEPT_ELSEWHERE(Kind.USER, false),
    RUN_NOT_FOUND(Kind.USER, false),
    ILLEGAL_TRANSITION(Kind.USER, false),
    DIGEST_MISMATCH(Kind.USER, false),
    NOT_ALLOWED(Kind.USER, false),
    PRECONDITION_FAILED(Kind.USER, false),
    REQUEST_INVALID(Kind.USER, false),
    UNAUTHENTICATED(Kind.USER, false),
    /** What was waited for is not so yet. */
    NOT_REACHED_YET(Kind.USER, true),
    /** What was waited for cannot happen any more, or not without a person. */
    OUT_OF_REACH(Kind.USER, false),
    DATABASE_UNKNOWN(Kind.USER, false),
    DATABASE_UNREACHABLE(Kind.TARGET, true),
    TABLE_TAKEN(Kind.USER, true),
    SQL_FAILED(Kind.TARGET, false),
    ROWS_HIDDEN(Kind.TARGET, false),
    VERIFICATION_FAILED(Kind.TARGET, false),
    FENCED_OUT(Kind.TARGET, false),
    ABORTED(Kind.USER, false),
    CLUSTER_UNREACHABLE(Kind.CLUSTER, true),
    STORE_UNREACHABLE(Kind.INTERNAL, true),
    INTERNAL(Kind.INTERNAL, false);

    private final Kind kind;
    private final boolean retryable;

    ErrorCode(Kind kind, boolean retryable) {
        this.kind = kind;
        this.retryable = retryable;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the same request may succeed later without anybody changing it. */
    public boolean retryable() {
        return retryable;
    }

    /** Who can do something about it. */
    public enum Kind {
        USER,
        TARGET,
        CLUSTER,
        INTERNAL
    }
}
