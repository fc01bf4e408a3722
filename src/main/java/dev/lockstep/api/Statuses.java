package dev.lockstep.api;

import dev.lockstep.engine.ErrorCode;

/** Which HTTP status says what an error code says. */
final class Statuses {
    static final int UNPROCESSABLE = 422;

    private Statuses() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case REQUEST_INVALID -> 400;
            case UNAUTHENTICATED -> 401;
            case NOT_ALLOWED -> 403;
            case PLAN_NOT_FOUND, DATABASE_UNKNOWN -> 404;
            // Not 404: the plan is there, it only has no run that could be told anything.
            case RUN_NOT_FOUND -> 409;
            // So that a script that waits with `curl --fail` does not go on, and `curl --retry` waits on.
            case NOT_REACHED_YET -> 408;
            case PLAN_IN_PROGRESS,
                    PLAN_KEPT_ELSEWHERE,
                    ILLEGAL_TRANSITION,
                    DIGEST_MISMATCH,
                    TABLE_TAKEN,
                    ABORTED,
                    OUT_OF_REACH -> 409;
            case SQL_FAILED, ROWS_HIDDEN, VERIFICATION_FAILED, FENCED_OUT -> 409;
            case PRECONDITION_FAILED -> 412;
            case PLAN_INVALID -> UNPROCESSABLE;
            case INTERNAL -> 500;
            case DATABASE_UNREACHABLE, CLUSTER_UNREACHABLE, STORE_UNREACHABLE -> 503;
        };
    }

    /** The words that HTTP has for a status (RFC 9110). */
    static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case UNPROCESSABLE -> "Unprocessable Content";
            case 503 -> "Service Unavailable";
            default -> status < 500 ? "Request Refused" : "Internal Server Error";
        };
    }
}
