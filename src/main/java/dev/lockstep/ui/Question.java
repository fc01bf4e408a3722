package dev.lockstep.ui;

import dev.lockstep.engine.PlanView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The page that asks again before something that is not undone with another click.
 *
 * @param action where the form goes
 * @param back where "no" leads
 */
public record Question(String plan, String title, List<String> sentences, String yes, String action, String back) {
    public Question {
        sentences = List.copyOf(sentences);
    }

    /** What to ask; empty for commands that need no second thought. */
    static Optional<Question> of(Command command, PlanView view) {
        String plan = view.plan().document().key().name();
        String path = "/plans/" + view.plan().document().key();
        return switch (command) {
            case ROLLBACK ->
                Optional.of(new Question(
                        plan,
                        "Roll back " + plan + "?",
                        List.of(
                                "Everything that this run has done to database "
                                        + view.plan().document().spec().database()
                                        + " is taken back, step by step, the last one first. Approvals given so far are void.",
                                "It waits until no pod needs the new shape any more: roll your workloads back as well."
                                        + " Code that was rolled out for this plan and is still running holds it."),
                        "Yes, roll back",
                        path + "/" + command.path(),
                        path));
            case ABORT -> Optional.of(abort(view, plan, path));
            case START, SUSPEND, RESUME, RETRY -> Optional.empty();
        };
    }

    private static Question abort(PlanView view, String plan, String path) {
        List<String> sentences = new ArrayList<>();
        if (view.plan().pendingStart().isPresent()) {
            sentences.add("The start that waits is given up. Nothing has been changed.");
        } else {
            sentences.add("The step that is running is stopped, and everything stays as it is: half of a change can be"
                    + " left in the database.");
            sentences.add("Running code keeps working. You can try again or roll back afterwards. To stop for a while"
                    + " only, pause instead.");
        }
        return new Question(
                plan, "Stop " + plan + " here?", sentences, "Yes, stop here", path + "/" + Command.ABORT.path(), path);
    }
}
