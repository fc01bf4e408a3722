package dev.lockstep.ui;

import dev.lockstep.change.Phase;
import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.engine.Testimony;
import dev.lockstep.engine.Unlisted;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One plan as its page shows it. All that there is to decide about the page is decided here; the template only writes it
 * down.
 *
 * @param outline why the phases of a plan that was never started are not known; empty when they are
 * @param unlisted what uses the database and no workload explains, as sentences
 * @param older how many journal entries are left out, because they are too many for a page
 */
public record PlanPage(
        Head head,
        Situation situation,
        List<Button> buttons,
        Optional<ApprovalForm> approval,
        List<PhaseCard> phases,
        Optional<String> outline,
        Optional<Gauge> gauge,
        List<HoldCard> holds,
        List<WorkloadCard> workloads,
        List<String> unlisted,
        List<JournalLine> journal,
        Optional<String> older) {
    private static final int JOURNAL_LINES = 100;

    /** Which plan this is. */
    public record Head(
            String namespace,
            String name,
            String description,
            String database,
            int revision,
            String author,
            String digest,
            When updated) {
        static Head of(StoredPlan plan, Instant now) {
            return new Head(
                    plan.document().key().namespace(),
                    plan.document().key().name(),
                    plan.document().spec().description(),
                    plan.document().spec().database().value(),
                    plan.revision(),
                    plan.author(),
                    plan.digest().value(),
                    When.of(plan.updatedAt(), now));
        }

        /** Where the plan is, without a slash at the end. */
        public String path() {
            return "/plans/" + namespace + "/" + name;
        }

        /** Where the plan is for machines. */
        public String api() {
            return "/api/v1/plans/" + namespace + "/" + name;
        }

        public String shortDigest() {
            return digest.substring(0, 12);
        }
    }

    /** A button that makes sense now, for somebody who may press it. */
    public record Button(String label, String effect, String path, boolean confirmed, boolean primary) {
        static Button of(Command command) {
            return new Button(
                    command.label(),
                    command.effect(),
                    command.path(),
                    command.confirmed(),
                    switch (command) {
                        case START, RESUME, RETRY -> true;
                        case SUSPEND, ROLLBACK, ABORT -> false;
                    });
        }
    }

    /** What a plan that was never started would do. */
    sealed interface Outline {
        record Known(List<Phase> phases) implements Outline {}

        /** @param reason as a sentence */
        record NotKnown(String reason) implements Outline {}
    }

    public PlanPage {
        buttons = List.copyOf(buttons);
        phases = List.copyOf(phases);
        holds = List.copyOf(holds);
        workloads = List.copyOf(workloads);
        unlisted = List.copyOf(unlisted);
        journal = List.copyOf(journal);
    }

    /**
     * The page of a plan.
     *
     * @param journal oldest first
     * @param outline looked at only before the first start
     */
    static PlanPage of(PlanView view, List<JournalEntry> journal, Outline outline, Viewer viewer, Instant now) {
        PlanSpec spec = view.plan().document().spec();
        List<Command> sensible = Command.sensible(view, now).stream()
                .filter(command -> command == Command.START ? viewer.mayStart() : viewer.mayOperate())
                .toList();
        return new PlanPage(
                Head.of(view.plan(), now),
                Situation.of(view, journal, viewer, now),
                sensible.stream().map(Button::of).toList(),
                view.run().flatMap(run -> ApprovalForm.of(run, viewer)),
                view.run().map(run -> phases(run, now)).orElseGet(() -> outlined(outline, spec)),
                view.run().isEmpty() && outline instanceof Outline.NotKnown(String reason)
                        ? Optional.of(reason)
                        : Optional.empty(),
                view.run()
                        .flatMap(run -> run.progress()
                                .map(progress -> Gauge.of(progress, run.state().pacing(), viewer, now))),
                view.holds().stream().map(hold -> HoldCard.of(hold, now)).toList(),
                view.run().map(run -> workloads(run, now)).orElseGet(List::of),
                view.run().map(RunView::unlisted).map(PlanPage::unlisted).orElseGet(List::of),
                view.run().map(run -> lines(run, journal, now)).orElseGet(List::of),
                journal.size() > JOURNAL_LINES
                        ? Optional.of(Count.of(journal.size() - JOURNAL_LINES))
                        : Optional.empty());
    }

    /** The same page, with what the server says about the use of what the contract would take away. */
    PlanPage heard(List<Testimony> testimonies) {
        return new PlanPage(
                head,
                situation,
                buttons,
                approval.map(form -> form.heard(testimonies)),
                phases,
                outline,
                gauge,
                holds,
                workloads,
                unlisted,
                journal,
                older);
    }

    private static List<PhaseCard> phases(RunView run, Instant now) {
        PlanSpec spec = run.run().document().spec();
        return run.phases().stream()
                .map(phase -> PhaseCard.of(phase, spec, now))
                .toList();
    }

    private static List<PhaseCard> outlined(Outline outline, PlanSpec spec) {
        return switch (outline) {
            case Outline.Known(List<Phase> phases) -> PhaseCard.of(phases, spec);
            case Outline.NotKnown _ -> List.of();
        };
    }

    private static List<WorkloadCard> workloads(RunView run, Instant now) {
        List<WorkloadSpec> specs = run.run().document().spec().workloads();
        Wanted wanted = Wanted.of(run);
        List<WorkloadCard> cards = new ArrayList<>();
        for (WorkloadObservation seen : run.workloads()) {
            specs.stream()
                    .filter(spec -> spec.name().equals(seen.name()))
                    .findFirst()
                    .ifPresent(spec -> cards.add(WorkloadCard.of(spec, seen, wanted, now)));
        }
        return cards;
    }

    private static List<String> unlisted(Unlisted unlisted) {
        return Stream.concat(
                        unlisted.consumers().stream()
                                .map(alike -> Count.of(
                                                alike.ids().size(), alike.kind().label()) + ": " + alike.described()
                                        + "."),
                        unlisted.notes().stream())
                .toList();
    }

    private static List<JournalLine> lines(RunView run, List<JournalEntry> journal, Instant now) {
        Account account = new Account(run.state().script());
        List<JournalLine> lines = new ArrayList<>();
        for (JournalEntry entry : journal.subList(Math.max(0, journal.size() - JOURNAL_LINES), journal.size())) {
            JournalLine line = JournalLine.of(entry, account, now);
            // A gate's blockers differ in more than the page tells; the same sentence again is no news to people.
            if (lines.isEmpty() || !lines.getLast().sentence().equals(line.sentence())) {
                lines.add(line);
            }
        }
        return lines.reversed();
    }
}
