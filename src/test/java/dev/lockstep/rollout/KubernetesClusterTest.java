package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.WEB;
import static dev.lockstep.rollout.Shop.deployment;
import static dev.lockstep.rollout.Shop.pod;
import static dev.lockstep.rollout.Shop.replicaSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.gate.WorkloadObservation.Seen;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against an API server on a real port. */
class KubernetesClusterTest {

    private static final RolloutSettings HASTY = new RolloutSettings(
            Duration.ofSeconds(6),
            Duration.ofMillis(200),
            Duration.ofSeconds(20),
            Duration.ofSeconds(2),
            2,
            "lockstep");

    /** For a machine that has much else to do; nothing here takes nearly as long. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private ApiServer api;
    private KubernetesCluster cluster;

    @BeforeEach
    void start() {
        api = new ApiServer();
        cluster = new KubernetesCluster(api.client(), Clock.systemUTC(), HASTY);
    }

    @AfterEach
    void stop() {
        cluster.close();
        api.close();
    }

    /** G14, G18: with surge, pods of two ReplicaSets run at once. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact({"G14", "G18"})
    void seesOldAndNewPodsInTheMiddleOfARollout(Freshness freshness) {
        Deployment web = api.put(deployment("1.5.0", 2));
        ReplicaSet before = api.put(replicaSet("shop-web-1", web, "1.4.0"));
        ReplicaSet after = api.put(replicaSet("shop-web-2", web, "1.5.0"));
        api.put(pod("shop-web-1-a", before, "1.4.0"));
        api.put(pod("shop-web-1-b", before, "1.4.0"));
        api.put(pod("shop-web-2-a", after, "1.5.0"));

        Seen seen = seen(freshness);

        assertThat(seen.uid()).isEqualTo(web.getMetadata().getUid());
        assertThat(seen.desiredReplicas()).isEqualTo(2);
        assertThat(seen.paused()).isFalse();
        assertThat(versions(seen.template())).containsExactly("LABEL 1.5.0", "IMAGE_TAG 1.5.0");
        assertThat(seen.pods())
                .extracting(PodObservation::name, PodObservation::owner, each -> versions(each.evidence()))
                .containsExactlyInAnyOrder(
                        row("shop-web-1-a", "ReplicaSet shop-web-1", List.of("LABEL 1.4.0", "IMAGE_TAG 1.4.0")),
                        row("shop-web-1-b", "ReplicaSet shop-web-1", List.of("LABEL 1.4.0", "IMAGE_TAG 1.4.0")),
                        row("shop-web-2-a", "ReplicaSet shop-web-2", List.of("LABEL 1.5.0", "IMAGE_TAG 1.5.0")));
        assertThat(seen.pods()).allSatisfy(each -> {
            assertThat(each.condition()).isEqualTo(Condition.RUNNING);
            assertThat(each.processStartedAt()).isEqualTo(Instant.parse("2026-03-01T03:00:00Z"));
            assertThat(each.since()).isEqualTo(Instant.parse("2026-03-01T03:00:05Z"));
        });
    }

    @Test
    void watchesFollowWhatHappens() {
        Deployment web = api.put(deployment("1.5.0", 1));
        ReplicaSet before = api.put(replicaSet("shop-web-1", web, "1.4.0"));
        var old = api.put(pod("shop-web-1-a", before, "1.4.0"));
        assertThat(seen(Freshness.WATCHED).pods()).hasSize(1);

        api.client().resource(old).delete();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen(Freshness.WATCHED).pods()).isEmpty());
    }

    /** G18: the ReplicaSet was left behind, or the pod belongs to nobody; the selector still finds them. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact("G18")
    void seesOrphanedAndBarePodsByTheSelector(Freshness freshness) {
        api.put(deployment("1.5.0", 0));
        ReplicaSet orphan = api.put(replicaSet("orphan", deployment("1.4.0", 1), "1.4.0")
                .edit()
                .editMetadata()
                .withOwnerReferences(List.of())
                .endMetadata()
                .build());
        api.put(pod("orphan-a", orphan, "1.4.0"));
        api.put(pod("bare", "1.3.0").build());
        api.put(pod("other", "1.3.0")
                .editMetadata()
                .withLabels(Map.of("app", "other"))
                .endMetadata()
                .build());

        assertThat(seen(freshness).pods())
                .extracting(PodObservation::name, PodObservation::owner)
                .containsExactlyInAnyOrder(
                        Tuple.tuple("orphan-a", "ReplicaSet orphan"), Tuple.tuple("bare", "nothing, it is a bare pod"));
    }

    /** G11, G18: deleted with its pods left behind, and made anew with another selector. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact({"G11", "G18"})
    void deploymentMadeAnewStillAnswersForThePodsOfItsPredecessor(Freshness freshness) {
        Deployment first = api.put(deployment("1.4.0", 1));
        ReplicaSet before = api.put(replicaSet("shop-web-1", first, "1.4.0"));
        api.put(pod("shop-web-1-a", before, "1.4.0"));
        seen(freshness);
        api.client().resource(first).delete();
        Deployment second = api.put(deployment("1.5.0", 1)
                .edit()
                .editSpec()
                .withNewSelector()
                .addToMatchLabels("app", "shop-web-anew")
                .endSelector()
                .endSpec()
                .build());

        await().atMost(PATIENCE).untilAsserted(() -> {
            Seen seen = seen(freshness);
            assertThat(seen.uid())
                    .isEqualTo(second.getMetadata().getUid())
                    .isNotEqualTo(first.getMetadata().getUid());
            assertThat(seen.pods()).extracting(PodObservation::name).containsExactly("shop-web-1-a");
        });
    }

    /** G17. */
    @Test
    @Fact("G17")
    void seesTheTemplateOfADeploymentThatIsScaledToZero() {
        api.put(deployment("1.4.0", 0));

        Seen seen = seen(Freshness.LIVE);

        assertThat(seen.desiredReplicas()).isZero();
        assertThat(seen.pods()).isEmpty();
        assertThat(versions(seen.template())).containsExactly("LABEL 1.4.0", "IMAGE_TAG 1.4.0");
    }

    /** G11, G15. */
    @Test
    @Fact({"G11", "G15"})
    void seesAPausedRolloutAndAControllerThatLags() {
        api.put(deployment("1.4.0", 1)
                .edit()
                .editSpec()
                .withPaused(true)
                .endSpec()
                .withStatus(null)
                .build());

        Seen seen = seen(Freshness.LIVE);

        assertThat(seen.paused()).isTrue();
        assertThat(seen.observedGeneration()).isNotEqualTo(seen.generation());
    }

    @ParameterizedTest
    @EnumSource(Freshness.class)
    void workloadThatIsNotThereIsMissing(Freshness freshness) {
        assertThat(observe(freshness))
                .isInstanceOfSatisfying(
                        WorkloadObservation.Missing.class,
                        missing -> assertThat(missing.object()).isEqualTo("Deployment shop/shop-web"));
    }

    /** G13. */
    @Test
    @Fact("G13")
    void podOnANodeThatDoesNotAnswerIsUnreachable() {
        api.put(deployment("1.5.0", 1));
        api.put(pod("a", "1.4.0").build());
        api.put(node("True"));
        assertThat(seen(Freshness.WATCHED).pods().getFirst().condition()).isEqualTo(Condition.RUNNING);

        api.client().resource(node("Unknown")).update();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                seen(Freshness.WATCHED).pods().getFirst().condition())
                        .isEqualTo(Condition.UNREACHABLE));
    }

    /** G35, G36: the client itself goes on saying that it watches (fabric8 kubernetes-client issue 7167). */
    @Test
    @Fact({"G35", "G36"})
    void goesBlindWithinTheBoundWhileTheApiIsAwayAndSeesAgainWhenItIsBack() {
        Deployment web = api.put(deployment("1.5.0", 1));
        ReplicaSet set = api.put(replicaSet("shop-web-1", web, "1.5.0"));
        api.put(pod("shop-web-1-a", set, "1.5.0"));
        assertThat(seen(Freshness.WATCHED).pods()).hasSize(1);
        AtomicInteger changes = new AtomicInteger();
        cluster.onChange(List.of(WEB), changes::incrementAndGet);

        api.goAway();

        assertThat(observe(Freshness.LIVE))
                .isInstanceOfSatisfying(
                        WorkloadObservation.Unseen.class,
                        unseen -> assertThat(unseen.reason())
                                .isEqualTo(
                                        "Lockstep could not read namespace shop: the cluster's API does not answer."));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(observe(Freshness.WATCHED)).isInstanceOf(WorkloadObservation.Unseen.class));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(changes).hasPositiveValue());

        api.comeBack();
        api.put(pod("shop-web-1-b", set, "1.4.0"));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen(Freshness.WATCHED).pods()).hasSize(2));
        assertThat(seen(Freshness.LIVE).pods()).hasSize(2);
    }

    /** What was seen says as of when; between two proofs that is the past, and never the future. */
    @Test
    void observationSaysAsOfWhenItIsKnown() {
        api.put(deployment("1.5.0", 1));
        Instant before = Instant.now();

        Instant live = seen(Freshness.LIVE).at();

        assertThat(live).isBetween(before, Instant.now());
        Instant first = seen(Freshness.WATCHED).at();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen(Freshness.WATCHED).at()).isAfter(first));
    }

    @Test
    void liveListReadsAllPages() {
        api.put(deployment("1.5.0", 3));
        expectPods("/api/v1/namespaces/shop/pods?limit=2", "next", "a", "b");
        expectPods("/api/v1/namespaces/shop/pods?continue=next&limit=2", "", "c");

        assertThat(seen(Freshness.LIVE).pods()).extracting(PodObservation::name).containsExactly("a", "b", "c");
    }

    @Test
    void listenersAreToldOfManyChangesInFewCallsAndNoneIsMissed() throws Exception {
        api.put(deployment("1.5.0", 1));
        seen(Freshness.WATCHED);
        AtomicInteger pods = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        AutoCloseable subscription = cluster.onChange(List.of(WEB), () -> {
            pods.set(seen(Freshness.WATCHED).pods().size());
            calls.incrementAndGet();
        });

        for (int i = 0; i < 20; i++) {
            api.put(pod("pod-" + i, "1.5.0").build());
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(pods).hasValue(20));
        subscription.close();
        int before = calls.get();
        api.put(pod("late", "1.5.0").build());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen(Freshness.WATCHED).pods()).hasSize(21));
        assertThat(calls).hasValue(before);
    }

    /** Whoever does not care about a change is not told of it, and it costs them nothing. */
    @Test
    void changesAreToldOnlyToThoseWhomTheyConcern() {
        Deployment web = api.put(deployment("1.5.0", 1));
        ReplicaSet set = api.put(replicaSet("shop-web-1", web, "1.5.0"));
        AtomicInteger concerned = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        WorkloadSpec other = new WorkloadSpec(
                new WorkloadName("other"), Runner.Kind.DEPLOYMENT, "shop", "other", Map.of(), EvidenceSpec.standard());
        cluster.onChange(List.of(WEB), concerned::incrementAndGet);
        cluster.onChange(List.of(other), others::incrementAndGet);
        cluster.observe(List.of(WEB, other), Freshness.WATCHED);
        // What came with the first lists has been told by now, or will be before this.
        api.put(pod("shop-web-1-first", set, "1.5.0"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen(Freshness.WATCHED).pods()).hasSize(1));
        int before = others.get();

        // By its owners, by the selector alone, and by the owner alone.
        int told = concerned.get();
        api.put(pod("shop-web-1-a", set, "1.4.0"));
        await().atMost(PATIENCE).until(() -> concerned.get() > told);
        int again = concerned.get();
        api.put(pod("bare", "1.4.0").build());
        await().atMost(PATIENCE).until(() -> concerned.get() > again);
        int once = concerned.get();
        api.put(pod("relabelled", set, "1.4.0")
                .edit()
                .editMetadata()
                .withLabels(Map.of())
                .endMetadata()
                .build());
        await().atMost(PATIENCE).until(() -> concerned.get() > once);
        assertThat(others).hasValue(before);

        api.put(deployment("1.5.0", 1)
                .edit()
                .editMetadata()
                .withName("other")
                .endMetadata()
                .build());
        await().atMost(PATIENCE).until(() -> others.get() > before);
    }

    /** G35: the proof reads versions only, page by page, and understands a server that sends whole objects. */
    @Test
    @Fact("G35")
    void proofReadsTheVersionOfEveryObjectFromAllPages() throws Exception {
        String page = """
                {"kind": "PartialObjectMetadataList", "metadata": {"continue": "%s", "remainingItemCount": 1},
                 "items": [{"kind": "Pod", "spec": {"metadata": {"uid": "wrong"}},
                            "metadata": {"labels": {"uid": "wrong"}, "uid": "%s", "resourceVersion": "%s"}}]}
                """;
        api.server()
                .expect()
                .get()
                .withPath("/api/v1/namespaces/shop/pods?limit=1")
                .andReturn(200, page.formatted("a/b=", "one", "7"))
                .once();
        api.server()
                .expect()
                .get()
                .withPath("/api/v1/namespaces/shop/pods?continue=a%2Fb%3D&limit=1")
                .andReturn(200, page.formatted("", "two", "8"))
                .once();
        api.server()
                .expect()
                .get()
                .withPath("/apis/apps/v1/namespaces/shop/deployments?limit=1")
                .andReturn(403, "no")
                .once();
        VersionList versions = new VersionList(api.client(), 1, Duration.ofSeconds(20));

        assertThat(versions.read(ObjectKind.PODS, "shop")).isEqualTo(Map.of("one", "7", "two", "8"));
        assertThatThrownBy(() -> versions.read(ObjectKind.DEPLOYMENTS, "shop"))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo(403));
    }

    private void expectPods(String path, String next, String... names) {
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
                                .addAllToItems(List.of(names).stream()
                                        .map(name -> pod(name, "1.5.0")
                                                .editMetadata()
                                                .withUid(name)
                                                .endMetadata()
                                                .build())
                                        .toList())
                                .build())
                .always();
    }

    private static Node node(String ready) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("node-1")
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .endStatus()
                .build();
    }

    private Seen seen(Freshness freshness) {
        WorkloadObservation observation = observe(freshness);
        assertThat(observation).isInstanceOf(Seen.class);
        return (Seen) observation;
    }

    private WorkloadObservation observe(Freshness freshness) {
        return cluster.observe(List.of(WEB), freshness).getFirst();
    }

    private static List<String> versions(List<Evidence> evidence) {
        return evidence.stream()
                .map(each -> each.source() + " " + each.reported())
                .collect(Collectors.toList());
    }

    private static Tuple row(Object... values) {
        return Tuple.tuple(values);
    }
}
