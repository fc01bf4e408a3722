package dev.lockstep.ui;

import dev.lockstep.engine.Decision;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Speed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The page's buttons. Plain forms, so that they work without any script; each leads back to the page. */
@Path("/")
@RunOnVirtualThread
public class PlanCommands {
    private static final int LONGEST_COMMENT = 2000;

    private final Operations operations;
    private final Audience audience;

    PlanCommands(Operations operations, Audience audience) {
        this.operations = operations;
        this.audience = audience;
    }

    @POST
    @Path("plans/{namespace}/{name}/start")
    @RolesAllowed({Viewer.AUTHOR, Viewer.ADMIN})
    public Response start(String namespace, String name) {
        return ask(Command.START, PlanPages.key(namespace, name));
    }

    @POST
    @Path("plans/{namespace}/{name}/{command:suspend|resume|retry|abort|rollback}")
    @RolesAllowed({Viewer.AUTHOR, Viewer.APPROVER, Viewer.ADMIN})
    public Response command(String namespace, String name, String command) {
        return ask(command(command).orElseThrow(NotFoundException::new), PlanPages.key(namespace, name));
    }

    @POST
    @Path("plans/{namespace}/{name}/phases/{phase}/decision")
    @RolesAllowed({Viewer.APPROVER, Viewer.ADMIN})
    public Response decide(
            String namespace,
            String name,
            String phase,
            @RestForm String decision,
            @RestForm String comment,
            @RestForm String digest) {
        PlanKey key = PlanPages.key(namespace, name);
        operations.decide(
                key,
                read(() -> new PhaseName(phase)),
                read(() -> Decision.valueOf(decision)),
                shortened(comment),
                read(() -> new Digest(digest)),
                audience.actor());
        return backTo(key);
    }

    /** At which speed the backfill goes from now on. */
    @POST
    @Path("plans/{namespace}/{name}/backfill")
    @RolesAllowed({Viewer.AUTHOR, Viewer.APPROVER, Viewer.ADMIN})
    public Response pace(String namespace, String name, @RestForm String speed) {
        PlanKey key = PlanPages.key(namespace, name);
        Speed wanted = Stream.of(Speed.values())
                .filter(one -> one.label().equals(speed))
                .findFirst()
                .orElseThrow(BadRequestException::new);
        operations.pace(key, wanted, audience.actor());
        return backTo(key);
    }

    @ServerExceptionMapper
    Response failed(LockstepException failure, UriInfo uri) {
        String namespace = uri.getPathParameters().getFirst("namespace");
        String name = uri.getPathParameters().getFirst("name");
        return PlanPages.trouble(Trouble.of(failure, "/plans/" + namespace + "/" + name), audience);
    }

    static Optional<Command> command(String path) {
        return Stream.of(Command.values())
                .filter(command -> command.path().equals(path.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private Response ask(Command command, PlanKey key) {
        command.ask(operations, key, audience.actor());
        return backTo(key);
    }

    /** See Other, so that going back or reloading does not ask for it again. */
    private static Response backTo(PlanKey key) {
        return Response.seeOther(URI.create("/plans/" + key)).build();
    }

    private static String shortened(String comment) {
        return comment.length() > LONGEST_COMMENT ? comment.substring(0, LONGEST_COMMENT) : comment;
    }

    /** The form's own fields are always right; what is not comes from somebody who writes requests by hand. */
    private static <T> T read(Supplier<T> field) {
        try {
            return field.get();
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new BadRequestException(e);
        }
    }
}
