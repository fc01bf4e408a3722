package dev.lockstep.ui;

import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/**
 * Puts a token into the page's cookie, and takes it out again. Whether the token is worth anything shows on the next
 * request: {@link PageGuard} sends whoever is refused back here.
 */
@Path("/")
@PermitAll
public class SignIn {
    static final String COOKIE = "lockstep_token";

    /** Back to a page of ours and nowhere else. */
    private static final Pattern OURS = Pattern.compile("/(plans/[a-z0-9-]+/[a-z0-9-]+)?");

    /** As {@code Bearer} tokens are spelled (RFC 6750); nothing else goes into a cookie. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,4096}");

    private final Audience audience;

    SignIn(Audience audience) {
        this.audience = audience;
    }

    /**
     * The form; or, with a token in the address, the link that the demo prints: the token goes into the cookie and out of
     * the address.
     */
    @GET
    @Path("login")
    @Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
    public Response form(
            @RestQuery @Nullable String token,
            @RestQuery @Nullable String next,
            @RestQuery @Nullable String refused,
            HttpServerRequest request) {
        if (token != null) {
            return enter(token, next, request);
        }
        return Response.ok(Templates.login(audience.strangersFrame("Sign in"), ours(next), refused != null)
                        .render())
                .build();
    }

    @POST
    @Path("login")
    public Response enter(
            @RestForm @Nullable String token, @RestForm @Nullable String next, HttpServerRequest request) {
        if (token == null || !TOKEN.matcher(token.strip()).matches()) {
            return Response.seeOther(URI.create("/login?refused=true")).build();
        }
        return Response.seeOther(URI.create(ours(next)))
                .cookie(cookie(token.strip(), NewCookie.DEFAULT_MAX_AGE, request.isSSL()))
                .build();
    }

    @POST
    @Path("logout")
    public Response leave(HttpServerRequest request) {
        return Response.seeOther(URI.create("/login"))
                .cookie(cookie("", 0, request.isSSL()))
                .build();
    }

    private static NewCookie cookie(String value, int maxAge, boolean secure) {
        return new NewCookie.Builder(COOKIE)
                .value(value)
                .path("/")
                .maxAge(maxAge)
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.STRICT)
                .secure(secure)
                .build();
    }

    private static String ours(@Nullable String next) {
        return next != null && OURS.matcher(next).matches() ? next : "/";
    }
}
