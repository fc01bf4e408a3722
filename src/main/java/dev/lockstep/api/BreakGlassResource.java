package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.BreakGlassJson;
import dev.lockstep.engine.BreakGlassRecord;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who let code in that the interlock would have kept out. */
@Path("/api/v1/break-glass")
@Tag(name = "Tools")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BreakGlassResource {
    private static final int AT_MOST = 1_000;

    private final BreakGlassRecord record;

    BreakGlassResource(BreakGlassRecord record) {
        this.record = record;
    }

    @GET
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "Who let code in against the interlock, and why; the newest first, 1,000 at most",
            description = "By the annotation lockstep.dev/break-glass, through the webhook. Where the admission policy"
                    + " decides, the API server's audit log has it.")
    public List<BreakGlassJson> newest() {
        return record.newest(AT_MOST).stream().map(BreakGlassJson::of).toList();
    }
}
