package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Transition;
import dev.lockstep.plan.PhaseName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReminderTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Blocker OLD_POD = new Blocker(
            Blocker.Code.OLD_VERSION, "pod web-1", "Deployment shop/web", "Pod web-1 reports 1.4.0.", "Roll out.");

    private final Reminder reminder = new Reminder();

    private static RunState held() {
        RunState run = RunState.pending(Scripts.rename(0, 1));
        for (Event event : List.of(
                new Event.Started("ann"),
                new Event.LeaseTaken("one", 1),
                new Event.GateBlocked(new PhaseName("expand"), List.of(OLD_POD)))) {
            run = ((Transition.To) Lifecycle.apply(run, event, START)).state();
        }
        return run;
    }

    @Test
    @Fact("G45")
    void speaksOnceADayOfARunThatHasNotMovedForAWeek() {
        RunState run = held();
        Instant week = START.plus(Reminder.AFTER);

        assertThat(reminder.due(run, week.minusSeconds(1))).isEmpty();
        assertThat(reminder.due(run, week))
                .contains(
                        "It has not moved for 7 days, because it is held: Pod web-1 reports 1.4.0. Until it goes on, or is"
                                + " rolled back, every write keeps both shapes.");
        assertThat(reminder.due(run, week.plus(Duration.ofHours(23)))).isEmpty();
        assertThat(reminder.due(run, week.plus(Duration.ofDays(1))))
                .hasValueSatisfying(said -> assertThat(said).contains("for 8 days"));
    }

    @Test
    void saysNothingOfARunThatNothingHolds() {
        RunState run = RunState.pending(Scripts.rename(0, 1));

        assertThat(reminder.due(run, START.plus(Duration.ofDays(100)))).isEmpty();
    }
}
