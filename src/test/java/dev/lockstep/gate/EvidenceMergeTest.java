package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.label;
import static dev.lockstep.gate.Seen.report;
import static dev.lockstep.gate.Seen.rolledOut;
import static dev.lockstep.gate.Seen.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.EvidenceMerge.OwnReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvidenceMergeTest {

    private static final PodObservation POD = running("a", label("1.5.0"));

    @Test
    void reportOfThePresentProcessBecomesEvidence() {
        assertThat(merged(POD, POD.processStartedAt()))
                .containsExactly(label("1.5.0"), new Evidence(Source.REPORT, "1.6.0", POD.processStartedAt()));
    }

    /** G3: the container was restarted, perhaps with other code, and has not reported since. */
    @Test
    @Fact("G3")
    void reportFromBeforeThePresentProcessIsLeftOut() {
        assertThat(merged(POD, POD.processStartedAt().minusMillis(1))).containsExactly(label("1.5.0"));
    }

    @Test
    void newerReportTakesThePlaceOfAnOlderOne() {
        assertThat(merged(running("a", report("1.5.0")), NOW)).containsExactly(report("1.6.0"));
    }

    /** G3: the same name, another pod. */
    @Test
    @Fact("G3")
    void reportIsBoundToThePodsUid() {
        List<WorkloadObservation> seen = List.of(rolledOut("1.5.0", POD));

        assertThat(EvidenceMerge.merge(seen, Map.of("uid-of-another-a", new OwnReport("1.6.0", NOW))))
                .isEqualTo(seen);
    }

    @Test
    void whatWasNotSeenStaysAsItIs() {
        List<WorkloadObservation> unseen = List.of(
                new WorkloadObservation.Missing(WEB, "Deployment shop/shop-web", NOW),
                new WorkloadObservation.Unseen(WEB, "No answer.", NOW));

        assertThat(EvidenceMerge.merge(unseen, Map.of())).isEqualTo(unseen);
        assertThat(EvidenceMerge.podUids(unseen)).isEmpty();
        assertThat(EvidenceMerge.podUids(List.of(rolledOut("1.5.0", POD, running("b")))))
                .containsExactly("uid-a", "uid-b");
    }

    private static List<Evidence> merged(PodObservation pod, Instant at) {
        WorkloadObservation observation = EvidenceMerge.merge(
                        List.of(rolledOut("1.5.0", pod)), Map.of(pod.uid(), new OwnReport("1.6.0", at)))
                .getFirst();
        return ((WorkloadObservation.Seen) observation).pods().getFirst().evidence();
    }
}
