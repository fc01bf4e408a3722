package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.JournalEntryJson;
import dev.lockstep.api.json.JournalJson;
import dev.lockstep.api.json.PlanJson;
import dev.lockstep.api.json.WaitJson;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.plan.PlanKey;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What happens with a plan: afterwards, and as soon as it does. */
@Path("/api/v1/plans/{namespace}/{name}")
@Tag(name = "Runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RolesAllowed(Roles.VIEWER)
public class WatchResource {
    /** Word of a change can be missed, so nobody relies on it for longer than this. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private static final int LONGEST_WAIT_SECONDS = 600;

    private final Operations operations;
    private final Changes changes;

    WatchResource(Operations operations, Changes changes) {
        this.operations = operations;
        this.changes = changes;
    }

    @GET
    @Path("journal")
    @Operation(summary = "The journal of the plan's newest run")
    public JournalJson journal(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @QueryParam("after") @DefaultValue("0") @Parameter(description = "only entries behind this sequence number")
                    long after) {
        return new JournalJson(operations.journal(Keys.plan(namespace, name), Math.max(0, after)).stream()
                .map(JournalEntryJson::of)
                .toList());
    }

    @GET
    @Path("wait")
    @Operation(
            summary = "Answers as soon as the run has come to a phase or a state",
            description =
                    "Made for pipelines: only 200 says that it is so, so that `curl --fail` stops a script otherwise."
                            + " A phase is reached when everything before it is done; its own gate may still be closed.")
    @APIResponse(responseCode = "200", description = "It is so")
    @APIResponse(responseCode = "408", description = "Not yet; ask again")
    @APIResponse(
            responseCode = "409",
            description = "It cannot happen any more, or not before a person does something. Answered at once")
    public WaitJson await(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @QueryParam("until")
                    @Parameter(required = true, example = "phase:contract", description = "phase:… or state:…")
                    @Nullable
                    String until,
            @QueryParam("timeoutSeconds") @DefaultValue("60") @Parameter(description = "0 to 600") int timeoutSeconds)
            throws InterruptedException {
        PlanKey key = Keys.plan(namespace, name);
        if (until == null) {
            throw Problems.invalid("The query parameter \"until\" is missing; write phase:contract or state:Succeeded");
        }
        if (timeoutSeconds < 0 || timeoutSeconds > LONGEST_WAIT_SECONDS) {
            throw Problems.invalid("\"timeoutSeconds\" must be from 0 to " + LONGEST_WAIT_SECONDS);
        }
        return await(key, until, Duration.ofSeconds(timeoutSeconds));
    }

    private WaitJson await(PlanKey key, String until, Duration longest) throws InterruptedException {
        Destination destination = Destination.parse(until);
        long deadline = System.nanoTime() + longest.toNanos();
        try (Changes.Listener listener = changes.listen()) {
            while (true) {
                PlanView plan = operations.glance(key);
                Duration left = Duration.ofNanos(deadline - System.nanoTime());
                switch (destination.prospect(plan)) {
                    case Destination.Prospect.Reached _ -> {
                        return new WaitJson(true, until, plan.status().label(), PlanJson.currentPhase(plan));
                    }
                    case Destination.Prospect.OutOfReach(String why) ->
                        throw new LockstepException(ErrorCode.OUT_OF_REACH, why);
                    case Destination.Prospect.Possible _ -> {
                        if (!left.isPositive() || changes.closed()) {
                            throw notYet(until, plan);
                        }
                    }
                }
                listener.onlyFor(plan.plan().newestRun());
                listener.await(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
            }
        }
    }

    private static LockstepException notYet(String until, PlanView plan) {
        String phase =
                PlanJson.currentPhase(plan).map(name -> " in phase " + name).orElse("");
        String held = plan.holds().isEmpty()
                ? ""
                : " " + plan.holds().getFirst().blocker().message();
        return new LockstepException(
                ErrorCode.NOT_REACHED_YET,
                "Not yet " + until + ": the plan is " + plan.status().label() + phase + "." + held);
    }
}
