package dev.lockstep.api;

import dev.lockstep.api.access.Caller;
import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.PlanJson;
import dev.lockstep.api.json.ProblemJson;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Plans;
import dev.lockstep.engine.Stewards;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Violation;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** One plan. */
@Path("/api/v1/plans/{namespace}/{name}")
@Tag(name = "Plans")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PlanResource {
    static final String EXAMPLE = """
        apiVersion: lockstep.dev/v1alpha1
        kind: MigrationPlan
        metadata: {name: rename-users-name, namespace: shop}
        spec:
          databaseRef: {name: shop}
          changes:
            - renameColumn: {table: users, from: name, to: full_name}
          workloads:
            - name: web
              kind: Deployment
              resource: shop-web
              versions: {new-only: ">=1.5.0"}
          approvals:
            - {phase: contract, count: 1}
        """;

    private final Operations operations;
    private final Caller caller;
    private final Stewards stewards;

    PlanResource(Operations operations, Caller caller, Stewards stewards) {
        this.operations = operations;
        this.caller = caller;
        this.stewards = stewards;
    }

    @GET
    @RolesAllowed(Roles.VIEWER)
    @Operation(summary = "One plan with its newest run, what holds it, and what its workloads run now")
    @APIResponse(
            responseCode = "200",
            description = "The ETag is the plan's revision; while a run goes on, only other windows change it",
            content = @Content(schema = @Schema(implementation = PlanJson.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such plan",
            content = @Content(mediaType = Problems.MEDIA_TYPE, schema = @Schema(implementation = ProblemJson.class)))
    public Response get(@PathParam("namespace") String namespace, @PathParam("name") String name) {
        PlanKey key = Keys.plan(namespace, name);
        PlanJson plan = PlanJson.of(operations.view(key));
        return Response.ok(plan)
                .header(HttpHeaders.ETAG, Preconditions.etag(plan.revision()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @PUT
    @Consumes({Bodies.YAML, "application/x-yaml", "text/yaml", MediaType.APPLICATION_JSON})
    @RolesAllowed(Roles.AUTHOR)
    @Operation(
            summary = "Declare a plan, or a new revision of one that is not in progress",
            description =
                    "The same spec again changes nothing; the same with other windows is taken up by a run that goes"
                            + " on. Nothing is stored unless all of it is right. While the database does not answer, or"
                            + " another plan's run is changing one of the plan's tables, what its catalogue has against the"
                            + " plan is said at the start.")
    @RequestBody(
            content = {
                @Content(
                        mediaType = Bodies.YAML,
                        schema = @Schema(type = SchemaType.OBJECT),
                        examples = @ExampleObject(name = "rename a column", value = EXAMPLE)),
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = SchemaType.OBJECT))
            })
    @APIResponse(responseCode = "200", description = "Replaced, or the same as before")
    @APIResponse(responseCode = "201", description = "Created")
    @APIResponse(responseCode = "409", description = "A run of another spec is not over, or kubectl keeps the plan")
    @APIResponse(responseCode = "412", description = "The plan is not at the revision of If-Match")
    @APIResponse(
            responseCode = "422",
            description = "Everything that is wrong with the plan",
            content = @Content(mediaType = Problems.MEDIA_TYPE, schema = @Schema(implementation = ProblemJson.class)))
    public Response put(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            @Context HttpHeaders headers,
            byte[] body) {
        PlanKey key = Keys.plan(namespace, name);
        PlanDocument document = operations.accepted(Bodies.plan(body, headers.getMediaType()));
        requireSame(key, document.key());
        requireOurs(key);
        Optional<Integer> expected = Preconditions.expected(ifMatch, ifNoneMatch, () -> revision(key));
        return switch (operations.put(document, caller.actor(), expected)) {
            case Plans.Saved.Created(StoredPlan plan) -> saved(plan, 201);
            case Plans.Saved.Replaced(StoredPlan plan) -> saved(plan, 200);
            case Plans.Saved.Rescheduled(StoredPlan plan) -> saved(plan, 200);
            case Plans.Saved.Unchanged(StoredPlan plan) -> saved(plan, 200);
            case Plans.Saved.InProgress(StoredPlan plan) ->
                throw new LockstepException(
                        ErrorCode.PLAN_IN_PROGRESS,
                        "Plan " + key + " is being run at revision " + plan.revision()
                                + ", and another spec cannot take its place before that run is over; only its windows may"
                                + " change. Let it finish, or"
                                + " roll it back (POST /api/v1/plans/" + key + "/rollback), then send this again.");
            case Plans.Saved.Outdated(int newest) -> throw Preconditions.outdated(newest);
        };
    }

    @DELETE
    @RolesAllowed(Roles.AUTHOR)
    @Operation(summary = "Remove a plan that is not in progress, and the journal of its runs")
    @APIResponse(responseCode = "204", description = "It is gone")
    @APIResponse(responseCode = "409", description = "It has a run that is not over; the answer says how to end it")
    public void delete(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        PlanKey key = Keys.plan(namespace, name);
        requireOurs(key);
        Optional<Integer> expected = Preconditions.expected(ifMatch, null, () -> revision(key));
        if (expected.isPresent() && expected.orElseThrow() != revision(key)) {
            throw Preconditions.outdated(revision(key));
        }
        operations.delete(key);
    }

    private Response saved(StoredPlan plan, int status) {
        PlanKey key = plan.document().key();
        return Response.status(status)
                .location(URI.create("/api/v1/plans/" + key))
                .header(HttpHeaders.ETAG, Preconditions.etag(plan.revision()))
                .entity(PlanJson.of(operations.glance(key)))
                .build();
    }

    private int revision(PlanKey key) {
        try {
            return operations.glance(key).plan().revision();
        } catch (LockstepException e) {
            if (e.code() == ErrorCode.PLAN_NOT_FOUND) {
                return 0;
            }
            throw e;
        }
    }

    /** Two who declare one plan would undo each other's changes for ever. */
    private void requireOurs(PlanKey key) {
        stewards.of(key, author(key)).ifPresent(steward -> {
            throw new LockstepException(
                    ErrorCode.PLAN_KEPT_ELSEWHERE,
                    "The spec of plan " + key + " is kept by " + steward
                            + ", and can be changed or deleted only there. Starting, pausing, approving and rolling"
                            + " back work here as ever.");
        });
    }

    private String author(PlanKey key) {
        try {
            return operations.glance(key).plan().author();
        } catch (LockstepException e) {
            if (e.code() == ErrorCode.PLAN_NOT_FOUND) {
                return "";
            }
            throw e;
        }
    }

    private static void requireSame(PlanKey path, PlanKey document) {
        List<Violation> violations = new ArrayList<>();
        if (!path.namespace().equals(document.namespace())) {
            violations.add(
                    new Violation("metadata.namespace", "Must be \"" + path.namespace() + "\", as in the address."));
        }
        if (!path.name().equals(document.name())) {
            violations.add(new Violation("metadata.name", "Must be \"" + path.name() + "\", as in the address."));
        }
        if (!violations.isEmpty()) {
            throw LockstepException.invalidPlan(violations);
        }
    }
}
