package dev.lockstep.lifecycle;

import static dev.lockstep.fixture.Scripts.gated;
import static dev.lockstep.fixture.Scripts.irreversible;
import static dev.lockstep.fixture.Scripts.phase;
import static dev.lockstep.fixture.Scripts.reversible;
import static dev.lockstep.fixture.Scripts.script;
import static dev.lockstep.fixture.Scripts.traceless;
import static dev.lockstep.fixture.Scripts.within;
import static dev.lockstep.plan.Milestone.DUAL_WRITE;
import static dev.lockstep.plan.Milestone.NEW_ONLY;
import static dev.lockstep.plan.PhaseType.BACKFILL;
import static dev.lockstep.plan.PhaseType.CONTRACT;
import static dev.lockstep.plan.PhaseType.DEPLOY;
import static dev.lockstep.plan.PhaseType.EXPAND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Scripts;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.TransitionTable.Arrow;
import java.time.DayOfWeek;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state that small scripts can come to, by every way. The laws themselves are in {@link Laws}. */
class LifecycleExplorationTest {
    private static final Map<Script, Exploration> RUNS = new HashMap<>();

    static Stream<Arguments> scripts() {
        return Stream.of(
                Arguments.of("one step", script(1, Map.of(), phase("expand", EXPAND, reversible("add")))),
                Arguments.of(
                        "one step that leaves nothing", script(0, Map.of(), phase("a", EXPAND, traceless("look")))),
                Arguments.of(
                        "one step without a way back", script(0, Map.of(), phase("a", EXPAND, irreversible("drop")))),
                Arguments.of("only a gate", script(2, Map.of(), gated("new-only", DEPLOY, NEW_ONLY))),
                Arguments.of("only an approval", script(0, Map.of("a", 2), phase("a", EXPAND, reversible("add")))),
                Arguments.of("a phase without anything", script(0, Map.of("a", 1), phase("a", EXPAND))),
                Arguments.of(
                        "a drop that one person approves",
                        script(
                                1,
                                Map.of("contract", 1),
                                phase("expand", EXPAND, traceless("look"), reversible("add")),
                                gated("contract", CONTRACT, NEW_ONLY, irreversible("drop")))),
                Arguments.of(
                        "a contract in several steps",
                        script(
                                1,
                                Map.of("contract", 2),
                                gated(
                                        "contract",
                                        CONTRACT,
                                        NEW_ONLY,
                                        reversible("detach"),
                                        irreversible("drop"),
                                        reversible("tidy"),
                                        irreversible("drop-too")))),
                Arguments.of(
                        "two contracts, the second for newer code",
                        script(
                                0,
                                Map.of(),
                                gated("first", CONTRACT, DUAL_WRITE, reversible("detach")),
                                gated("second", CONTRACT, NEW_ONLY, irreversible("drop")))),
                Arguments.of(
                        "a gate before every phase",
                        script(
                                1,
                                Map.of("dual-write", 1),
                                gated("dual-write", DEPLOY, DUAL_WRITE),
                                gated("backfill", BACKFILL, DUAL_WRITE, traceless("fill")),
                                gated("contract", CONTRACT, NEW_ONLY, traceless("verify"), irreversible("drop")))),
                Arguments.of(
                        "hours of its own",
                        within(script(1, Map.of("a", 1), phase("a", EXPAND, reversible("add"))), Exploration.SHUT)),
                Arguments.of(
                        "a contract that is finished late",
                        within(
                                script(
                                        1,
                                        Map.of("contract", 1),
                                        gated(
                                                "contract",
                                                CONTRACT,
                                                NEW_ONLY,
                                                reversible("hide"),
                                                Scripts.wait("wait"),
                                                irreversible("drop"))),
                                Exploration.OPEN)),
                Arguments.of(
                        "a gate that a window names",
                        within(
                                script(
                                        1,
                                        Map.of(),
                                        gated("new-only", DEPLOY, NEW_ONLY),
                                        phase("a", EXPAND, reversible("add"))),
                                Scripts.window("shut", "00:00", "00:00", List.of("new-only"), DayOfWeek.FRIDAY))),
                Arguments.of("a rename that nobody approves", Scripts.rename(1, 0)),
                Arguments.of("a rename that two people approve", Scripts.rename(1, 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void noRunBreaksALawOrComesToADeadEnd(String name, Script script) {
        Exploration exploration = runs(script);

        assertThat(exploration.worlds()).as(name).hasSizeGreaterThan(10);
        assertThat(exploration.withoutWayTo(state -> state.status().over()))
                .as("a run can always come to an end")
                .isEmpty();
        assertThat(exploration.withoutWayTo(state -> state.stage() instanceof Stage.Succeeded))
                .as("only going back keeps a run from success")
                .allMatch(world -> goingBack(world.state()));
        assertThat(exploration.withoutWayTo(state -> state.stage() instanceof Stage.RolledBack))
                .as("only the point of no return keeps a run from going back")
                .allMatch(world -> world.state().pointOfNoReturn().isPresent()
                        || world.state().stage() instanceof Stage.Succeeded);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void noJournalBreaksALaw(String name, Script script) {
        Exploration exploration = Exploration.ofJournals(script);

        assertThat(exploration.worlds()).as(name).hasSizeGreaterThan(10);
        assertThat(TransitionTable.all()).containsAll(exploration.arrows());
    }

    @Test
    void everyLegalTransitionIsTakenByARunAndNoOther() {
        Set<Arrow> taken = new HashSet<>();
        List<Script> all = scripts().map(each -> (Script) each.get()[1]).toList();
        all.forEach(script -> taken.addAll(runs(script).arrows()));

        assertThat(taken).containsExactlyInAnyOrderElementsOf(TransitionTable.all());
    }

    /** Explored once for all tests. */
    private static Exploration runs(Script script) {
        return RUNS.computeIfAbsent(script, Exploration::ofRuns);
    }

    private static boolean goingBack(RunState state) {
        return state.stage() instanceof Stage.RolledBack
                || state.position()
                        .filter(at -> at.direction() == Direction.BACKWARD)
                        .isPresent();
    }
}
