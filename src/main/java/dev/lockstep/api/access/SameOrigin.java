package dev.lockstep.api.access;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.Set;

/**
 * Refuses what another site makes a browser do here with the page's cookie. {@code SameSite=Strict} already keeps the
 * cookie from such requests, but a sibling under the same domain is the same site and yet another origin.
 */
final class SameOrigin {
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Before everything that could act on the request. */
    private static final int PRIORITY = 400;

    void register(@Observes Filters filters) {
        filters.register(SameOrigin::check, PRIORITY);
    }

    private static void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean byCookie = Tokens.bearer(request.getHeader("Authorization")).isEmpty()
                && Tokens.cookie(context).isPresent();
        if (SAFE.contains(request.method()) || !byCookie || sameOrigin(request)) {
            context.next();
            return;
        }
        context.response()
                .setStatusCode(403)
                .putHeader("Content-Type", "application/problem+json")
                .end(new JsonObject()
                        .put("type", "about:blank")
                        .put("title", "Forbidden")
                        .put("status", 403)
                        .put("code", "NotAllowed")
                        .put("retryable", false)
                        .put(
                                "detail",
                                "This request did not come from Lockstep's own page, and the page's cookie is no proof of"
                                        + " who sent it then. Send the token as \"Authorization: Bearer …\" instead.")
                        .encode());
    }

    /** By what a browser says; a client that says nothing about where it comes from is not the page. */
    private static boolean sameOrigin(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin");
        }
        String origin = request.getHeader("Origin");
        String host = request.authority() == null ? "" : request.authority().toString();
        return origin != null && authority(origin).equals(host);
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
