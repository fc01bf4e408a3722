package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.target.Forecast.Outlook;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastTest {
    private static final long ROWS = 1_000_000;

    private final Forecast forecast = new Forecast();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isRightWithinAFifthAfterATenthAlthoughNoTwoSecondsAreAlike(long seed) {
        Random random = new Random(seed);
        double passed = 0;
        double second = 0;
        Outlook outlook = new Outlook(0, java.util.Optional.empty());
        while (passed < 0.1) {
            second += 0.2;
            // The first seconds look for the size of a batch; afterwards a rest now and then takes longer.
            double speed = Math.min(1, second / 4) * (0.6 + 0.8 * random.nextDouble());
            passed += 0.2 * speed / 200;
            outlook = forecast.after(Duration.ofMillis((long) (second * 1000)), (long) (passed * ROWS), passed);
        }
        double really = (1 - passed) * 200;
        assertThat(outlook.left().orElseThrow().toMillis() / 1000.0).isCloseTo(really, within(really / 5));
        assertThat(outlook.rowsPerSecond()).isCloseTo(ROWS / 200.0, within(ROWS / 200.0 / 5));
    }

    @Test
    void followsAChangeOfSpeed() {
        for (int second = 1; second <= 60; second++) {
            forecast.after(Duration.ofSeconds(second), second, second / 200.0);
        }
        Outlook outlook = new Outlook(0, java.util.Optional.empty());
        for (int second = 61; second <= 100; second++) {
            double passed = 0.3 + (second - 60) / 2_000.0;
            outlook = forecast.after(Duration.ofSeconds(second), 0, passed);
        }
        assertThat(outlook.left().orElseThrow()).isCloseTo(Duration.ofSeconds(1_360), Duration.ofSeconds(60));
    }

    @Test
    void doesNotKnowWhatStandsStillOrHasHardlyBegun() {
        assertThat(forecast.after(Duration.ofMillis(10), 5, 0.1).left()).isEmpty();
        assertThat(forecast.after(Duration.ofMillis(20), 9, 0.2).left()).isEmpty();
        for (int second = 5; second < 15; second++) {
            forecast.after(Duration.ofSeconds(second), 9, 0.2);
        }
        assertThat(forecast.after(Duration.ofSeconds(15), 9, 0.2).left()).isEmpty();
    }
}
