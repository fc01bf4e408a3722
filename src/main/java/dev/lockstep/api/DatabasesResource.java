package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.DatabaseListJson;
import dev.lockstep.engine.Targets;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The databases that plans can change. */
@Path("/api/v1/databases")
@Tag(name = "Databases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DatabasesResource {
    private final Targets targets;

    DatabasesResource(Targets targets) {
        this.targets = targets;
    }

    @GET
    @RolesAllowed(Roles.VIEWER)
    @Operation(summary = "The configured databases, each with its JDBC URL without user and password")
    public DatabaseListJson list() {
        return DatabaseListJson.of(targets.databases());
    }
}
