package dev.lockstep.demo;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the page offers in the demo and nowhere else: rolling out a version, and the pods' own counters. */
@Path("/demo")
@Tag(name = "Demo")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DemoResource {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    /** A version to roll out. */
    public record Rollout(String version) {}

    @POST
    @Path("rollout")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed({"author", "admin"})
    @Operation(summary = "Give Deployment shop-web another image tag, as kubectl patch would")
    public Response rollOut(Rollout rollout) {
        DemoWorld world = world();
        if (!TAG.matcher(rollout.version()).matches()) {
            return Response.status(422)
                    .type("application/problem+json")
                    .entity(Map.of(
                            "title", "Unprocessable Content",
                            "status", 422,
                            "code", "RequestInvalid",
                            "detail", "\"version\" must be an image tag, such as 1.5.0."))
                    .build();
        }
        world.deployment().rollOut(rollout.version());
        return Response.accepted(Map.of("image", ShopDeployment.image(rollout.version())))
                .build();
    }

    @GET
    @Path("traffic")
    @RolesAllowed("viewer")
    @Operation(summary = "How many requests the simulated pods served, how many failed, and how long they took")
    public Object traffic() {
        return world().traffic().read();
    }

    void stop(@Observes ShutdownEvent event) {
        Demo.stopWorld();
    }

    private static DemoWorld world() {
        return Demo.world().orElseThrow(() -> new NotFoundException("There is no demo here."));
    }
}
