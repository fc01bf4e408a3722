package dev.lockstep.api;

import dev.lockstep.api.access.Caller;
import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.ApprovalRequest;
import dev.lockstep.api.json.AttestationRequest;
import dev.lockstep.api.json.PaceRequest;
import dev.lockstep.api.json.PlanJson;
import dev.lockstep.engine.Actor;
import dev.lockstep.engine.Answers;
import dev.lockstep.engine.Decision;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * What people and machines tell a run to do. Each answer is the plan as it is afterwards.
 *
 * <p>Asking for what is so already succeeds and changes nothing. A client that repeats a command because it did not hear the
 * answer, and may be late with that, sends the same {@code Idempotency-Key} with both: the second changes nothing, whatever
 * has happened to the run meanwhile.
 */
@Path("/api/v1/plans/{namespace}/{name}")
@Tag(name = "Runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@APIResponse(responseCode = "200", description = "The plan as it is now")
@APIResponse(responseCode = "409", description = "That makes no sense now; the answer says why and what does")
public class CommandResource {
    private static final String KEY = "Idempotency-Key";
    private static final int LONGEST_KEY = 200;

    private final Operations operations;
    private final Answers answers;
    private final Caller caller;
    private final InstantSource clock;

    CommandResource(Operations operations, Answers answers, Caller caller, InstantSource clock) {
        this.operations = operations;
        this.answers = answers;
        this.caller = caller;
        this.clock = clock;
    }

    @POST
    @Path("start")
    @RolesAllowed(Roles.AUTHOR)
    @Operation(
            summary = "Start the newest revision",
            description = "Under way, or succeeded already, it changes nothing. While the database does not answer, the"
                    + " start is held and happens by itself. While another plan's run has one of its tables, it is refused"
                    + " (409, TABLE_TAKEN), and the answer names that plan.")
    public PlanJson start(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "start", operations::start);
    }

    @POST
    @Path("suspend")
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(summary = "Stop at the next safe point, until resumed")
    public PlanJson suspend(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "suspend", operations::suspend);
    }

    @POST
    @Path("resume")
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(summary = "Go on after a pause")
    public PlanJson resume(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "resume", operations::resume);
    }

    @POST
    @Path("backfill")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(
            summary = "Set the speed of the run's backfills, or pause them",
            description =
                    "Full, Governed, Gentle or Paused. A backfill that is running hears of it within a second, between"
                            + " two batches; it stays so after a restart and on another replica. Paused holds no lock and no"
                            + " transaction open.")
    @RequestBody(content = @Content(schema = @Schema(implementation = PaceRequest.class)))
    public PlanJson pace(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key,
            byte[] body) {
        Map<String, String> request = Bodies.texts(body, List.of("speed"), Set.of());
        Speed speed = speed(request.getOrDefault("speed", ""));
        return told(
                namespace,
                name,
                key,
                "backfill " + speed.label(),
                (plan, actor) -> operations.pace(plan, speed, actor));
    }

    private static Speed speed(String word) {
        return Stream.of(Speed.values())
                .filter(speed -> speed.label().equals(word))
                .findFirst()
                .orElseThrow(() -> Problems.invalid(
                        "The request has something wrong with it; nothing was done.",
                        List.of(new Violation("speed", "Must be Full, Governed, Gentle or Paused."))));
    }

    @POST
    @Path("retry")
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(summary = "Try again what failed, or what waits for its next attempt")
    public PlanJson retry(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "retry", operations::retry);
    }

    @POST
    @Path("abort")
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(summary = "Stop at once and leave everything as it is; retry or rollback go on from there")
    public PlanJson abort(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "abort", operations::abort);
    }

    @POST
    @Path("rollback")
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(summary = "Take back all that was done; possible until the point of no return")
    public PlanJson rollback(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam(KEY) @Nullable String key) {
        return told(namespace, name, key, "rollback", operations::rollback);
    }

    @POST
    @Path("phases/{phase}/approvals")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.APPROVER)
    @Operation(
            summary = "Approve or reject a phase",
            description =
                    "For people only, and not for the plan's author unless the configuration allows it. A rejection"
                            + " pauses the run.")
    @RequestBody(content = @Content(schema = @Schema(implementation = ApprovalRequest.class)))
    @APIResponse(responseCode = "403", description = "Not by a machine, and not by the plan's author")
    public PlanJson decide(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @PathParam("phase") String phase,
            @HeaderParam(KEY) @Nullable String key,
            byte[] body) {
        Map<String, String> request = Bodies.texts(body, List.of("decision", "digest"), Set.of("comment"));
        PhaseName phaseName = Keys.named(phase, PhaseName::new);
        Decision decision = decision(request.getOrDefault("decision", ""));
        Digest digest = Keys.named(request.getOrDefault("digest", ""), Digest::new);
        String comment = request.getOrDefault("comment", "");
        return told(
                namespace,
                name,
                key,
                decision + " " + phaseName + " " + digest,
                (plan, actor) -> operations.decide(plan, phaseName, decision, comment, digest, actor));
    }

    @POST
    @Path("workloads/{workload}/attestations")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed({Roles.AUTHOR, Roles.APPROVER})
    @Operation(
            summary = "Answer for what an external consumer runs, for a while",
            description = "Only for workloads of kind External, which no cluster shows. The newest word counts until it"
                    + " expires, 90 days at most; gates hold without one, and from the moment it has expired.")
    @RequestBody(content = @Content(schema = @Schema(implementation = AttestationRequest.class)))
    public PlanJson attest(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @PathParam("workload") String workload,
            @HeaderParam(KEY) @Nullable String key,
            byte[] body) {
        Map<String, String> request = Bodies.texts(body, List.of("version", "expiresAt"), Set.of("comment"));
        WorkloadName workloadName = Keys.named(workload, WorkloadName::new);
        String version = ToolResource.version(request.getOrDefault("version", ""));
        Instant expiresAt = time(request.getOrDefault("expiresAt", ""));
        String comment = request.getOrDefault("comment", "");
        return told(
                namespace,
                name,
                key,
                "attest " + workloadName + " " + version + " " + expiresAt,
                (plan, actor) -> operations.attest(plan, workloadName, version, expiresAt, comment, actor));
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Problems.invalid(
                    "The request has something wrong with it; nothing was done.",
                    List.of(new Violation(
                            "expiresAt", "Must be a time as in RFC 3339, such as 2026-03-01T03:00:00Z.")));
        }
    }

    private PlanJson told(
            String namespace,
            String name,
            @Nullable String key,
            String what,
            BiFunction<PlanKey, Actor, PlanView> command) {
        PlanKey plan = Keys.plan(namespace, name);
        if (key == null) {
            return PlanJson.of(command.apply(plan, caller.actor()));
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw Problems.invalid(KEY + " must have 1 to " + LONGEST_KEY + " characters");
        }
        // One person's key is nobody else's.
        String own = caller.actor().name() + " " + key;
        Optional<String> before = answers.command(plan, own);
        if (before.isPresent() && !before.get().equals(what)) {
            throw Problems.invalid("This " + KEY + " was used for another command (" + before.get()
                    + "). Use a new key for a new command");
        }
        if (before.isPresent()) {
            return PlanJson.of(operations.view(plan));
        }
        PlanView after = command.apply(plan, caller.actor());
        answers.keep(plan, own, what, clock.instant());
        return PlanJson.of(after);
    }

    private static Decision decision(String word) {
        return switch (word) {
            case "Approve" -> Decision.APPROVE;
            case "Reject" -> Decision.REJECT;
            default ->
                throw Problems.invalid(
                        "The request has something wrong with it; nothing was done.",
                        List.of(new Violation("decision", "Must be Approve or Reject.")));
        };
    }
}
