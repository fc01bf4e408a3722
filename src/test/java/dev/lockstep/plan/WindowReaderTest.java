package dev.lockstep.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.plan.Window.WhenClosed;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WindowReaderTest {
    private static final PhaseName TIDY = new PhaseName("tidy");
    private static final PhaseName FILL = new PhaseName("fill");

    @Test
    void readsWhatAWindowSaysAndWhatItLeavesOut() {
        assertThat(accepted("windows: [{name: nights, phases: [tidy], days: [Tuesday, Monday], from: \"22:00\","
                                + " to: \"05:30\", timeZone: Europe/Berlin, whenClosed: Checkpoint},"
                                + " {name: noon, from: \"12:00\", to: \"13:00\"}]")
                        .windows())
                .contains(new Windows(List.of(
                        new Window(
                                "nights",
                                List.of(TIDY),
                                List.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY),
                                LocalTime.of(22, 0),
                                LocalTime.of(5, 30),
                                ZoneId.of("Europe/Berlin"),
                                Optional.of(WhenClosed.CHECKPOINT)),
                        new Window(
                                "noon",
                                List.of(),
                                Window.EVERY_DAY,
                                LocalTime.NOON,
                                LocalTime.of(13, 0),
                                ZoneId.of("UTC"),
                                Optional.empty()))));
        assertThat(accepted("windows: []").windows()).isEmpty();
    }

    @Test
    void windowOfADeclaredPhaseIsAWindowOfThePlan() {
        String hours = "{name: nights, from: \"22:00\", to: \"05:00\"}";

        assertThat(accepted(phases("windows: [" + hours + "], ", "")).windows())
                .isEqualTo(accepted(phases("", "windows: [{phases: [tidy], " + hours.substring(1) + "]"))
                        .windows());
    }

    @Test
    void otherHoursAreNoOtherPlan() {
        PlanSpec plain = accepted("description: x");
        PlanSpec night = accepted("description: x\n  windows: [{name: nights, from: \"22:00\", to: \"05:00\"}]");

        assertThat(night).isNotEqualTo(plain);
        assertThat(Digest.of(night)).isEqualTo(Digest.of(plain));
    }

    @Test
    void eachPhaseHasOneRuleForWhenItsWindowsClose() {
        Windows silent = accepted("windows: [{name: a, from: \"01:00\", to: \"02:00\"}]")
                .windows()
                .orElseThrow();
        Windows saying = accepted("windows: [{name: a, from: \"01:00\", to: \"02:00\"},"
                        + " {name: b, phases: [tidy], from: \"03:00\", to: \"04:00\", whenClosed: Checkpoint},"
                        + " {name: c, phases: [fill], from: \"03:00\", to: \"04:00\", whenClosed: Finish}]")
                .windows()
                .orElseThrow();

        assertThat(silent.whenClosed(TIDY, PhaseType.CONTRACT)).isEqualTo(WhenClosed.FINISH);
        assertThat(silent.whenClosed(FILL, PhaseType.BACKFILL)).isEqualTo(WhenClosed.CHECKPOINT);
        assertThat(saying.whenClosed(TIDY, PhaseType.CONTRACT)).isEqualTo(WhenClosed.CHECKPOINT);
        assertThat(saying.whenClosed(FILL, PhaseType.BACKFILL)).isEqualTo(WhenClosed.FINISH);
    }

    @Test
    void saysInWordsWhenAPhaseMayRun() {
        Windows windows = accepted("windows: [{name: nights, days: [Friday], from: \"22:00\", to: \"05:00\"},"
                        + " {name: noon, phases: [tidy], from: \"12:00\", to: \"13:00\", timeZone: Europe/Berlin}]")
                .windows()
                .orElseThrow();

        assertThat(windows.words(TIDY, PhaseType.CONTRACT, true))
                .containsExactly(
                        "nights: Friday from 22:00 to 05:00 the next day, UTC. Once begun, the phase goes to its end.",
                        "noon: every day from 12:00 to 13:00, Europe/Berlin. Once begun, the phase goes to its end.");
        assertThat(windows.words(FILL, PhaseType.BACKFILL, true))
                .containsExactly(
                        "nights: Friday from 22:00 to 05:00 the next day, UTC. What runs when it closes stops at"
                                + " its next safe point, and goes on in the next.");
        assertThat(windows.words(FILL, PhaseType.DEPLOY, false)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void refuses(String windows, String path, String message) {
        assertThat(read(windows))
                .asInstanceOf(type(Reading.Rejected.class))
                .satisfies(rejected -> assertThat(rejected.violations())
                        .singleElement()
                        .satisfies(violation -> {
                            assertThat(violation.path()).isEqualTo(path);
                            assertThat(violation.message()).contains(message);
                        }));
    }

    static Stream<Arguments> refuses() {
        return Stream.of(
                window("a number for a time", "name: a, from: 22, to: \"05:00\"", ".from", "put it in quotes"),
                window(
                        "an hour that no day has",
                        "name: a, from: \"24:00\", to: \"05:00\"",
                        ".from",
                        "Midnight is \"00:00\""),
                window("a time with seconds", "name: a, from: \"01:00\", to: \"05:00:00\"", ".to", "\"23:59\""),
                window(
                        "a misspelt zone",
                        "name: a, from: \"01:00\", to: \"05:00\", timeZone: Europe/Berln",
                        ".timeZone",
                        "Did you mean \"Europe/Berlin\"?"),
                window(
                        "an offset for a zone",
                        "name: a, from: \"01:00\", to: \"05:00\", timeZone: \"+02:00\"",
                        ".timeZone",
                        "Europe/Berlin or UTC"),
                window(
                        "a day twice",
                        "name: a, days: [Monday, Monday], from: \"01:00\", to: \"05:00\"",
                        ".days[1]",
                        "only once"),
                window("no day", "name: a, days: [], from: \"01:00\", to: \"05:00\"", ".days", "list is empty"),
                window(
                        "a misspelt day",
                        "name: a, days: [Wensday], from: \"01:00\", to: \"05:00\"",
                        ".days[0]",
                        "Did you mean \"Wednesday\"?"),
                window(
                        "a rule that nobody knows",
                        "name: a, from: \"01:00\", to: \"05:00\", whenClosed: Stop",
                        ".whenClosed",
                        "Known here: Checkpoint, Finish"),
                window("a bad name", "name: Nights, from: \"01:00\", to: \"05:00\"", ".name", "valid window name"),
                argumentSet(
                        "one name twice",
                        "windows: [{name: a, from: \"01:00\", to: \"02:00\"}, {name: a, from: \"03:00\", to: \"04:00\"}]",
                        "spec.windows[1].name",
                        "spec.windows[0].name"),
                argumentSet(
                        "two rules for one phase",
                        "windows: [{name: a, phases: [x, y], from: \"01:00\", to: \"02:00\", whenClosed: Finish},"
                                + " {name: b, from: \"03:00\", to: \"04:00\", whenClosed: Checkpoint}]",
                        "spec.windows[1].whenClosed",
                        "window a"),
                argumentSet(
                        "a phase that is not there",
                        phases("", "windows: [{name: a, phases: [tidi], from: \"01:00\", to: \"02:00\"}]"),
                        "spec.windows[0].phases[0]",
                        "Did you mean \"tidy\"?"),
                argumentSet(
                        "a phase's window that names phases",
                        phases("windows: [{name: a, phases: [tidy], from: \"01:00\", to: \"02:00\"}], ", ""),
                        "spec.phases[0].windows[0].phases",
                        "no field \"phases\""));
    }

    private static Arguments window(String name, String window, String field, String message) {
        return argumentSet(name, "windows: [{" + window + "}]", "spec.windows[0]" + field, message);
    }

    private static String phases(String inPhase, String more) {
        return "phases: [{name: tidy, type: Contract, " + inPhase + "steps: [{sql: {name: s, up: x}}]}]\n  " + more;
    }

    private static PlanSpec accepted(String spec) {
        return assertThat(read(spec))
                .asInstanceOf(type(Reading.Accepted.class))
                .actual()
                .document()
                .spec();
    }

    private static Reading read(String spec) {
        String work = spec.startsWith("phases") ? "" : "changes: [{dropColumn: {table: t, column: c}}]\n  ";
        try {
            return PlanReader.read(new YAMLMapper()
                    .readValue(
                            "apiVersion: lockstep.dev/v1alpha1\nkind: MigrationPlan\n"
                                    + "metadata: {name: p, namespace: n}\nspec:\n  databaseRef: {name: shop}\n  "
                                    + work + spec + "\n",
                            Object.class));
        } catch (JsonProcessingException e) {
            throw new AssertionError(spec, e);
        }
    }
}
