package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What pods said about themselves, and how long it is kept. */
class ForgottenReportsTest {
    private final Bench bench = new Bench();
    private final Lookout lookout =
            new Lookout(bench.cluster, bench.runs, new Neighbours(bench.targets, bench.clock), bench.clock);

    @AfterEach
    void stop() {
        bench.close();
    }

    /** A process says it once, when it starts, and may run for years. */
    @Test
    @Fact("G3")
    void forgetsWhatPodsSaidThatAreGoneAndKeepsWhatOneThatIsThereSaidLongAgo() {
        reports("gone", bench.clock.instant());
        reports("old", bench.clock.instant());
        bench.clock.goesOn(Duration.ofDays(400));
        bench.cluster.has("old");

        assertThat(lookout.forgetReports()).isEqualTo(1);
        assertThat(bench.runs.reports(List.of("gone", "old")))
                .extracting(PodReport::podUid)
                .containsExactly("old");
    }

    /** The list of pods may be older than the report. */
    @Test
    void keepsWhatWasSaidJustNow() {
        reports("new", bench.clock.instant());
        bench.clock.goesOn(Lookout.REPORT_SETTLED_AFTER);

        assertThat(lookout.forgetReports()).isZero();
        bench.clock.goesOn(Duration.ofSeconds(1));
        assertThat(lookout.forgetReports()).isEqualTo(1);
    }

    @Test
    @Fact("G36")
    void forgetsNothingWhileNobodyCanSayWhatIsGone() {
        reports("gone", bench.clock.instant());
        bench.clock.goesOn(Duration.ofDays(1));
        bench.cluster.answers(false);

        assertThat(lookout.forgetReports()).isZero();
        assertThat(bench.runs.reports(List.of("gone"))).hasSize(1);
    }

    @Test
    void forgetsHoweverManyThereAre() {
        int many = 2 * Lookout.REPORTS_AT_ONCE + 1;
        IntStream.range(0, many).forEach(number -> reports("gone-" + number, bench.clock.instant()));
        bench.clock.goesOn(Duration.ofDays(1));

        assertThat(lookout.forgetReports()).isEqualTo(many);
    }

    @Test
    void everyReplicaSeesToIt() {
        reports("gone", bench.clock.instant());
        bench.clock.goesOn(Duration.ofDays(1));

        bench.replica("one");

        patiently("the report to be forgotten")
                .until(() -> bench.runs.reports(List.of("gone")).isEmpty());
    }

    private void reports(String podUid, Instant at) {
        bench.runs.keep(new PodReport(podUid, "shop", podUid, "1.5.0", at));
    }
}
