package dev.lockstep.operator;

import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.gate.Requirement;
import dev.lockstep.gate.Requirement.Match;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How many pods run what the next gate asks for. Only counts for people: what opens a gate is decided elsewhere, on more
 * than this.
 */
final class Tally {
    private final boolean backward;
    private final Optional<Milestone> asked;

    private Tally(boolean backward, Optional<Milestone> asked) {
        this.backward = backward;
        this.asked = asked;
    }

    static List<PlanStatus.Workload> of(RunView run) {
        Optional<Position> position = run.state().position();
        Tally tally = new Tally(
                position.filter(Position::backward).isPresent(),
                asked(run.state().script(), position.map(Position::phase).orElse(0)));
        List<PlanStatus.Workload> all = new ArrayList<>();
        for (WorkloadObservation seen : run.workloads()) {
            run.run().document().spec().workloads().stream()
                    .filter(spec -> spec.name().equals(seen.name()))
                    .findFirst()
                    .ifPresent(spec -> all.add(tally.of(spec, seen)));
        }
        return all;
    }

    /** How many of all pods match, of how many there are or should be; empty where no pods are seen. */
    static Optional<String> pods(List<PlanStatus.Workload> workloads) {
        int matching = 0;
        int all = 0;
        for (PlanStatus.Workload workload : workloads) {
            int match = number(workload.matching());
            matching += match;
            all += Math.max(number(workload.desired()), match + number(workload.old()) + number(workload.unknown()));
        }
        return workloads.stream().anyMatch(workload -> workload.desired() != null)
                ? Optional.of(matching + "/" + all)
                : Optional.empty();
    }

    private static int number(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    /** What the gate of this phase or a later one asks; when none is left, what the last one asked. */
    private static Optional<Milestone> asked(Script script, int from) {
        return IntStream.concat(
                        IntStream.range(from, script.phases().size()),
                        IntStream.iterate(from - 1, at -> at >= 0, at -> at - 1))
                .boxed()
                .flatMap(at -> script.phases().get(at).require().stream())
                .findFirst();
    }

    private PlanStatus.Workload of(WorkloadSpec spec, WorkloadObservation observation) {
        String name = spec.name().value();
        return switch (observation) {
            case WorkloadObservation.Seen seen -> seen(spec, seen);
            case WorkloadObservation.Missing _ -> without(name, spec.object(), "Missing");
            case WorkloadObservation.Unseen _ -> without(name, spec.object(), "Unseen");
            case WorkloadObservation.Attested _ -> without(name, spec.object(), "Attested");
        };
    }

    private static PlanStatus.Workload without(String name, String object, String state) {
        return new PlanStatus.Workload(name, object, state, null, null, null, null, null);
    }

    private PlanStatus.Workload seen(WorkloadSpec spec, WorkloadObservation.Seen seen) {
        List<PodObservation> pods = seen.pods().stream()
                .filter(pod -> pod.condition() != Condition.GONE)
                .toList();
        List<Match> matches =
                pods.stream().map(pod -> judge(spec, pod.evidence())).toList();
        long terminating = pods.stream()
                .filter(pod -> pod.condition() == Condition.TERMINATING)
                .count();
        return new PlanStatus.Workload(
                spec.name().value(),
                spec.object(),
                "Seen",
                seen.desiredReplicas(),
                count(matches, Match.MATCHES),
                count(matches, Match.DIFFERS),
                Math.toIntExact(terminating),
                count(matches, Match.SILENT) + count(matches, Match.UNREADABLE));
    }

    private static int count(List<Match> matches, Match match) {
        return Math.toIntExact(matches.stream().filter(match::equals).count());
    }

    private Match judge(WorkloadSpec spec, List<Evidence> evidence) {
        List<Versions> versions = backward
                ? List.copyOf(spec.versions().values())
                : asked.flatMap(spec::required).stream().toList();
        if (versions.isEmpty()) {
            return Match.MATCHES;
        }
        List<Match> matches = versions.stream()
                .flatMap(wanted -> evidence.stream().map(each -> match(wanted, each)))
                .filter(match -> match != Match.SILENT)
                .toList();
        if (matches.isEmpty()) {
            return Match.SILENT;
        }
        // Going back, it is the new code that is in the way.
        Match inTheWay = backward ? Match.MATCHES : Match.DIFFERS;
        return matches.contains(inTheWay)
                ? Match.DIFFERS
                : matches.contains(Match.UNREADABLE) ? Match.UNREADABLE : Match.MATCHES;
    }

    private Match match(Versions versions, Evidence evidence) {
        return switch (Requirement.parse(versions)) {
            case Requirement.Parsed.Understood(Requirement requirement) ->
                backward
                        ? requirement.testCautiously(evidence.aspect(), evidence.reported())
                        : requirement.test(evidence.aspect(), evidence.reported());
            case Requirement.Parsed.Malformed _ -> Match.UNREADABLE;
        };
    }
}
