package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.target.Forecast.Mark;
import dev.lockstep.target.SimulatedFill.Said;
import dev.lockstep.target.SimulatedFill.Setting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ForecastTest {
    /** Of 45 wide rows each: 300,000, a million and five million. */
    private static final long SMALL = 6_700;

    private static final long MIDDLE = 22_300;
    private static final long LARGE = 111_000;

    private final Forecast forecast = new Forecast();

    static Stream<Arguments> steadyRuns() {
        Map<String, Setting> runs = new LinkedHashMap<>();
        runs.put("300,000 rows at full speed", Setting.of(SMALL, 1));
        runs.put("300,000 rows, governed", Setting.of(SMALL, 0.9));
        runs.put("300,000 rows, gently", Setting.of(SMALL, 0.25));
        runs.put("a million rows, governed", Setting.of(MIDDLE, 0.9));
        runs.put(
                "five million rows, pages of every fullness",
                Setting.of(LARGE, 0.9).fullness(drawn -> 0.5 + drawn / 2));
        runs.put(
                "five million rows, with a checkpoint every half a minute",
                Setting.of(LARGE, 0.9).slowness(at -> at % 30 > 25 ? 1.6 : 1));
        runs.put("five million rows, four workers", Setting.of(LARGE, 0.9).workers(4));
        return runs.entrySet().stream()
                .flatMap(run -> LongStream.rangeClosed(1, 5)
                        .mapToObj(seed -> Arguments.of(run.getKey() + ", " + seed, run.getValue(), seed)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steadyRuns")
    void isRightWithinAFifthFromATenthOn(String name, Setting setting, long seed) {
        right(new SimulatedFill(setting, seed).run(), said -> said.passed() >= 0.1 && said.at() >= 1);
    }

    /** What will be, nobody knows; what is, has been noticed ten seconds later. */
    static Stream<Arguments> changingRuns() {
        return Stream.of(
                Arguments.of("throttled in the middle", Setting.of(LARGE, 0.9).duty(at -> at < 15 ? 0.9 : 0.3), 15.0),
                Arguments.of("faster in the middle", Setting.of(LARGE, 0.9).duty(at -> at < 15 ? 0.25 : 1), 15.0),
                Arguments.of(
                        "coming back from a cut for twenty seconds",
                        Setting.of(LARGE, 0.9).duty(at -> Math.min(0.9, 0.1 + 0.04 * at)),
                        20.0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changingRuns")
    void followsAChangeOfSpeed(String name, Setting setting, double changed) {
        for (long seed = 1; seed <= 5; seed++) {
            right(new SimulatedFill(setting, seed).run(), said -> said.at() >= changed + 10);
        }
    }

    /** Of what is left then; but for half a second, and a fiftieth of all, which nobody minds near the end. */
    private static void right(SimulatedFill fill, Predicate<Said> counts) {
        List<Said> counted = fill.said.stream().filter(counts).toList();
        assertThat(counted).hasSizeGreaterThan(4);
        assertThat(counted).allSatisfy(said -> {
            double really = fill.end - said.at();
            double allowed = Math.max(really / 5, Math.max(0.5, fill.end / 50));
            assertThat(said.outlook().left().orElseThrow().toNanos() / 1e9).isCloseTo(really, within(allowed));
        });
    }

    @Test
    void tellsHowManyRowsASecond() {
        SimulatedFill fill = new SimulatedFill(Setting.of(MIDDLE, 0.5), 1).run();
        Said middle = fill.said.get(fill.said.size() / 2);
        double average = 45 * MIDDLE / fill.end;
        assertThat(middle.outlook().rowsPerSecond()).isCloseTo(average, within(average / 5));
    }

    private Optional<Duration> left(double now) {
        return forecast.outlook(SimulatedFill.duration(now)).left();
    }

    private void reached(double at, double worked, double passed) {
        forecast.reached(new Mark(SimulatedFill.duration(at), SimulatedFill.duration(worked), 0, passed));
    }

    @Test
    void saysNothingBeforeItKnowsAnything() {
        reached(0, 0, 0);
        assertThat(left(0)).isEmpty();
        reached(0.1, 0.1, 0.2);
        assertThat(left(0.1)).as("a tenth of a second is no measure").isEmpty();
        reached(1.1, 1.1, 0.3);
        assertThat(left(1.1)).isPresent();
    }

    @Test
    void aLongRestIsNoticedWhileItLasts() {
        for (int second = 0; second <= 20; second++) {
            reached(second, second, second / 100.0);
        }
        Duration before = left(20).orElseThrow();
        assertThat(before).isCloseTo(Duration.ofSeconds(84), Duration.ofSeconds(1));
        assertThat(left(30).orElseThrow()).isGreaterThan(before.multipliedBy(3).dividedBy(2));
    }

    @Test
    void whatDoesNotGetOnHasNoEnd() {
        for (int second = 0; second <= 10; second++) {
            reached(second, second, second / 100.0);
        }
        for (int second = 11; second <= 30; second++) {
            reached(second, second, 0.1);
        }
        assertThat(left(30)).isEmpty();
    }
}
