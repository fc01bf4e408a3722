package dev.lockstep.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WordsForTimeTest {
    private static final Instant NOW = Instant.parse("2025-03-01T23:30:00.250Z");

    @Test
    void spansAreToldInTheirTwoLargestUnits() {
        assertThat(Span.words(Duration.ofMillis(840))).isEqualTo("840 ms");
        assertThat(Span.words(Duration.ofMillis(12_900))).isEqualTo("12 s");
        assertThat(Span.words(Duration.ofSeconds(252))).isEqualTo("4 min 12 s");
        assertThat(Span.words(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
        assertThat(Span.words(Duration.ofHours(76))).isEqualTo("3 d 4 h");
        assertThat(Span.words(Duration.ofMinutes(60))).isEqualTo("1 h");
    }

    @Test
    void momentsAreToldInUtcWhateverTheZoneOfTheMachine() {
        When when = When.of(NOW.minusSeconds(300), NOW);
        assertThat(when.absolute()).isEqualTo("2025-03-01 23:25:00 UTC");
        assertThat(when.machine()).isEqualTo("2025-03-01T23:25:00.250Z");
        assertThat(when.relative()).isEqualTo("5 min ago");
    }

    @Test
    void whatHasJustBeenAndWhatIsToComeAreToldSo() {
        assertThat(When.of(NOW.minusSeconds(2), NOW).relative()).isEqualTo("just now");
        assertThat(When.of(NOW.plusSeconds(90), NOW).relative()).isEqualTo("in 1 min");
        assertThat(When.of(NOW.minus(Duration.ofDays(50)), NOW).relative()).isEqualTo("50 d ago");
    }

    @Test
    void gaugeIsNeverRoundedUpToDone() {
        Gauge gauge = Gauge.of(
                new Progress("fill", 199_999, 0.99999, 12.4, Optional.empty(), NOW), Optional.empty(), Shop.GUEST, NOW);
        assertThat(gauge.percent()).isEqualTo("99.9 %");
        assertThat(gauge.permille()).isEqualTo(999);
        assertThat(gauge.rows()).isEqualTo("199,999");
        assertThat(gauge.left()).isEqualTo("not known yet");
    }
}
