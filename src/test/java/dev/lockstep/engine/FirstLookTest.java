package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.RunStatus;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a replica that has just begun waits for before it is ready. */
class FirstLookTest {
    private final Bench bench = new Bench();
    private final FaultyRuns runs = new FaultyRuns(bench.runs);
    private final StoredBoard board = new StoredBoard(bench.plans, runs, bench.targets, bench.clock);

    @BeforeEach
    void holdAPlan() {
        bench.replica("one");
        bench.started(Bench.dropPlan(PLAN, 1));
        bench.awaits(RunStatus.HELD);
    }

    @AfterEach
    void stop() {
        board.close();
        bench.close();
    }

    @Test
    void isOverOnceEverythingThatLivePlansNameHasBeenSeen() {
        long before = bench.cluster.looks(Freshness.WATCHED);
        try (FirstLook look = new FirstLook(board, bench.cluster)) {
            assertThat(look.waiting()).isPresent();
            look.begin();
            patiently("the first look").until(() -> look.waiting().isEmpty());
            assertThat(bench.cluster.looks(Freshness.WATCHED)).isGreaterThan(before);
            bench.cluster.answers(false);
            assertThat(look.waiting()).as("an API server that goes away later").isEmpty();
        }
    }

    @Test
    void waitsForWhatCannotBeSeenAndSaysWhy() {
        bench.cluster.answers(false);
        try (FirstLook look = new FirstLook(board, bench.cluster)) {
            look.begin();
            patiently("the reason").until(() -> look.waiting().equals(Optional.of("The API server does not answer.")));
            bench.cluster.answers(true);
            patiently("the first look").until(() -> look.waiting().isEmpty());
        }
    }

    @Test
    void doesNotWaitForEverForWhatCannotBeSeen() {
        bench.cluster.answers(false);
        try (FirstLook look = new FirstLook(board, bench.cluster, Duration.ofSeconds(15))) {
            look.begin();
            patiently("the reason").until(() -> look.waiting().equals(Optional.of("The API server does not answer.")));
        }
        try (FirstLook look = new FirstLook(board, bench.cluster, FirstLook.PATIENCE)) {
            look.begin();
            patiently("the only look that there is time for")
                    .until(() -> look.waiting().isEmpty());
        }
    }
}
