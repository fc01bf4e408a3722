package dev.lockstep.operator;

import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Order;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the status of a plan and of a database looks like, described field by field. */
final class StatusShape {
    static final int MOST_BLOCKERS = 20;

    private static final Shape TEXT = new Shape.Text(0, 0, Optional.empty());
    private static final Shape NUMBER = new Shape.Whole(0, Integer.MAX_VALUE);
    private static final Shape MOMENT = new Shape.Moment();

    private StatusShape() {}

    static Shape.Fields plan() {
        return new Shape.Fields(
                List.of(
                        field(
                                "observedGeneration",
                                new Shape.Count(),
                                "The generation of the spec that this speaks of."),
                        field("digest", TEXT, "Digest of the spec that runs; approvals are given for it."),
                        field("revision", NUMBER, "Which accepted spec of this plan runs, counted from 1."),
                        field("run", TEXT, "Id of the newest run."),
                        field(
                                "journalSequence",
                                new Shape.Count(),
                                "The last entry of the run's journal that this speaks of."),
                        field(
                                "state",
                                new Shape.Word(Stream.of(RunStatus.values())
                                        .map(RunStatus::label)
                                        .toList()),
                                "What the plan does now."),
                        field("reason", TEXT, "Why, in one word that does not change between versions."),
                        field("message", TEXT, "Why, and what a person can do, in sentences."),
                        field("currentPhase", TEXT, "The phase in which the run stands."),
                        field("pods", TEXT, "How many pods match what the next gate asks, of how many."),
                        field(
                                "suspendedBySpec",
                                new Shape.Truth(),
                                "Whether spec.suspend paused the run, so that taking it back resumes it."),
                        field("phases", keyed("name", phase(), 100), "The phases, in order."),
                        field("workloads", keyed("name", workload(), 100), "What the plan's workloads run now."),
                        field(
                                "blockers",
                                new Shape.ListOf(blocker(), 0, MOST_BLOCKERS, new Order.Place()),
                                "What is in the way now; the first 20."),
                        conditions(
                                "Ready, Reconciling, Stalled, Validated, GateOpen, Approved and Succeeded; the reasons"
                                        + " are in Lockstep's documents.")),
                List.of());
    }

    static Shape.Fields database() {
        return new Shape.Fields(
                List.of(
                        field(
                                "observedGeneration",
                                new Shape.Count(),
                                "The generation of the spec that this speaks of."),
                        conditions("Ready: whether plans can use the database by this name.")),
                List.of());
    }

    private static Shape phase() {
        return new Shape.Fields(
                List.of(
                        key("name", "The phase's name."),
                        field("type", TEXT, "Expand, Backfill, Deploy or Contract."),
                        field("state", TEXT, "Waiting, Held, AwaitingApproval, Running, Done, Failed or TakenBack."),
                        field("approvalsNeeded", NUMBER, "How many people must approve it."),
                        field("approvals", NUMBER, "How many have."),
                        field("startedAt", MOMENT, "When it began."),
                        field("finishedAt", MOMENT, "When it was done.")),
                List.of());
    }

    private static Shape workload() {
        return new Shape.Fields(
                List.of(
                        key("name", "The workload's name in the plan."),
                        field("object", TEXT, "What it is in the cluster."),
                        field("state", TEXT, "Seen, Missing, Unseen or Attested."),
                        field("desired", NUMBER, "How many pods it wants."),
                        field("matching", NUMBER, "How many pods run code that the next gate asks for."),
                        field("old", NUMBER, "How many pods run code that it does not."),
                        field("terminating", NUMBER, "How many of all pods are ending; they count until they have."),
                        field("unknown", NUMBER, "Of how many pods nobody knows what they run.")),
                List.of());
    }

    private static Shape blocker() {
        return new Shape.Fields(
                List.of(
                        field("code", TEXT, "What kind of thing it is, in one word that does not change."),
                        field("object", TEXT, "What is in the way."),
                        field("message", TEXT, "What is so, and what a person can do."),
                        field("since", MOMENT, "Since when, without a break.")),
                List.of());
    }

    private static Field conditions(String description) {
        Shape condition = new Shape.Fields(
                List.of(
                        key("type", "What it is about."),
                        required("status", new Shape.Word(List.of("True", "False", "Unknown")), "Whether it is so."),
                        required("reason", new Shape.Text(1, 1024, Optional.empty()), "Why, in one word."),
                        required("message", new Shape.Text(0, 32_768, Optional.empty()), "Why, in sentences."),
                        required("lastTransitionTime", MOMENT, "When the status changed last."),
                        field("observedGeneration", new Shape.Count(), "The generation that it speaks of.")),
                List.of());
        return field("conditions", keyed("type", condition, 20), description);
    }

    private static Shape keyed(String field, Shape element, int most) {
        return new Shape.ListOf(element, 0, most, new Order.Key(field));
    }

    private static Field key(String name, String description) {
        return required(name, new Shape.Text(1, 253, Optional.empty()), description);
    }

    private static Field required(String name, Shape shape, String description) {
        return new Field(name, description, shape, true, Optional.empty());
    }

    private static Field field(String name, Shape shape, String description) {
        return new Field(name, description, shape, false, Optional.empty());
    }
}
