package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private final Bench bench = new Bench();
    private final FaultyRuns store = new FaultyRuns(bench.runs);

    @Test
    void renewsALeaseForAsLongAsItIsOpen() {
        RunId run = run();
        Duration timeToLive = Duration.ofMillis(600);
        try (LeaseKeeper keeper = keeper(run, timeToLive)) {
            long later = System.nanoTime() + timeToLive.multipliedBy(2).toNanos();
            patiently("two lives of a lease").until(() -> System.nanoTime() > later);
            assertThat(bench.runs.holder(run)).contains(keeper.lease());
        }
        assertThat(bench.runs.holder(run)).isEmpty();
    }

    @Test
    void endsBeforeTheLeaseDoesAlsoWhenTheStoreHangsAndSaysNothing() {
        RunId run = run();
        Duration timeToLive = Duration.ofMillis(400);
        store.hangs(true);
        try (LeaseKeeper keeper = keeper(run, timeToLive)) {
            assertThat(keeper.ending()).isFalse();
            patiently("it to end").atMost(timeToLive.multipliedBy(4)).until(keeper::ending);
            store.hangs(false);
        }
    }

    @Test
    void endsAtOnceWhenSomebodyElseHasTheLease() {
        RunId run = run();
        Lease thief;
        try (LeaseKeeper keeper = keeper(run, Duration.ofSeconds(2))) {
            thief = bench.runs.steal(run, "thief");
            patiently("it to notice").until(keeper::ending);
        }
        assertThat(bench.runs.holder(run))
                .as("what is another's is not given back")
                .contains(thief);
    }

    @Test
    void closesInPeaceWhenTheStoreDoesNotAnswer() {
        LeaseKeeper keeper = keeper(run(), Duration.ofSeconds(2));
        store.cut();
        keeper.close();
    }

    private RunId run() {
        bench.operations.put(addPlan(PLAN), ANN, Optional.empty());
        return bench.operations.start(PLAN, ANN).run().orElseThrow().run().id();
    }

    private LeaseKeeper keeper(RunId run, Duration timeToLive) {
        long askedAt = System.nanoTime();
        return new LeaseKeeper(store, bench.runs.acquire(run, "one", timeToLive).orElseThrow(), askedAt, timeToLive);
    }
}
