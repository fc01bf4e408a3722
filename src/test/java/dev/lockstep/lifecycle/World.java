package dev.lockstep.lifecycle;

import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Position.Direction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run as it is believed to be, what has really happened to it, and what its engine is doing. Immutable; every move gives
 * the next world and holds it against {@link Laws}.
 *
 * @param executing the step that the engine is having done at this moment
 */
record World(RunState state, Ghost ghost, Optional<Position> executing) {
    static World of(Script script) {
        return new World(RunState.pending(script), Ghost.NEW, Optional.empty());
    }

    /** What became of an event. */
    record Moved(World to, List<Event> by) {}

    /** Somebody asks for something, or another replica takes over. Empty when the run refuses. */
    Optional<Moved> told(Event event, Instant now) {
        return switch (Lifecycle.apply(state, event, now)) {
            case Transition.Refused _ -> Optional.empty();
            case Transition.To _ -> {
                World next = accepting(List.of(event), now);
                boolean anotherReplica = event instanceof Event.LeaseTaken;
                yield Optional.of(new Moved(anotherReplica ? next.executing(Optional.empty()) : next, List.of(event)));
            }
        };
    }

    /** The engine asks what is next with this sighting, and does it. Empty when there was nothing to do. */
    Optional<Moved> advanced(Sighting sighting, Instant now) {
        World seen = sighting instanceof Sighting.Seen(Verdict verdict, var _)
                ? new World(state, ghost.looked(verdict, now), executing)
                : this;
        Next next = Lifecycle.next(state, sighting, now);
        Laws.next(seen, sighting, next, now);
        return switch (next) {
            case Next.Append(List<Event> events) -> Optional.of(new Moved(seen.accepting(events, now), events));
            case Next.Execute(Position at, var _) -> Optional.of(new Moved(seen.executing(Optional.of(at)), List.of()));
            case Next.Look _, Next.Wait _, Next.Rest _ ->
                seen.equals(this) ? Optional.empty() : Optional.of(new Moved(seen, List.of()));
        };
    }

    /** The step that is being executed has come to an end, or says something; the engine writes it if it still matters. */
    Moved ended(StepEnd end, Instant now) {
        Position at = executing.orElseThrow();
        World idle = end.goesOn() ? this : executing(Optional.empty());
        boolean matters = state.stage() instanceof Stage.StepRunning(Position still, var _) && still.equals(at);
        List<Event> events = matters ? List.of(end.event(state, at, now)) : List.of();
        return new Moved(idle.accepting(events, now), events);
    }

    /** How a step can end, or what it can say before. */
    enum StepEnd {
        COMPLETED,
        BLOCKED,
        INTERRUPTED,
        FAILED,
        WAITING,
        GOING_ON,
        DELAYED,
        STOPPING;

        boolean goesOn() {
            return switch (this) {
                case COMPLETED, BLOCKED, INTERRUPTED, FAILED -> false;
                case WAITING, GOING_ON, DELAYED, STOPPING -> true;
            };
        }

        Event event(RunState state, Position at, Instant now) {
            String step = state.script().step(at).name();
            Direction direction = at.direction();
            return switch (this) {
                case COMPLETED -> new Event.StepCompleted(step, direction, Seen.SUMMARY);
                case BLOCKED -> new Event.StepBlocked(step, direction, List.of(Seen.LOCK), now.plusSeconds(1));
                case INTERRUPTED -> new Event.StepInterrupted(step, direction);
                case FAILED -> new Event.StepFailed(step, direction, Seen.FAULT);
                case WAITING -> new Event.StepWaiting(step, direction, List.of(Seen.LOCK));
                case GOING_ON -> new Event.StepWaiting(step, direction, List.of());
                case DELAYED ->
                    new Event.StepDelayed(step, direction, List.of(new Event.Delay(Seen.SESSION, 1, true)), 0);
                case STOPPING -> new Event.BlockerStopped(step, direction, Seen.SESSION, Event.Stop.TERMINATE, 1);
            };
        }
    }

    World executing(Optional<Position> now) {
        return new World(state, ghost, now);
    }

    private World accepting(List<Event> events, Instant now) {
        World world = this;
        for (Event event : events) {
            world = switch (Lifecycle.apply(world.state, event, now)) {
                case Transition.To(RunState next) -> {
                    World then = new World(next, world.ghost.after(event, now), world.executing);
                    Laws.step(world, event, then);
                    yield then;
                }
                case Transition.Refused(String reason) ->
                    throw new AssertionError(
                            "the run refuses what it asked for: " + event + ": " + reason + " in " + world);
            };
        }
        Laws.standing(world);
        return world;
    }
}
