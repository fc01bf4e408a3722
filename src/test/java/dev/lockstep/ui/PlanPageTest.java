package dev.lockstep.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.lockstep.engine.Actor;
import dev.lockstep.engine.Decision;
import dev.lockstep.engine.PendingStart;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Speed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the page says, and which buttons it has, in every situation of a run. */
class PlanPageTest {
    private final Shop shop = new Shop();

    @Test
    void planThatWasNeverStartedShowsItsPhasesAndCanOnlyBeStarted() {
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Not started");
        assertThat(page.situation().happening()).contains("has changed nothing in database shop");
        assertThat(buttons(page)).containsExactly("Start");
        assertThat(page.phases())
                .extracting(PhaseCard::name)
                .containsExactly("expand", "backfill", "new-only", "contract");
        assertThat(page.phases().getLast().approvals()).contains("Needs 1 approval.");
        assertThat(page.journal()).isEmpty();
    }

    @Test
    void planThatCannotBeCompiledNowSaysWhy() {
        PlanPage page = PlanPage.of(
                shop.view(), List.of(), new PlanPage.Outline.NotKnown("It does not answer."), Shop.ADA, shop.instant());
        assertThat(page.outline()).contains("It does not answer.");
        assertThat(page.phases()).isEmpty();
    }

    @Test
    void startThatWaitsForItsDatabaseSaysSoAndCanBeGivenUp() {
        shop.plans.await(Shop.KEY, new PendingStart("ada", "Database shop does not answer.", shop.instant()));
        PlanPage page = shop.passes(Duration.ofMinutes(3)).page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Held");
        assertThat(page.situation().happening())
                .isEqualTo("ada asked for a start, which waits: Database shop does not answer.");
        assertThat(page.situation().since().map(When::relative)).contains("3 min ago");
        assertThat(buttons(page)).containsExactly("Stop here…");
        assertThat(page.holds())
                .singleElement()
                .satisfies(hold -> assertThat(hold.object()).isEqualTo("database shop"));
    }

    @Test
    void backfillShowsHowFarItIs() {
        PlanPage page = shop.backfillsHalf().page(Shop.ADA);
        assertThat(page.situation().happening())
                .isEqualTo(
                        "Phase backfill is at work: Copy name into full_name in every row, 45 % of the table passed.");
        assertThat(page.gauge().map(Gauge::left)).contains("about 21 s");
        assertThat(buttons(page)).containsExactly("Pause", "Roll back…", "Stop here…");
        assertThat(page.phases().get(1).current()).isTrue();
        assertThat(page.phases().get(1).progress()).isEqualTo("1 of 3 steps");
    }

    @Test
    void backfillSaysBeforehandHowItWillGoThroughTheTable() {
        assertThat(shop.page(Shop.ADA).phases().get(1).steps().get(1).forward().manner())
                .contains("do not fire. Walked by blocks, as users is one table");
    }

    @Test
    void backfillSaysHowFastItGoesAndWhyAndLetsWhoeverMayChooseAnotherSpeed() {
        shop.backfillsHalf();
        PaceCard pace = shop.page(Shop.ADA).gauge().flatMap(Gauge::pace).orElseThrow();
        assertThat(pace.duty()).isEqualTo("41 %");
        assertThat(pace.signal()).contains("replica-lag");
        assertThat(pace.throttledSince().map(When::relative)).contains("9 s ago");
        assertThat(pace.choices())
                .filteredOn(PaceCard.Choice::chosen)
                .extracting(PaceCard.Choice::speed)
                .containsExactly("Governed");
        assertThat(shop.page(Shop.GUEST)
                        .gauge()
                        .flatMap(Gauge::pace)
                        .orElseThrow()
                        .choices())
                .isEmpty();

        shop.operations.pace(Shop.KEY, Speed.PAUSED, new Actor("ada", true));
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.gauge().flatMap(Gauge::pace).flatMap(PaceCard::said)).contains("Paused by ada");
        assertThat(page.journal().getFirst().sentence()).isEqualTo("ada paused the backfill.");
    }

    @Test
    void heldRunNamesEveryPodWithItsRemedyAndSinceWhen() {
        PlanPage page = shop.isHeld().page(Shop.ADA);
        assertThat(page.situation().happening()).isEqualTo("Phase new-only has not begun: 3 things are in the way.");
        assertThat(page.situation().since().map(When::relative)).contains("4 min ago");
        assertThat(page.holds())
                .extracting(HoldCard::object)
                .containsExactly("pod shop-web-7d9f6c-4kx2p", "pod shop-web-7d9f6c-m8w7q", "pod shop-web-7d9f6c-zt5hd");
        assertThat(page.holds()).allSatisfy(hold -> assertThat(hold.remedy()).startsWith("Roll out"));
        assertThat(page.phases().get(2).gate()).contains("Opens when every pod of web runs >=1.5.0, steady for 5 s.");
        assertThat(page.phases().get(3).gate())
                .contains(
                        "Opens when every pod of web runs >=1.5.0, steady for 5 s, and for as long once more after the"
                                + " floor rose.");
    }

    @Test
    void runOutsideOfItsWindowsIsCalmAndAsksForTheApprovalNow() {
        PlanPage page = shop.waitsForTheNight().page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Held");
        assertThat(page.situation().happening())
                .isEqualTo("The run waits for a window of its plan to open. Nothing is wrong.");
        assertThat(page.situation().todo()).startsWith("Approve or reject its phase now");
        assertThat(page.approval().map(ApprovalForm::phase)).contains("contract");
        assertThat(page.holds())
                .singleElement()
                .satisfies(hold -> assertThat(hold.message()).contains("2025-03-01T22:00:00Z"));
        assertThat(page.phases().getLast().windows())
                .containsExactly(
                        "nights: every day from 22:00 to 05:00 the next day, UTC. Once begun, the phase goes to its"
                                + " end.");
        assertThat(page.phases().getFirst().windows()).isEmpty();
        assertThat(page.journal().getFirst().sentence()).contains("Window nights is the next to open");
        assertThat(shop.page(Shop.GUEST).situation().todo()).startsWith("There is nothing for you to do");

        shop.operations.decide(
                Shop.KEY,
                Shop.CONTRACT,
                Decision.APPROVE,
                "",
                shop.view().plan().digest(),
                new Actor("ada", true));
        assertThat(shop.page(Shop.ADA).approval()).isEmpty();
    }

    @Test
    void podsAreGroupedByVersionAndJudgedByWhatTheGateWants() {
        shop.isHeld();
        shop.pods("1.4.0", "1.4.0", "1.5.0");
        WorkloadCard web = shop.page(Shop.GUEST).workloads().getFirst();
        assertThat(web.wanted()).contains(">=1.5.0");
        assertThat(web.groups())
                .extracting(
                        WorkloadCard.Group::version,
                        WorkloadCard.Group::pods,
                        group -> group.judgement().label())
                .containsExactly(tuple("1.4.0", "2 pods", "Not ready"), tuple("1.5.0", "1 pod", "Ready"));
        assertThat(web.pods().getFirst().readings())
                .extracting(PodRow.Reading::source, PodRow.Reading::reported)
                .contains(tuple("Own report", "–"));
    }

    @Test
    void rollingBackJudgesPodsTheOtherWayRound() {
        shop.isHeld();
        shop.pods("1.4.0", "1.5.0");
        shop.operations.rollback(Shop.KEY, new Actor("ada", true));
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Rolling back");
        assertThat(page.workloads().getFirst().groups())
                .extracting(group -> group.judgement().label())
                .containsExactly("Out of the way", "Needs the new shape");
        assertThat(buttons(page)).containsExactly("Pause", "Stop here…");
    }

    @Test
    void approvalIsAskedOfWhoMayDecideWithWhatWillBeLost() {
        PlanPage page = shop.awaitsApproval().page(Shop.ADA);
        ApprovalForm form = page.approval().orElseThrow();
        assertThat(form.phase()).isEqualTo("contract");
        assertThat(form.digest()).isEqualTo(Shop.document().digest().value());
        assertThat(form.losses()).singleElement().asString().startsWith("Column name is gone");
        assertThat(page.situation().happening()).contains("0 of 1 approval given", "no way back");
        assertThat(page.situation().todo()).contains("then approve or reject it");
    }

    @Test
    void approvalIsNotAskedOfAGuestNorOfAMachine() {
        shop.awaitsApproval();
        assertThat(shop.page(Shop.GUEST).approval()).isEmpty();
        assertThat(shop.page(Shop.GUEST).situation().todo())
                .isEqualTo("Somebody with the role approver has to decide.");
        assertThat(shop.page(Shop.GUEST).buttons()).isEmpty();
        assertThat(shop.page(new Viewer("robot", false, Shop.ADA.roles())).approval())
                .isEmpty();
    }

    @Test
    void rejectionPausesAndItsCommentIsWhatThePageSays() {
        shop.awaitsApproval();
        shop.operations.decide(
                Shop.KEY,
                Shop.CONTRACT,
                Decision.REJECT,
                "The billing job still reads name.",
                Shop.document().digest(),
                new Actor("ada", true));
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Paused");
        assertThat(page.situation().happening())
                .isEqualTo("ada rejected contract, and the run paused: “The billing job still reads name.”");
        assertThat(page.approval()).isEmpty();
        assertThat(buttons(page)).containsExactly("Resume", "Roll back…", "Stop here…");
    }

    @Test
    void behindThePointOfNoReturnThereIsNoButtonToRollBack() {
        PlanPage page = shop.passesTheReturn().page(Shop.ADA);
        assertThat(buttons(page)).containsExactly("Pause", "Stop here…");
        assertThat(page.journal().get(1).sentence()).startsWith("The point of no return was passed: Drop column name.");
    }

    @Test
    void faultSaysWhatHappenedAndWhatToDo() {
        shop.expands().hears(new Event.StepStarted("drain-writers", Direction.FORWARD, 1, 1));
        shop.hears(new Event.StepFailed(
                "drain-writers",
                Direction.FORWARD,
                new Stage.Fault("SQL_FAILED", "The server refused.", "Give the role the right, then try again.")));
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.situation().happening()).isEqualTo("Stopped in phase backfill. The server refused.");
        assertThat(page.situation().todo()).isEqualTo("Give the role the right, then try again.");
        assertThat(buttons(page)).containsExactly("Try again", "Roll back…");
    }

    @Test
    void risenFloorIsSaidWhileItsGateIsWatchedOnceMore() {
        PlanPage page = shop.raisesTheFloor().page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Running");
        assertThat(page.situation().happening())
                .startsWith("The floor has risen: code older than phase contract wants is not let in any more. Its gate"
                        + " opens at ")
                .endsWith(" if none turns up that was let in before.");
    }

    @Test
    void finishedRunHasNothingLeftToPress() {
        PlanPage page = shop.succeeds().page(Shop.ADA);
        assertThat(page.situation().badge().label()).isEqualTo("Succeeded");
        assertThat(page.situation().happening()).startsWith("Everything is done, in 7 min 8 s.");
        assertThat(page.buttons()).isEmpty();
        assertThat(page.phases())
                .allSatisfy(phase -> assertThat(phase.badge().label()).isEqualTo("Done"));
    }

    @Test
    void longJournalIsCutAtTheOldEndAndSaysSo() {
        shop.starts();
        for (int pause = 0; pause < 60; pause++) {
            shop.hears(new Event.Suspended("ada"), new Event.Resumed("ada"));
        }
        PlanPage page = shop.page(Shop.ADA);
        assertThat(page.journal()).hasSize(100);
        assertThat(page.journal().getFirst().sequence()).isEqualTo(123);
        assertThat(page.older()).isEqualTo(Optional.of("23"));
    }

    @Test
    void sameSentenceIsToldOnceWithTheTimeOfTheFirst() {
        shop.isHeld();
        List<JournalLine> before = shop.page(Shop.ADA).journal();
        shop.hears(new Event.GateBlocked(
                new PhaseName("new-only"),
                shop.view().holds().stream().map(Hold::blocker).toList()));
        assertThat(shop.journal()).hasSize(before.size() + 1);
        assertThat(shop.page(Shop.ADA).journal())
                .extracting(JournalLine::sequence)
                .isEqualTo(before.stream().map(JournalLine::sequence).toList());
    }

    private static List<String> buttons(PlanPage page) {
        return page.buttons().stream().map(PlanPage.Button::label).toList();
    }
}
