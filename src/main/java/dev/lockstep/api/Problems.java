package dev.lockstep.api;

import dev.lockstep.api.json.ProblemJson;
import dev.lockstep.api.json.ViolationJson;
import dev.lockstep.api.json.Words;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.plan.Violation;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Whatever goes wrong, as problem details (RFC 9457). */
final class Problems {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = Logger.getLogger(Problems.class);

    @ServerExceptionMapper
    Response expected(LockstepException failure) {
        return failure.code() == ErrorCode.INTERNAL
                ? unexpected(failure)
                : answer(
                        Statuses.of(failure.code()),
                        failure.code(),
                        String.valueOf(failure.getMessage()),
                        failure.violations().stream().map(ViolationJson::of).toList(),
                        Optional.empty());
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unknownCaller(Exception failure) {
        boolean rejected = failure instanceof AuthenticationFailedException;
        Response problem = answer(
                401,
                ErrorCode.UNAUTHENTICATED,
                (rejected ? "The token that was sent is not, or no longer, known." : "No token was sent.")
                        + " Send one as \"Authorization: Bearer …\"; an administrator configures them under"
                        + " lockstep.tokens.");
        return Response.fromResponse(problem)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"lockstep\"")
                .build();
    }

    @ServerExceptionMapper
    Response notAllowed(ForbiddenException failure) {
        return answer(
                403,
                ErrorCode.NOT_ALLOWED,
                "This token's roles do not allow that. An administrator gives roles with lockstep.tokens.\"name\".roles.");
    }

    @ServerExceptionMapper
    Response refusedByHttp(WebApplicationException failure) {
        int status = failure.getResponse().getStatus();
        if (status >= 500) {
            return unexpected(failure);
        }
        Response problem = answer(status, ErrorCode.REQUEST_INVALID, detail(status));
        Response.ResponseBuilder builder = Response.fromResponse(problem);
        String allow = failure.getResponse().getHeaderString(HttpHeaders.ALLOW);
        return (allow == null ? builder : builder.header(HttpHeaders.ALLOW, allow)).build();
    }

    @ServerExceptionMapper(Throwable.class)
    Response unexpected(Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.errorf(failure, "error=%s: a request ended in an error that is ours", id);
        return answer(
                500,
                ErrorCode.INTERNAL,
                "Something went wrong inside Lockstep; what the request asked for may or may not have happened, so look"
                        + " at the plan before you repeat it. The log has the reason under error=" + id + ".",
                List.of(),
                Optional.of(id));
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "There is nothing at this address. GET /q/openapi describes those there are.";
            case 405 -> "This address does not know this method. GET /q/openapi describes those it knows.";
            case 406 -> "The answer is JSON; accept application/json.";
            case 413 -> Bodies.TOO_LARGE;
            case 415 -> "Send the body as application/json, or a plan as application/yaml, and say so in Content-Type.";
            default -> "The request cannot be understood; check its path, its parameters and its headers.";
        };
    }

    private static Response answer(int status, ErrorCode code, String detail) {
        return answer(status, code, detail, List.of(), Optional.empty());
    }

    private static Response answer(
            int status, ErrorCode code, String detail, List<ViolationJson> violations, Optional<String> id) {
        return Response.status(status)
                .type(MediaType.valueOf(MEDIA_TYPE))
                .entity(new ProblemJson(
                        "about:blank",
                        Statuses.title(status),
                        status,
                        detail,
                        Words.camelCase(code.name()),
                        code.retryable(),
                        violations,
                        id))
                .build();
    }

    /** Refuses a request because of its own form. */
    static LockstepException invalid(String detail, List<Violation> violations) {
        return new LockstepException(ErrorCode.REQUEST_INVALID, detail, violations);
    }

    /** As {@link #invalid(String, List)}, with the reason of an exception. */
    static LockstepException invalid(@Nullable String reason) {
        String sentence = String.valueOf(reason);
        return invalid(sentence.endsWith(".") ? sentence : sentence + ".", List.of());
    }
}
