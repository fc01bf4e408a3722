package dev.lockstep.ui;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;

/**
 * What holds for every page, whoever answers for it: no script, style or frame that is not ours, nothing kept in caches,
 * and whoever is not known is sent to sign in. A filter, because an unknown token is refused before any resource is asked.
 */
final class PageGuard {
    /** Before authentication, which may already give the answer. */
    private static final int PRIORITY = 500;

    private static final int UNAUTHORIZED = 401;
    private static final int SEE_OTHER = 303;

    private static final Pattern PAGES = Pattern.compile("/|/plans/.*|/databases/.*|/login|/logout");

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    void register(@Observes Filters filters) {
        filters.register(PageGuard::guard, PRIORITY);
    }

    private static void guard(RoutingContext context) {
        if (PAGES.matcher(context.normalizedPath()).matches()) {
            context.addHeadersEndHandler(_ -> mend(context));
        }
        context.next();
    }

    private static void mend(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("X-Content-Type-Options", "nosniff")
                // With "no-referrer" a browser would send "Origin: null" with our own forms.
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (response.getStatusCode() == UNAUTHORIZED && !forScript(context.request())) {
            toSignIn(context);
        }
    }

    /** The page's own script is told the plain truth, and goes to sign in by itself. */
    private static boolean forScript(HttpServerRequest request) {
        return request.headers().contains("HX-Request");
    }

    private static void toSignIn(RoutingContext context) {
        HttpServerResponse response = context.response();
        boolean refused = context.request().getCookie(SignIn.COOKIE) != null;
        String query = refused ? "?refused=true&next=" : "?next=";
        String next = context.request().method().equals(HttpMethod.GET) ? context.normalizedPath() : "/";
        response.setStatusCode(SEE_OTHER).putHeader(HttpHeaders.LOCATION, "/login" + query + next);
        response.headers().remove("WWW-Authenticate");
        if (refused) {
            // Otherwise it would be refused on the way to the form as well.
            response.headers()
                    .add(HttpHeaders.SET_COOKIE, SignIn.COOKIE + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
        }
    }
}
