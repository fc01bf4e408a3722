package dev.lockstep.api.json;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An event as a sentence, and its facts. */
record JournalLine(String message, Map<String, Object> details) {
    private static JournalLine line(String message) {
        return new JournalLine(message, new LinkedHashMap<>());
    }

    private JournalLine with(String name, Object value) {
        details.put(name, value);
        return this;
    }

    static JournalLine of(Event event) {
        return switch (event) {
            case Event.Started(String actor) ->
                line(actor + " started the run.").with("actor", actor);
            case Event.LeaseTaken(String holder, long fence) ->
                line("Replica " + holder + " took over.").with("holder", holder).with("fence", fence);
            case Event.Paced(Speed speed, String actor) ->
                line(speed == Speed.PAUSED
                                ? actor + " paused the backfills of the run."
                                : actor + " set the speed of the run's backfills to " + speed.label() + ".")
                        .with("actor", actor)
                        .with("speed", speed.label());
            case Event.Rescheduled(Windows windows, String actor) ->
                line(actor + " changed when the phases of the run may run: " + windows.words() + ".")
                        .with("actor", actor)
                        .with(
                                "windows",
                                windows.all().stream().map(Window::words).toList());
            case Event.Suspended(String actor) ->
                line(actor + " asked the run to pause.").with("actor", actor);
            case Event.Resumed(String actor) ->
                line(actor + " resumed the run.").with("actor", actor);
            case Event.Attested(var workload, String version, String actor, String comment, var expiresAt) ->
                line(actor + " attested that " + workload + " runs " + version + ", until " + expiresAt
                                + quoted(comment))
                        .with("workload", workload.value())
                        .with("version", version)
                        .with("actor", actor)
                        .with("comment", comment)
                        .with("expiresAt", expiresAt);
            case Event.RetryRequested(String actor) ->
                line(actor + " asked to try again.").with("actor", actor);
            case Event.Aborted(String actor) ->
                line(actor + " aborted the run.").with("actor", actor);
            case Event.RollbackRequested(String actor) ->
                line(actor + " asked to roll back.").with("actor", actor);
            case Event.RolledBack _ -> line("All that was done has been taken back.");
            case Event.GateBlocked _,
                    Event.GateMatched _,
                    Event.WindowClosed _,
                    Event.WindowOpened _,
                    Event.GateOpened _,
                    Event.FloorRaised _,
                    Event.Approved _,
                    Event.Rejected _,
                    Event.PhaseCompleted _ -> ofPhase(event);
            case Event.PointOfNoReturnPassed _,
                    Event.StepStarted _,
                    Event.StepCompleted _,
                    Event.StepWaiting _,
                    Event.StepDelayed _,
                    Event.BlockerStopped _,
                    Event.StepBlocked _,
                    Event.StepInterrupted _,
                    Event.StepFailed _ -> ofStep(event);
        };
    }

    private static JournalLine ofPhase(Event event) {
        return switch (event) {
            case Event.GateBlocked(var phase, List<Blocker> blockers) ->
                line("The gate of phase " + phase + " is held: " + first(blockers))
                        .with("phase", phase.value())
                        .with("blockers", blockers(blockers));
            case Event.GateMatched(var phase) ->
                line("The gate of phase " + phase + " matches; it opens when it has done so for long enough.")
                        .with("phase", phase.value());
            case Event.WindowClosed(var phase, Blocker blocker) ->
                line(blocker.message()).with("phase", phase.value()).with("blockers", blockers(List.of(blocker)));
            case Event.WindowOpened(var phase) ->
                line("Phase " + phase + " is not kept back by its windows any more.")
                        .with("phase", phase.value());
            case Event.GateOpened(var phase, Direction direction, long fence) ->
                line("The gate of phase " + phase + " opened.")
                        .with("phase", phase.value())
                        .with("direction", Words.of(direction))
                        .with("fence", fence);
            case Event.FloorRaised(var phase) ->
                line("From now on, code that is not ready for phase " + phase
                                + " is too old to be deployed; the gate is watched anew for what was let in before.")
                        .with("phase", phase.value());
            case Event.Approved(var phase, String actor, String comment, var digest) ->
                line(actor + " approved phase " + phase + quoted(comment))
                        .with("phase", phase.value())
                        .with("actor", actor)
                        .with("comment", comment)
                        .with("digest", digest.value());
            case Event.Rejected(var phase, String actor, String comment) ->
                line(actor + " rejected phase " + phase + quoted(comment))
                        .with("phase", phase.value())
                        .with("actor", actor)
                        .with("comment", comment);
            case Event.PhaseCompleted(var phase) ->
                line("Phase " + phase + " is done.").with("phase", phase.value());
            default -> throw new IllegalArgumentException("not about a phase: " + event);
        };
    }

    private static JournalLine ofStep(Event event) {
        return switch (event) {
            case Event.PointOfNoReturnPassed(var phase, String step) ->
                line("The point of no return was passed with step " + step
                                + ": the run cannot be rolled back any more.")
                        .with("phase", phase.value())
                        .with("step", step);
            case Event.StepStarted(String step, Direction direction, int attempt, long fence) ->
                step(verb(direction, "Step %s began", step, "Taking back step %s began"), step, direction)
                        .with("attempt", attempt)
                        .with("fence", fence);
            case Event.StepCompleted(String step, Direction direction, Event.StepSummary summary) ->
                step(verb(direction, "Step %s is done", step, "Step %s has been taken back"), step, direction)
                        .with("summary", StepJson.SummaryJson.of(summary));
            case Event.StepWaiting(String step, Direction direction, List<Blocker> blockers) ->
                step(
                                blockers.isEmpty()
                                        ? "Step " + step + " goes on."
                                        : "Step " + step + " waits: " + first(blockers),
                                step,
                                direction)
                        .with("blockers", blockers(blockers));
            case Event.StepBlocked(String step, Direction direction, List<Blocker> blockers, var retryAt) ->
                step("Step " + step + " did nothing and will be tried again: " + first(blockers), step, direction)
                        .with("blockers", blockers(blockers))
                        .with("retryAt", retryAt);
            case Event.StepDelayed(String step, Direction direction, List<Event.Delay> delays, int others) ->
                step("Step " + step + " was held up: " + longest(delays, others), step, direction)
                        .with("delays", DelayJson.of(delays))
                        .with("others", others);
            case Event.BlockerStopped(String step, Direction direction, InTheWay who, Event.Stop stop, long age) ->
                step(
                                (stop == Event.Stop.CANCEL ? "The statement" : "The connection") + " of " + who.object()
                                        + " was ended for step " + step + ", as the plan allows: it had " + who.what()
                                        + ".",
                                step,
                                direction)
                        .with("blocker", InTheWayJson.of(who))
                        .with("act", Words.of(stop))
                        .with("transactionMilliseconds", age);
            case Event.StepInterrupted(String step, Direction direction) ->
                step("Step " + step + " stopped at a safe point, as it was asked to.", step, direction);
            case Event.StepFailed(String step, Direction direction, var fault) ->
                step("Step " + step + " failed: " + fault.message(), step, direction)
                        .with("fault", FaultJson.of(fault));
            default -> throw new IllegalArgumentException("not about a step: " + event);
        };
    }

    private static JournalLine step(String message, String step, Direction direction) {
        return line(message).with("step", step).with("direction", Words.of(direction));
    }

    private static String verb(Direction direction, String forward, String step, String backward) {
        String pattern = switch (direction) {
            case FORWARD -> forward;
            case BACKWARD -> backward;
        };
        return pattern.formatted(step) + ".";
    }

    private static String quoted(String comment) {
        return comment.isBlank() ? "." : ": “" + comment + "”.";
    }

    private static String longest(List<Event.Delay> delays, int others) {
        Event.Delay first = delays.getFirst();
        int more = delays.size() - 1 + others;
        return first.by().object() + " for " + first.milliseconds() + " ms"
                + (more > 0 ? " (and " + more + " more)." : ".");
    }

    private static String first(List<Blocker> blockers) {
        String more = blockers.size() > 1 ? " (and " + (blockers.size() - 1) + " more)" : "";
        return blockers.getFirst().message() + more;
    }

    private static List<BlockerJson> blockers(List<Blocker> blockers) {
        return blockers.stream().map(BlockerJson::of).toList();
    }
}
