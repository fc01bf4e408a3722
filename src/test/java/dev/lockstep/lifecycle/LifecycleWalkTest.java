package dev.lockstep.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.World.StepEnd;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Long lives of larger scripts, by chance: people, replicas, pods and clocks do what they like. The laws are those of the
 * exploration. A walk is repeated by its seed.
 */
class LifecycleWalkTest {
    private static final int WALKS = 3_000;
    private static final int MOVES = 150;
    private static final int PATIENCE = 2_000;

    @Test
    void noWalkBreaksALawAndEveryWalkEndsOnceItIsLeftInPeace() {
        LongStream.range(0, WALKS).forEach(seed -> {
            Walk walk = new Walk(seed);
            try {
                IntStream.range(0, MOVES).forEach(_ -> walk.move());
                walk.findsItsEnd();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " after " + walk.trail + "\nin " + walk.world, e);
            }
        });
    }

    private static final class Walk {
        private final Random random;
        private final Deque<String> trail = new ArrayDeque<>();
        private World world;
        private Verdict truth = Seen.OPEN;
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        Walk(long seed) {
            random = new Random(seed);
            world = World.of(script());
            told(new Event.Started("ann"));
            told(new Event.LeaseTaken("one", 1));
        }

        void move() {
            switch (random.nextInt(20)) {
                case 0 -> told(command());
                case 1 -> told(new Event.LeaseTaken("another", world.state().fence() + 1));
                case 2, 3 -> truth = Seen.VERDICTS.get(random.nextInt(Seen.VERDICTS.size()));
                case 4, 5, 6 -> truth = Seen.OPEN;
                case 7, 8, 9, 10 -> secondsPass(1 + random.nextInt(4));
                default -> work(List.of(StepEnd.values()).get(random.nextInt(StepEnd.values().length)));
            }
        }

        /** All pods are new, all steps succeed, and people say yes to everything. */
        void findsItsEnd() {
            truth = Seen.OPEN;
            for (int moves = 0; !world.state().status().over(); moves++) {
                assertThat(moves).as("moves of a run that is left in peace").isLessThan(PATIENCE);
                told(new Event.Resumed("ann"));
                told(new Event.RetryRequested("ann"));
                told(new Event.Rescheduled(Windows.NONE, "ann"));
                if (world.state().stage() instanceof Stage.AwaitingApproval(Position at, var _)) {
                    PhaseName phase = world.state().script().phase(at).name();
                    List.of("ann", "ben", "cas")
                            .forEach(who -> told(new Event.Approved(phase, who, "", Scripts.DIGEST)));
                }
                work(StepEnd.COMPLETED);
                secondsPass(1);
            }
        }

        private void work(StepEnd end) {
            if (world.executing().isPresent()) {
                went(end.name(), world.ended(end, now));
                return;
            }
            Sighting sighting = Lifecycle.next(world.state(), new Sighting.None(), now)
                            instanceof Next.Look(var _, Next.Freshness freshness)
                    ? new Sighting.Seen(truth, freshness)
                    : new Sighting.None();
            world.advanced(sighting, now).ifPresent(moved -> went(sighting.toString(), moved));
        }

        private void told(Event event) {
            world.told(event, now).ifPresent(moved -> went("told", moved));
        }

        private void secondsPass(int seconds) {
            now = now.plusSeconds(seconds);
            if (world.state().suspended()) {
                world = new World(world.state(), world.ghost().unwatched(), world.executing());
            }
        }

        private void went(String why, World.Moved moved) {
            world = moved.to();
            moved.by().forEach(event -> trail.addLast("\n  " + now + " " + event + " by " + why));
            while (trail.size() > 40) {
                trail.removeFirst();
            }
        }

        private Event command() {
            List<Phase> phases = world.state().script().phases();
            PhaseName phase = phases.get(random.nextInt(phases.size())).name();
            String who = List.of("ann", "ben", "cas").get(random.nextInt(3));
            return switch (random.nextInt(13)) {
                case 0, 1 -> new Event.Suspended(who);
                case 2, 3 -> new Event.Resumed(who);
                case 4, 5 -> new Event.RetryRequested(who);
                case 6 -> new Event.Aborted(who);
                case 7 -> new Event.RollbackRequested(who);
                case 8 -> new Event.Rejected(phase, who, "no");
                case 9 -> new Event.Rescheduled(new Windows(List.of(window(phase))), who);
                default -> new Event.Approved(phase, who, "", Scripts.DIGEST);
            };
        }

        /** A minute in which the walk is, or from which it comes, or that it may come to. */
        private Window window(PhaseName phase) {
            LocalTime from = LocalTime.ofInstant(now, ZoneOffset.UTC)
                    .truncatedTo(ChronoUnit.MINUTES)
                    .plusMinutes(random.nextInt(3) - 1);
            return Scripts.window(
                    "minute",
                    from.toString(),
                    from.plusMinutes(1).toString(),
                    random.nextBoolean() ? List.of() : List.of(phase.value()));
        }

        private Script script() {
            Map<String, Integer> approvals = new HashMap<>();
            List<Phase> phases = IntStream.rangeClosed(1, 1 + random.nextInt(5))
                    .mapToObj(number -> phase("phase-" + number, approvals))
                    .toList();
            return Scripts.script(random.nextInt(6), approvals, phases.toArray(Phase[]::new));
        }

        private Phase phase(String name, Map<String, Integer> approvals) {
            if (random.nextInt(3) == 0) {
                approvals.put(name, 1 + random.nextInt(3));
            }
            List<Step> steps = IntStream.range(0, random.nextInt(4))
                    .mapToObj(number -> step(name + "-step-" + number))
                    .toList();
            Optional<Milestone> require = random.nextBoolean()
                    ? Optional.of(List.of(Milestone.values()).get(random.nextInt(Milestone.values().length)))
                    : Optional.empty();
            PhaseType type = List.of(PhaseType.values()).get(random.nextInt(PhaseType.values().length));
            return new Phase(new PhaseName(name), type, require, steps);
        }

        private Step step(String name) {
            return switch (random.nextInt(6)) {
                case 0 -> Scripts.irreversible(name);
                case 1, 2 -> Scripts.traceless(name);
                default -> Scripts.reversible(name);
            };
        }
    }
}
