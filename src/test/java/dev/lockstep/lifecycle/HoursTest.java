package dev.lockstep.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.Window;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HoursTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final int CASES = 3_000;

    @Test
    void withoutAWindowAnyTimeIsRight() {
        assertThat(Hours.of(List.of(), Instant.EPOCH)).isEqualTo(new Hours.Unlimited());
    }

    @Test
    void isOpenFromItsFirstMomentToTheLastBeforeItsEnd() {
        Window office = window("office", "09:00", "17:00", DayOfWeek.MONDAY);

        assertThat(at("2026-01-05T07:59:59Z", office)).isEqualTo(closed(office, "2026-01-05T08:00:00Z"));
        assertThat(at("2026-01-05T08:00:00Z", office)).isEqualTo(open("2026-01-05T16:00:00Z"));
        assertThat(at("2026-01-05T15:59:59Z", office)).isEqualTo(open("2026-01-05T16:00:00Z"));
        assertThat(at("2026-01-05T16:00:00Z", office)).isEqualTo(closed(office, "2026-01-12T08:00:00Z"));
    }

    @Test
    void aNightBelongsToTheDayOnWhichItBegins() {
        Window sundays = window("sundays", "22:00", "05:00", DayOfWeek.SUNDAY);

        assertThat(at("2026-01-05T03:59:00Z", sundays)).as("Monday morning").isEqualTo(open("2026-01-05T04:00:00Z"));
        assertThat(at("2026-01-04T03:00:00Z", sundays))
                .as("Sunday morning")
                .isEqualTo(closed(sundays, "2026-01-04T21:00:00Z"));
    }

    @Test
    void equalEndsAreAWholeDayAndDaysThatFollowEachOtherAreTold() {
        Window weekend = window("weekend", "00:00", "00:00", DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

        assertThat(at("2026-01-03T12:00:00Z", weekend)).isEqualTo(open("2026-01-04T23:00:00Z"));
        assertThat(at("2026-01-04T23:00:00Z", weekend)).isEqualTo(closed(weekend, "2026-01-09T23:00:00Z"));
    }

    @Test
    void anyOfSeveralWillDoAndTheNextToOpenIsNamed() {
        Window early = window("early", "04:00", "05:00");
        Window late = window("late", "05:00", "06:00");
        Window noon = window("noon", "12:00", "13:00");

        assertThat(at("2026-01-05T03:30:00Z", noon, late, early)).isEqualTo(open("2026-01-05T05:00:00Z"));
        assertThat(at("2026-01-05T05:00:00Z", early, late, noon)).isEqualTo(closed(noon, "2026-01-05T11:00:00Z"));
    }

    @Test
    void theLastDayOfFebruaryIsADayLikeAnyOther() {
        Window nights = window("nights", "22:00", "05:00", DayOfWeek.THURSDAY);

        assertThat(at("2024-02-29T22:00:00Z", nights)).isEqualTo(open("2024-03-01T04:00:00Z"));
        assertThat(at("2028-02-28T12:00:00Z", window("leap", "12:00", "13:00", DayOfWeek.TUESDAY)))
                .isEqualTo(closed(window("leap", "12:00", "13:00", DayOfWeek.TUESDAY), "2028-02-29T11:00:00Z"));
    }

    @Test
    void whatTheClockSkipsInSpringIsNotThere() {
        Window into = window("into", "01:30", "02:30", DayOfWeek.SUNDAY);
        Window outOf = window("out-of", "02:30", "03:30", DayOfWeek.SUNDAY);
        Window within = window("within", "02:10", "02:50", DayOfWeek.SUNDAY);

        assertThat(at("2025-03-30T00:30:00Z", into)).isEqualTo(open("2025-03-30T01:00:00Z"));
        assertThat(at("2025-03-30T00:59:00Z", outOf)).isEqualTo(closed(outOf, "2025-03-30T01:00:00Z"));
        assertThat(at("2025-03-30T01:00:00Z", outOf)).isEqualTo(open("2025-03-30T01:30:00Z"));
        assertThat(at("2025-03-30T00:00:00Z", within)).isEqualTo(closed(within, "2025-04-06T00:10:00Z"));
    }

    @Test
    void whatTheClockShowsTwiceInAutumnCountsTheFirstTime() {
        Window from = window("from", "02:30", "05:00", DayOfWeek.SUNDAY);
        Window to = window("to", "01:00", "02:30", DayOfWeek.SUNDAY);

        assertThat(at("2025-10-26T00:30:00Z", from)).isEqualTo(open("2025-10-26T04:00:00Z"));
        assertThat(at("2025-10-26T01:15:00Z", from))
                .as("02:15 for the second time: it has opened, and does not close in between")
                .isEqualTo(open("2025-10-26T04:00:00Z"));
        assertThat(at("2025-10-26T00:30:00Z", to)).isEqualTo(closed(to, "2025-11-02T00:00:00Z"));
    }

    /** Zones that skip half an hour, an hour at midnight or a whole day, and years in which they do. */
    @Test
    void agreesWithAClockOnTheWall() {
        Random random = new Random(44);
        for (int number = 0; number < CASES; number++) {
            ZoneId zone = ZoneId.of(oneOf(
                    random,
                    "UTC",
                    "Europe/Berlin",
                    "Australia/Lord_Howe",
                    "America/Santiago",
                    "Pacific/Apia",
                    "Africa/Casablanca",
                    "Asia/Kathmandu"));
            Instant now = moment(random, zone);
            List<Window> windows = IntStream.rangeClosed(0, random.nextInt(3))
                    .mapToObj(each -> window(random, "window-" + each, zone))
                    .toList();
            Hours hours = Hours.of(windows, now);

            assertThat(opens(windows, now)).as("%s at %s", windows, now).isEqualTo(!hours.closed());
            next(hours).ifPresent(change -> {
                assertThat(change).as("%s at %s", windows, now).isAfter(now);
                assertThat(between(now, change))
                        .allSatisfy(moment -> assertThat(opens(windows, moment))
                                .as("%s at %s, which says %s", windows, now, hours)
                                .isEqualTo(!hours.closed()));
                if (change.isBefore(now.plus(7, ChronoUnit.DAYS))) {
                    assertThat(opens(windows, change))
                            .as("%s at %s, which says %s", windows, now, hours)
                            .isEqualTo(hours.closed());
                }
            });
        }
    }

    private static Optional<Instant> next(Hours hours) {
        return switch (hours) {
            case Hours.Unlimited _ -> Optional.empty();
            case Hours.Open(Instant until) -> Optional.of(until);
            case Hours.Closed(var _, Instant opensAt) -> Optional.of(opensAt);
        };
    }

    private static boolean opens(List<Window> windows, Instant now) {
        return windows.stream().anyMatch(window -> WallClock.opens(window, now));
    }

    private static Stream<Instant> between(Instant from, Instant to) {
        Duration whole = Duration.between(from, to);
        return Stream.concat(
                IntStream.range(0, 4)
                        .mapToObj(part -> from.plus(whole.multipliedBy(part).dividedBy(4))),
                Stream.of(to.minus(1, ChronoUnit.SECONDS)));
    }

    /** Any moment of a score of years, as often as not close to one at which a clock is set. */
    private static Instant moment(Random random, ZoneId zone) {
        Instant any = Instant.parse("2010-01-01T00:00:00Z").plusSeconds(60L * random.nextInt(20 * 525_600));
        Instant near = Optional.ofNullable(zone.getRules().nextTransition(any))
                .map(change -> change.getInstant().plusSeconds(60L * (random.nextInt(2_880) - 1_440)))
                .orElse(any);
        return random.nextBoolean() ? any : near;
    }

    private static Window window(Random random, String name, ZoneId zone) {
        return new Window(
                name,
                List.of(),
                random.nextInt(3) == 0 ? Window.EVERY_DAY : List.of(oneOf(random, DayOfWeek.values())),
                LocalTime.of(random.nextInt(24), 10 * random.nextInt(6)),
                LocalTime.of(random.nextInt(24), 10 * random.nextInt(6)),
                zone,
                Optional.empty());
    }

    @SafeVarargs
    private static <T> T oneOf(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Hours at(String moment, Window... windows) {
        return Hours.of(List.of(windows), Instant.parse(moment));
    }

    private static Hours open(String until) {
        return new Hours.Open(Instant.parse(until));
    }

    private static Hours closed(Window next, String opensAt) {
        return new Hours.Closed(next, Instant.parse(opensAt));
    }

    private static Window window(String name, String from, String to, DayOfWeek... days) {
        return new Window(
                name, List.of(), List.of(days), LocalTime.parse(from), LocalTime.parse(to), BERLIN, Optional.empty());
    }
}
