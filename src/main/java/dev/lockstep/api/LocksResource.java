package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.DatabaseLocksJson;
import dev.lockstep.api.json.ProblemJson;
import dev.lockstep.engine.Locks;
import dev.lockstep.plan.DatabaseName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who waits for whom. */
@Path("/api/v1/databases/{name}")
@Tag(name = "Databases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LocksResource {
    private final Locks locks;

    LocksResource(Locks locks) {
        this.locks = locks;
    }

    @GET
    @Path("locks")
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "Who waits for whom in a database now, as a tree",
            description = "Statements of other sessions are shown without comments and with ? for every literal. What"
                    + " Lockstep's role may not see is left empty: GRANT pg_read_all_stats shows it.")
    @APIResponse(responseCode = "200", description = "The tree; empty when nobody waits for anybody")
    @APIResponse(
            responseCode = "404",
            description = "No such database is configured",
            content = @Content(mediaType = Problems.MEDIA_TYPE, schema = @Schema(implementation = ProblemJson.class)))
    @APIResponse(
            responseCode = "503",
            description = "The database does not answer within some seconds",
            content = @Content(mediaType = Problems.MEDIA_TYPE, schema = @Schema(implementation = ProblemJson.class)))
    public DatabaseLocksJson locks(
            @PathParam("name") @Parameter(description = "as in the configuration", example = "shop") String name) {
        return DatabaseLocksJson.of(locks.now(Keys.named(name, DatabaseName::new)));
    }
}
