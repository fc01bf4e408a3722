package dev.lockstep.operator;

import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunId;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.operator.Announcer.Announcement;
import dev.lockstep.operator.Announcer.Entry;
import dev.lockstep.plan.PlanKey;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Brings the engine to what a plan's object asks for, and the object's status to what the engine says. It keeps nothing of
 * its own: whatever it was doing, doing it again comes to the same end.
 */
@ControllerConfiguration(
        name = "migrationplan",
        triggerReconcilerOnAllEvents = true,
        // The annotations count as well.
        generationAwareEventProcessing = false,
        fieldManager = PlanObjects.FIELD_MANAGER)
final class PlanReconciler implements Reconciler<MigrationPlan> {
    /** There only while something of the plan's is in the database, or may come to be (G50). */
    static final String FINALIZER = "lockstep.dev/artefacts";

    /** The phase at which the object is reported as ready, for tools that deploy one thing after another (G49). */
    static final String HEALTHY_AT = "lockstep.dev/healthy-at";

    /** Pods come and go without a word from the engine; changes of the run are told at once. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

    private static final int MOST_ANNOUNCEMENTS = 50;

    private final Operations operations;
    private final Steering steering;
    private final Farewell farewell;
    private final PlanObjects<PlanStatus, MigrationPlan> objects;
    private final Announcer announcer;
    private final WakeUps wakeUps;
    private final InstantSource clock;

    PlanReconciler(
            Operations operations,
            DatabaseNames databases,
            PlanObjects<PlanStatus, MigrationPlan> objects,
            Announcer announcer,
            WakeUps wakeUps,
            InstantSource clock) {
        this.operations = operations;
        this.steering = new Steering(operations, databases);
        this.farewell = new Farewell(operations);
        this.objects = objects;
        this.announcer = announcer;
        this.wakeUps = wakeUps;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, MigrationPlan>> prepareEventSources(EventSourceContext<MigrationPlan> context) {
        return List.of(wakeUps.source());
    }

    @Override
    public UpdateControl<MigrationPlan> reconcile(MigrationPlan object, Context<MigrationPlan> context) {
        if (context.isPrimaryResourceDeleted()) {
            gone(object);
            return UpdateControl.noUpdate();
        }
        try {
            return object.isMarkedForDeletion() ? ending(object) : wanted(object);
        } catch (LockstepException e) {
            // The store does not answer, most likely; what the status says stays true of the last look.
            return trouble(object, e);
        }
    }

    private UpdateControl<MigrationPlan> wanted(MigrationPlan object) {
        PlanKey key;
        try {
            key = Steering.key(object);
        } catch (IllegalArgumentException e) {
            return told(object, nothing(Objection.refused("NameInvalid", "metadata.name", sentence(e))));
        }
        boolean suspended = Steering.suspended(object);
        Optional<Objection> objection = steering.declare(object);
        Optional<PlanView> plan = steering.look(key);
        Optional<String> told = objects.status(object).map(PlanStatus::run);
        if (objection.isEmpty()
                && !suspended
                && plan.filter(known -> Steering.due(known, told)).isPresent()) {
            // Before the start: an object that went in between would leave a run that nobody takes back. And only when
            // nothing is in its way: an object that waits would otherwise get it and lose it at every look, and each of
            // the two is a change that has it looked at again.
            objection = steering.start(key, () -> objects.addFinalizer(object, FINALIZER));
            plan = steering.look(key);
        }
        boolean pausedBefore =
                objects.status(object).filter(PlanStatus::pausedBySpec).isPresent();
        boolean paused = false;
        if (plan.isPresent()) {
            paused = steering.suspend(plan.get(), suspended, pausedBefore);
            plan = steering.look(key);
        }
        Optional<PlanView> now = plan;
        objection = objection.map(
                it -> now.map(known -> steering.inProgress(it, known)).orElse(it));
        keepFinalizer(object, now);
        return told(
                object,
                new Situation(now, objection, suspended, paused, false, Steering.annotation(object, HEALTHY_AT)));
    }

    private static String sentence(IllegalArgumentException e) {
        return "The object's name or namespace cannot be a plan's: " + e.getMessage()
                + ". Apply it under another name.";
    }

    private void keepFinalizer(MigrationPlan object, Optional<PlanView> plan) {
        boolean unfinished = plan.filter(Steering::unfinished).isPresent();
        if (unfinished && !object.hasFinalizer(FINALIZER)) {
            objects.addFinalizer(object, FINALIZER);
        } else if (!unfinished && object.hasFinalizer(FINALIZER)) {
            objects.removeFinalizer(object, FINALIZER);
        }
    }

    private UpdateControl<MigrationPlan> ending(MigrationPlan object) {
        if (!object.hasFinalizer(FINALIZER)) {
            return UpdateControl.noUpdate();
        }
        PlanKey key = Steering.key(object);
        boolean pausedBefore = objects.status(object)
                .filter(status -> status.conditions().stream()
                        .anyMatch(condition -> condition.reason().equals(Farewell.PAUSED)))
                .isPresent();
        return switch (farewell.take(object, steering.look(key), pausedBefore)) {
            case Farewell.Verdict.Go(Optional<Announcement> last) -> {
                last.ifPresent(announcement -> announcer.say(object, announcement));
                objects.removeFinalizer(object, FINALIZER);
                // What was taken back for it has made its tables free.
                wakeUps.wakeWaiting();
                yield UpdateControl.noUpdate();
            }
            case Farewell.Verdict.Wait(Objection why) ->
                told(object, new Situation(steering.look(key), Optional.of(why), false, false, true, Optional.empty()));
        };
    }

    /** A plan of which nothing was ever begun leaves nothing behind; of any other the journal stays. */
    private void gone(MigrationPlan object) {
        objects.forget(object);
        wakeUps.forget(object);
        PlanKey key = Steering.key(object);
        Optional<PlanView> plan = steering.look(key);
        if (plan.isPresent() && plan.get().run().isEmpty() && kept(plan.get())) {
            operations.delete(key);
        }
    }

    private static boolean kept(PlanView plan) {
        return plan.plan().author().equals(Steering.KUBECTL.name());
    }

    private static Situation nothing(Objection objection) {
        return new Situation(Optional.empty(), Optional.of(objection), false, false, false, Optional.empty());
    }

    private UpdateControl<MigrationPlan> trouble(MigrationPlan object, LockstepException e) {
        announcer.say(object, Announcement.warning(Words.of(e.code()), e.getMessage()));
        return UpdateControl.<MigrationPlan>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }

    private UpdateControl<MigrationPlan> told(MigrationPlan object, Situation situation) {
        Optional<PlanStatus> before = objects.status(object);
        Optional<RunId> run = situation.run().map(view -> view.run().id());
        boolean waits = situation.objection().isPresent()
                || situation.run().filter(view -> !view.state().status().over()).isEmpty();
        wakeUps.watch(object, run, waits);
        announce(object, situation, before);
        PlanStatus status =
                StatusDraft.of(situation, before, object.getMetadata().getGeneration(), clock.instant());
        objects.write(object, status);
        if (ended(before, status)) {
            // Its tables are free for whoever waits for them.
            wakeUps.wakeWaiting();
        }
        boolean still = situation.objection().isEmpty()
                && (situation.status().over() || situation.status() == RunStatus.PENDING);
        return still
                ? UpdateControl.noUpdate()
                : UpdateControl.<MigrationPlan>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }

    private static boolean ended(Optional<PlanStatus> before, PlanStatus now) {
        boolean over = RunStatus.SUCCEEDED.label().equals(now.state())
                || RunStatus.ROLLED_BACK.label().equals(now.state());
        return over
                && before.filter(status -> String.valueOf(now.state()).equals(status.state()))
                        .isEmpty();
    }

    private void announce(MigrationPlan object, Situation situation, Optional<PlanStatus> before) {
        situation.objection().ifPresent(objection -> {
            boolean news = before.stream()
                    .flatMap(status -> status.conditions().stream())
                    .noneMatch(condition -> condition.reason().equals(objection.reason()));
            if (news) {
                boolean warning = objection.kind() == Objection.Kind.REFUSED;
                announcer.say(object, new Announcement(warning, objection.reason(), objection.message()));
            }
        });
        situation.run().ifPresent(run -> {
            String id = run.run().id().toString();
            long after = before.filter(status -> id.equals(status.run()))
                    .map(PlanStatus::journalSequence)
                    .orElse(0L);
            for (JournalEntry entry : operations.journal(run.run().document().key(), after).stream()
                    .limit(MOST_ANNOUNCEMENTS)
                    .toList()) {
                JournalWords.of(entry.event())
                        .ifPresent(said -> announcer.say(object, said, new Entry(id, entry.sequence())));
            }
            if (run.state().status() == RunStatus.SUCCEEDED && after < run.sequence()) {
                announcer.say(
                        object, Announcement.normal("Succeeded", "The change is made."), new Entry(id, run.sequence()));
            }
        });
    }
}
