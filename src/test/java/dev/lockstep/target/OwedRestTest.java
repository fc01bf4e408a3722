package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwedRestTest {
    private static final int BATCHES = 2_000;

    private final OwedRest owed = new OwedRest();
    private final RandomGenerator random = new Random(7);
    private Duration flushed = Duration.ZERO;
    private Duration slept = Duration.ZERO;
    private int flushes;

    /** @param disk how long a wait for the disk takes, in milliseconds, more or less */
    private void batches(Duration rest, double disk) {
        for (int batch = 0; batch < BATCHES; batch++) {
            if (owed.paysForFlush()) {
                Duration waited = Duration.ofNanos((long) (disk * 1e6 * random.nextDouble(0.6, 1.4)));
                owed.flushed(waited);
                flushed = flushed.plus(waited);
                flushes++;
            } else {
                owed.flushed(Duration.ZERO);
            }
            Duration sleep = owed.asleep(rest);
            // A sleep is never shorter, and often a little longer.
            Duration took = sleep.isPositive() ? sleep.plusNanos(random.nextInt(100_000)) : Duration.ZERO;
            owed.rested(rest, took);
            slept = slept.plus(took);
        }
    }

    @ParameterizedTest(name = "{0} microseconds for each batch, {1} ms for the disk")
    @CsvSource({"550, 0.5", "550, 1", "550, 8", "550, 60", "7500, 0.5", "7500, 8", "7500, 60", "22000, 3"})
    void noMoreAndNoLessThanWhatIsOwedIsRestedWhateverTheDiskTakes(int restMicroseconds, double disk) {
        Duration rest = Duration.ofNanos(restMicroseconds * 1000L);
        batches(rest, disk);
        double paid = (double) flushed.plus(slept).toNanos()
                / rest.multipliedBy(BATCHES).toNanos();
        assertThat(paid).isCloseTo(1, within(0.05));
    }

    @Test
    void whoRestsLongWaitsForTheDiskAfterEachBatch() {
        batches(Duration.ofMillis(7), 0.8);
        assertThat(flushes).isGreaterThan(BATCHES * 9 / 10);
    }

    @Test
    void aSleepThatWasALittleLongDoesNotKeepTheNextBatchFromWaitingForTheDisk() {
        batches(Duration.ofNanos(550_000), 0.25);
        assertThat(flushes).isGreaterThan(BATCHES * 9 / 10);
    }

    @Test
    void aDiskThatStandsStillAgainAndAgainIsWaitedForAgainAndAgain() {
        Duration rest = Duration.ofMillis(1);
        batches(rest, 0.3);
        int still = 0;
        for (int batch = 0; batch < 400; batch++) {
            boolean waits = owed.paysForFlush();
            // Every tenth batch finds it so.
            boolean stuck = waits && batch % 10 == 0;
            still += stuck ? 1 : 0;
            owed.flushed(stuck ? Duration.ofMillis(45) : waits ? Duration.ofNanos(300_000) : Duration.ZERO);
            owed.rested(rest, owed.asleep(rest));
        }
        assertThat(still).isGreaterThan(35);
    }

    @Test
    void whoRestsAsLongAsTheDiskTakesWaitsForItInsteadOfSleeping() {
        batches(Duration.ofNanos(600_000), 0.6);
        assertThat(flushes).isGreaterThan(BATCHES * 8 / 10);
        assertThat(slept).isLessThan(flushed.dividedBy(4));
    }

    @Test
    void aSlowDiskIsWaitedForRarely() {
        batches(Duration.ofNanos(550_000), 60);
        assertThat(flushes).isBetween(BATCHES / 200, BATCHES / 50);
    }

    @ParameterizedTest(name = "{0} ms")
    @ValueSource(ints = {900, 8_000, 60_000})
    void aDiskThatStoodStillOnceDoesNotLetItGoOnWithoutRest(int milliseconds) {
        Duration rest = Duration.ofMillis(7);
        batches(rest, 1);
        owed.flushed(Duration.ofMillis(milliseconds));
        slept = Duration.ZERO;
        flushed = Duration.ZERO;
        batches(rest, 1);
        double paid = (double) flushed.plus(slept).toNanos()
                / rest.multipliedBy(BATCHES).toNanos();
        assertThat(paid).isBetween(0.9, 1.1);
    }

    @Test
    void whoOwesNothingNeverWaits() {
        batches(Duration.ZERO, 0.5);
        assertThat(flushes).isZero();
        assertThat(slept).isZero();
    }
}
