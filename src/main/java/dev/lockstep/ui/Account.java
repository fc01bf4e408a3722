package dev.lockstep.ui;

import dev.lockstep.change.Step;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Windows;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells events as sentences. Steps are called by their titles, which mean something to people. */
final class Account {
    private static final int DELAYS_TOLD = 3;

    private final Map<String, String> titles;

    Account(Script script) {
        this.titles = script.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .collect(Collectors.toMap(Step::name, Step::title));
    }

    /** What happened. */
    String sentence(Event event) {
        return switch (event) {
            case Event.Started(String actor) -> actor + " started the run.";
            case Event.LeaseTaken(String holder, long fence) ->
                "Replica " + holder + " took the run over (fence " + fence + ") and looks at everything anew.";
            case Event.GateBlocked(var phase, List<Blocker> blockers) ->
                "The gate of " + phase + " is held by " + Count.of(blockers.size(), "thing") + ": " + objects(blockers)
                        + ".";
            case Event.GateMatched(var phase) ->
                "Everything is as the gate of " + phase + " wants it; it opens if that stays so.";
            case Event.WindowClosed(var _, Blocker blocker) -> blocker.message();
            case Event.WindowOpened(var phase) -> "Phase " + phase + " is not kept back by its windows any more.";
            case Event.GateOpened(var phase, Direction direction, var _) ->
                direction == Direction.FORWARD
                        ? "The gate of " + phase + " opened."
                        : "Nothing needs the new shape any more: " + phase + " may be taken back.";
            case Event.FloorRaised(var phase) ->
                "Code that does not meet what " + phase
                        + " needs is refused from now on; its gate is watched anew for what was let in before.";
            case Event.Approved(var phase, String actor, String comment, var digest) ->
                actor + " approved " + phase + " (digest " + digest.value().substring(0, 12) + ")" + quoted(comment);
            case Event.Rejected(var phase, String actor, String comment) ->
                actor + " rejected " + phase + ", and the run paused" + quoted(comment);
            case Event.PointOfNoReturnPassed(var _, String step) ->
                "The point of no return was passed: " + title(step) + ". There is no way back from here.";
            case Event.StepStarted(String step, Direction direction, int attempt, var _) ->
                (direction == Direction.FORWARD ? "Began: " : "Began to take back: ")
                        + title(step)
                        + (attempt > 1 ? " (attempt " + attempt + ")." : ".");
            case Event.StepCompleted(String step, Direction direction, StepSummary summary) ->
                (direction == Direction.FORWARD ? "Done: " : "Taken back: ") + title(step) + ", " + figures(summary)
                        + "."
                        + summary.notes().stream().map(note -> " " + note).collect(Collectors.joining());
            case Event.StepWaiting(String step, var _, List<Blocker> blockers) ->
                blockers.isEmpty()
                        ? "Goes on: " + title(step) + "."
                        : "Waits in: " + title(step) + ". In the way: " + objects(blockers) + ".";
            case Event.StepBlocked(String step, var _, List<Blocker> blockers, var retryAt) ->
                "Did nothing yet: " + title(step) + ". In the way: " + objects(blockers) + ". Next attempt at "
                        + When.utc(retryAt) + ".";
            case Event.StepDelayed(String step, var _, List<Event.Delay> delays, int others) ->
                "Was held up: " + title(step) + ". " + delays(delays, others);
            case Event.BlockerStopped(String step, var _, InTheWay who, Event.Stop stop, long age) ->
                (stop == Event.Stop.CANCEL ? "The statement of " : "The connection of ") + named(who)
                        + " was ended, as the plan allows, for: " + title(step) + ". It had " + LockWords.of(who.what())
                        + "; its transaction was open for " + Span.words(Duration.ofMillis(age)) + "."
                        + (who.query().isEmpty() ? "" : " Its statement: " + who.query());
            case Event.StepInterrupted(String step, var _) -> "Stopped at a safe point: " + title(step) + ".";
            case Event.StepFailed(String step, var _, var fault) -> "Failed: " + title(step) + ". " + fault.message();
            case Event.PhaseCompleted(var phase) -> "Phase " + phase + " is done.";
            case Event.Attested(var workload, String version, String actor, String comment, var expiresAt) ->
                actor + " attested that " + workload + " runs " + version + "; that holds until " + When.utc(expiresAt)
                        + quoted(comment);
            case Event.Paced(Speed speed, String actor) ->
                speed == Speed.PAUSED
                        ? actor + " paused the backfill."
                        : actor + " set the speed of the backfill to " + speed.label() + ".";
            case Event.Rescheduled(Windows windows, String actor) ->
                actor + " changed when phases may run: " + windows.words() + ".";
            case Event.Suspended(String actor) -> actor + " paused the run.";
            case Event.Resumed(String actor) -> actor + " resumed the run.";
            case Event.RetryRequested(String actor) -> actor + " asked to try again.";
            case Event.Aborted(String actor) -> actor + " stopped the run; what was done so far is still there.";
            case Event.RollbackRequested(String actor) -> actor + " asked to take everything back.";
            case Event.RolledBack _ -> "Everything that the run did has been taken back.";
        };
    }

    static Badge.Tone tone(Event event) {
        return switch (event) {
            case Event.GateBlocked _,
                    Event.StepBlocked _,
                    Event.WindowClosed _,
                    Event.PointOfNoReturnPassed _,
                    Event.StepDelayed _,
                    Event.BlockerStopped _ -> Badge.Tone.HELD;
            case Event.StepWaiting waiting -> waiting.blockers().isEmpty() ? Badge.Tone.ACTIVE : Badge.Tone.HELD;
            case Event.StepFailed _, Event.Aborted _ -> Badge.Tone.BAD;
            case Event.Started _,
                    Event.Approved _,
                    Event.Rejected _,
                    Event.Attested _,
                    Event.Paced _,
                    Event.Rescheduled _,
                    Event.Suspended _,
                    Event.Resumed _,
                    Event.RetryRequested _,
                    Event.RollbackRequested _ -> Badge.Tone.PERSON;
            case Event.StepCompleted _, Event.PhaseCompleted _, Event.GateOpened _, Event.RolledBack _ ->
                Badge.Tone.GOOD;
            case Event.StepStarted _, Event.GateMatched _, Event.WindowOpened _ -> Badge.Tone.ACTIVE;
            case Event.LeaseTaken _, Event.FloorRaised _, Event.StepInterrupted _ -> Badge.Tone.QUIET;
        };
    }

    /** A step's title, or its name where the script does not know it. */
    String title(String step) {
        return titles.getOrDefault(step, step);
    }

    /** Who held a step up and for how long, the longest first; the first few, for the rest is with the step. */
    private static String delays(List<Event.Delay> delays, int others) {
        int told = Math.min(delays.size(), DELAYS_TOLD);
        int more = delays.size() - told + others;
        return delays.subList(0, told).stream()
                        .map(delay -> named(delay.by()) + " for " + Span.words(Duration.ofMillis(delay.milliseconds())))
                        .collect(Collectors.joining(", "))
                + (more > 0 ? ", and " + more + " more." : ".");
    }

    static String named(InTheWay who) {
        return who.application().isEmpty() || who.pid() == 0
                ? who.object()
                : who.object() + " (" + who.application() + ")";
    }

    private static String objects(List<Blocker> blockers) {
        return blockers.stream().map(Blocker::object).collect(Collectors.joining(", "));
    }

    private static String figures(StepSummary summary) {
        String took = Span.words(Duration.ofMillis(summary.milliseconds()));
        return summary.rows() > 0 ? Count.of(summary.rows(), "row") + " in " + took : "in " + took;
    }

    private static String quoted(String comment) {
        return comment.isBlank() ? "." : ": “" + comment.strip() + "”";
    }
}
