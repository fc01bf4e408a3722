package dev.lockstep.rollout;

import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.engine.InterlockBoard.Posting;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadSpec;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which plans call an object theirs: by its own name, by whoever stands behind it, or by its pods' labels. */
record Claims(Owners owners) {
    /**
     * A plan's word about one of its workloads.
     *
     * @param doubt why it cannot be told whether the object is of this workload, as a sentence; empty when it is
     */
    record Claim(Notice notice, WorkloadSpec spec, Optional<String> doubt) {}

    List<Claim> of(String namespace, Applicant applicant, Posting posting) {
        List<Claim> near = posting.notices().stream()
                .flatMap(notice -> notice.plan().workloads().stream()
                        .filter(spec -> lives(spec, namespace))
                        .map(spec -> new Claim(notice, spec, Optional.empty())))
                .toList();
        if (near.isEmpty()) {
            return near;
        }
        Optional<OwnerReference> controller = applicant.controller();
        if (controller.isEmpty()
                || near.stream().noneMatch(claim -> claim.spec().runner() instanceof Runner.Controller)) {
            return near.stream()
                    .filter(claim -> owns(claim.spec(), applicant, List.of()))
                    .toList();
        }
        try {
            List<OwnerReference> behind = owners.behind(namespace, controller.get());
            return near.stream()
                    .filter(claim -> owns(claim.spec(), applicant, behind))
                    .toList();
        } catch (LockstepException e) {
            return doubtful(near, applicant, e.getMessage());
        }
    }

    /** Whoever stands behind it could be any of them. */
    private static List<Claim> doubtful(List<Claim> near, Applicant applicant, String why) {
        List<Claim> claims = new ArrayList<>();
        for (Claim claim : near) {
            if (owns(claim.spec(), applicant, List.of())) {
                claims.add(claim);
            } else if (claim.spec().runner() instanceof Runner.Controller) {
                claims.add(new Claim(claim.notice(), claim.spec(), Optional.of(why)));
            }
        }
        return claims;
    }

    /** A webhook is asked by its own cluster only. */
    private static boolean lives(WorkloadSpec spec, String namespace) {
        return spec.runner()
                .place()
                .filter(where -> where.cluster().isEmpty() && where.namespace().equals(namespace))
                .isPresent();
    }

    private static boolean owns(WorkloadSpec spec, Applicant applicant, List<OwnerReference> behind) {
        return switch (spec.runner()) {
            case Runner.Controller(Runner.Kind kind, var _, String name) ->
                (applicant.is(kind) && name.equals(applicant.metadata().getName()))
                        || behind.stream()
                                .anyMatch(owner -> Applicant.sameKind(kind, owner.getKind(), owner.getApiVersion())
                                        && name.equals(owner.getName()));
            case Runner.Pods(var _, var selector) -> selector.matches(applicant.labels());
            case Runner.External _ -> false;
        };
    }
}
