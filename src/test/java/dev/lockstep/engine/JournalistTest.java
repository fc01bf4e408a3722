package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JournalistTest {
    private final Bench bench = new Bench();
    private final FaultyRuns store = new FaultyRuns(bench.runs);
    private final RunId run = bench.started(addPlan(PLAN));
    private final Journalist journalist =
            new Journalist(store, bench.runs.find(run).orElseThrow(), new Runs.Authority.Command(), bench.clock);

    @Test
    void decidesAgainWhenSomebodyWasFaster() {
        AtomicInteger decisions = new AtomicInteger();

        journalist.write(state -> {
            if (decisions.getAndIncrement() == 0) {
                append(new Event.Suspended("ben"));
            }
            return state.suspended() ? List.of(new Event.Resumed("ann")) : List.of(new Event.Suspended("ann"));
        });

        assertThat(decisions).hasValue(2);
        assertThat(journalist.read().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(bench.runs.journal(run, 1))
                .extracting(JournalEntry::event)
                .containsExactly(new Event.Suspended("ben"), new Event.Resumed("ann"));
    }

    @Test
    void givesUpWhenItIsBehindForEver() {
        assertThatThrownBy(() -> journalist.write(state -> {
                    append(state.suspended() ? new Event.Resumed("ben") : new Event.Suspended("ben"));
                    return List.of(new Event.Aborted("ann"));
                }))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
                    assertThat(e).hasMessageContaining("Nothing was written");
                });
        assertThat(bench.journal(run, Event.Aborted.class)).isEmpty();
    }

    @Test
    void writesNothingThatTheRunDoesNotAllow() {
        assertThatThrownBy(() -> journalist.write(_ -> List.of(new Event.RolledBack())))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
        assertThat(bench.runs.journal(run, 0)).hasSize(1);
    }

    @Test
    void refusesAJournalWithAGap() {
        History history = new History(bench.runs.find(run).orElseThrow().script());
        List<JournalEntry> gap = List.of(new JournalEntry(2, bench.clock.instant(), new Event.Started("ann")));

        assertThatThrownBy(() -> history.read(gap)).hasMessageContaining("from entry 0 to 2");
    }

    @Test
    void refusesAJournalThatCannotHaveHappened() {
        History history = new History(bench.runs.find(run).orElseThrow().script());
        List<JournalEntry> wrong = List.of(new JournalEntry(1, bench.clock.instant(), new Event.RolledBack()));

        assertThatThrownBy(() -> history.read(wrong))
                .hasMessageContaining("does not fit the ones before it")
                .hasMessageContaining("Nothing more is done with the run");
    }

    private void append(Event event) {
        bench.runs.append(
                run,
                bench.runs.journal(run, 0).size(),
                new Runs.Authority.Command(),
                List.of(event),
                false,
                bench.clock.instant());
    }
}
