package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.dropPlan;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lifecycle.RunStatus;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever looks at a journal again reads what is new, and sees what somebody sees who reads it all. */
class JournalsTest {
    private final Bench bench = new Bench();
    private final FaultyRuns store = new FaultyRuns(bench.runs);
    private final Operations looking = bench.operations(store);

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void readsOnlyWhatCameAfterTheLastLookAndSeesTheSame() {
        RunId run = longStory();
        assertThat(looking.glance(PLAN)).isEqualTo(afresh());
        assertThat(store.entriesRead()).isEqualTo(size(run));

        for (int look = 0; look < 10; look++) {
            looking.glance(PLAN);
        }
        assertThat(store.entriesRead() - size(run))
                .as("the newest entry, once for each look")
                .isEqualTo(10);

        bench.operations.suspend(PLAN, BEN);
        assertThat(looking.glance(PLAN)).isEqualTo(afresh());
        assertThat(looking.glance(PLAN).status()).isEqualTo(RunStatus.PAUSED);
    }

    @Test
    void seesThatTheStoreWasRestoredToAnEarlierMoment() {
        RunId run = longStory();
        looking.glance(PLAN);

        bench.runs.restoredTo(run, 2);
        assertThat(looking.glance(PLAN)).isEqualTo(afresh());
        assertThat(looking.glance(PLAN).status()).isEqualTo(RunStatus.PAUSED);

        bench.operations.abort(PLAN, ANN);
        looking.glance(PLAN);
        bench.runs.restoredTo(run, 2);
        bench.operations.resume(PLAN, BEN);
        assertThat(looking.glance(PLAN)).as("as long as before, and another").isEqualTo(afresh());
    }

    @Test
    void whatCouldNotBeReadIsReadTheNextTime() {
        longStory();
        store.cut();
        assertThatThrownBy(() -> looking.glance(PLAN)).isInstanceOf(LockstepException.class);

        store.mend();
        assertThat(looking.glance(PLAN)).isEqualTo(afresh());
    }

    /** It tries for the lease at every word of a change and at every sweep, and looks at the journal first. */
    @Test
    void replicaThatAnotherIsAheadOfDoesNotReadTheWholeJournalAtEachTry() {
        RunId run = longStory();
        bench.replica("one");
        bench.awaits(RunStatus.HELD);

        bench.replica("two", store, Duration.ofSeconds(2), Duration.ofMillis(20));
        patiently("many tries").until(() -> store.journalsRead() >= 20);

        assertThat(store.entriesRead()).isLessThanOrEqualTo(2 * size(run) + store.journalsRead());
    }

    /** A run that somebody paused and resumed, again and again. */
    private RunId longStory() {
        RunId run = bench.started(dropPlan(PLAN, 0));
        for (int turn = 0; turn < 10; turn++) {
            bench.operations.suspend(PLAN, ANN);
            bench.operations.resume(PLAN, ANN);
        }
        return run;
    }

    private PlanView afresh() {
        return bench.operations(bench.runs).glance(PLAN);
    }

    private int size(RunId run) {
        return bench.runs.journal(run, 0).size();
    }
}
