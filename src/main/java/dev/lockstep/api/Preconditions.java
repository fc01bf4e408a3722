package dev.lockstep.api;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a caller has seen of a plan, by {@code If-Match} and {@code If-None-Match}; an ETag is a revision in quotes. */
final class Preconditions {
    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,9})\"");

    private Preconditions() {}

    static String etag(int revision) {
        return "\"" + revision + "\"";
    }

    /**
     * The revision that must be the newest; 0 for none, empty when the caller does not mind.
     *
     * @param newest the newest revision, 0 where there is no plan
     */
    static Optional<Integer> expected(
            @Nullable String ifMatch, @Nullable String ifNoneMatch, Supplier<Integer> newest) {
        if (ifMatch != null && ifNoneMatch != null) {
            throw Problems.invalid("Send If-Match or If-None-Match, not both");
        }
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.strip().equals("*")) {
                throw Problems.invalid("If-None-Match here can only be *, for a plan that must not exist yet");
            }
            return Optional.of(0);
        }
        if (ifMatch == null) {
            return Optional.empty();
        }
        if (ifMatch.strip().equals("*")) {
            int revision = newest.get();
            if (revision == 0) {
                throw outdated(0);
            }
            return Optional.of(revision);
        }
        Matcher etag = ETAG.matcher(ifMatch.strip());
        if (!etag.matches()) {
            throw Problems.invalid("If-Match must be the ETag of one revision, such as \"3\" with its quotes, or *");
        }
        return Optional.of(Integer.parseInt(etag.group(1)));
    }

    static LockstepException outdated(int newest) {
        return new LockstepException(
                ErrorCode.PRECONDITION_FAILED,
                newest == 0
                        ? "There is no such plan, so it has no revision that could match."
                        : "The plan is at revision " + newest
                                + ", and that is not what the request expects. Look at it as"
                                + " it is now, and decide again.");
    }
}
