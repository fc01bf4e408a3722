package dev.lockstep.operator;

import static dev.lockstep.operator.Announcer.Announcement.normal;
import static dev.lockstep.operator.Announcer.Announcement.warning;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.operator.Announcer.Announcement;
import java.util.List;
import java.util.Optional;

/** Journal entries as events beside the plan's object. The reasons are part of the documents, and do not change. */
final class JournalWords {
    private JournalWords() {}

    /** Empty for what only the journal's readers want to know. */
    static Optional<Announcement> of(Event event) {
        return switch (event) {
            case Event.Started(String actor) -> some(normal("Started", "Started by " + actor + "."));
            case Event.GateBlocked(var phase, var blockers) -> some(held("Phase " + phase, blockers));
            case Event.GateOpened(var phase, Direction direction, var _) ->
                some(normal(
                        direction == Direction.FORWARD ? "GateOpened" : "RollbackGateOpened",
                        "The gate of phase " + phase + " is open."));
            case Event.FloorRaised(var phase) ->
                some(normal(
                        "FloorRaised",
                        "Code from before phase " + phase
                                + " is not let in any more. The gate is watched anew for what was let in before."));
            case Event.Approved(var phase, String actor, var _, var digest) ->
                some(normal("PhaseApproved", actor + " approved phase " + phase + " of digest " + digest + "."));
            case Event.Rejected(var phase, String actor, String comment) ->
                some(warning("PhaseRejected", actor + " rejected phase " + phase + ": " + comment));
            case Event.PointOfNoReturnPassed(var phase, String step) ->
                some(warning(
                        "PointOfNoReturnPassed",
                        "Step " + step + " of phase " + phase + " has begun; from here there is no way back."));
            case Event.StepStarted(String step, var _, int attempt, var _) ->
                attempt == 1 ? some(normal("StepStarted", "Step " + step + " has begun.")) : Optional.empty();
            case Event.StepCompleted(String step, Direction direction, var _) ->
                some(
                        direction == Direction.FORWARD
                                ? normal("StepCompleted", "Step " + step + " is done.")
                                : normal("StepTakenBack", "Step " + step + " has been taken back."));
            case Event.StepBlocked(String step, var _, var blockers, var _) -> some(held("Step " + step, blockers));
            case Event.StepFailed(String step, var _, var fault) ->
                some(warning("StepFailed", "Step " + step + " failed: " + fault.message() + " " + fault.remedy()));
            case Event.PhaseCompleted(var phase) -> some(normal("PhaseCompleted", "Phase " + phase + " is done."));
            case Event.Attested(var workload, String version, String actor, var _, var until) ->
                some(normal(
                        "Attested",
                        actor + " attested that " + workload + " runs " + version + ", until " + until + "."));
            case Event.Suspended(String actor) -> some(normal("Paused", "Paused by " + actor + "."));
            case Event.Resumed(String actor) -> some(normal("Resumed", "Resumed by " + actor + "."));
            case Event.RetryRequested(String actor) -> some(normal("RetryRequested", actor + " asked to try again."));
            case Event.Aborted(String actor) -> some(warning("Aborted", "Aborted by " + actor + "."));
            case Event.Paced(var speed, String actor) ->
                some(normal("Paced", actor + " set the speed of backfills to " + speed.label() + "."));
            case Event.WindowClosed(var phase, Blocker blocker) -> some(held("Phase " + phase, List.of(blocker)));
            case Event.WindowOpened(var phase) ->
                some(normal("WindowOpened", "Phase " + phase + " is not kept back by its windows any more."));
            case Event.Rescheduled(var windows, String actor) ->
                some(normal("Rescheduled", actor + " changed when phases may run: " + windows.words() + "."));
            case Event.RollbackRequested(String actor) ->
                some(warning("RollbackRequested", actor + " asked to take back what was done."));
            case Event.RolledBack() -> some(normal("RolledBack", "All that was done has been taken back."));
            case Event.BlockerStopped stopped ->
                some(warning(
                        "BlockerStopped",
                        "Step " + stopped.step() + " stopped a session that was in its way: "
                                + stopped.blocker().object() + "."));
            case Event.LeaseTaken _,
                    Event.GateMatched _,
                    Event.StepWaiting _,
                    Event.StepDelayed _,
                    Event.StepInterrupted _ -> Optional.empty();
        };
    }

    private static Optional<Announcement> some(Announcement announcement) {
        return Optional.of(announcement);
    }

    /** The reason is what holds it, so that one kind of hold is told from another without reading the message. */
    private static Announcement held(String what, List<Blocker> blockers) {
        Blocker first = blockers.getFirst();
        String more = blockers.size() == 1 ? "" : " (and " + (blockers.size() - 1) + " more)";
        return normal(Words.of(first.code()), what + " is held: " + StatusDraft.words(first) + more);
    }
}
