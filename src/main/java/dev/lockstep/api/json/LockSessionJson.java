package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.BlockingView.OwnStep;
import dev.lockstep.engine.LockMonitor.Grip;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.engine.LockMonitor.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Somebody who waits for a lock, or is waited for. */
@Schema(name = "LockSession")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record LockSessionJson(
        @Schema(
                description =
                        "Session, Lockstep (one of its own), PatientStep (a step of Lockstep that waits outside the"
                                + " queue), Autovacuum, WraparoundVacuum (never stop it), ServerWorker, Walsender, Prepared",
                examples = "Session")
        String kind,

        @Schema(
                description = "0 for a prepared transaction or a patient step, which have no process",
                examples = "4711")
        int pid,

        @Schema(description = "what it calls itself; for a prepared transaction its gid", examples = "report")
        String application,

        @Schema(description = "its role; empty where it has none", examples = "reader")
        String user,

        @Schema(description = "as the server calls it", examples = "idle in transaction")
        String state,

        @Schema(
                description =
                        "its statement, or its last one: cut, without comments and with ? for every literal, because"
                                + " literals may be secrets",
                examples = "SELECT * FROM users WHERE email = ?")
        String query,

        @Schema(description = "how long the statement has been running, or the session idle")
        Optional<Long> queryMilliseconds,

        @Schema(description = "how long its transaction has been open")
        Optional<Long> transactionMilliseconds,

        @Schema(description = "what it waits for; absent at a root")
        Optional<LockWaitJson> waits,

        @Schema(description = "which plan and step it works for, if it is Lockstep's own")
        Optional<StepReferenceJson> step,

        @Schema(description = "whether it waits for somebody who waits for it; the server ends one of them soon")
        boolean deadlock,

        @Schema(description = "those who wait for it") List<LockSessionJson> waiters) {

    /** What somebody waits for. */
    @Schema(name = "LockWait")
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record LockWaitJson(
            @Schema(
                    description = "the lock mode and the relation, or what else it is",
                    examples = "AccessExclusiveLock on users")
            String wants,

            Optional<Long> milliseconds,

            @Schema(description = "everybody it waits for") List<BlockedByJson> blockedBy) {
        static LockWaitJson of(Wait wait) {
            return new LockWaitJson(
                    wait.wants(),
                    wait.age().map(Duration::toMillis),
                    wait.behind().stream().map(BlockedByJson::of).toList());
        }
    }

    /** Somebody who is waited for. */
    @Schema(name = "BlockedBy")
    public record BlockedByJson(
            @Schema(description = "a pid, or \"prepared\" and the gid", examples = "4711")
            String session,

            @Schema(description = "what it has", examples = "AccessShareLock on users")
            String has) {
        static BlockedByJson of(Grip grip) {
            return new BlockedByJson(grip.by(), grip.what());
        }
    }

    /** A step of a plan. */
    @Schema(name = "StepReference")
    public record StepReferenceJson(
            @Schema(examples = "shop/rename-users-name") String plan,
            @Schema(examples = "add-full-name") String step,
            String title) {
        static StepReferenceJson of(OwnStep step) {
            return new StepReferenceJson(step.plan().toString(), step.step(), step.title());
        }
    }

    static LockSessionJson of(Knot knot, Map<String, OwnStep> own) {
        Session session = knot.session();
        return new LockSessionJson(
                Words.of(session.kind()),
                session.pid(),
                session.application(),
                session.user(),
                session.state(),
                session.query(),
                session.queryAge().map(Duration::toMillis),
                session.transactionAge().map(Duration::toMillis),
                session.waits().map(LockWaitJson::of),
                Optional.ofNullable(own.get(session.id())).map(StepReferenceJson::of),
                knot.circle(),
                knot.waiters().stream().map(waiter -> of(waiter, own)).toList());
    }
}
