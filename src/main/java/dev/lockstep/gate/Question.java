package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Requirement.Match;
import dev.lockstep.plan.EvidenceRank;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a gate wants to know of one workload's code. */
sealed interface Question {
    /** {@code MATCHES} when this is as the gate wants it. */
    Match test(Evidence evidence);

    /** What is still not known when these pieces of evidence, all of them right, are all there is. */
    Optional<Aspect> missing(List<Evidence> right);

    /**
     * The code for a pod that runs what it should not.
     *
     * @param wrong what says so
     */
    Code wrongPod(List<Evidence> wrong);

    /**
     * The code for a template that would start what it should not.
     *
     * @param wrong what says so
     */
    Code wrongTemplate(List<Evidence> wrong);

    /** What is wanted, to stand after "The gate wants ". */
    String wanted();

    /** What a person rolls out, to stand after "Roll out ". */
    String cure();

    /** How many different kinds of evidence must agree: at least 1. */
    int minimumKinds();

    /** Whether one kind must come from the running process (G2). */
    boolean fromProcess();

    /** How strong the strongest evidence must be (G2). */
    EvidenceRank minimum();

    /** A later milestone whose code the schema cannot bear yet. */
    record Early(Milestone milestone, Requirement requirement) {}

    /**
     * Has everything reached the milestone, and nothing gone ahead?
     *
     * @param early what must not run yet
     */
    record Reached(
            Milestone milestone, Requirement requirement, List<Early> early, GateKind kind, EvidenceSpec evidence)
            implements Question {
        public Reached {
            early = List.copyOf(early);
        }

        @Override
        public Match test(Evidence evidence) {
            List<Match> ahead =
                    early.stream().map(each -> ahead(each, evidence)).toList();
            if (ahead.contains(Match.MATCHES)) {
                return Match.DIFFERS;
            }
            Match reached = requirement.test(evidence.aspect(), evidence.reported());
            return reached == Match.MATCHES && ahead.contains(Match.UNREADABLE) ? Match.UNREADABLE : reached;
        }

        @Override
        public Optional<Aspect> missing(List<Evidence> right) {
            return requirement.aspects().stream()
                    .filter(aspect -> right.stream().noneMatch(each -> each.aspect() == aspect))
                    .sorted()
                    .findFirst();
        }

        @Override
        public Code wrongPod(List<Evidence> wrong) {
            return ahead(wrong) ? Code.CODE_TOO_NEW : Code.OLD_VERSION;
        }

        @Override
        public Code wrongTemplate(List<Evidence> wrong) {
            return ahead(wrong) ? Code.CODE_TOO_NEW : Code.TEMPLATE_OLD;
        }

        private boolean ahead(List<Evidence> wrong) {
            return wrong.stream()
                    .anyMatch(evidence -> early.stream().anyMatch(each -> ahead(each, evidence) == Match.MATCHES));
        }

        private static Match ahead(Early early, Evidence evidence) {
            return early.requirement().testCautiously(evidence.aspect(), evidence.reported());
        }

        @Override
        public String wanted() {
            return milestone.label() + " code, which is " + requirement.description()
                    + early.stream()
                            .map(each -> ", and not yet " + each.milestone().label() + " code, which is "
                                    + each.requirement().description())
                            .collect(Collectors.joining());
        }

        @Override
        public String cure() {
            return requirement.description()
                    + early.stream()
                            .map(each -> each.requirement().description())
                            .distinct()
                            .map(each -> ", but not " + each + " yet,")
                            .collect(Collectors.joining());
        }

        @Override
        public int minimumKinds() {
            return switch (kind) {
                case DEPLOY -> 1;
                case CONTRACT -> Math.max(1, evidence.minimumKinds());
            };
        }

        @Override
        public boolean fromProcess() {
            return switch (kind) {
                case DEPLOY -> false;
                case CONTRACT -> evidence.fromProcess();
            };
        }

        @Override
        public EvidenceRank minimum() {
            return evidence.minimum()
                    .map(asked -> switch (kind) {
                        case DEPLOY -> asked.deploy();
                        case CONTRACT -> asked.contract();
                    })
                    .orElse(EvidenceRank.LABEL);
        }
    }

    /**
     * Is everything back before all milestones, so that nothing needs the new shape?
     *
     * @param newer what must not run, never empty
     */
    record Before(List<Requirement> newer) implements Question {
        public Before {
            newer = List.copyOf(newer);
        }

        @Override
        public Match test(Evidence evidence) {
            List<Match> answers =
                    newer.stream().map(each -> answer(each, evidence)).toList();
            if (answers.contains(Match.MATCHES)) {
                return Match.DIFFERS;
            }
            if (answers.contains(Match.UNREADABLE)) {
                return Match.UNREADABLE;
            }
            return answers.contains(Match.DIFFERS) ? Match.MATCHES : Match.SILENT;
        }

        /** One aspect in which it differs is enough to be before a milestone, and each milestone needs one. */
        @Override
        public Optional<Aspect> missing(List<Evidence> right) {
            return newer.stream()
                    .filter(each -> right.stream().noneMatch(known -> answer(each, known) == Match.DIFFERS))
                    .flatMap(each -> each.aspects().stream())
                    .sorted()
                    .findFirst();
        }

        private static Match answer(Requirement requirement, Evidence evidence) {
            return requirement.testCautiously(evidence.aspect(), evidence.reported());
        }

        @Override
        public Code wrongPod(List<Evidence> wrong) {
            return Code.NEW_VERSION;
        }

        @Override
        public Code wrongTemplate(List<Evidence> wrong) {
            return Code.TEMPLATE_NEW;
        }

        @Override
        public String wanted() {
            return "code that does not need the new shape, which is " + cure();
        }

        @Override
        public String cure() {
            return newer.stream()
                    .map(Requirement::description)
                    .distinct()
                    .collect(Collectors.joining(" nor ", "a version that is not ", ""));
        }

        @Override
        public int minimumKinds() {
            return 1;
        }

        @Override
        public boolean fromProcess() {
            return false;
        }

        @Override
        public EvidenceRank minimum() {
            return EvidenceRank.LABEL;
        }
    }
}
