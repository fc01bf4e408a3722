package dev.lockstep.lifecycle;

import static dev.lockstep.fixture.Scripts.gated;
import static dev.lockstep.fixture.Scripts.irreversible;
import static dev.lockstep.fixture.Scripts.phase;
import static dev.lockstep.fixture.Scripts.reversible;
import static dev.lockstep.fixture.Scripts.script;
import static dev.lockstep.fixture.Scripts.traceless;
import static dev.lockstep.plan.Milestone.DUAL_WRITE;
import static dev.lockstep.plan.Milestone.NEW_ONLY;
import static dev.lockstep.plan.Milestone.READ_NEW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PhaseType;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    /** What a plan comes to in which the application keeps the shapes equal. */
    private static final Script BY_APPLICATION = script(
            0,
            Map.of(),
            phase("expand", PhaseType.EXPAND, reversible("add")),
            gated("dual-write", PhaseType.DEPLOY, DUAL_WRITE),
            gated("backfill", PhaseType.BACKFILL, DUAL_WRITE, traceless("fill")),
            gated("read-new", PhaseType.DEPLOY, READ_NEW),
            gated("release", PhaseType.CONTRACT, READ_NEW, irreversible("release")),
            gated("new-only", PhaseType.DEPLOY, NEW_ONLY),
            gated("contract", PhaseType.CONTRACT, NEW_ONLY, irreversible("drop")));

    /** The same with triggers: what waits for dual-write code and what waits for new-only code in one plan. */
    private static final Script BY_TRIGGERS = script(
            0,
            Map.of(),
            phase("expand", PhaseType.EXPAND, reversible("add")),
            phase("backfill", PhaseType.BACKFILL, traceless("fill")),
            gated("dual-write", PhaseType.DEPLOY, DUAL_WRITE),
            gated("new-only", PhaseType.DEPLOY, NEW_ONLY),
            gated("contract", PhaseType.CONTRACT, NEW_ONLY, irreversible("drop")));

    private static Position at(int phase) {
        return new Position(Direction.FORWARD, phase, 0);
    }

    @Test
    void eachReleaseWaitsForTheWorkBeforeIt() {
        assertThat(Readiness.ready(BY_APPLICATION, at(0))).isEmpty();
        assertThat(Readiness.ready(BY_APPLICATION, at(1))).containsExactly(DUAL_WRITE);
        assertThat(Readiness.ready(BY_APPLICATION, at(2))).containsExactly(DUAL_WRITE);
        assertThat(Readiness.ready(BY_APPLICATION, at(3))).containsExactly(DUAL_WRITE, READ_NEW);
        assertThat(Readiness.ready(BY_APPLICATION, at(4))).containsExactly(DUAL_WRITE, READ_NEW);
        assertThat(Readiness.ready(BY_APPLICATION, at(5))).containsExactly(DUAL_WRITE, READ_NEW, NEW_ONLY);
    }

    @Test
    void gatesKeepOutWhatComesLater() {
        assertThat(Readiness.early(BY_APPLICATION, at(0))).isEmpty();
        assertThat(Readiness.early(BY_APPLICATION, at(1))).containsExactly(READ_NEW, NEW_ONLY);
        assertThat(Readiness.early(BY_APPLICATION, at(2))).containsExactly(READ_NEW, NEW_ONLY);
        assertThat(Readiness.early(BY_APPLICATION, at(3))).containsExactly(NEW_ONLY);
        assertThat(Readiness.early(BY_APPLICATION, at(4))).containsExactly(NEW_ONLY);
        assertThat(Readiness.early(BY_APPLICATION, at(5))).isEmpty();
    }

    @Test
    void phasesThatOnlyWaitHoldNoReleaseBack() {
        assertThat(Readiness.ready(BY_TRIGGERS, at(1))).isEmpty();
        assertThat(Readiness.ready(BY_TRIGGERS, at(2))).containsExactly(DUAL_WRITE, READ_NEW, NEW_ONLY);
        assertThat(Readiness.early(BY_TRIGGERS, at(2))).isEmpty();
    }

    @Test
    void nothingIsReadyWhileARunGoesBack() {
        assertThat(Readiness.ready(BY_APPLICATION, new Position(Direction.BACKWARD, 5, 0)))
                .isEmpty();
    }
}
