package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.newOnly;
import static dev.lockstep.gate.Seen.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterlockTest {

    private static final PlanKey PLAN = new PlanKey("shop", "rename-users-name");

    @Test
    void newCodeIsTooEarlyUntilTheNewShapeIsThere() {
        LivePlan expanding = live("expand", newOnly(">=1.5.0"), Set.of(), Optional.empty());

        assertThat(may("1.4.0", expanding)).isInstanceOf(Permission.Allowed.class);
        assertThat(may("1.5.0-rc.1", expanding)).isInstanceOf(Permission.TooEarly.class);
        assertThat(may("1.5.0", expanding)).isInstanceOfSatisfying(Permission.TooEarly.class, early -> {
            assertThat(early.plan()).isEqualTo(PLAN);
            assertThat(early.phase()).isEqualTo(new PhaseName("expand"));
            assertThat(early.why()).contains("web 1.5.0").contains("new-only").contains("shop/rename-users-name");
        });
    }

    @Test
    void oldAndNewCodeAreAllowedWhileBothShapesAreThere() {
        LivePlan both = live("new-only", newOnly(">=1.5.0"), Set.of(Milestone.NEW_ONLY), Optional.empty());

        assertThat(may("1.4.0", both)).isInstanceOf(Permission.Allowed.class);
        assertThat(may("1.5.0", both)).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    void oldCodeIsTooLateOnceTheFloorIsRaised() {
        LivePlan contracting =
                live("contract", newOnly(">=1.5.0"), Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY));

        assertThat(may("1.5.0", contracting)).isInstanceOf(Permission.Allowed.class);
        assertThat(may("1.4.0", contracting))
                .isInstanceOfSatisfying(
                        Permission.TooLate.class,
                        late -> assertThat(late.why()).contains("web 1.4.0").contains("Deploy >=1.5.0 instead."));
        assertThat(may("1.5.0-rc.1", contracting)).isInstanceOf(Permission.TooLate.class);
    }

    /** G46: who writes both shapes may run now, who no longer touches the old one may not yet. */
    @Test
    @Fact("G46")
    void ceilingForbidsToSkipTheDualWriteRelease() {
        WorkloadSpec spec = spec(Map.of(
                Milestone.DUAL_WRITE,
                new Versions.Range(">=1.5.0"),
                Milestone.NEW_ONLY,
                new Versions.Range(">=1.6.0")));
        LivePlan plan = live("dual-write", spec, Set.of(Milestone.DUAL_WRITE), Optional.empty());

        assertThat(may("1.5.0", plan)).isInstanceOf(Permission.Allowed.class);
        assertThat(may("1.6.0", plan)).isInstanceOf(Permission.TooEarly.class);
    }

    @Test
    void versionThatCannotBeComparedIsNoYes() {
        assertThat(may("latest", live("expand", newOnly(">=1.5.0"), Set.of(), Optional.empty())))
                .isInstanceOf(Permission.CannotTell.class);
        assertThat(may(
                        "latest",
                        live(
                                "contract",
                                newOnly(">=1.5.0"),
                                Set.of(Milestone.NEW_ONLY),
                                Optional.of(Milestone.NEW_ONLY))))
                .isInstanceOf(Permission.CannotTell.class);
        assertThat(may(
                        "1.5.0",
                        live("contract", newOnly("oops"), Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY))))
                .isInstanceOf(Permission.CannotTell.class);
        assertThat(may("1.5.0", live("contract", spec(Map.of()), Set.of(), Optional.of(Milestone.NEW_ONLY))))
                .isInstanceOf(Permission.CannotTell.class);
        assertThat(may("1.5.0", live("expand", newOnly("oops"), Set.of(), Optional.empty())))
                .isInstanceOf(Permission.CannotTell.class);
    }

    @Test
    void onlyPlansThatNameTheWorkloadHaveASay() {
        LivePlan contracting =
                live("contract", newOnly(">=1.5.0"), Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY));

        assertThat(Interlock.may(List.of(contracting), new WorkloadName("worker"), "1.0.0"))
                .isInstanceOf(Permission.Allowed.class);
        assertThat(Interlock.may(List.of(), WEB, "anything")).isInstanceOf(Permission.Allowed.class);
    }

    private static Permission may(String version, LivePlan plan) {
        return Interlock.may(List.of(plan), WEB, version);
    }

    private static LivePlan live(String phase, WorkloadSpec spec, Set<Milestone> ready, Optional<Milestone> floor) {
        return new LivePlan(PLAN, new PhaseName(phase), List.of(spec), ready, floor);
    }
}
