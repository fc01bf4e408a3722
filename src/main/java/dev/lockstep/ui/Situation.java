package dev.lockstep.ui;

import dev.lockstep.change.Phase;
import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.PendingStart;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stability;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PhaseName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is happening, and what the person has to do; one or two sentences each, for somebody who was woken by it.
 *
 * @param since since when it has been so, where that means something
 */
public record Situation(Badge badge, String happening, String todo, Optional<When> since) {
    private static final String NOTHING = "There is nothing for you to do.";

    /** @param journal oldest first; empty where only the outline is wanted */
    static Situation of(PlanView view, List<JournalEntry> journal, Viewer viewer, Instant now) {
        Badge badge = Badge.of(view.status());
        Optional<PendingStart> pending = view.plan().pendingStart();
        if (pending.isPresent()) {
            return new Situation(
                    badge,
                    pending.get().actor() + " asked for a start, which waits: "
                            + pending.get().reason(),
                    "Nothing has been changed. The run begins by itself once the database answers and the plan fits it.",
                    Optional.of(When.of(pending.get().since(), now)));
        }
        return view.run()
                .map(run -> new Telling(view, run, journal, viewer, now).tell(badge))
                .orElseGet(() -> new Situation(
                        badge,
                        "This plan has not been started. It has changed nothing in database "
                                + view.plan().document().spec().database() + ".",
                        viewer.mayStart()
                                ? "Read its phases and their SQL below, then start it."
                                : "Somebody with the role author or admin can start it.",
                        Optional.empty()));
    }

    /** One run's situation, as this viewer is told of it. */
    private record Telling(PlanView view, RunView run, List<JournalEntry> journal, Viewer viewer, Instant now) {
        Situation tell(Badge badge) {
            RunState state = run.state();
            return switch (state.status()) {
                case PENDING -> situation(badge, "The run is about to begin.", NOTHING);
                case RUNNING -> situation(badge, moving(), NOTHING);
                case HELD -> waiting(badge);
                case AWAITING_APPROVAL -> approval(badge);
                case PAUSED -> paused(badge);
                case ROLLING_BACK -> rollingBack(badge);
                case FAILED -> failed(badge);
                case SUCCEEDED ->
                    situation(
                            badge,
                            "Everything is done" + took()
                                    + ". Nothing is left of the run in the database but the change itself and its ledger.",
                            NOTHING);
                case ROLLED_BACK ->
                    situation(
                            badge,
                            "Everything that the run did has been taken back" + took()
                                    + ". The database is as it was before.",
                            "Mend the plan if it was at fault; it can be started again.");
            };
        }

        private Situation waiting(Badge badge) {
            if (reverting()) {
                return since(
                        badge,
                        "The old shape is hidden, and the revert window runs. Nothing is wrong.",
                        "If something needs the old shape, roll back now: that brings it back in a moment. The end of the"
                                + " window is named below; the run goes on by itself then.");
            }
            return ApprovalForm.onlyItsWindow(run.state())
                    ? outside(badge)
                    : since(
                            badge,
                            held(),
                            "Each is named below, with what to do. The run goes on by itself once they are gone.");
        }

        private boolean reverting() {
            return run.state().holds().stream().anyMatch(hold -> hold.blocker().code() == Blocker.Code.REVERT_WINDOW);
        }

        private Situation outside(Badge badge) {
            return since(
                    badge,
                    "The run waits for a window of its plan to open. Nothing is wrong.",
                    ApprovalForm.of(run, viewer).isPresent()
                            ? "Approve or reject its phase now; otherwise it waits for that once the window is open, which"
                                    + " is named below."
                            : "There is nothing for you to do. The window is named below; the run goes on by itself then.");
        }

        private Situation situation(Badge badge, String happening, String todo) {
            return new Situation(badge, happening, todo, Optional.empty());
        }

        private Situation since(Badge badge, String happening, String todo) {
            Optional<When> since = run.state().holds().stream()
                    .map(Hold::since)
                    .min(Instant::compareTo)
                    .map(at -> When.of(at, now));
            return new Situation(badge, happening, todo, since);
        }

        private String moving() {
            return switch (run.state().stage()) {
                case Stage.AtGate(Position at, var _) ->
                    run.state()
                            .stability()
                            .map(stability -> watched(phase(at).name(), stability))
                            .orElseGet(() -> "Looking at what runs before phase "
                                    + phase(at).name() + " may go on.");
                case Stage.StepDue(Position at, var _) -> "Phase " + phase(at).name() + " goes on with its next step.";
                case Stage.StepRunning(Position at, var _) ->
                    "Phase " + phase(at).name() + " is at work: " + title(at) + progressed() + ".";
                case Stage.Pending _, Stage.AwaitingApproval _, Stage.Failed _, Stage.Succeeded _, Stage.RolledBack _ ->
                    "The run goes on.";
            };
        }

        private static String watched(PhaseName phase, Stability stability) {
            String until = When.utc(stability.until());
            return switch (stability.then()) {
                case OPENS ->
                    "Everything is as phase " + phase + " wants it. Its gate opens at " + until + " if that stays so.";
                case RAISES_FLOOR ->
                    "Everything is as phase " + phase + " wants it. If that stays so, the floor rises at " + until
                            + " to keep older code out, and the gate is watched for as long once more.";
                case OPENS_ABOVE_FLOOR ->
                    "The floor has risen: code older than phase " + phase
                            + " wants is not let in any more. Its gate opens at " + until
                            + " if none turns up that was let in before.";
            };
        }

        private String held() {
            String things = Count.of(run.state().holds().size(), "thing")
                    + (run.state().holds().size() == 1 ? " is" : " are") + " in the way";
            return switch (run.state().stage()) {
                case Stage.AtGate(Position at, var _) ->
                    at.step() == 0
                            ? "Phase " + phase(at).name() + " has not begun: " + things + "."
                            : "Phase " + phase(at).name() + " has stopped between two steps: " + things + ".";
                case Stage.StepDue(Position at, Instant notBefore) ->
                    "A step waits: " + title(at) + ". " + sentence(things) + "; nothing is blocked by it, and the next"
                            + " attempt is at " + When.utc(notBefore) + ".";
                case Stage.StepRunning(Position at, var _) ->
                    "A step waits: " + title(at) + ". " + sentence(things) + ".";
                case Stage.Pending _, Stage.AwaitingApproval _, Stage.Failed _, Stage.Succeeded _, Stage.RolledBack _ ->
                    sentence(things) + ".";
            };
        }

        private Situation approval(Badge badge) {
            Stage.AwaitingApproval stage = (Stage.AwaitingApproval) run.state().stage();
            Phase phase = phase(stage.at());
            boolean decided = run.state().approvers(phase.name()).contains(viewer.name());
            String lossy = ApprovalForm.losses(phase).findAny().isPresent()
                    ? ApprovalForm.window(phase)
                            .map(span -> " There is a way back for " + span + " after it has hidden the old shape, and"
                                    + " none afterwards.")
                            .orElse(" Once it begins there is no way back.")
                    : " It can still be rolled back afterwards.";
            return new Situation(
                    badge,
                    "Phase " + phase.name() + " is ready, and waits for a person: "
                            + ApprovalForm.standing(run.state(), phase.name()) + "." + lossy,
                    decided
                            ? "You have approved it. Somebody else has to as well."
                            : viewer.mayDecide()
                                    ? "Read the SQL of phase " + phase.name() + " below, then approve or reject it."
                                    : "Somebody with the role approver has to decide.",
                    Optional.of(When.of(stage.since(), now)));
        }

        private Situation paused(Badge badge) {
            String why = journal.reversed().stream()
                    .map(JournalEntry::event)
                    .filter(event -> event instanceof Event.Suspended || event instanceof Event.Rejected)
                    .findFirst()
                    .map(event -> new Account(run.state().script()).sentence(event))
                    .orElse("The run is paused.");
            String still = run.state().stage() instanceof Stage.StepRunning(Position at, var _)
                    ? " The step that is running stops at its next safe point: " + title(at) + "."
                    : "";
            return situation(
                    badge,
                    why + still,
                    viewer.mayOperate()
                            ? "Nothing goes on until you resume it" + orRollBack() + "."
                            : "Nothing goes on until somebody with the role author, approver or admin resumes it.");
        }

        private String orRollBack() {
            return Command.sensible(view, now).contains(Command.ROLLBACK) ? " or roll it back" : "";
        }

        private Situation rollingBack(Badge badge) {
            int holds = run.state().holds().size();
            if (holds > 0) {
                return since(
                        badge,
                        "The rollback waits: " + Count.of(holds, "thing") + (holds == 1 ? " is" : " are")
                                + " in the way.",
                        "Each is named below, with what to do. The rollback goes on by itself once they are gone.");
            }
            String step = switch (run.state().stage()) {
                case Stage.StepRunning(Position at, var _) -> ": " + title(at);
                case Stage.AtGate _,
                        Stage.StepDue _,
                        Stage.Pending _,
                        Stage.AwaitingApproval _,
                        Stage.Failed _,
                        Stage.Succeeded _,
                        Stage.RolledBack _ -> "";
            };
            return situation(badge, "What was done is being taken back" + step + ".", NOTHING);
        }

        private Situation failed(Badge badge) {
            return run.state().stage() instanceof Stage.Failed(Position at, Stage.Fault fault)
                    ? situation(badge, "Stopped in phase " + phase(at).name() + ". " + fault.message(), fault.remedy())
                    : situation(badge, "The run has failed.", "See the journal below.");
        }

        private String progressed() {
            return run.progress()
                    .map(Progress::fraction)
                    .map(fraction ->
                            String.format(Locale.ROOT, ", %.0f %% of the table passed", Math.floor(fraction * 100)))
                    .orElse("");
        }

        private String took() {
            return run.finishedAt()
                    .map(end -> ", in " + Span.words(Duration.between(run.startedAt(), end)))
                    .orElse("");
        }

        private Phase phase(Position at) {
            return run.state().script().phase(at);
        }

        private String title(Position at) {
            int steps = phase(at).steps().size();
            return at.step() >= 0 && at.step() < steps
                    ? run.state().script().step(at).title()
                    : "its last step";
        }

        private static String sentence(String words) {
            return Character.toUpperCase(words.charAt(0)) + words.substring(1);
        }
    }
}
