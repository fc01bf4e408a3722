package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.STALE;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.gate;
import static dev.lockstep.gate.Seen.newOnly;
import static dev.lockstep.gate.Seen.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * G1 over every combination: what one pod's four sources say, what the template says, what the pod and the rollout are
 * doing. The gate is open exactly where a rule of one line, written down here a second time, says so.
 */
class GateFailsClosedTest {

    private static final List<WorkloadSpec> WANTED = List.of(newOnly(">=1.5.0"));

    /** What one source may say. */
    private enum Word {
        NOTHING,
        OLD,
        NEW,
        EMPTY,
        MOVING,
        STALE_NEW;

        void addTo(List<Evidence> evidence, Source source) {
            Instant at = this == STALE_NEW ? STALE : NOW;
            switch (this) {
                case NOTHING -> {}
                case OLD -> evidence.add(new Evidence(source, "1.4.0", at));
                case NEW, STALE_NEW -> evidence.add(new Evidence(source, "1.5.0", at));
                case EMPTY -> evidence.add(new Evidence(source, "", at));
                case MOVING -> evidence.add(new Evidence(source, "latest", at));
            }
        }
    }

    private record Combination(Word label, Word tag, Word http, Word report) {
        List<Word> words() {
            return List.of(label, tag, http, report);
        }

        Evidence[] evidence() {
            List<Evidence> evidence = new ArrayList<>();
            label.addTo(evidence, Source.LABEL);
            tag.addTo(evidence, Source.IMAGE_TAG);
            http.addTo(evidence, Source.HTTP);
            report.addTo(evidence, Source.REPORT);
            return evidence.toArray(Evidence[]::new);
        }

        boolean all(Word good) {
            return words().stream().allMatch(word -> word == good || word == Word.NOTHING) && kinds(good) > 0;
        }

        long kinds(Word good) {
            return words().stream().filter(Predicate.isEqual(good)).count();
        }
    }

    @Test
    @Fact("G1")
    void noPodWithoutGoodEvidenceEverPasses() {
        int open = 0;
        for (Combination said : combinations()) {
            for (Condition condition : Condition.values()) {
                boolean gone = condition == Condition.GONE;
                PodObservation pod = pod("a", condition, said.evidence());
                boolean process = said.http() == Word.NEW || said.report() == Word.NEW;

                boolean deploys = open(Word.NEW, pod, GateKind.DEPLOY);
                boolean contracts = open(Word.NEW, pod, GateKind.CONTRACT);
                boolean rollsBack = rollsBack(Word.OLD, pod);

                assertThat(deploys).as("%s %s", said, condition).isEqualTo(gone || said.all(Word.NEW));
                assertThat(contracts)
                        .as("%s %s", said, condition)
                        .isEqualTo(gone || (said.all(Word.NEW) && said.kinds(Word.NEW) >= 2 && process));
                assertThat(rollsBack).as("%s %s", said, condition).isEqualTo(gone || said.all(Word.OLD));
                open += deploys ? 1 : 0;
            }
        }
        assertThat(open).isPositive();
    }

    @Test
    void noTemplateWithoutGoodEvidenceEverPasses() {
        PodObservation good = pod("a", Condition.RUNNING, Seen.label("1.5.0"), Seen.report("1.5.0"));
        PodObservation old = pod("a", Condition.RUNNING, Seen.label("1.4.0"));
        for (Word template : Word.values()) {
            boolean isNew = template == Word.NEW;
            // The template's evidence is as old as the observation, which is judged as a whole.
            if (template == Word.STALE_NEW) {
                continue;
            }
            assertThat(open(template, good, GateKind.DEPLOY)).as("%s", template).isEqualTo(isNew);
            assertThat(open(template, good, GateKind.CONTRACT))
                    .as("%s", template)
                    .isEqualTo(isNew);
            assertThat(rollsBack(template, old)).as("%s", template).isEqualTo(template == Word.OLD);
        }
    }

    /** While both shapes are to be written, code that writes only the new one is as bad as code that writes only the old. */
    @Test
    void noPodThatMayHaveGoneAheadEverPasses() {
        List<WorkloadSpec> releases = List.of(Seen.spec(Map.of(
                Milestone.DUAL_WRITE,
                new Versions.Range(">=1.4.0"),
                Milestone.NEW_ONLY,
                new Versions.Range(">=1.5.0"))));
        for (Combination said : combinations()) {
            for (Condition condition : Condition.values()) {
                PodObservation pod = pod("a", condition, said.evidence());
                Verdict verdict = gate().judge(
                                Milestone.DUAL_WRITE,
                                Set.of(Milestone.NEW_ONLY),
                                releases,
                                List.of(Seen.rolledOut("1.4.0", pod)),
                                GateKind.DEPLOY);
                assertThat(verdict instanceof Verdict.Open)
                        .as("%s %s", said, condition)
                        .isEqualTo(condition == Condition.GONE || said.all(Word.OLD));
            }
        }
    }

    @Test
    void oneBadPodAmongGoodOnesHolds() {
        PodObservation good = pod("a", Condition.RUNNING, Seen.label("1.5.0"), Seen.report("1.5.0"));
        for (Combination said : combinations()) {
            PodObservation other = pod("b", Condition.RUNNING, said.evidence());
            Verdict verdict = gate().judge(
                            Milestone.NEW_ONLY,
                            WANTED,
                            List.of(Seen.rolledOut("1.5.0", good, other, good)),
                            GateKind.DEPLOY);
            assertThat(verdict instanceof Verdict.Open).as("%s", said).isEqualTo(said.all(Word.NEW));
        }
    }

    private static boolean open(Word template, PodObservation pod, GateKind kind) {
        return gate().judge(Milestone.NEW_ONLY, WANTED, List.of(seen(template, pod)), kind) instanceof Verdict.Open;
    }

    private static boolean rollsBack(Word template, PodObservation pod) {
        return gate().judgeRollback(WANTED, List.of(seen(template, pod))) instanceof Verdict.Open;
    }

    private static WorkloadObservation seen(Word template, PodObservation pod) {
        List<Evidence> evidence = new ArrayList<>();
        template.addTo(evidence, Source.LABEL);
        return new WorkloadObservation.Seen(WEB, "uid", 7, 7, false, 1, evidence, List.of(pod), NOW);
    }

    private static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (Word label : Word.values()) {
            for (Word tag : Word.values()) {
                for (Word http : Word.values()) {
                    for (Word report : Word.values()) {
                        // A process's own report does not grow stale while the process lives.
                        if (report != Word.STALE_NEW) {
                            all.add(new Combination(label, tag, http, report));
                        }
                    }
                }
            }
        }
        return all;
    }
}
