package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.access.Tokens;
import dev.lockstep.api.json.ExplanationJson;
import dev.lockstep.api.json.PermissionJson;
import dev.lockstep.api.json.ReportRequest;
import dev.lockstep.engine.Cluster;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Targets;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Questions beside the plans themselves, and what pods say of themselves. */
@Path("/api/v1")
@Tag(name = "Tools")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ToolResource {
    private static final int LONGEST_VERSION = 200;
    private static final int LONGEST_CAPABILITIES = 4_000;

    private final Operations operations;
    private final Targets targets;
    private final Cluster cluster;

    ToolResource(Operations operations, Targets targets, Cluster cluster) {
        this.operations = operations;
        this.targets = targets;
        this.cluster = cluster;
    }

    @POST
    @Path("explain")
    @Consumes({Bodies.YAML, "application/x-yaml", "text/yaml", MediaType.APPLICATION_JSON})
    @RolesAllowed(Roles.VIEWER)
    @Operation(summary = "What a plan would do now: phases with SQL, locks and inverse; stores nothing")
    @RequestBody(
            content = {
                @Content(
                        mediaType = Bodies.YAML,
                        schema = @Schema(type = SchemaType.OBJECT),
                        examples = @ExampleObject(name = "rename a column", value = PlanResource.EXAMPLE)),
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = SchemaType.OBJECT))
            })
    @APIResponse(
            responseCode = "409",
            description = "Another plan's run is changing one of its tables, and it does not fit them as they stand")
    @APIResponse(responseCode = "422", description = "Everything that is wrong with the plan")
    @APIResponse(responseCode = "503", description = "The database does not answer")
    public ExplanationJson explain(@Context HttpHeaders headers, byte[] body) {
        return ExplanationJson.of(operations.explain(operations.accepted(Bodies.plan(body, headers.getMediaType()))));
    }

    @GET
    @Path("can-i-deploy")
    @RolesAllowed(Roles.VIEWER)
    @Operation(
            summary = "May this workload run this version now, given the schema as it stands?",
            description = "For a pipeline: go on only when `allowed` is true.")
    @APIResponse(responseCode = "404", description = "No such database is configured")
    public PermissionJson canDeploy(
            @QueryParam("database") @Parameter(required = true, example = "shop") @Nullable String database,
            @QueryParam("workload")
                    @Parameter(
                            required = true,
                            description = "the name that the workload has in plans",
                            example = "web")
                    @Nullable
                    String workload,
            @QueryParam("version") @Parameter(required = true, example = "1.5.0") @Nullable String version) {
        DatabaseName name = Keys.named(given("database", database), DatabaseName::new);
        List<String> known = targets.databases().stream()
                .map(target -> target.name().value())
                .toList();
        // A misspelt database has no plans that could object: it must not pass for a yes.
        if (!known.contains(name.value())) {
            throw new LockstepException(
                    ErrorCode.DATABASE_UNKNOWN,
                    "No database \"" + name + "\" is configured; there "
                            + (known.isEmpty() ? "is none." : "are " + known + "."));
        }
        return PermissionJson.of(operations.mayDeploy(
                name, Keys.named(given("workload", workload), WorkloadName::new), given("version", version)));
    }

    @POST
    @Path("reports")
    @Consumes(MediaType.APPLICATION_JSON)
    @PermitAll
    @Operation(
            summary = "A pod says which code version it runs",
            description =
                    "Signed in with the pod's own projected service-account token, as a bearer token; the cluster is"
                            + " asked whose it is.")
    @RequestBody(content = @Content(schema = @Schema(implementation = ReportRequest.class)))
    @APIResponse(responseCode = "204", description = "Noted")
    @APIResponse(responseCode = "403", description = "The cluster does not vouch for this token as a pod's")
    public void report(@HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization, byte[] body) {
        String token = Tokens.bearer(authorization)
                .orElseThrow(() -> new LockstepException(
                        ErrorCode.UNAUTHENTICATED,
                        "Send the pod's projected service-account token as \"Authorization: Bearer …\"."));
        Map<String, String> request = Bodies.texts(body, List.of("version"), Set.of("capabilities"));
        String version = version(request.getOrDefault("version", ""));
        Optional<String> capabilities =
                Optional.ofNullable(request.get("capabilities")).map(ToolResource::capabilities);
        operations.report(cluster.authenticate(token), version, capabilities);
    }

    static String version(String text) {
        if (text.isBlank() || text.length() > LONGEST_VERSION || text.chars().anyMatch(Character::isISOControl)) {
            throw Problems.invalid(
                    "The request has something wrong with it; nothing was done.",
                    List.of(new Violation(
                            "version", "Must be 1 to " + LONGEST_VERSION + " characters without control characters.")));
        }
        return text;
    }

    private static String capabilities(String text) {
        if (text.length() > LONGEST_CAPABILITIES || text.chars().anyMatch(Character::isISOControl)) {
            throw Problems.invalid(
                    "The request has something wrong with it; nothing was done.",
                    List.of(new Violation(
                            "capabilities",
                            "Must be at most " + LONGEST_CAPABILITIES + " characters without control characters.")));
        }
        return text.strip();
    }

    private static String given(String name, @Nullable String value) {
        return Optional.ofNullable(value)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> Problems.invalid("The query parameter \"" + name + "\" is missing"));
    }
}
