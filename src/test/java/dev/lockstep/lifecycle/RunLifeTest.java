package dev.lockstep.lifecycle;

import static dev.lockstep.fixture.Scripts.gated;
import static dev.lockstep.fixture.Scripts.irreversible;
import static dev.lockstep.fixture.Scripts.phase;
import static dev.lockstep.fixture.Scripts.reversible;
import static dev.lockstep.fixture.Scripts.script;
import static dev.lockstep.fixture.Scripts.traceless;
import static dev.lockstep.plan.Milestone.DUAL_WRITE;
import static dev.lockstep.plan.Milestone.NEW_ONLY;
import static dev.lockstep.plan.PhaseType.CONTRACT;
import static dev.lockstep.plan.PhaseType.EXPAND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Speed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A run's life told in examples. */
class RunLifeTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final PhaseName CONTRACT_PHASE = new PhaseName("contract");

    private Instant now = START;

    @Test
    void doesItsStepsInOrderAndSucceeds() {
        RunState run = begun(Scripts.rename(0, 0));

        run = goOn(run, 100);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.pointOfNoReturn()).contains("drop-column");
        assertThat(run.floor()).contains(CONTRACT_PHASE);
    }

    @Test
    void isPendingUntilItIsStarted() {
        RunState run = RunState.pending(Scripts.rename(0, 0));

        assertThat(run.status()).isEqualTo(RunStatus.PENDING);
        assertThat(Lifecycle.next(run, new Sighting.None(), now)).isEqualTo(new Next.Rest());
        assertThat(refusal(run, new Event.Suspended("ann")))
                .isEqualTo("the run is not started, and suspending it makes no sense there");
    }

    @Test
    void isHeldWhileAnOldPodStillServes() {
        RunState run = atGate(Scripts.rename(10, 1));

        run = sees(run, Seen.watched(Seen.CLOSED));

        assertThat(run.status()).isEqualTo(RunStatus.HELD);
        assertThat(run.holds()).containsExactly(new Hold(Seen.OLD_POD, START));
    }

    @Test
    void saysSinceWhenSomethingHasBeenInTheWayHoweverOftenItLooked() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.CLOSED));

        now = now.plusSeconds(30);
        run = sees(run, Seen.watched(Seen.BOTH));

        assertThat(run.holds()).containsExactly(new Hold(Seen.OLD_POD, START), new Hold(Seen.STALE, now));
    }

    @Test
    void writesNothingWhenALookBringsNothingNew() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.CLOSED));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.CLOSED), now)).isEqualTo(new Next.Wait(Optional.empty()));
    }

    @Test
    void opensTheGateOnceItHasMatchedLongEnough() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.OPEN));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(9)))
                .isEqualTo(new Next.Wait(Optional.of(START.plusSeconds(10))));
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(10)))
                .isEqualTo(new Next.Append(new Event.GateOpened(new PhaseName("new-only"), Direction.FORWARD, 1)));
    }

    @Test
    @Fact("G37")
    void beginsToCountAgainWhenAnOldPodComesBack() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.OPEN));

        now = now.plusSeconds(9);
        run = sees(run, Seen.watched(Seen.CLOSED));
        now = now.plusSeconds(1);
        run = sees(run, Seen.watched(Seen.OPEN));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now))
                .isEqualTo(new Next.Wait(Optional.of(now.plusSeconds(10))));
    }

    @Test
    @Fact("G37")
    void beginsToCountAgainAfterAnotherReplicaTookOver() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.OPEN));

        now = now.plusSeconds(60);
        run = after(run, new Event.LeaseTaken("another", 2));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now))
                .isEqualTo(new Next.Append(new Event.GateMatched(new PhaseName("new-only"))));
    }

    @Test
    void beginsToCountAgainAfterAPauseInWhichNobodyLooked() {
        RunState run = sees(atGate(Scripts.rename(10, 1)), Seen.watched(Seen.OPEN));

        run = after(run, new Event.Suspended("ann"));
        now = now.plusSeconds(3_600);
        run = after(run, new Event.Resumed("ann"));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now))
                .isEqualTo(new Next.Append(new Event.GateMatched(new PhaseName("new-only"))));
    }

    @Test
    void holdsContractUntilThePersonApproves() {
        RunState run = awaitingApproval(1);

        assertThat(run.status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now)).isEqualTo(new Next.Wait(Optional.empty()));

        run = after(run, approval("ann"));

        assertThat(run.stage()).isInstanceOf(Stage.StepDue.class);
    }

    @Test
    @Fact("G38")
    void raisesTheFloorBeforeAnybodyIsAsked() {
        assertThat(awaitingApproval(1).floor()).contains(CONTRACT_PHASE);
    }

    /** A pod that was let in a moment before is stored a moment after: it is there before the gate opens. */
    @Test
    @Fact("G38")
    void watchesTheGateForAsLongOnceMoreAfterTheFloorRose() {
        RunState run = floorRisen();

        assertThat(run.stability()).contains(new Stability(now, now.plusSeconds(10), Stability.Then.OPENS_ABOVE_FLOOR));
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(9)))
                .isEqualTo(new Next.Wait(Optional.of(now.plusSeconds(10))));
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(10)))
                .isEqualTo(new Next.Append(new Event.GateOpened(CONTRACT_PHASE, Direction.FORWARD, 1)));
    }

    @Test
    @Fact({"G37", "G38"})
    void keepsTheFloorAndCountsAnewWhenSomethingOldTurnsUpAfterItRose() {
        RunState run = floorRisen();

        now = now.plusSeconds(9);
        run = sees(run, Seen.watched(Seen.CLOSED));
        assertThat(run.floor()).contains(CONTRACT_PHASE);
        now = now.plusSeconds(20);
        run = sees(run, Seen.watched(Seen.OPEN));

        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now))
                .as("one window, for the floor stands already")
                .isEqualTo(new Next.Wait(Optional.of(now.plusSeconds(10))));
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(10)))
                .isEqualTo(new Next.Append(new Event.GateOpened(CONTRACT_PHASE, Direction.FORWARD, 1)));
    }

    @Test
    void raisesNoFloorBeforeItsGateHasBeenSeenToMatch() {
        RunState run = after(floorRisen(), new Event.RollbackRequested("ann"));
        assertThat(refusal(run, new Event.FloorRaised(CONTRACT_PHASE))).isEqualTo("the floor is not to be raised now");

        RunState before = begun(script(10, Map.of(), gated("contract", CONTRACT, NEW_ONLY, irreversible("drop"))));
        assertThat(refusal(before, new Event.FloorRaised(CONTRACT_PHASE)))
                .isEqualTo("the floor is not to be raised now");
    }

    @Test
    void waitsNoSecondTimeWhereAnEarlierContractHasRaisedTheFloorForAsNewCode() {
        RunState run = begun(script(
                10,
                Map.of(),
                gated("first", CONTRACT, NEW_ONLY, reversible("detach")),
                gated("second", CONTRACT, NEW_ONLY, irreversible("drop"))));
        while (!(run.stage() instanceof Stage.AtGate(Position at, Stage.Watch.MatchingSince _) && at.phase() == 1)) {
            now = now.plusSeconds(1);
            run = goOn(run, 1);
        }

        assertThat(run.stability().map(Stability::then)).contains(Stability.Then.OPENS_ABOVE_FLOOR);
        assertThat(Lifecycle.next(run, Seen.watched(Seen.OPEN), now.plusSeconds(10)))
                .isEqualTo(new Next.Append(new Event.GateOpened(new PhaseName("second"), Direction.FORWARD, 1)));
    }

    @Test
    void raisesTheFloorFurtherForALaterContractThatNeedsNewerCode() {
        RunState run = begun(script(
                0,
                Map.of(),
                gated("first", CONTRACT, DUAL_WRITE, reversible("detach")),
                gated("second", CONTRACT, NEW_ONLY, irreversible("drop"))));

        run = goOn(run, 4);
        assertThat(run.floor()).contains(new PhaseName("first"));
        run = goOn(run, 100);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.floor()).contains(new PhaseName("second"));
    }

    @Test
    void wantsTwoPeopleWhereThePlanSaysTwo() {
        RunState run = after(awaitingApproval(2), approval("ann"));

        assertThat(run.status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
        assertThat(refusal(run, approval("ann")))
                .isEqualTo("ann has already approved phase contract; another person has to");

        assertThat(after(run, approval("ben")).stage()).isInstanceOf(Stage.StepDue.class);
    }

    @Test
    @Fact("G43")
    void takesAnApprovalOnlyForWhatRuns() {
        Event stale = new Event.Approved(CONTRACT_PHASE, "ann", "", Exploration.OTHER_DIGEST);

        assertThat(refusal(awaitingApproval(1), stale))
                .contains(Exploration.OTHER_DIGEST.value())
                .contains(Scripts.DIGEST.value())
                .endsWith("review the plan as it is now and approve that");
    }

    @Test
    void namesThePhasesWhenSomebodyApprovesOneThatIsNotThere() {
        Event misspelt = new Event.Approved(new PhaseName("contarct"), "ann", "", Scripts.DIGEST);

        assertThat(refusal(awaitingApproval(1), misspelt))
                .isEqualTo("the run has no phase contarct; it has expand, backfill, new-only, contract");
    }

    @Test
    void pausesWhenAPersonSaysNo() {
        RunState run = after(awaitingApproval(2), approval("ann"));

        run = after(run, new Event.Rejected(CONTRACT_PHASE, "ben", "not on a Friday"));

        assertThat(run.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(run.approvers(CONTRACT_PHASE)).isEmpty();
        assertThat(Lifecycle.next(run, new Sighting.None(), now)).isEqualTo(new Next.Rest());
    }

    @Test
    void asksAgainAfterANoThatCameWhenAllHadApproved() {
        RunState run = after(awaitingApproval(1), approval("ann"));

        run = after(run, new Event.Rejected(CONTRACT_PHASE, "ben", "wait"));
        run = after(run, new Event.Resumed("ann"));

        assertThat(run.status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
        assertThat(Lifecycle.next(run, Seen.live(Seen.OPEN), now)).isEqualTo(new Next.Wait(Optional.empty()));
    }

    /** G45: the gate was closed for weeks after the approval. */
    @Test
    @Fact("G45")
    void asksAgainWhenAnApprovalHasGrownOldBeforeThePhaseBegan() {
        RunState run = after(awaitingApproval(1), approval("ann"));
        run = sees(run, Seen.live(Seen.CLOSED));
        now = now.plus(Consent.VALID_FOR);

        run = goOn(run, 4);

        assertThat(run.status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
        assertThat(run.approvers(CONTRACT_PHASE)).isEmpty();
        assertThat(run.pointOfNoReturn()).isEmpty();
        assertThat(after(run, approval("ann")).stage()).isInstanceOf(Stage.StepDue.class);
    }

    /** G45: it was all but begun when somebody paused it. */
    @Test
    @Fact("G45")
    void asksAgainAfterAPauseThatWasLongerThanAnApprovalCounts() {
        RunState run = after(after(awaitingApproval(1), approval("ann")), new Event.Suspended("ann"));
        now = now.plus(Consent.VALID_FOR);
        run = after(run, new Event.Resumed("ben"));

        run = goOn(run, 1);

        assertThat(run.holds())
                .singleElement()
                .satisfies(hold -> assertThat(hold.blocker().code()).isEqualTo(Blocker.Code.APPROVAL_EXPIRED));
        assertThat(goOn(run, 4).status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
    }

    @Test
    @Fact("G45")
    void anOldYesDoesNotCountBesideANewOne() {
        RunState run = after(awaitingApproval(2), approval("ann"));
        now = now.plus(Consent.VALID_FOR);

        run = after(run, approval("ben"));

        assertThat(run.status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
        assertThat(run.approvers(CONTRACT_PHASE)).containsExactly("ben");
        assertThat(after(run, approval("ann")).stage()).isInstanceOf(Stage.StepDue.class);
    }

    /** A contract that waits in its revert window goes on by the yes with which it began. */
    @Test
    void doesNotAskAgainOnceThePhaseHasBegun() {
        RunState run = after(awaitingApproval(1), approval("ann"));
        run = goOn(run, 1);
        assertThat(run.attempts()).isPositive();
        now = now.plus(Consent.VALID_FOR.multipliedBy(2));
        run = after(run, new Event.LeaseTaken("two", 2));

        assertThat(goOn(run, 100).status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void closesTheGateAgainWhenAPodTurnsOldAfterTheApproval() {
        RunState run = after(awaitingApproval(1), approval("ann"));

        assertThat(Lifecycle.next(run, new Sighting.None(), now))
                .isEqualTo(new Next.Look(Direction.FORWARD, Next.Freshness.LIVE));
        run = sees(run, Seen.live(Seen.CLOSED));

        assertThat(run.status()).isEqualTo(RunStatus.HELD);
        assertThat(run.approvers(CONTRACT_PHASE)).containsExactly("ann");
    }

    @Test
    void passesThePointOfNoReturnTogetherWithTheStep() {
        RunState run = begun(script(0, Map.of(), phase("drop", EXPAND, irreversible("drop-column"))));
        run = sees(run, new Sighting.None());

        assertThat(Lifecycle.next(run, new Sighting.None(), now))
                .isEqualTo(new Next.Append(List.of(
                        new Event.PointOfNoReturnPassed(new PhaseName("drop"), "drop-column"),
                        new Event.StepStarted("drop-column", Direction.FORWARD, 1, 1))));
        run = sees(run, new Sighting.None());

        assertThat(refusal(run, new Event.RollbackRequested("ann")))
                .isEqualTo("step drop-column has been begun, and nothing takes it back; go forward, or restore what is"
                        + " lost from a backup");
    }

    @Test
    void isHeldWhileAStepIsBlockedAndTriesAgainByItself() {
        RunState run = running(Scripts.rename(0, 0));
        Instant later = now.plusSeconds(5);

        run = after(run, new Event.StepBlocked("add-clone", Direction.FORWARD, List.of(Seen.LOCK), later));

        assertThat(run.status()).isEqualTo(RunStatus.HELD);
        assertThat(Lifecycle.next(run, new Sighting.None(), now)).isEqualTo(new Next.Wait(Optional.of(later)));
        assertThat(Lifecycle.next(run, new Sighting.None(), later))
                .isEqualTo(new Next.Append(new Event.StepStarted("add-clone", Direction.FORWARD, 2, 1)));
    }

    @Test
    void triesAgainAtOnceWhenAPersonAsks() {
        RunState run = after(
                running(Scripts.rename(0, 0)),
                new Event.StepBlocked("add-clone", Direction.FORWARD, List.of(Seen.LOCK), now.plusSeconds(600)));

        run = after(run, new Event.RetryRequested("ann"));

        assertThat(Lifecycle.next(run, new Sighting.None(), now)).isInstanceOf(Next.Append.class);
        assertThat(run.holds()).extracting(Hold::blocker).containsExactly(Seen.LOCK);
    }

    @Test
    void goesOnWhereItFailedWhenAPersonRetries() {
        RunState run =
                after(running(Scripts.rename(0, 0)), new Event.StepFailed("add-clone", Direction.FORWARD, Seen.FAULT));
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Lifecycle.next(run, new Sighting.None(), now)).isEqualTo(new Next.Rest());

        run = goOn(after(run, new Event.RetryRequested("ann")), 100);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void doesNotBeginAStepThatWasWrittenDownRightBeforeThePause() {
        RunState run = after(running(Scripts.rename(0, 0)), new Event.Suspended("ann"));

        assertThat(Lifecycle.next(run, new Sighting.None(), now))
                .isEqualTo(new Next.Append(new Event.StepInterrupted("add-clone", Direction.FORWARD)));
    }

    @Test
    void keepsTheSpeedOfItsBackfillsOverATakeoverAndGoesOnMeanwhile() {
        RunState run = after(running(Scripts.rename(0, 0)), new Event.Paced(Speed.GENTLE, "ann"));
        Stage before = run.stage();
        now = now.plusSeconds(5);
        run = after(run, new Event.Paced(Speed.PAUSED, "ben"));

        assertThat(run.stage()).isEqualTo(before);
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        run = after(run, new Event.LeaseTaken("another", run.fence() + 1));
        assertThat(run.pacing()).contains(new Pacing(Speed.PAUSED, "ben", now));
        assertThat(refusal(run, new Event.Paced(Speed.PAUSED, "ann"))).isEqualTo("the speed is Paused already");
    }

    @Test
    void takesAPauseOfTheBackfillBackWithEverythingElseButKeepsAChosenSpeed() {
        RunState paused = after(running(Scripts.rename(0, 0)), new Event.Paced(Speed.PAUSED, "ann"));
        RunState gentle = after(running(Scripts.rename(0, 0)), new Event.Paced(Speed.GENTLE, "ann"));

        assertThat(after(paused, new Event.RollbackRequested("ann")).pacing()).isEmpty();
        assertThat(after(gentle, new Event.RollbackRequested("ann")).pacing()).isPresent();
    }

    @Test
    @Fact("G42")
    void canBeAbortedAndThenRolledBack() {
        RunState run = goOn(begun(Scripts.rename(0, 0)), 7);

        run = after(run, new Event.Aborted("ann"));
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.stage())
                .isEqualTo(new Stage.Failed(
                        run.position().orElseThrow(),
                        new Stage.Fault(
                                "ABORTED",
                                "ann aborted the run; what was done so far is still there.",
                                "Roll back to take away what was done, or retry to go on from here.")));
        run = after(run, new Event.RollbackRequested("ann"));
        assertThat(run.status()).isEqualTo(RunStatus.ROLLING_BACK);
        run = goOn(run, 100);

        assertThat(run.status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    @Fact("G42")
    void holdsTheRollbackUntilNoPodNeedsTheNewShape() {
        RunState run = after(goOn(begun(Scripts.rename(0, 0)), 7), new Event.RollbackRequested("ann"));

        assertThat(Lifecycle.next(run, new Sighting.None(), now))
                .isEqualTo(new Next.Look(Direction.BACKWARD, Next.Freshness.WATCHED));
        run = sees(run, Seen.watched(Seen.CLOSED));

        assertThat(run.status()).isEqualTo(RunStatus.ROLLING_BACK);
        assertThat(run.holds()).extracting(Hold::blocker).containsExactly(Seen.OLD_POD);
    }

    @Test
    void bringsTheOldShapeBackWithoutWaitingForAnybody() {
        RunState run = awaitingApproval(0);
        while (!(run.stage() instanceof Stage.StepRunning)) {
            run = goOn(run, 1);
        }
        run = after(run, new Event.RollbackRequested("ann"));
        assertThat(run.floor()).as("older code finds nothing yet").contains(CONTRACT_PHASE);

        run = sees(sees(run, new Sighting.None()), new Sighting.None());
        assertThat(run.stage()).isInstanceOf(Stage.StepRunning.class);
        run = after(run, new Event.StepCompleted("drop-triggers", Direction.BACKWARD, Seen.SUMMARY));

        assertThat(run.floor()).as("older code finds its shape again").isEmpty();
        assertThat(Lifecycle.next(run, new Sighting.None(), now))
                .as("the new shape goes only when nobody needs it")
                .isEqualTo(new Next.Look(Direction.BACKWARD, Next.Freshness.WATCHED));
        run = sees(run, Seen.watched(Seen.CLOSED));
        assertThat(run.holds()).extracting(Hold::blocker).containsExactly(Seen.OLD_POD);
    }

    @Test
    void isRolledBackAtOnceWhenNothingWasDone() {
        RunState run = after(begun(Scripts.rename(0, 0)), new Event.RollbackRequested("ann"));
        assertThat(goOn(run, 1).status()).isEqualTo(RunStatus.ROLLED_BACK);

        RunState afterTakeOver = after(run, new Event.LeaseTaken("another", 2));
        afterTakeOver = sees(sees(afterTakeOver, Seen.watched(Seen.CLOSED)), Seen.watched(Seen.CLOSED));

        assertThat(afterTakeOver.status())
                .as("no gate is asked when there is nothing to guard")
                .isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void canBeRolledBackWhileAStepRunsThatLeavesNothing() {
        RunState run = running(script(0, Map.of(), phase("look", EXPAND, traceless("look"))));

        run = after(run, new Event.RollbackRequested("ann"));

        assertThat(goOn(run, 1).status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void takesBackAStepThatWasBegunAlsoWhenNobodyHeardOfItsEnd() {
        RunState run = after(running(Scripts.rename(0, 0)), new Event.RollbackRequested("ann"));

        assertThat(run.position()).contains(new Position(Direction.BACKWARD, 0, 0));
    }

    @Test
    void saysHowARollbackThatStandsStillGoesOn() {
        RunState back = after(running(Scripts.rename(0, 0)), new Event.RollbackRequested("ann"));

        assertThat(refusal(back, new Event.RollbackRequested("ann"))).isEqualTo("the run is being rolled back already");
        assertThat(refusal(after(back, new Event.Suspended("ann")), new Event.RollbackRequested("ann")))
                .isEqualTo("the run is being rolled back already; resume goes on with it");
        assertThat(refusal(after(back, new Event.Aborted("ann")), new Event.RollbackRequested("ann")))
                .isEqualTo("the run is being rolled back already; retry goes on with it");
    }

    @Test
    void completesAPhaseWhoseStepsAreDoneWithoutAskingItsGateAgain() {
        RunState run = awaitingApproval(0);
        while (run.pointOfNoReturn().isEmpty()) {
            run = goOn(run, 1);
        }
        run = after(run, new Event.StepCompleted("drop-column", Direction.FORWARD, Seen.SUMMARY));

        run = after(run, new Event.LeaseTaken("another", 2));
        run = sees(sees(run, Seen.watched(Seen.CLOSED)), Seen.watched(Seen.CLOSED));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void refusesWordsAboutTheOtherDirection() {
        RunState run = running(Scripts.rename(0, 0));

        assertThat(refusal(run, new Event.StepCompleted("add-clone", Direction.BACKWARD, Seen.SUMMARY)))
                .isEqualTo("step add-clone is not the one that is running");
    }

    @Test
    void refusesAnOldLease() {
        assertThat(refusal(begun(Scripts.rename(0, 0)), new Event.LeaseTaken("late", 1)))
                .isEqualTo("fence 1 is not newer than 1");
    }

    @Test
    void hasOneStatusForEachStage() {
        Script script = Scripts.rename(10, 1);
        RunState atGate = atGate(script);

        assertThat(atGate.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(after(atGate, new Event.Suspended("ann")).status()).isEqualTo(RunStatus.PAUSED);
        assertThat(sees(atGate, Seen.watched(Seen.UNKNOWN)).status()).isEqualTo(RunStatus.HELD);
        assertThat(running(script).status()).isEqualTo(RunStatus.RUNNING);
        assertThat(after(running(script), new Event.StepWaiting("add-clone", Direction.FORWARD, List.of(Seen.LOCK)))
                        .status())
                .isEqualTo(RunStatus.HELD);
        assertThat(after(awaitingApproval(1), new Event.Suspended("ann")).status())
                .isEqualTo(RunStatus.PAUSED);
        assertThat(after(atGate, new Event.Aborted("ann")).status().over()).isFalse();
        assertThat(goOn(begun(Scripts.rename(0, 0)), 100).status().over()).isTrue();
    }

    private RunState begun(Script script) {
        return after(after(RunState.pending(script), new Event.Started("ann")), new Event.LeaseTaken("one", 1));
    }

    private RunState running(Script script) {
        return goOn(begun(script), 2);
    }

    /** Before the gate of new-only. */
    private RunState atGate(Script script) {
        RunState run = begun(script);
        while (!(run.stage() instanceof Stage.AtGate(Position at, var _) && at.phase() == 2)) {
            run = goOn(run, 1);
        }
        return run;
    }

    /** Ten seconds are a gate's stability window; the contract's has just been over once. */
    private RunState floorRisen() {
        RunState run = begun(Scripts.rename(10, 1));
        while (run.floor().isEmpty()) {
            now = now.plusSeconds(1);
            run = goOn(run, 1);
        }
        return run;
    }

    private RunState awaitingApproval(int approvals) {
        RunState run = begun(Scripts.rename(0, approvals));
        while (run.floor().isEmpty()) {
            run = goOn(run, 1);
        }
        return goOn(run, 1);
    }

    private static Event approval(String who) {
        return new Event.Approved(CONTRACT_PHASE, who, "", Scripts.DIGEST);
    }

    /** That many moves of an engine for which every gate is open and every step succeeds. */
    private RunState goOn(RunState from, int moves) {
        RunState run = from;
        for (int move = 0; move < moves; move++) {
            run = switch (Lifecycle.next(run, Seen.live(Seen.OPEN), now)) {
                case Next.Append(List<Event> events) -> after(run, events);
                case Next.Execute(Position at, var _) ->
                    after(run, new Event.StepCompleted(run.script().step(at).name(), at.direction(), Seen.SUMMARY));
                case Next.Look _, Next.Wait _, Next.Rest _ -> run;
            };
        }
        return run;
    }

    /** What the run makes of a look. */
    private RunState sees(RunState run, Sighting sighting) {
        return Lifecycle.next(run, sighting, now) instanceof Next.Append(List<Event> events) ? after(run, events) : run;
    }

    private RunState after(RunState run, List<Event> events) {
        RunState state = run;
        for (Event event : events) {
            state = after(state, event);
        }
        return state;
    }

    private RunState after(RunState run, Event event) {
        return switch (Lifecycle.apply(run, event, now)) {
            case Transition.To(RunState next) -> next;
            case Transition.Refused(String reason) -> throw new AssertionError(event + " was refused: " + reason);
        };
    }

    private String refusal(RunState run, Event event) {
        return switch (Lifecycle.apply(run, event, now)) {
            case Transition.To(RunState next) -> throw new AssertionError(event + " was accepted: " + next);
            case Transition.Refused(String reason) -> reason;
        };
    }
}
