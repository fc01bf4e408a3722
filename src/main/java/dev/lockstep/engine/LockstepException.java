package dev.lockstep.engine;

import dev.lockstep.plan.Violation;
import java.util.List;

/** What could not be done, for reasons that are no expected outcome of the call. */
public final class LockstepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String message;
    private final transient List<Violation> violations;

    /**
     * Without violations.
     *
     * @param message what is wrong and what to do, as sentences for a person
     */
    public LockstepException(ErrorCode code, String message) {
        this(code, message, List.of());
    }

    public LockstepException(ErrorCode code, String message, List<Violation> violations) {
        super(message);
        this.code = code;
        this.message = message;
        this.violations = List.copyOf(violations);
    }

    public LockstepException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.message = message;
        this.violations = List.of();
    }

    /** A plan that is not accepted, with everything that is wrong with it. */
    public static LockstepException invalidPlan(List<Violation> violations) {
        return new LockstepException(
                ErrorCode.PLAN_INVALID,
                violations.size() == 1
                        ? "The plan has one thing wrong with it; nothing was stored."
                        : "The plan has " + violations.size() + " things wrong with it; nothing was stored.",
                violations);
    }

    /** What is wrong and what to do; unlike other exceptions', it is always there. */
    @Override
    public String getMessage() {
        return message;
    }

    public ErrorCode code() {
        return code;
    }

    /** What is wrong with which part of a plan; empty for other errors. */
    public List<Violation> violations() {
        return violations;
    }
}
