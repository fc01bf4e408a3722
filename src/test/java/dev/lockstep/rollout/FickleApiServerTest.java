package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.WEB;
import static dev.lockstep.rollout.Shop.deployment;
import static dev.lockstep.rollout.Shop.pod;
import static dev.lockstep.rollout.Shop.replicaSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Gate;
import dev.lockstep.gate.GateKind;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.Verdict;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Milestone;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing passes on a stale cache, whatever the API server does. */
class FickleApiServerTest {
    private static final RolloutSettings HASTY = new RolloutSettings(
            Duration.ofSeconds(3), Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(2), 2, "lockstep");

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private ApiServer api;
    private KubernetesCluster cluster;
    private ReplicaSet set;

    @BeforeEach
    void aDeploymentWithOneNewPod() {
        api = new ApiServer();
        cluster = new KubernetesCluster(api.client(), Clock.systemUTC(), HASTY);
        filled("shop-web-1-a");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Open.class));
    }

    @AfterEach
    void stop() {
        cluster.close();
        api.close();
    }

    private void filled(String pod) {
        Deployment web = api.put(deployment("1.5.0", 1));
        set = api.put(replicaSet("shop-web-1", web, "1.5.0"));
        api.put(pod(pod, set, "1.5.0"));
    }

    @Test
    @Fact("G35")
    void aWatchThatStopsBringingAnythingWhileListsAreAnsweredIsFoundOut() {
        api.moods().mute(true);
        api.put(pod("shop-web-1-old", set, "1.4.0"));

        assertThat(verdict(Freshness.LIVE)).as("a look that lists").isInstanceOf(Verdict.Closed.class);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isNotInstanceOf(Verdict.Open.class));

        // Opened anew, it is as mute as before, and what its first list brought may not be taken for what is so now.
        api.client()
                .pods()
                .inNamespace(Shop.NAMESPACE)
                .withName("shop-web-1-old")
                .delete();
        api.put(pod("shop-web-1-older", set, "1.3.0"));
        assertThat(verdict(Freshness.LIVE)).isInstanceOf(Verdict.Closed.class);
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> !(verdict(Freshness.WATCHED) instanceof Verdict.Open));

        api.moods().mute(false);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Closed.class));
        assertThat(pods(Freshness.WATCHED)).containsExactlyInAnyOrder("shop-web-1-a", "shop-web-1-older");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    @Fact({"G35", "G36"})
    void aServerThatRefusesHoldsWithWhatToDo(int status) {
        api.moods().refuse(status);

        assertThat(reason(Freshness.LIVE)).contains(String.valueOf(status));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Inconclusive.class));
        assertThat(reason(Freshness.WATCHED)).contains(String.valueOf(status));

        api.moods().refuse(0);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Open.class));
    }

    @Test
    @Fact({"G35", "G36"})
    void aServerThatTakesTooLongIsOneThatDoesNotAnswer() {
        api.moods().slow(Duration.ofSeconds(5));

        Instant asked = Instant.now();
        assertThat(reason(Freshness.LIVE)).contains("does not answer");
        assertThat(Duration.between(asked, Instant.now()))
                .as("nobody waits for the server's own time")
                .isLessThan(Duration.ofSeconds(5));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Inconclusive.class));

        api.moods().slow(Duration.ZERO);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Open.class));
    }

    @Test
    @Fact("G35")
    void aListWhoseSnapshotIsGoneBeginsAnewOnceAndThenHolds() {
        String path = "/api/v1/namespaces/shop/pods?";
        expect(path + "limit=2", "next", "shop-web-1-a");
        expect(path + "continue=next&limit=2", "", "shop-web-1-b");

        api.moods().forgetPages(1);
        assertThat(pods(Freshness.LIVE)).containsExactly("shop-web-1-a", "shop-web-1-b");

        api.moods().forgetPages(1_000);
        assertThat(reason(Freshness.LIVE)).contains("410");
    }

    @Test
    @Fact("G35")
    void aWatchThatIsToldThatItsVersionIsTooOldReadsAnew() {
        api.moods().mute(true);
        api.put(pod("shop-web-1-old", set, "1.4.0"));
        api.moods().mute(false);

        api.moods().expireWatches();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Closed.class));
        api.put(pod("shop-web-1-b", set, "1.5.0"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(pods(Freshness.WATCHED)).hasSize(3));
    }

    @Test
    @Fact("G35")
    void aServerThatCountsItsVersionsAnewIsReadAnew() {
        api.put(pod("shop-web-1-b", set, "1.5.0"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(pods(Freshness.WATCHED)).hasSize(2));
        api.goAway();

        api.comeBackRestored();
        filled("shop-web-1-c");
        api.put(pod("shop-web-1-old", set, "1.4.0"));

        assertThat(verdict(Freshness.LIVE)).isInstanceOf(Verdict.Closed.class);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(pods(Freshness.WATCHED))
                        .containsExactlyInAnyOrder("shop-web-1-c", "shop-web-1-old"));
        assertThat(verdict(Freshness.WATCHED)).isInstanceOf(Verdict.Closed.class);
    }

    private void expect(String path, String next, String pod) {
        api.server()
                .expect()
                .get()
                .withPath(path)
                .andReturn(
                        200,
                        new PodListBuilder()
                                .withNewMetadata()
                                .withContinue(next)
                                .endMetadata()
                                .addToItems(pod(pod, set, "1.5.0")
                                        .edit()
                                        .editMetadata()
                                        .withUid(pod)
                                        .endMetadata()
                                        .build())
                                .build())
                .always();
    }

    private WorkloadObservation observe(Freshness freshness) {
        return cluster.observe(List.of(WEB), freshness).getFirst();
    }

    private List<String> pods(Freshness freshness) {
        return observe(freshness) instanceof WorkloadObservation.Seen seen
                ? seen.pods().stream().map(PodObservation::name).toList()
                : List.of();
    }

    private String reason(Freshness freshness) {
        return observe(freshness) instanceof WorkloadObservation.Unseen unseen ? unseen.reason() : "it was seen";
    }

    private Verdict verdict(Freshness freshness) {
        return new Gate(Instant.now(), HASTY.staleAfter())
                .judge(Milestone.NEW_ONLY, List.of(WEB), List.of(observe(freshness)), GateKind.DEPLOY);
    }
}
