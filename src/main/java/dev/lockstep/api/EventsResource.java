package dev.lockstep.api;

import dev.lockstep.api.access.Roles;
import dev.lockstep.api.json.JournalEntryJson;
import dev.lockstep.api.json.StateJson;
import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunId;
import dev.lockstep.plan.PlanKey;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A plan's events, as they happen. Each listener parks a virtual thread. */
@Path("/api/v1/plans/{namespace}/{name}/events")
@Tag(name = "Runs")
@RunOnVirtualThread
@RolesAllowed(Roles.VIEWER)
public class EventsResource {
    private static final Logger LOG = Logger.getLogger(EventsResource.class);

    private final Operations operations;
    private final Changes changes;

    EventsResource(Operations operations, Changes changes) {
        this.operations = operations;
        this.changes = changes;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "Server-sent events: journal entries and the state, as they change",
            description =
                    "`state` events carry what the plan does just now; `journal` events carry one entry each, with"
                            + " its sequence number as id. After a break, Last-Event-ID goes on behind it. When another run"
                            + " begins, its journal begins again at 1. A comment every few seconds keeps proxies from hanging up.")
    @APIResponse(responseCode = "200", description = "The stream")
    public void events(
            @PathParam("namespace") String namespace,
            @PathParam("name") String name,
            @HeaderParam("Last-Event-ID") @Nullable String lastEventId,
            @Context Sse sse,
            @Context SseEventSink sink)
            throws InterruptedException {
        PlanKey key = Keys.plan(namespace, name);
        long after = sequence(lastEventId);
        PlanView first = operations.glance(key);
        try (sink;
                Changes.Listener listener = changes.listen()) {
            new Stream(key, sse, sink).run(listener, first, after);
        } catch (ExecutionException e) {
            LOG.debugf("a listener to plan %s hung up", key);
        } catch (LockstepException e) {
            // Too late for a status; the client connects again by itself and is told then.
            LOG.warnf("plan=%s: the events of a listener ended: %s", key, e.getMessage());
        }
    }

    private static long sequence(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isBlank()) {
            return 0;
        }
        try {
            return Math.max(0, Long.parseLong(lastEventId.strip()));
        } catch (NumberFormatException e) {
            throw Problems.invalid("Last-Event-ID must be the sequence number of a journal entry");
        }
    }

    /** One listener's stream. Confined to its thread. */
    private final class Stream {
        private final PlanKey key;
        private final Sse sse;
        private final SseEventSink sink;
        private Optional<RunId> run = Optional.empty();
        private Optional<StateJson> state = Optional.empty();
        private long after;

        Stream(PlanKey key, Sse sse, SseEventSink sink) {
            this.key = key;
            this.sse = sse;
            this.sink = sink;
        }

        void run(Changes.Listener listener, PlanView first, long lastSeen)
                throws InterruptedException, ExecutionException {
            run = first.plan().newestRun();
            // An id from beyond the end is from an earlier run's journal, which was longer.
            after = first.run().filter(view -> view.sequence() < lastSeen).isPresent() ? 0 : lastSeen;
            PlanView plan = first;
            while (true) {
                boolean sent = show(plan);
                if (!sent) {
                    send(sse.newEventBuilder().comment("still here").build());
                }
                // Any run's change wakes a listener whose plan has none, or one that is over: another may begin.
                listener.onlyFor(plan.run()
                        .filter(view -> !view.state().status().over())
                        .map(view -> view.run().id()));
                listener.await(WatchResource.LOOK_AGAIN);
                if (sink.isClosed() || changes.closed()) {
                    return;
                }
                plan = operations.glance(key);
            }
        }

        /** Sends what is new, and says whether anything was. */
        private boolean show(PlanView plan) throws InterruptedException, ExecutionException {
            boolean sent = false;
            if (!plan.plan().newestRun().equals(run)) {
                run = plan.plan().newestRun();
                after = 0;
            }
            for (JournalEntry entry : operations.journal(key, after)) {
                send(event("journal", JournalEntryJson.of(entry))
                        .id(Long.toString(entry.sequence()))
                        .build());
                after = entry.sequence();
                sent = true;
            }
            StateJson now = StateJson.of(plan);
            if (!state.equals(Optional.of(now))) {
                send(event("state", now).build());
                state = Optional.of(now);
                sent = true;
            }
            return sent;
        }

        private OutboundSseEvent.Builder event(String name, Object data) {
            return sse.newEventBuilder()
                    .name(name)
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(data);
        }

        /** Waits until it is on its way, so that a slow client slows its own stream and fills no memory. */
        private void send(OutboundSseEvent event) throws InterruptedException, ExecutionException {
            sink.send(event).toCompletableFuture().get();
        }
    }
}
