package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.PlanJson;
import dev.lockstep.api.json.PlanListJson;
import dev.lockstep.engine.Operations;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** All plans. */
@Path("/api/v1/plans")
@Tag(name = "Plans")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RolesAllowed(Roles.VIEWER)
public class PlansResource {
    private final Operations operations;

    PlansResource(Operations operations) {
        this.operations = operations;
    }

    @GET
    @Operation(summary = "All plans, by namespace and name, each with its newest run")
    public PlanListJson list() {
        return new PlanListJson(operations.list().stream().map(PlanJson::of).toList());
    }
}
