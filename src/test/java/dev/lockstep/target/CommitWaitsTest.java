package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitWaitsTest {
    private static final int LIMIT = 2;
    private static final int WORK = 10;

    private final CommitWaits waits = new CommitWaits(LIMIT);
    private Duration now = Duration.ZERO;

    /** So many batches, of which each commits and waits for the disk. */
    private void batches(int count, double disk) {
        for (int batch = 0; batch < count; batch++) {
            waits(disk);
        }
    }

    private void waits(double milliseconds) {
        Duration wait = Duration.ofNanos((long) (milliseconds * 1e6));
        now = now.plusMillis(WORK).plus(wait);
        waits.waited(wait, now);
    }

    private double percent() {
        return felt().pressure() * LIMIT;
    }

    private Reading.Felt felt() {
        return waits.at(now);
    }

    @ParameterizedTest(name = "{0} ms")
    @ValueSource(doubles = {0.3, 3, 25})
    void aDiskThatTakesWhatItAlwaysTakesIsNotFeltHoweverSlowItIs(double disk) {
        for (int batch = 0; batch < 400; batch++) {
            waits(disk * (batch % 5 == 0 ? 2 : 1));
        }
        assertThat(percent()).isZero();
    }

    @Test
    void newFilesOfTheLogAreFeltForAsLongAsCommitsStandStill() {
        batches(500, 0.5);
        // Five seconds, with four waits of 45 ms in each: of each, all but the first 10 ms counts.
        for (int file = 0; file < 20; file++) {
            batches(20, 0.5);
            waits(45);
        }
        assertThat(percent()).isCloseTo(100 * 35 / (20 * 10.5 + 55), within(2.0));
        assertThat(felt().lasting()).isFalse();
        assertThat(felt().words())
                .contains("of the last 5 seconds")
                .contains("longer than 10 ms, the longest for 45 ms (limit 2 %)");
    }

    @Test
    void aDiskThatIsBehindIsFeltAndForgottenWhenItHasCaughtUp() {
        batches(500, 0.5);
        batches(60, 90);
        assertThat(percent()).isCloseTo(80, within(3.0));
        batches(500, 0.5);
        assertThat(percent()).isZero();
    }

    @Test
    void aDiskThatWasBehindFromTheBeginningIsFeltToo() {
        batches(100, 150);
        assertThat(percent()).as("no disk usually takes more than 30 ms").isCloseTo(100 * 60 / 160.0, within(3.0));
    }

    @Test
    void whatSeveralWorkersWaitForAtTheSameTimeCountsOnce() {
        batches(500, 0.5);
        now = now.plusMillis(110);
        waits.waited(Duration.ofMillis(110), now);
        waits.waited(Duration.ofMillis(110), now);
        waits.waited(Duration.ofMillis(60), now);
        assertThat(percent()).isCloseTo(2, within(0.01));
    }

    @Test
    void whatIsUsualIsNotLearntFromATimeOfTrouble() {
        batches(100, 0.5);
        batches(400, 45);
        assertThat(percent()).isCloseTo(100 * 35 / 55.0, within(2.0));
    }

    @Test
    void whereNobodyCommitsNothingIsFelt() {
        now = now.plusSeconds(3);
        assertThat(percent()).isZero();
    }
}
