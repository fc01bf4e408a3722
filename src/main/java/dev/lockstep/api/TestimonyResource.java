package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.TestimonyJson;
import dev.lockstep.engine.Testimonies;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the target's own statistics say, for whoever decides about a contract. */
@Path("/api/v1/plans/{namespace}/{name}/testimony")
@Tag(name = "Plans")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TestimonyResource {
    private final Testimonies testimonies;

    TestimonyResource(Testimonies testimonies) {
        this.testimonies = testimonies;
    }

    @GET
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "What still uses the names that the plan takes away, by the server's own statistics",
            description = "Statements of pg_stat_statements, parsed; and for a table that goes, every access to it.")
    public List<TestimonyJson> testimony(@PathParam("namespace") String namespace, @PathParam("name") String name) {
        return testimonies.of(Keys.plan(namespace, name)).stream()
                .map(TestimonyJson::of)
                .toList();
    }
}
