package dev.lockstep.operator;

import dev.lockstep.engine.Actor;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.Plans;
import dev.lockstep.engine.RunView;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings the engine to what an object asks for, by the same operations that REST uses. Asking again for what is so changes
 * nothing, so every replica may do it.
 */
final class Steering {
    /** As the journal shows it. The API server does not say who applied an object. */
    static final Actor KUBECTL = new Actor("kubectl", false);

    private static final int MOST_VIOLATIONS = 5;

    private final Operations operations;
    private final DatabaseNames databases;

    Steering(Operations operations, DatabaseNames databases) {
        this.operations = operations;
        this.databases = databases;
    }

    static PlanKey key(MigrationPlan object) {
        return new PlanKey(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    static boolean suspended(MigrationPlan object) {
        Map<String, Object> spec = object.getSpec();
        return spec != null && Boolean.TRUE.equals(spec.get("suspend"));
    }

    /** The plan as it stands there, as a parser of YAML would give it to the reader. */
    static Map<String, Object> document(MigrationPlan object) {
        Map<String, Object> spec =
                new LinkedHashMap<>(Optional.ofNullable(object.getSpec()).orElseGet(Map::of));
        if (spec.get("suspend") instanceof Boolean) {
            spec.remove("suspend");
        }
        return Map.of(
                "apiVersion", object.getApiVersion(),
                "kind", object.getKind(),
                "metadata",
                        Map.of(
                                "namespace", object.getMetadata().getNamespace(),
                                "name", object.getMetadata().getName()),
                "spec", spec);
    }

    /** Has the engine take the spec, if it will. */
    Optional<Objection> declare(MigrationPlan object) {
        try {
            PlanDocument document = operations.accepted(PlanReader.read(document(object)));
            Optional<Objection> objection = databases.objection(
                    object.getMetadata().getNamespace(), document.spec().database());
            return objection.isPresent() ? objection : saved(document);
        } catch (LockstepException e) {
            return Optional.of(objection(object.getMetadata().getName(), e));
        }
    }

    private Optional<Objection> saved(PlanDocument document) {
        return switch (operations.put(document, KUBECTL, Optional.empty())) {
            case Plans.Saved.Created _, Plans.Saved.Replaced _, Plans.Saved.Rescheduled _, Plans.Saved.Unchanged _ ->
                Optional.empty();
            case Plans.Saved.InProgress(var plan) ->
                Optional.of(changed(document.key(), plan.revision(), plan.digest()));
            case Plans.Saved.Outdated _ -> throw new IllegalStateException("no revision was expected");
        };
    }

    private static Objection changed(PlanKey key, int revision, Object digest) {
        return Objection.refused(
                "SpecChangeRefused",
                "MigrationPlan " + key,
                "Revision " + revision + ", digest " + digest
                        + ", is being run and goes on as it was reviewed; the spec"
                        + " that was changed meanwhile is not used. Apply the former spec again, or let the run end, or"
                        + " roll it back (POST /api/v1/plans/" + key + "/rollback): then the changed spec begins."
                        + " spec.suspend and spec.windows may change at any time.");
    }

    /** What is objected where a run goes on is told as a change that is refused, whatever is wrong with it. */
    Objection inProgress(Objection objection, PlanView plan) {
        return objection.kind() == Objection.Kind.REFUSED && active(plan)
                ? Objection.refused(
                        "SpecChangeRefused",
                        objection.object(),
                        changed(
                                                plan.plan().document().key(),
                                                plan.plan().revision(),
                                                plan.plan().digest())
                                        .message()
                                + (objection.reason().equals("SpecChangeRefused")
                                        ? ""
                                        : " Besides: " + objection.message()))
                : objection;
    }

    static boolean active(PlanView plan) {
        return plan.run().filter(run -> !run.state().status().over()).isPresent();
    }

    /** Whether something of this plan's is in the database, or may come to be. */
    static boolean unfinished(PlanView plan) {
        return active(plan) || plan.plan().pendingStart().isPresent();
    }

    /**
     * Whether there is something to begin. A run that was taken back does not begin again by itself; an object that is new
     * since then asks for it anew.
     *
     * @param told the newest run that the object's status speaks of
     */
    static boolean due(PlanView plan, Optional<String> told) {
        return plan.plan().pendingStart().isEmpty()
                && plan.run()
                        .map(run -> run.state().status().over() && (!run.of(plan.plan()) || takenBackBefore(run, told)))
                        .orElse(true);
    }

    private static boolean takenBackBefore(RunView run, Optional<String> told) {
        return run.state().status() == RunStatus.ROLLED_BACK
                && told.filter(run.run().id().toString()::equals).isEmpty();
    }

    /** @param beforehand as {@link Operations#start(PlanKey, Actor, Runnable)} */
    Optional<Objection> start(PlanKey key, Runnable beforehand) {
        try {
            operations.start(key, KUBECTL, beforehand);
            return Optional.empty();
        } catch (LockstepException e) {
            return Optional.of(objection(key.name(), e));
        }
    }

    /**
     * Pauses or resumes as the object says.
     *
     * @param pausedBefore whether it was the object that paused the run
     * @return whether it is the object that keeps the run paused now
     */
    boolean suspend(PlanView plan, boolean wanted, boolean pausedBefore) {
        PlanKey key = plan.plan().document().key();
        boolean suspended =
                plan.run().map(RunView::state).filter(RunState::suspended).isPresent();
        if (wanted && plan.plan().pendingStart().isPresent()) {
            operations.abort(key, KUBECTL);
            return false;
        }
        if (!active(plan) || plan.status() == RunStatus.FAILED) {
            return wanted && pausedBefore;
        }
        try {
            if (wanted && !suspended) {
                operations.suspend(key, KUBECTL);
            } else if (!wanted && suspended && pausedBefore) {
                operations.resume(key, KUBECTL);
            }
        } catch (LockstepException e) {
            if (e.code() != ErrorCode.ILLEGAL_TRANSITION) {
                throw e;
            }
            // The run has gone on meanwhile to where that makes no sense; its next change wakes us.
        }
        return wanted;
    }

    Optional<PlanView> look(PlanKey key) {
        try {
            return Optional.of(operations.view(key));
        } catch (LockstepException e) {
            if (e.code() == ErrorCode.PLAN_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Objection objection(String name, LockstepException e) {
        if (e.code() == ErrorCode.PLAN_INVALID) {
            return Objection.refused("PlanInvalid", "MigrationPlan " + name, violations(e));
        }
        if (e.code() == ErrorCode.TABLE_TAKEN) {
            return Objection.held(
                    "AnotherPlan", "MigrationPlan " + name, e.getMessage() + " It begins by itself then.");
        }
        String reason = Words.of(e.code());
        return e.code().retryable()
                ? Objection.held(reason, "MigrationPlan " + name, e.getMessage())
                : Objection.refused(reason, "MigrationPlan " + name, e.getMessage());
    }

    private static String violations(LockstepException e) {
        List<Violation> all = e.violations();
        String more = all.size() <= MOST_VIOLATIONS ? "" : " And " + (all.size() - MOST_VIOLATIONS) + " more.";
        return "The spec is not accepted, and nothing has been changed. "
                + all.stream()
                        .limit(MOST_VIOLATIONS)
                        .map(violation -> violation.path() + ": " + Words.sentence(violation.message()))
                        .collect(Collectors.joining(" "))
                + more;
    }

    /** @return the annotation's value; empty where there is none */
    static Optional<String> annotation(MigrationPlan object, String name) {
        @Nullable Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(name));
    }
}
