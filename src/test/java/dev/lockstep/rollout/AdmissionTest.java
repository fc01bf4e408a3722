package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.BreakGlass;
import dev.lockstep.engine.BreakGlassRecord;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.plan.ClusterName;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequestBuilder;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponse;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the API server is answered about objects of a workload whose old shape is about to go. */
class AdmissionTest {
    private static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");
    private static final KubernetesSerialization SHAPES = new KubernetesSerialization();

    private final ApiServer cluster = new ApiServer();
    private final Board board = new Board();
    private final Kept kept = new Kept();
    private final Admission admission = new Admission(
            board,
            new Claims(new Owners(cluster.client())),
            new GlassCase(kept, () -> NOW),
            () -> NOW,
            Optional.of("lockstep"));

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void oldCodeIsKeptOutWithWordsForWhoeverSentIt() {
        board.contracting(Shop.WEB);

        AdmissionResponse answer = ask(create(Shop.deployment("1.4.0", 2)));

        assertThat(answer.getAllowed()).isFalse();
        assertThat(answer.getUid()).isEqualTo("u-1");
        assertThat(answer.getStatus().getCode()).isEqualTo(403);
        assertThat(answer.getStatus().getMessage()).isEqualTo("""
            Lockstep keeps CREATE Deployment shop/shop-web out. \
            web 1.4.0 (label, image tag) needs a shape of the schema that this plan takes away. \
            Deploy >=1.5.0 instead. \
            Plan shop/rename-users-name on database shop is at phase contract, and has kept older code out since \
            2026-03-01T02:00:00Z. What runs already goes on running, and nothing was changed. \
            In an emergency, set the annotation lockstep.dev/break-glass in the pod template to the reason: \
            it is let in then, and who did so and why is kept.\
            """);
        assertThat(answer.getAuditAnnotations())
                .containsEntry("verdict", "TooLate")
                .containsEntry("plan", "shop/rename-users-name");
        assertThat(allowed(create(Shop.deployment("1.5.0", 2)))).isTrue();
    }

    @Test
    void newCodeIsKeptOutUntilItsShapeIsThere() {
        board.expanding(Shop.WEB);

        assertThat(ask(create(Shop.deployment("1.5.0", 2))).getStatus().getMessage())
                .contains("web 1.5.0 (label, image tag) counts as new-only code")
                .contains("has had a say in this since 2026-03-01T02:00:00Z");
        assertThat(allowed(create(Shop.deployment("1.4.0", 2)))).isTrue();
    }

    @Test
    void namespaceThatOnlyWarnsLetsItInAndSaysSoInShortSentences() {
        board.contracting(Shop.WEB);

        AdmissionResponse answer = admission.review(create(Shop.deployment("1.4.0", 2)), Strictness.WARN);

        assertThat(answer.getAllowed()).isTrue();
        assertThat(answer.getWarnings())
                .contains("Lockstep would keep CREATE Deployment shop/shop-web out.")
                .allSatisfy(warning -> assertThat(warning).hasSizeLessThanOrEqualTo(256));
        assertThat(kept.all).isEmpty();
    }

    @Test
    @Fact("G17")
    void whatRunsAlreadyCanBeEditedScaledAndFinalized() {
        board.contracting(Shop.WEB);
        Deployment old = Shop.deployment("1.4.0", 2);

        assertThat(allowed(update(
                        old, edited(old).editSpec().withReplicas(9).endSpec().build())))
                .as("scaled: what it starts is asked about pod by pod")
                .isTrue();
        assertThat(allowed(update(
                        old,
                        edited(old)
                                .editMetadata()
                                .withFinalizers("x/y")
                                .endMetadata()
                                .build())))
                .isTrue();
        assertThat(allowed(update(
                        old,
                        edited(old)
                                .editSpec()
                                .editTemplate()
                                .editSpec()
                                .withTerminationGracePeriodSeconds(5L)
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build())))
                .as("a template with the same code")
                .isTrue();
        Pod pod = Shop.pod("web-1", "1.4.0").build();
        assertThat(allowed(update(
                        pod,
                        new PodBuilder(pod)
                                .editMetadata()
                                .addToAnnotations("a", "b")
                                .endMetadata()
                                .build())))
                .isTrue();
        assertThat(allowed(update(Shop.deployment("1.5.0", 2), old)))
                .as("kubectl rollout undo")
                .isFalse();
        assertThat(allowed(new AdmissionRequestBuilder(request("DELETE", null, old)).build()))
                .isTrue();
    }

    @TestFactory
    Stream<DynamicTest> everyKindOfWorkloadIsAsked() {
        Map<Runner.Kind, HasMetadata> objects = Map.of(
                Runner.Kind.DEPLOYMENT, Shop.deployment("1.4.0", 1),
                Runner.Kind.STATEFUL_SET,
                        new StatefulSetBuilder()
                                .withMetadata(named("shop-web"))
                                .withNewSpec()
                                .withTemplate(Shop.template("1.4.0"))
                                .endSpec()
                                .build(),
                Runner.Kind.DAEMON_SET,
                        new DaemonSetBuilder()
                                .withMetadata(named("shop-web"))
                                .withNewSpec()
                                .withTemplate(Shop.template("1.4.0"))
                                .endSpec()
                                .build(),
                Runner.Kind.REPLICA_SET,
                        new ReplicaSetBuilder()
                                .withMetadata(named("shop-web"))
                                .withNewSpec()
                                .withTemplate(Shop.template("1.4.0"))
                                .endSpec()
                                .build(),
                Runner.Kind.JOB, job("shop-web"),
                Runner.Kind.CRON_JOB, cronJob(),
                Runner.Kind.ROLLOUT, rollout());
        return Stream.of(Runner.Kind.values())
                .map(kind -> DynamicTest.dynamicTest(kind.label(), () -> {
                    board.contracting(web(new Runner.Controller(kind, Runner.Place.here("shop"), "shop-web")));
                    assertThat(allowed(create(Objects.requireNonNull(objects.get(kind)))))
                            .isFalse();
                    board.contracting(web(new Runner.Controller(kind, Runner.Place.here("shop"), "another")));
                    assertThat(allowed(create(Objects.requireNonNull(objects.get(kind)))))
                            .isTrue();
                }));
    }

    @Test
    @Fact("G18")
    void podOfAnOldReplicaSetIsKnownByWhoeverStandsBehindIt() {
        board.contracting(Shop.WEB);
        Deployment deployment = cluster.put(Shop.deployment("1.5.0", 2));
        ReplicaSet old = cluster.put(Shop.replicaSet("oddly-named", deployment, "1.4.0"));

        assertThat(allowed(create(Shop.pod("web-1", old, "1.4.0")))).isFalse();
        assertThat(allowed(create(old))).isFalse();
        cluster.client().resource(old).delete();
        assertThat(allowed(create(Shop.pod("web-2", old, "1.4.0"))))
                .as("its owner was asked for once, and its owner's owner does not change")
                .isFalse();
        assertThat(allowed(create(Shop.pod("stray", "1.4.0").build())))
                .as("a bare pod with the same labels is nobody's")
                .isTrue();
    }

    @Test
    @Fact("G22")
    void jobOfACronJobAndItsPodAreTheCronJobs() {
        board.contracting(web(new Runner.Controller(Runner.Kind.CRON_JOB, Runner.Place.here("shop"), "shop-web")));
        CronJob cronJob = cluster.put(cronJob());
        Job started = cluster.put(new JobBuilder(job("by-hand"))
                .editMetadata()
                .withOwnerReferences(Shop.reference(cronJob))
                .endMetadata()
                .build());

        assertThat(allowed(create(started))).isFalse();
        assertThat(allowed(create(Shop.pod("by-hand-x", started, "1.4.0")))).isFalse();
        assertThat(allowed(create(Shop.pod("by-hand-y", started, "1.5.0")))).isTrue();
    }

    @Test
    @Fact("G25")
    void podsThatAPlanFindsByTheirLabelsAreAskedWhateverStartsThem() {
        board.contracting(
                web(new Runner.Pods(Runner.Place.here("shop"), new PodSelector(Map.of("app", "shop-web"), List.of()))));

        assertThat(allowed(create(Shop.pod("stray", "1.4.0").build()))).isFalse();
        assertThat(allowed(create(Shop.deployment("1.4.0", 1)))).isFalse();
        assertThat(allowed(create(Shop.pod("stray", "1.5.0").build()))).isTrue();
    }

    @Test
    @Fact("G36")
    void clusterThatDoesNotSayWhoStandsBehindAPodLetsNoneIn() {
        board.contracting(Shop.WEB);
        Deployment deployment = cluster.put(Shop.deployment("1.5.0", 2));
        ReplicaSet set = cluster.put(Shop.replicaSet("shop-web-1", deployment, "1.5.0"));
        cluster.goAway();

        assertThat(ask(create(Shop.pod("web-1", set, "1.5.0"))).getStatus().getMessage())
                .contains("Lockstep could not read ReplicaSet shop/shop-web-1: the cluster's API does not answer.");
        board.nothing();
        assertThat(allowed(create(Shop.pod("web-1", set, "1.5.0")))).isTrue();
    }

    @Test
    @Fact("G1")
    void storeThatDoesNotAnswerKeepsOutOnlyWhatPlansName() {
        board.contracting(Shop.WEB);
        board.trouble = Optional.of("The store does not answer.");

        assertThat(ask(create(Shop.deployment("1.5.0", 2))).getStatus().getMessage())
                .contains("The store does not answer. Until it does, nobody knows whether web 1.5.0");
        Deployment other = edited(Shop.deployment("1.4.0", 2))
                .editMetadata()
                .withName("other")
                .endMetadata()
                .build();
        assertThat(allowed(create(other))).isTrue();
        board.trouble = Optional.empty();
        board.away = true;
        assertThat(ask(create(Shop.deployment("1.5.0", 2))).getStatus().getMessage())
                .as("it went away between the two questions")
                .contains("gone for lunch");
    }

    @Test
    void storeThatNeverAnsweredLeavesItToTheFailurePolicy() {
        board.never = true;
        assertThatThrownBy(() -> ask(create(Shop.deployment("1.5.0", 2))))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE));
    }

    @Test
    void judgesByWhatIsSoNowAndNotByWhatWasSoAMomentAgo() {
        board.expanding(Shop.WEB);
        board.meanwhile = Optional.of(
                Board.notice(Shop.WEB, "contract", EnumSet.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY)));

        assertThat(allowed(create(Shop.deployment("1.4.0", 1)))).isFalse();
        assertThat(allowed(create(Shop.deployment("1.5.0", 1)))).isTrue();
    }

    @Test
    void glassIsBrokenWithAReasonAndAName() {
        board.contracting(Shop.WEB);
        Deployment emergency = broken(" the new one loses orders ");

        AdmissionResponse answer = ask(create(emergency));

        assertThat(answer.getAllowed()).isTrue();
        assertThat(answer.getAuditAnnotations()).containsEntry("break-glass", "the new one loses orders");
        assertThat(answer.getWarnings())
                .anySatisfy(warning -> assertThat(warning).contains("Take the annotation away"));
        assertThat(kept.all)
                .containsExactly(new BreakGlass(
                        "u-1",
                        NOW,
                        "ann",
                        "the new one loses orders",
                        "CREATE Deployment shop/shop-web",
                        "1.4.0 (label, image tag)",
                        new PlanKey("shop", "rename-users-name"),
                        new PhaseName("contract"),
                        "TooLate"));
        assertThat(allowed(create(broken("  ")))).as("without a reason").isFalse();
        kept.away = true;
        assertThat(allowed(create(emergency)))
                .as("an emergency does not wait for the store")
                .isTrue();
    }

    @Test
    void glassThatKeepsNothingOutIsNotBroken() {
        assertThat(allowed(create(broken("just in case")))).isTrue();
        board.contracting(Shop.WEB);
        assertThat(allowed(new AdmissionRequestBuilder(create(broken("what if")))
                        .withDryRun(true)
                        .build()))
                .isTrue();
        assertThat(kept.all).isEmpty();
    }

    @Test
    void nothingIsKeptOutOfTheSystemOrOfLockstepsOwnNamespace() {
        for (String namespace : List.of("kube-system", "kube-public", "kube-node-lease", "lockstep")) {
            board.contracting(
                    web(new Runner.Controller(Runner.Kind.DEPLOYMENT, Runner.Place.here(namespace), "shop-web")));
            assertThat(allowed(new AdmissionRequestBuilder(create(Shop.deployment("1.4.0", 1)))
                            .withNamespace(namespace)
                            .build()))
                    .as(namespace)
                    .isTrue();
        }
    }

    @Test
    @Fact("G39")
    void workloadOfAnotherClusterIsNotThisOne() {
        board.contracting(web(new Runner.Controller(
                Runner.Kind.DEPLOYMENT, new Runner.Place(Optional.of(new ClusterName("west")), "shop"), "shop-web")));
        assertThat(allowed(create(Shop.deployment("1.4.0", 1)))).isTrue();
    }

    @Test
    @Fact("G7")
    void containerForDebuggingCountsWhenItBringsTheApplicationsImage() {
        board.contracting(
                web(new Runner.Pods(Runner.Place.here("shop"), new PodSelector(Map.of("app", "shop-web"), List.of()))));
        Pod pod = Shop.pod("web-1", "1.5.0").build();

        assertThat(allowed(update(pod, debugged(pod, "busybox:1.36")))).isTrue();
        assertThat(allowed(update(pod, debugged(pod, "registry.example:5000/shop/web:1.4.0"))))
                .isFalse();
        assertThat(allowed(update(pod, debugged(pod, "registry.example:5000/shop/web:1.5.1"))))
                .isTrue();
    }

    @Test
    void rolloutThatTakesItsTemplateFromElsewhereIsAskedAboutAtItsPods() {
        GenericKubernetesResource rollout = rollout();
        rollout.setAdditionalProperty("spec", Map.of("workloadRef", Map.of("kind", "Deployment", "name", "x")));
        board.contracting(web(new Runner.Controller(Runner.Kind.ROLLOUT, Runner.Place.here("shop"), "shop-web")));
        assertThat(allowed(create(rollout))).isTrue();
    }

    private boolean allowed(AdmissionRequest request) {
        return ask(request).getAllowed();
    }

    private AdmissionResponse ask(AdmissionRequest request) {
        return admission.review(request, Strictness.DENY);
    }

    private static AdmissionRequest create(HasMetadata object) {
        return request("CREATE", object, null);
    }

    private static AdmissionRequest update(HasMetadata before, HasMetadata after) {
        return request("UPDATE", after, before);
    }

    /** As it comes over the wire: also what Fabric8 knows no type for. */
    private static AdmissionRequest request(
            String operation, @Nullable HasMetadata object, @Nullable HasMetadata before) {
        AdmissionRequest request = new AdmissionRequestBuilder()
                .withUid("u-1")
                .withOperation(operation)
                .withNamespace("shop")
                .withObject(object)
                .withOldObject(before)
                .withNewUserInfo()
                .withUsername("ann")
                .endUserInfo()
                .build();
        return SHAPES.unmarshal(SHAPES.asJson(request), AdmissionRequest.class);
    }

    private static DeploymentBuilder edited(Deployment deployment) {
        return new DeploymentBuilder(deployment);
    }

    private static Deployment broken(String reason) {
        return edited(Shop.deployment("1.4.0", 1))
                .editSpec()
                .editTemplate()
                .editMetadata()
                .addToAnnotations("lockstep.dev/break-glass", reason)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static Pod debugged(Pod pod, String image) {
        return new PodBuilder(pod)
                .editSpec()
                .withEphemeralContainers(new EphemeralContainerBuilder()
                        .withName("debugger")
                        .withImage(image)
                        .build())
                .endSpec()
                .build();
    }

    private static ObjectMeta named(String name) {
        return new ObjectMetaBuilder().withName(name).withNamespace("shop").build();
    }

    private static Job job(String name) {
        return new JobBuilder()
                .withMetadata(named(name))
                .withNewSpec()
                .withTemplate(Shop.template("1.4.0"))
                .endSpec()
                .build();
    }

    private static CronJob cronJob() {
        return new CronJobBuilder()
                .withMetadata(named("shop-web"))
                .withNewSpec()
                .withSchedule("0 3 * * *")
                .withNewJobTemplate()
                .withNewSpec()
                .withTemplate(Shop.template("1.4.0"))
                .endSpec()
                .endJobTemplate()
                .endSpec()
                .build();
    }

    private static GenericKubernetesResource rollout() {
        GenericKubernetesResource rollout = new GenericKubernetesResource();
        rollout.setApiVersion("argoproj.io/v1alpha1");
        rollout.setKind("Rollout");
        rollout.setMetadata(named("shop-web"));
        rollout.setAdditionalProperty("spec", Map.of("template", Shop.template("1.4.0")));
        return rollout;
    }

    private static WorkloadSpec web(Runner runner) {
        return new WorkloadSpec(
                new WorkloadName("web"),
                runner,
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    /** What plans say, made up. */
    private static final class Board implements InterlockBoard {
        private List<Notice> notices = List.of();
        private Optional<Notice> meanwhile = Optional.empty();
        private Optional<String> trouble = Optional.empty();
        private boolean away;
        private boolean never;

        void nothing() {
            notices = List.of();
        }

        void expanding(WorkloadSpec spec) {
            notices = List.of(notice(spec, "expand", EnumSet.noneOf(Milestone.class), Optional.empty()));
        }

        void contracting(WorkloadSpec spec) {
            notices =
                    List.of(notice(spec, "contract", EnumSet.allOf(Milestone.class), Optional.of(Milestone.NEW_ONLY)));
        }

        static Notice notice(WorkloadSpec spec, String phase, EnumSet<Milestone> ready, Optional<Milestone> floor) {
            return new Notice(
                    new DatabaseName("shop"),
                    new LivePlan(
                            new PlanKey("shop", "rename-users-name"),
                            new PhaseName(phase),
                            List.of(spec),
                            ready,
                            floor),
                    NOW.minusSeconds(3_600),
                    Optional.empty());
        }

        @Override
        public Posting read() {
            if (never) {
                throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.");
            }
            return new Posting(notices, NOW, trouble);
        }

        @Override
        public Posting fresh() {
            return read();
        }

        @Override
        public Optional<Notice> now(Notice notice) {
            if (away) {
                throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store has gone for lunch.");
            }
            return meanwhile.or(() -> Optional.of(notice));
        }
    }

    private static final class Kept implements BreakGlassRecord {
        private final List<BreakGlass> all = new ArrayList<>();
        private boolean away;

        @Override
        public void keep(BreakGlass broken) {
            if (away) {
                throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.");
            }
            all.add(broken);
        }

        @Override
        public List<BreakGlass> newest(int atMost) {
            return all.reversed().stream().limit(atMost).toList();
        }
    }
}
