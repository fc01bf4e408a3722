package dev.lockstep.rollout;

import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.engine.InterlockBoard.Posting;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.gate.Entrance;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.gate.Permission;
import dev.lockstep.plan.WorkloadSpec;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Answers the API server whether an object may come in: the interlock, asked with what the object itself says of its code.
 * What does not change the code passes, so that whatever runs already can be edited, scaled down and deleted; what a scaled
 * ReplicaSet then starts is asked about pod by pod. Thread-safe; calls block for some seconds at most.
 */
final class Admission {
    private static final Set<String> SYSTEM = Set.of("kube-system", "kube-public", "kube-node-lease");

    private final InterlockBoard board;
    private final Claims claims;
    private final GlassCase glass;
    private final InstantSource clock;
    private final Set<String> exempt;

    /** @param ownNamespace where Lockstep itself runs: it must be able to start whatever its plans say; empty outside a cluster */
    Admission(
            InterlockBoard board, Claims claims, GlassCase glass, InstantSource clock, Optional<String> ownNamespace) {
        this.board = board;
        this.claims = claims;
        this.glass = glass;
        this.clock = clock;
        Set<String> namespaces = new HashSet<>(SYSTEM);
        ownNamespace.ifPresent(namespaces::add);
        this.exempt = Set.copyOf(namespaces);
    }

    /**
     * The answer.
     *
     * @throws LockstepException STORE_UNREACHABLE when nothing is known of any plan: the webhook's failure policy decides
     * @throws IllegalArgumentException when the request holds no object of Kubernetes
     */
    AdmissionResponse review(AdmissionRequest request, Strictness strictness) {
        if (exempt.contains(request.getNamespace()) || !bringsCode(request)) {
            return AdmissionAnswers.passed(request, List.of());
        }
        Applicant applicant = Applicant.of(request.getObject());
        Optional<Applicant> before = Optional.ofNullable(request.getOldObject()).map(Applicant::of);
        Posting posting = board.read();
        return claims.of(request.getNamespace(), applicant, posting).stream()
                .flatMap(claim -> judged(claim, applicant, before, posting).stream())
                .findFirst()
                .map(objection -> answer(request, applicant, objection, strictness))
                .orElseGet(() -> AdmissionAnswers.passed(request, List.of()));
    }

    private static boolean bringsCode(AdmissionRequest request) {
        return request.getObject() != null
                && ("CREATE".equals(request.getOperation()) || "UPDATE".equals(request.getOperation()));
    }

    private Optional<Objection> judged(
            Claims.Claim claim, Applicant applicant, Optional<Applicant> before, Posting posting) {
        Instant now = clock.instant();
        WorkloadSpec spec = claim.spec();
        List<Evidence> evidence = applicant.evidence(spec.evidence(), now);
        if (applicant.template().isEmpty()
                || before.filter(was -> was.evidence(spec.evidence(), now).equals(evidence))
                        .isPresent()) {
            return Optional.empty();
        }
        Notice notice = claim.notice();
        if (claim.doubt().isPresent() || posting.trouble().isPresent()) {
            return Optional.of(unsure(
                    notice, spec, evidence, claim.doubt().or(posting::trouble).orElseThrow()));
        }
        try {
            return board.now(notice)
                    .flatMap(current -> Optional.of(Entrance.may(current.plan(), spec, evidence))
                            .filter(permission -> !(permission instanceof Permission.Allowed))
                            .map(permission -> new Objection(current, spec, evidence, permission)));
        } catch (LockstepException e) {
            return Optional.of(unsure(notice, spec, evidence, e.getMessage()));
        }
    }

    /** G1: what cannot be told is not let in, where a plan speaks of it. */
    private static Objection unsure(Notice notice, WorkloadSpec spec, List<Evidence> evidence, String why) {
        LivePlan plan = notice.plan();
        return new Objection(
                notice,
                spec,
                evidence,
                new Permission.CannotTell(
                        plan.plan(),
                        plan.phase(),
                        why + " Until it does, nobody knows whether " + spec.name() + " " + Entrance.said(evidence)
                                + " fits the schema."));
    }

    private AdmissionResponse answer(
            AdmissionRequest request, Applicant applicant, Objection objection, Strictness strictness) {
        return switch (strictness) {
            case WARN -> AdmissionAnswers.warned(request, applicant, objection);
            case DENY ->
                applicant
                        .annotation(GlassCase.ANNOTATION)
                        .map(reason -> {
                            glass.broken(request, applicant, objection, reason);
                            return AdmissionAnswers.glassBroken(request, applicant, objection, reason);
                        })
                        .orElseGet(() -> AdmissionAnswers.refused(request, applicant, objection));
        };
    }

    /** Why an object should not come in. */
    record Objection(Notice notice, WorkloadSpec spec, List<Evidence> evidence, Permission permission) {
        Objection {
            evidence = List.copyOf(evidence);
        }

        /** TooEarly, TooLate or CannotTell. */
        String verdict() {
            return switch (permission) {
                case Permission.Allowed _ -> "Allowed";
                case Permission.TooEarly _ -> "TooEarly";
                case Permission.TooLate _ -> "TooLate";
                case Permission.CannotTell _ -> "CannotTell";
            };
        }

        /** As sentences. */
        String why() {
            return switch (permission) {
                case Permission.Allowed _ -> "";
                case Permission.TooEarly(var _, var _, String why) -> why;
                case Permission.TooLate(var _, var _, String why) -> why;
                case Permission.CannotTell(var _, var _, String why) -> why;
            };
        }
    }
}
