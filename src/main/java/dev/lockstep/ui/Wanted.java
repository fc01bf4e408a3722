package dev.lockstep.ui;

import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Requirement;
import dev.lockstep.gate.Requirement.Match;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Readiness;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the run's gate, or its next one, asks of every pod. Only colours the table of pods: what opens a gate is decided
 * elsewhere, on more than this.
 */
sealed interface Wanted {
    /**
     * Code that has reached this milestone.
     *
     * @param early later milestones whose code must not run yet
     */
    record Reached(Milestone milestone, Set<Milestone> early) implements Wanted {
        public Reached {
            early = Set.copyOf(early);
        }
    }

    /** Code from before every milestone: the new shape is being taken away. */
    record Before() implements Wanted {}

    /** Nothing is asked. */
    record Anything() implements Wanted {}

    static Wanted of(RunView run) {
        Script script = run.state().script();
        Optional<Position> position = run.state().position();
        if (position.filter(Position::backward).isPresent()) {
            return new Before();
        }
        int from = position.map(Position::phase).orElse(0);
        int phases = script.phases().size();
        // The gate of this phase or a later one; when none is left, the last that was passed.
        return IntStream.concat(IntStream.range(from, phases), IntStream.iterate(from - 1, at -> at >= 0, at -> at - 1))
                .boxed()
                .flatMap(at -> reached(script, at).stream())
                .findFirst()
                .orElseGet(Anything::new);
    }

    private static Optional<Wanted> reached(Script script, int phase) {
        Position gate = new Position(Position.Direction.FORWARD, phase, 0);
        return script.phase(gate).require().map(milestone -> new Reached(milestone, Readiness.early(script, gate)));
    }

    /** In words, to stand after "wants"; empty when nothing is asked of this workload. */
    default Optional<String> of(WorkloadSpec workload) {
        return switch (this) {
            case Reached(Milestone milestone, var _) ->
                workload.required(milestone)
                        .map(versions -> Requirements.spoken(versions)
                                + ahead(workload)
                                        .map(later -> ", not yet " + Requirements.spoken(later))
                                        .distinct()
                                        .collect(Collectors.joining()));
            case Before _ ->
                workload.versions().isEmpty()
                        ? Optional.empty()
                        : Optional.of("code from before this plan, because it is being rolled back");
            case Anything _ -> Optional.empty();
        };
    }

    /** How these pieces of evidence stand to it. */
    default Badge judge(WorkloadSpec workload, List<Evidence> evidence) {
        if (of(workload).isEmpty()) {
            return new Badge("Not asked", Badge.Tone.QUIET, "waiting");
        }
        if (evidence.isEmpty()) {
            return new Badge("Says nothing", Badge.Tone.HELD, "unknown");
        }
        List<Match> matches =
                evidence.stream().map(each -> match(workload, each)).toList();
        return switch (this) {
            case Reached _ ->
                goneAhead(workload, evidence) ? new Badge("Too new", Badge.Tone.HELD, "held") : reached(matches);
            case Before _ -> before(matches);
            case Anything _ -> new Badge("Not asked", Badge.Tone.QUIET, "waiting");
        };
    }

    private boolean goneAhead(WorkloadSpec workload, List<Evidence> evidence) {
        return ahead(workload)
                .anyMatch(versions -> evidence.stream().anyMatch(each -> match(versions, each, true) == Match.MATCHES));
    }

    /** What must not run yet; the same versions under another milestone are the same code. */
    private Stream<Versions> ahead(WorkloadSpec workload) {
        return this instanceof Reached(Milestone milestone, Set<Milestone> early)
                ? early.stream()
                        .sorted()
                        .flatMap(
                                later -> Optional.ofNullable(workload.versions().get(later)).stream())
                        .filter(versions -> workload.required(milestone)
                                .filter(versions::equals)
                                .isEmpty())
                : Stream.of();
    }

    private static Badge reached(List<Match> matches) {
        if (silent(matches)) {
            return new Badge("Says nothing", Badge.Tone.HELD, "unknown");
        }
        if (matches.contains(Match.DIFFERS)) {
            return new Badge("Not ready", Badge.Tone.HELD, "held");
        }
        return matches.contains(Match.UNREADABLE)
                ? new Badge("Unreadable", Badge.Tone.HELD, "unknown")
                : new Badge("Ready", Badge.Tone.GOOD, "done");
    }

    private static boolean silent(List<Match> matches) {
        return matches.stream().allMatch(match -> match == Match.SILENT);
    }

    private static Badge before(List<Match> matches) {
        if (silent(matches)) {
            return new Badge("Says nothing", Badge.Tone.HELD, "unknown");
        }
        if (matches.contains(Match.MATCHES)) {
            return new Badge("Needs the new shape", Badge.Tone.HELD, "held");
        }
        return matches.contains(Match.UNREADABLE)
                ? new Badge("Unreadable", Badge.Tone.HELD, "unknown")
                : new Badge("Out of the way", Badge.Tone.GOOD, "done");
    }

    private Match match(WorkloadSpec workload, Evidence evidence) {
        return switch (this) {
            case Reached(Milestone milestone, var _) ->
                workload.required(milestone)
                        .map(versions -> match(versions, evidence, false))
                        .orElse(Match.UNREADABLE);
            case Before _ ->
                workload.versions().values().stream()
                        .map(versions -> match(versions, evidence, true))
                        .min(Comparator.comparingInt(found -> found == Match.MATCHES ? 0 : 1))
                        .orElse(Match.UNREADABLE);
            case Anything _ -> Match.MATCHES;
        };
    }

    private static Match match(Versions versions, Evidence evidence, boolean cautiously) {
        return switch (Requirement.parse(versions)) {
            case Requirement.Parsed.Understood(Requirement requirement) ->
                cautiously
                        ? requirement.testCautiously(evidence.aspect(), evidence.reported())
                        : requirement.test(evidence.aspect(), evidence.reported());
            case Requirement.Parsed.Malformed _ -> Match.UNREADABLE;
        };
    }
}
