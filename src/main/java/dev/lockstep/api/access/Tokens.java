package dev.lockstep.api.access;

import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a request may carry a token. */
public final class Tokens {
    /** The page's cookie: HttpOnly, SameSite=Strict. */
    public static final String COOKIE = "lockstep_token";

    private static final String SCHEME = "Bearer ";

    private Tokens() {}

    /** The token of an {@code Authorization} header, if that is a bearer's. */
    public static Optional<String> bearer(@Nullable String authorization) {
        return Optional.ofNullable(authorization)
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(header -> header.substring(SCHEME.length()).strip())
                .filter(token -> !token.isEmpty());
    }

    static Optional<String> cookie(RoutingContext context) {
        return Optional.ofNullable(context.request().getCookie(COOKIE))
                .map(Cookie::getValue)
                .filter(token -> !token.isEmpty());
    }
}
