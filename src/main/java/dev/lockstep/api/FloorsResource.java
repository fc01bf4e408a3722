package dev.lockstep.api;

import dev.lockstep.api.access.Caller;
import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.FloorJson;
import dev.lockstep.api.json.LiftRequest;
import dev.lockstep.engine.Floors;
import dev.lockstep.engine.RunId;
import dev.lockstep.plan.DatabaseName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Which code a database does not bear any more, whether the plans that did that are still there or not. */
@Path("/api/v1/databases/{name}")
@Tag(name = "Databases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class FloorsResource {
    private final Floors floors;
    private final Caller caller;

    FloorsResource(Floors floors, Caller caller) {
        this.floors = floors;
        this.caller = caller;
    }

    @GET
    @Path("floors")
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "The least that each workload may run on a database",
            description =
                    "A floor outlives its plan. It falls when the run is rolled back, or when an administrator lifts"
                            + " it.")
    public List<FloorJson> list(@PathParam("name") String name) {
        return floors.of(Keys.named(name, DatabaseName::new)).stream()
                .flatMap(standing -> FloorJson.of(standing).stream())
                .toList();
    }

    @POST
    @Path("floors/{run}/lift")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.ADMIN)
    @Operation(
            summary = "Lets the floors of a run fall whose plan is gone",
            description =
                    "For a database that was restored to before the contract, or for versions that are counted anew."
                            + " Who said so, and why, is kept for good.")
    @APIResponse(responseCode = "204", description = "They have fallen")
    @APIResponse(
            responseCode = "409",
            description =
                    "The run holds no floor on this database, or its plan is still there: roll back, or delete it")
    public void lift(@PathParam("name") String name, @PathParam("run") String run, @Nullable LiftRequest request) {
        floors.lift(
                Keys.named(name, DatabaseName::new),
                run(run),
                Optional.ofNullable(request)
                        .flatMap(given -> Optional.ofNullable(given.comment()))
                        .orElse(""),
                caller.actor());
    }

    private static RunId run(String text) {
        try {
            return new RunId(UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            throw Problems.invalid("\"" + text + "\" is no run's id; GET …/floors shows them");
        }
    }
}
