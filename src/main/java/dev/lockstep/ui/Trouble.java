package dev.lockstep.ui;

import dev.lockstep.engine.LockstepException;
import java.util.List;

/**
 * A page for what could not be done.
 *
 * @param status of HTTP
 * @param details one sentence each
 * @param back where to go on
 */
public record Trouble(int status, String title, String message, List<String> details, String back) {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int ERROR = 500;
    private static final int UNAVAILABLE = 503;

    public Trouble {
        details = List.copyOf(details);
    }

    static Trouble of(LockstepException failure, String back) {
        List<String> details = failure.violations().stream()
                .map(violation -> violation.path() + ": " + violation.message())
                .toList();
        String message = String.valueOf(failure.getMessage());
        return switch (failure.code()) {
            case PLAN_NOT_FOUND, RUN_NOT_FOUND, DATABASE_UNKNOWN ->
                new Trouble(NOT_FOUND, "Not there", message, details, "/");
            case NOT_ALLOWED, UNAUTHENTICATED -> new Trouble(FORBIDDEN, "Not allowed", message, details, back);
            case ILLEGAL_TRANSITION,
                    DIGEST_MISMATCH,
                    PLAN_IN_PROGRESS,
                    PLAN_KEPT_ELSEWHERE,
                    NOT_REACHED_YET,
                    OUT_OF_REACH,
                    TABLE_TAKEN,
                    PRECONDITION_FAILED,
                    ABORTED,
                    FENCED_OUT -> new Trouble(CONFLICT, "That does not fit now", message, details, back);
            case PLAN_INVALID, REQUEST_INVALID, ROWS_HIDDEN, VERIFICATION_FAILED, SQL_FAILED ->
                new Trouble(UNPROCESSABLE, "That cannot be done", message, details, back);
            case DATABASE_UNREACHABLE, CLUSTER_UNREACHABLE, STORE_UNREACHABLE ->
                new Trouble(UNAVAILABLE, "Something does not answer", message, details, back);
            case INTERNAL -> new Trouble(ERROR, "Lockstep has a fault", message, details, back);
        };
    }
}
