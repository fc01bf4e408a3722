package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.DisagreementJson;
import dev.lockstep.engine.Reconciliation;
import dev.lockstep.plan.DatabaseName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whether the store and a database still agree on what was done; to be asked after a restore of either. */
@Path("/api/v1/databases/{name}")
@Tag(name = "Databases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReconciliationResource {
    private final Reconciliation reconciliation;

    ReconciliationResource(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @GET
    @Path("reconciliation")
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "Where the journals in the store and the ledger in a database do not agree",
            description = "Compares the newest run of each plan on the database, step by step. Empty when all is well.")
    @APIResponse(responseCode = "503", description = "The database does not answer")
    public List<DisagreementJson> disagreements(@PathParam("name") String name) {
        return reconciliation.of(Keys.named(name, DatabaseName::new)).stream()
                .map(DisagreementJson::of)
                .toList();
    }
}
