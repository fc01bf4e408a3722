package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.fixture.Smoothness;
import dev.lockstep.plan.Speed;
import dev.lockstep.target.Simulation.Second;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GovernorTest {
    private static final Duration BATCH = Duration.ofMillis(40);

    /** Quiet, then a busy hour, a little less, quiet again. */
    private static double day(double at) {
        return at < 60 ? 0.05 : at < 240 ? 0.6 : at < 420 ? 0.45 : 0.05;
    }

    private final Governor governor = new Governor(BATCH, 20, Speed.GOVERNED);
    private int now;

    private void feel(int seconds, Reading... readings) {
        for (int i = 0; i < seconds; i++) {
            governor.felt(List.of(readings), Duration.ofSeconds(now++));
        }
    }

    private static Reading waits(double pressure) {
        return new Reading.Felt("foreground-waits", false, pressure, "the application", "some wait");
    }

    private static Reading lag(double pressure) {
        return new Reading.Felt("replica-lag", true, pressure, "standby one", "a standby is behind");
    }

    private double duty() {
        return governor.state().duty();
    }

    @Test
    void eachSpeedRestsForItsShareOfTheTime() {
        assertThat(new Governor(BATCH, 20, Speed.FULL).after(BATCH).length()).isZero();
        assertThat(governor.after(BATCH).length()).isCloseTo(Duration.ofMillis(10), Duration.ofMillis(1));
        assertThat(new Governor(BATCH, 20, Speed.GENTLE).after(BATCH).length())
                .isCloseTo(Duration.ofMillis(360), Duration.ofMillis(1));
        assertThat(new Governor(BATCH, 95, Speed.GENTLE).state().duty())
                .as("a plan that rests more than gently stays with it")
                .isCloseTo(0.05, within(1e-9));
    }

    @Test
    void goesDownFastAndComesBackSlowlyAndNamesTheSignalMeanwhile() {
        feel(5, waits(0.2));
        assertThat(governor.state().throttle()).isEmpty();
        feel(4, waits(2));
        assertThat(duty()).isBetween(0.3, 0.55);
        assertThat(governor.state().throttle()).get().satisfies(by -> {
            assertThat(by.signal()).isEqualTo("foreground-waits");
            assertThat(by.since()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
        });
        double low = duty();
        feel(5, waits(0));
        assertThat(duty()).isLessThan(low + 0.2);
        assertThat(governor.state().throttle()).isPresent();
        feel(80, waits(0));
        assertThat(duty()).isCloseTo(0.8, within(1e-9));
        assertThat(governor.state().throttle()).isEmpty();
    }

    @Test
    void staysWhereItIsBetweenCalmAndTheLimit() {
        feel(3, waits(1.5));
        feel(20, waits(0.9));
        double before = duty();
        feel(50, waits(0.9));
        assertThat(duty()).isEqualTo(before);
    }

    @Test
    void hasAFloorThatIsLowerWhereHarmWouldLast() {
        feel(200, waits(4));
        assertThat(duty()).isCloseTo(Governor.COMFORT_FLOOR, within(1e-9));
        feel(200, waits(0), lag(4));
        assertThat(duty()).isCloseTo(Governor.FLOOR, within(1e-9));
        assertThat(governor.after(Duration.ofSeconds(2)).length()).isEqualTo(Governor.LONGEST_REST);
        assertThat(governor.state().throttle())
                .get()
                .satisfies(by -> assertThat(by.signal()).isEqualTo("replica-lag"));
    }

    @Test
    void comesBackToTheApplicationsFloorWhenOnlyTheApplicationWaitsAnyMore() {
        feel(30, lag(4));
        feel(60, waits(4), lag(0));
        assertThat(duty()).isBetween(Governor.COMFORT_FLOOR, 2 * Governor.COMFORT_FLOOR);
    }

    @Test
    void atFullSpeedOnlyLastingHarmCounts() {
        governor.speed(Speed.FULL);
        feel(20, waits(4));
        assertThat(duty()).isEqualTo(1);
        assertThat(governor.state().throttle()).isEmpty();
        feel(20, waits(4), lag(2));
        assertThat(duty()).isLessThan(0.1);
    }

    @Test
    void goesGentlyWhileASignalCannotBeReadAndSaysWhich() {
        governor.speed(Speed.FULL);
        feel(1, new Reading.Unread("archiver", "The database did not answer."));
        assertThat(duty()).isEqualTo(Governor.BLIND);
        feel(500, new Reading.Unread("archiver", "The database did not answer."));
        assertThat(duty()).isEqualTo(Governor.BLIND);
        assertThat(governor.state().throttle())
                .get()
                .satisfies(by -> assertThat(by.signal()).isEqualTo("archiver"));
        feel(60, waits(0));
        assertThat(duty()).isEqualTo(1);
        assertThat(governor.state().throttle()).isEmpty();
    }

    @Test
    void aPersonsWordCountsAtOnceAndDoesNotOutrunASignal() {
        governor.speed(Speed.GENTLE);
        assertThat(duty()).isCloseTo(0.1, within(1e-9));
        governor.speed(Speed.FULL);
        assertThat(duty()).isEqualTo(1);
        feel(10, lag(3));
        double held = duty();
        governor.speed(Speed.GENTLE);
        governor.speed(Speed.FULL);
        assertThat(duty()).isEqualTo(held);
    }

    @Test
    void batchesGetShorterAsTheDutyDoes() {
        assertThat(governor.batch()).isEqualTo(Duration.ofMillis(20));
        feel(100, waits(4));
        assertThat(governor.batch()).isBetween(Duration.ofMillis(6), Duration.ofMillis(8));
    }

    @Test
    void theMoreTheApplicationIsSparedTheShorterBatchesAre() {
        assertThat(new Governor(BATCH, 10, Speed.FULL).batch()).isEqualTo(BATCH);
        assertThat(new Governor(BATCH, 10, Speed.GOVERNED).batch()).isEqualTo(Duration.ofMillis(20));
        assertThat(new Governor(BATCH, 10, Speed.GENTLE).batch()).isEqualTo(Duration.ofNanos(2_500_000));
        assertThat(new Governor(Duration.ofMillis(1), 10, Speed.GENTLE).batch())
                .as("one that is all beginning and end helps nobody")
                .isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void severalWorkersMayAskAtOnce() {
        CompletableFuture<?>[] workers = IntStream.range(0, 4)
                .mapToObj(_ -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        governor.after(BATCH);
                        governor.felt(List.of(waits(i % 3)), Duration.ofMillis(i));
                    }
                }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(workers).join();
        assertThat(duty()).isBetween(Governor.FLOOR, 0.8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void doesNotGoToAndFroUnderALoadThatStays(long seed) {
        List<Second> run = new Simulation(Speed.GOVERNED, GovernorTest::day, seed).run(540).seconds;
        for (int[] steady : new int[][] {{130, 240}, {340, 420}}) {
            List<Double> duties =
                    run.subList(steady[0], steady[1]).stream().map(Second::duty).toList();
            Smoothness smoothness = Smoothness.of(duties);
            assertThat(smoothness.amplitude()).as("largest less smallest duty").isLessThan(0.2);
            assertThat(smoothness.turns()).as("changes of direction").isLessThanOrEqualTo(8);
        }
        assertThat(run.get(59).duty()).as("before").isEqualTo(0.8);
        assertThat(run.subList(130, 240))
                .as("under load")
                .allSatisfy(second -> assertThat(second.duty()).isBetween(0.09, 0.6));
        assertThat(run.get(520).duty()).as("afterwards").isCloseTo(0.8, within(0.01));
        assertThat(run.get(520).throttled()).isFalse();
    }

    @Test
    void thePlotInTheDocumentsIsOfThisGovernor() throws IOException {
        Simulation run = new Simulation(Speed.GOVERNED, GovernorTest::day, 1).run(540);
        String drawn = GovernorPlot.draw(run.seconds);
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "backfill-governor.svg"), drawn);
        assertThat(Files.readString(Path.of("src", "main", "docs", "backfill-governor.svg"))
                        .equals(drawn))
                .as("copy target/backfill-governor.svg to src/main/docs and look at it")
                .isTrue();
    }
}
