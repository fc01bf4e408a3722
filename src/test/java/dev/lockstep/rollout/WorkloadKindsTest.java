package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.NAMESPACE;
import static dev.lockstep.rollout.Shop.pod;
import static dev.lockstep.rollout.Shop.reference;
import static dev.lockstep.rollout.Shop.replicaSet;
import static dev.lockstep.rollout.Shop.template;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Gate;
import dev.lockstep.gate.GateKind;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.Verdict;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import dev.lockstep.gate.WorkloadObservation.Seen;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of workload against an API server on a real port, and what the gate makes of it. */
class WorkloadKindsTest {
    private static final RolloutSettings HASTY = new RolloutSettings(
            Duration.ofSeconds(10),
            Duration.ofMillis(300),
            Duration.ofSeconds(20),
            Duration.ofSeconds(2),
            500,
            "lockstep");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, String> LABELS = Map.of("app", "shop-web");
    private static final LabelSelector SELECTOR =
            new LabelSelectorBuilder().withMatchLabels(LABELS).build();

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

    // Deployments

    /** G15, G18: scaled while it is not at zero, an older ReplicaSet makes pods of its own template. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact({"G15", "G18"})
    void olderReplicaSetThatIsNotAtZeroHoldsAlsoWithoutAPod(Freshness freshness) {
        Deployment web = api.put(Shop.deployment("1.5.0", 2)
                .edit()
                .editMetadata()
                .addToAnnotations("deployment.kubernetes.io/revision", "2")
                .endMetadata()
                .build());
        api.put(revision(replicaSet("shop-web-1", web, "1.4.0"), "1", "one"));
        ReplicaSet now = api.put(revision(replicaSet("shop-web-2", web, "1.5.0"), "2", "two"));
        api.put(hashed(pod("shop-web-2-a", now, "1.5.0"), "pod-template-hash", "two"));

        Seen seen = seen(deployment(), freshness);

        assertThat(seen.templates()).extracting(PodTemplate::object).containsExactly("", "ReplicaSet shop-web-1");
        assertThat(seen.templates().getFirst().revision()).isEqualTo("two");
        assertThat(messages(deployment(), freshness))
                .singleElement()
                .asString()
                .contains("The pod template of ReplicaSet shop-web-1 says 1.4.0", "starts a pod anew when one ends");
    }

    /** G18: as long as its pods are there they speak for it, and one blocker each is enough. */
    @Test
    @Fact("G18")
    void olderReplicaSetWithPodsIsNamedOnlyByItsPods() {
        Deployment web = api.put(Shop.deployment("1.5.0", 2));
        ReplicaSet before = api.put(revision(replicaSet("shop-web-1", web, "1.4.0"), "1", "one"));
        api.put(hashed(pod("shop-web-1-a", before, "1.4.0"), "pod-template-hash", "one"));

        assertThat(messages(deployment(), Freshness.LIVE))
                .singleElement()
                .asString()
                .startsWith("Pod shop-web-1-a");
    }

    /** G21. */
    @Test
    @Fact("G21")
    void flaggersTwinCountsBecauseItKeepsTheOldCodeUntilPromotion() {
        api.put(Shop.deployment("1.5.0", 0));
        Deployment twin = api.put(Shop.deployment("1.4.0", 2)
                .edit()
                .editMetadata()
                .withName("shop-web-primary")
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("flagger.app/v1beta1")
                        .withKind("Canary")
                        .withName("shop-web")
                        .withUid("canary")
                        .build())
                .endMetadata()
                .editSpec()
                .withNewSelector()
                .addToMatchLabels("app", "shop-web-primary")
                .endSelector()
                .endSpec()
                .build());
        ReplicaSet set = api.put(replicaSet("shop-web-primary-1", twin, "1.4.0"));
        api.put(pod("shop-web-primary-1-a", set, "1.4.0")
                .edit()
                .editMetadata()
                .addToLabels("app", "shop-web-primary")
                .endMetadata()
                .build());

        Seen seen = seen(deployment(), Freshness.LIVE);
        assertThat(seen.pods()).extracting(PodObservation::name).containsExactly("shop-web-primary-1-a");
        assertThat(seen.notes()).singleElement().asString().contains("shop-web-primary");
        assertThat(verdict(deployment(), Freshness.LIVE)).isInstanceOf(Verdict.Closed.class);
    }

    /** A Deployment of that name that is not Flagger's is somebody else's business. */
    @Test
    void deploymentThatIsOnlyNamedLikeATwinDoesNotCount() {
        api.put(Shop.deployment("1.5.0", 0));
        api.put(Shop.deployment("1.4.0", 0)
                .edit()
                .editMetadata()
                .withName("shop-web-primary")
                .endMetadata()
                .build());

        assertThat(verdict(deployment(), Freshness.LIVE)).isInstanceOf(Verdict.Open.class);
    }

    // StatefulSets, DaemonSets, ReplicaSets

    /** G19: every replica is ready, and the set calls itself up to date; pods below the partition keep the old revision. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact("G19")
    void partitionOfAStatefulSetHolds(Freshness freshness) {
        StatefulSet set = api.put(statefulSet("1.5.0", 1, "old", "new"));
        api.put(hashed(pod("shop-web-1", set, "1.5.0"), "controller-revision-hash", "new"));

        assertThat(messages(stateful(), freshness))
                .singleElement()
                .asString()
                .contains("revision old of StatefulSet shop-web", "keeps the pods below number 1 on it");

        api.put(hashed(pod("shop-web-0", set, "1.4.0"), "controller-revision-hash", "old"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages(stateful(), freshness))
                        .singleElement()
                        .asString()
                        .startsWith("Pod shop-web-0 reports 1.4.0"));
    }

    /** A partition between two versions that both fit is nobody's hold. */
    @Test
    void partitionBetweenTwoFittingRevisionsOpens() {
        StatefulSet set = api.put(statefulSet("1.6.0", 1, "old", "new"));
        api.put(hashed(pod("shop-web-0", set, "1.5.0"), "controller-revision-hash", "old"));
        api.put(hashed(pod("shop-web-1", set, "1.6.0"), "controller-revision-hash", "new"));

        assertThat(verdict(stateful(), Freshness.LIVE)).isInstanceOf(Verdict.Open.class);
    }

    /** G19. */
    @Test
    @Fact("G19")
    void setThatReplacesNoPodSaysSoWhereItsOldPodsHold() {
        StatefulSet set = api.put(statefulSet("1.5.0", 0, "old", "new")
                .edit()
                .editSpec()
                .editUpdateStrategy()
                .withType("OnDelete")
                .endUpdateStrategy()
                .endSpec()
                .build());
        api.put(hashed(pod("shop-web-0", set, "1.4.0"), "controller-revision-hash", "old"));

        assertThat(blockers(verdict(stateful(), Freshness.LIVE)))
                .singleElement()
                .satisfies(blocker -> {
                    assertThat(blocker.code()).isEqualTo(Blocker.Code.OLD_VERSION);
                    assertThat(blocker.remedy()).contains("OnDelete", "delete each pod");
                });
    }

    /** G11, G19. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact({"G11", "G19"})
    void daemonSetIsReadWithItsPods(Freshness freshness) {
        WorkloadSpec agent = workload(Runner.Kind.DAEMON_SET, "agent");
        HasMetadata set = api.put(new DaemonSetBuilder()
                .withMetadata(metadata("agent"))
                .withNewSpec()
                .withSelector(SELECTOR)
                .withTemplate(template("1.5.0"))
                .withNewUpdateStrategy()
                .withType("OnDelete")
                .endUpdateStrategy()
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .withDesiredNumberScheduled(2)
                .endStatus()
                .build());
        api.put(pod("agent-a", set, "1.5.0"));
        api.put(pod("agent-b", set, "1.4.0"));

        assertThat(seen(agent, freshness).desiredReplicas()).isEqualTo(2);
        assertThat(blockers(verdict(agent, freshness))).singleElement().satisfies(blocker -> {
            assertThat(blocker.object()).isEqualTo("pod agent-b");
            assertThat(blocker.owner()).isEqualTo("DaemonSet shop/agent");
            assertThat(blocker.remedy()).contains("OnDelete");
        });
    }

    @Test
    void replicaSetReplacesNoPodAndKeepsItsTemplateAtZero() {
        WorkloadSpec plain = workload(Runner.Kind.REPLICA_SET, "plain");
        ReplicaSet set = api.put(new ReplicaSetBuilder()
                .withMetadata(metadata("plain"))
                .withNewSpec()
                .withReplicas(0)
                .withSelector(SELECTOR)
                .withTemplate(template("1.4.0"))
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .endStatus()
                .build());

        assertThat(messages(plain, Freshness.LIVE)).singleElement().asString().contains("can be scaled up");

        api.client()
                .resource(set.edit()
                        .editSpec()
                        .withReplicas(1)
                        .withTemplate(template("1.5.0"))
                        .endSpec()
                        .editStatus()
                        .withObservedGeneration(2L)
                        .endStatus()
                        .build())
                .update();
        api.put(pod("plain-a", set, "1.4.0"));

        assertThat(messages(plain, Freshness.LIVE)).singleElement().asString().startsWith("Pod plain-a reports 1.4.0");
    }

    // CronJobs and Jobs

    /** G22: also while it is suspended, and with nothing running. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact("G22")
    void suspendedCronJobWithAnOldTemplateHolds(Freshness freshness) {
        api.put(cronJob("1.4.0", true));

        assertThat(messages(tidy(), freshness))
                .singleElement()
                .asString()
                .contains("The pod template of CronJob shop/tidy says 1.4.0", "can be resumed at any moment");
    }

    /** G22, G23: its template is new, but a Job that began before may start a pod again, and one may yet come late. */
    @Test
    @Fact({"G22", "G23"})
    void jobsThatACronJobStartedBeforeHoldUntilTheyHaveEnded() {
        CronJob tidy = api.put(cronJob("1.5.0", false));
        assertThat(verdict(tidy(), Freshness.LIVE)).isInstanceOf(Verdict.Open.class);

        Job late = api.put(job("tidy-1", "1.4.0", tidy));
        assertThat(messages(tidy(), Freshness.LIVE))
                .singleElement()
                .asString()
                .contains("Job tidy-1", "each retry starts from this template");

        api.client().resource(ended(late)).updateStatus();
        api.put(pod("tidy-1-a", late, "1.4.0"));
        assertThat(messages(tidy(), Freshness.LIVE)).singleElement().asString().startsWith("Pod tidy-1-a");
    }

    /** G23. */
    @Test
    @Fact("G23")
    void jobHoldsWhileItCanStartAPodAndNotAfterItHasEnded() {
        WorkloadSpec load = workload(Runner.Kind.JOB, "load");
        assertThat(verdict(load, Freshness.LIVE)).isInstanceOf(Verdict.Closed.class);
        Job job = api.put(job("load", "1.4.0"));
        assertThat(messages(load, Freshness.LIVE)).singleElement().asString().contains("each retry");

        Job queued = api.client()
                .resource(job.edit().editSpec().withSuspend(true).endSpec().build())
                .update();
        assertThat(messages(load, Freshness.LIVE)).singleElement().asString().contains("suspended or queued");

        api.client().resource(ended(queued)).updateStatus();
        assertThat(verdict(load, Freshness.LIVE)).isInstanceOf(Verdict.Open.class);
        assertThat(seen(load, Freshness.LIVE).templates()).isEmpty();
    }

    // Pods by selector

    /** G25, G17: what starts them may start more. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact({"G25", "G17"})
    void podsOfAnUnknownKindCountOneByOneAndNoneIsNoProof(Freshness freshness) {
        WorkloadSpec batch = pods(new PodSelector(
                Map.of("app", "shop-web"),
                List.of(new PodSelector.Expression("role", PodSelector.Operator.DOES_NOT_EXIST, List.of()))));

        assertThat(verdict(batch, freshness)).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(messages(batch, freshness)).singleElement().asString().contains("finds no pod now");

        api.put(pod("bare", "1.5.0").build());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(batch, freshness)).isInstanceOf(Verdict.Open.class));
        api.put(pod("other", "1.4.0")
                .editMetadata()
                .addToLabels("role", "other")
                .endMetadata()
                .build());
        api.put(pod("old", "1.4.0").build());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages(batch, freshness))
                        .singleElement()
                        .asString()
                        .startsWith("Pod old"));
    }

    // Argo Rollouts

    /** G20: the stable ReplicaSet still runs although all traffic goes to the new one. */
    @ParameterizedTest
    @EnumSource(Freshness.class)
    @Fact("G20")
    void rolloutHoldsUntilItsOldReplicaSetIsAtZeroAndNotTheStableOne(Freshness freshness) {
        GenericKubernetesResource rollout = put(rollout("1.5.0", "stable", "canary"));
        ReplicaSet stable = api.put(argo(replicaSet("shop-web-s", rollout, "1.4.0"), "stable", 1));
        ReplicaSet canary = api.put(argo(replicaSet("shop-web-c", rollout, "1.5.0"), "canary", 1));
        Pod old = api.put(hashed(pod("shop-web-s-a", stable, "1.4.0"), "rollouts-pod-template-hash", "stable"));
        api.put(hashed(pod("shop-web-c-a", canary, "1.5.0"), "rollouts-pod-template-hash", "canary"));

        assertThat(messages(argo(), freshness)).singleElement().asString().startsWith("Pod shop-web-s-a");

        api.client().resource(old).delete();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages(argo(), freshness))
                        .singleElement()
                        .asString()
                        .contains("ReplicaSet shop-web-s", "It is not at zero yet"));
        api.client()
                .resource(stable.edit().editSpec().withReplicas(0).endSpec().build())
                .update();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages(argo(), freshness))
                        .singleElement()
                        .asString()
                        .contains("ReplicaSet shop-web-s", "an abort scales it up again"));

        rollout.setAdditionalProperty(
                "status", Map.of("observedGeneration", "1", "stableRS", "canary", "currentPodHash", "canary"));
        ObjectKind.ROLLOUTS
                .access()
                .in(api.client(), NAMESPACE)
                .resource(rollout)
                .update();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(verdict(argo(), freshness)).isInstanceOf(Verdict.Open.class));
    }

    /** G20: an experiment's ReplicaSets belong to the experiment, and its pods need not fit the Rollout's selector. */
    @Test
    @Fact("G20")
    void podsOfAnExperimentCount() {
        GenericKubernetesResource rollout = put(rollout("1.5.0", "canary", "canary"));
        GenericKubernetesResource experiment =
                put(owned(generic("argoproj.io/v1alpha1", "Experiment", "shop-web-try", "{}"), rollout));
        ReplicaSet set = api.put(argo(replicaSet("shop-web-try-1", experiment, "1.4.0"), "try", 0)
                .edit()
                .editSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels("app", "try")
                .endSelector()
                .endSpec()
                .build());
        api.put(pod("shop-web-try-1-a", set, "1.4.0")
                .edit()
                .editMetadata()
                .withLabels(Map.of("app", "try", EvidenceSpec.DEFAULT_LABEL, "1.4.0"))
                .endMetadata()
                .build());

        assertThat(messages(argo(), Freshness.LIVE)).singleElement().asString().startsWith("Pod shop-web-try-1-a");
    }

    /** G11: Argo writes the observed generation as a text. */
    @Test
    @Fact("G11")
    void rolloutThatItsControllerHasNotSeenHolds() {
        GenericKubernetesResource rollout = rollout("1.5.0", "canary", "canary");
        rollout.setAdditionalProperty("status", Map.of("observedGeneration", "0", "currentPodHash", "canary"));
        put(rollout);

        assertThat(blockers(verdict(argo(), Freshness.LIVE)))
                .extracting(Blocker::code)
                .containsExactly(Blocker.Code.ROLLOUT_NOT_OBSERVED);
    }

    @Test
    void rolloutMayTakeItsTemplateFromADeployment() {
        api.put(Shop.deployment("1.4.0", 0));
        put(generic("argoproj.io/v1alpha1", "Rollout", "shop-web", """
                {"spec": {"replicas": 0, "workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop-web"}},
                 "status": {"observedGeneration": "1"}}
                """));

        assertThat(messages(argo(), Freshness.LIVE)).singleElement().asString().contains("says 1.4.0");
    }

    // What is common

    @ParameterizedTest
    @EnumSource(Runner.Kind.class)
    void whatIsNotThereIsMissing(Runner.Kind kind) {
        for (Freshness freshness : Freshness.values()) {
            assertThat(observe(workload(kind, "none"), freshness))
                    .isInstanceOfSatisfying(
                            WorkloadObservation.Missing.class,
                            missing -> assertThat(missing.object()).isEqualTo(kind.label() + " shop/none"));
        }
    }

    /** G18: whatever the kind, pods that lost their owner are found by the selector, and those that lost their labels by it. */
    @Test
    @Fact("G18")
    void orphanedAndRelabelledPodsOfASetCount() {
        StatefulSet set = api.put(statefulSet("1.5.0", 0, "new", "new"));
        api.put(pod("orphan", "1.4.0").build());
        api.put(pod("relabelled", set, "1.4.0")
                .edit()
                .editMetadata()
                .withLabels(Map.of(EvidenceSpec.DEFAULT_LABEL, "1.4.0"))
                .endMetadata()
                .build());

        assertThat(seen(stateful(), Freshness.LIVE).pods())
                .extracting(PodObservation::name)
                .containsExactlyInAnyOrder("orphan", "relabelled");
    }

    private static WorkloadSpec deployment() {
        return workload(Runner.Kind.DEPLOYMENT, "shop-web");
    }

    private static WorkloadSpec stateful() {
        return workload(Runner.Kind.STATEFUL_SET, "shop-web");
    }

    private static WorkloadSpec tidy() {
        return workload(Runner.Kind.CRON_JOB, "tidy");
    }

    private static WorkloadSpec argo() {
        return workload(Runner.Kind.ROLLOUT, "shop-web");
    }

    private static WorkloadSpec workload(Runner.Kind kind, String resource) {
        return new WorkloadSpec(
                new WorkloadName("web"),
                kind,
                NAMESPACE,
                resource,
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    private static WorkloadSpec pods(PodSelector selector) {
        return new WorkloadSpec(
                new WorkloadName("web"),
                new Runner.Pods(Runner.Place.here(NAMESPACE), selector),
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    private static ObjectMeta metadata(String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withGeneration(1L)
                .build();
    }

    private static StatefulSet statefulSet(String version, int partition, String current, String update) {
        return new StatefulSetBuilder()
                .withMetadata(metadata("shop-web"))
                .withNewSpec()
                .withReplicas(2)
                .withSelector(SELECTOR)
                .withTemplate(template(version))
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withPartition(partition)
                .endRollingUpdate()
                .endUpdateStrategy()
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .withReplicas(2)
                .withReadyReplicas(2)
                .withUpdatedReplicas(2)
                .withCurrentRevision(current)
                .withUpdateRevision(update)
                .endStatus()
                .build();
    }

    private static CronJob cronJob(String version, boolean suspended) {
        return new CronJobBuilder()
                .withMetadata(metadata("tidy"))
                .withNewSpec()
                .withSchedule("0 3 * * *")
                .withSuspend(suspended)
                .withNewJobTemplate()
                .withNewSpec()
                .withTemplate(template(version))
                .endSpec()
                .endJobTemplate()
                .endSpec()
                .build();
    }

    private static Job job(String name, String version) {
        return new JobBuilder()
                .withMetadata(metadata(name))
                .withNewSpec()
                .withTemplate(template(version))
                .endSpec()
                .build();
    }

    private static Job job(String name, String version, HasMetadata owner) {
        return owned(job(name, version), owner);
    }

    private static Job ended(Job job) {
        return job.edit()
                .withNewStatus()
                .addNewCondition()
                .withType("Complete")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }

    private static GenericKubernetesResource rollout(String version, String stable, String current) {
        return generic("argoproj.io/v1alpha1", "Rollout", "shop-web", """
                {"spec": {"replicas": 1, "selector": {"matchLabels": {"app": "shop-web"}}, "template": %s},
                 "status": {"observedGeneration": "1", "stableRS": "%s", "currentPodHash": "%s"}}
                """.formatted(
                        Serialization.asJson(template(version)), stable, current));
    }

    private static GenericKubernetesResource generic(String apiVersion, String kind, String name, String rest) {
        GenericKubernetesResource object = Serialization.unmarshal(rest, GenericKubernetesResource.class);
        object.setApiVersion(apiVersion);
        object.setKind(kind);
        object.setMetadata(metadata(name));
        return object;
    }

    private static ReplicaSet revision(ReplicaSet set, String revision, String hash) {
        return set.edit()
                .editMetadata()
                .addToAnnotations("deployment.kubernetes.io/revision", revision)
                .addToLabels("pod-template-hash", hash)
                .endMetadata()
                .build();
    }

    private static ReplicaSet argo(ReplicaSet set, String hash, int replicas) {
        return set.edit()
                .editMetadata()
                .addToLabels("rollouts-pod-template-hash", hash)
                .endMetadata()
                .editSpec()
                .withReplicas(replicas)
                .endSpec()
                .build();
    }

    private static Pod hashed(Pod pod, String label, String hash) {
        return pod.edit().editMetadata().addToLabels(label, hash).endMetadata().build();
    }

    private static <T extends HasMetadata> T owned(T object, HasMetadata owner) {
        object.getMetadata().setOwnerReferences(List.of(reference(owner)));
        return object;
    }

    private GenericKubernetesResource put(GenericKubernetesResource object) {
        ObjectKind<GenericKubernetesResource> kind =
                object.getKind().equals("Rollout") ? ObjectKind.ROLLOUTS : ObjectKind.EXPERIMENTS;
        return kind.access().in(api.client(), NAMESPACE).resource(object).create();
    }

    private Seen seen(WorkloadSpec spec, Freshness freshness) {
        WorkloadObservation observation = observe(spec, freshness);
        assertThat(observation).isInstanceOf(Seen.class);
        return (Seen) observation;
    }

    private WorkloadObservation observe(WorkloadSpec spec, Freshness freshness) {
        return cluster.observe(List.of(spec), freshness).getFirst();
    }

    private Verdict verdict(WorkloadSpec spec, Freshness freshness) {
        return new Gate(Instant.now(), Duration.ofMinutes(1))
                .judge(Milestone.NEW_ONLY, List.of(spec), List.of(observe(spec, freshness)), GateKind.DEPLOY);
    }

    private List<String> messages(WorkloadSpec spec, Freshness freshness) {
        return blockers(verdict(spec, freshness)).stream().map(Blocker::message).toList();
    }

    private static List<Blocker> blockers(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Open _ -> List.of();
            case Verdict.Closed(List<Blocker> blockers) -> blockers;
            case Verdict.Inconclusive(List<Blocker> blockers) -> blockers;
        };
    }
}
