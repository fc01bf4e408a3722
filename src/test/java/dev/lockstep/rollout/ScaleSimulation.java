package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.gate.Gate;
import dev.lockstep.gate.GateKind;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * 1,000 Deployments with 10,000 pods in one namespace: how long from a pod's change to the gate's verdict, with how much heap,
 * and what a change costs that no plan cares about, beside one plan and beside hundreds. Takes minutes: the profile
 * {@code scale} runs it, and no everyday build. The API server runs in a process of its own, so that only what Lockstep needs
 * is measured.
 */
class ScaleSimulation {
    private static final int DEPLOYMENTS = Integer.getInteger("scale.deployments", 1_000);
    private static final int PODS_OF_EACH = Integer.getInteger("scale.pods", 10);
    private static final int CHANGES = Integer.getInteger("scale.changes", 300);

    /** So many Deployments no plan names. */
    private static final int UNPLANNED = Math.max(1, DEPLOYMENTS / 10);

    private static final Duration GOAL = Duration.ofMillis(100);
    private static final long HEAP_GOAL_MEBIBYTES = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The API server of the tests knows no pages: one list of ten thousand pods takes it seconds. */
    private static final RolloutSettings SETTINGS = new RolloutSettings(
            Duration.ofMinutes(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2),
            500,
            "lockstep");

    private final List<String> findings = new ArrayList<>();

    /** The API server's process. */
    public static void main(String[] arguments) throws InterruptedException {
        serve(DEPLOYMENTS, PODS_OF_EACH);
    }

    @Test
    void verdictsComeInTimeAndChangesThatNobodyCaresAboutCostNobodyAnything() throws Exception {
        Process api = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-Dscale.deployments=" + DEPLOYMENTS,
                        "-Dscale.pods=" + PODS_OF_EACH,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScaleSimulation.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = api.inputReader()) {
            String port = lines.lines()
                    .filter(line -> line.startsWith("port "))
                    .findFirst()
                    .orElseThrow()
                    .substring("port ".length());
            measure("http://127.0.0.1:" + port);
        } finally {
            api.destroy();
            Files.createDirectories(Path.of("target"));
            Files.write(Path.of("target", "scale.txt"), findings);
        }
    }

    private static void serve(int deployments, int pods) throws InterruptedException {
        ApiServer api = new ApiServer();
        for (int number = 0; number < deployments; number++) {
            String name = name(number);
            Deployment deployment = api.put(Shop.deployment("1.5.0", pods)
                    .edit()
                    .editMetadata()
                    .withName(name)
                    .endMetadata()
                    .editSpec()
                    .withNewSelector()
                    .addToMatchLabels("app", name)
                    .endSelector()
                    .endSpec()
                    .build());
            ReplicaSet set = api.put(Shop.replicaSet(name + "-1", deployment, "1.5.0")
                    .edit()
                    .editSpec()
                    .withNewSelector()
                    .addToMatchLabels("app", name)
                    .endSelector()
                    .endSpec()
                    .build());
            for (int pod = 0; pod < pods; pod++) {
                api.put(pod(name, pod, set));
            }
        }
        System.out.println("port " + api.client().getMasterUrl().getPort());
        new CountDownLatch(1).await();
    }

    private static Pod pod(String name, int number, ReplicaSet set) {
        return Shop.pod(name + "-1-" + number, set, "1.5.0")
                .edit()
                .editMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .build();
    }

    private void measure(String url) throws Exception {
        try (KubernetesClient client = client(url);
                KubernetesClient kubectl = client(url);
                KubernetesCluster cluster = new KubernetesCluster(client, Clock.systemUTC(), SETTINGS)) {
            long begun = System.nanoTime();
            List<Plan> plans = new ArrayList<>();
            for (int number = UNPLANNED; number < DEPLOYMENTS; number++) {
                Plan plan = new Plan(cluster, spec(number));
                plans.add(plan);
                plan.look();
            }
            say(String.format(
                    Locale.ROOT,
                    "%d Deployments, %d pods, %d plans",
                    DEPLOYMENTS,
                    DEPLOYMENTS * PODS_OF_EACH,
                    plans.size()));
            say(String.format(Locale.ROOT, "all gates had a verdict after %.1f s", seconds(System.nanoTime() - begun)));
            // Until the compiler has seen it all.
            round(plans, kubectl);
            Round many = round(plans, kubectl);
            say(String.format(Locale.ROOT, "with %d plans, %s", plans.size(), many));
            double besideMany = unrelated(plans, kubectl);
            say(String.format(
                    Locale.ROOT,
                    "a change that none of %d plans cares about: no look, %.2f ms CPU",
                    plans.size(),
                    besideMany));
            long heap = heap();
            say(String.format(
                    Locale.ROOT,
                    "heap in use after a collection: %d MiB of %d",
                    heap,
                    Runtime.getRuntime().maxMemory() >> 20));
            long idle = cpu();
            Thread.sleep(20_000);
            say(String.format(
                    Locale.ROOT, "CPU while nothing changes: %.1f %% of a core", (cpu() - idle) / 20e9 * 100));
            for (Plan other : plans.subList(1, plans.size())) {
                other.close();
            }
            List<Plan> one = plans.subList(0, 1);
            say(String.format(Locale.ROOT, "with 1 plan, %s", round(one, kubectl)));
            double besideOne = unrelated(one, kubectl);
            say(String.format(
                    Locale.ROOT, "a change that the 1 plan does not care about: no look, %.2f ms CPU", besideOne));

            assertThat(many.nearlyAll()).as("99 %% of all verdicts").isLessThanOrEqualTo(GOAL);
            assertThat(heap).isLessThan(HEAP_GOAL_MEBIBYTES);
            assertThat(besideMany)
                    .as("what a change costs does not depend on how many plans do not care")
                    .isLessThan(besideOne * 3 + 2);
        }
    }

    /**
     * Times from before a change to the verdict.
     *
     * @param cpuMilliseconds for each change, with the client that makes it
     */
    private record Round(
            Duration median,
            Duration nearlyAll,
            Duration longest,
            Duration look,
            Duration nearlyAllLooks,
            double cpuMilliseconds) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "from a change to the verdict: median %.1f ms, 99 %% within %.1f ms, longest %.1f ms; of that the look:"
                            + " median %.2f ms, 99 %% within %.2f ms; %.2f ms CPU a change",
                    milliseconds(median),
                    milliseconds(nearlyAll),
                    milliseconds(longest),
                    milliseconds(look),
                    milliseconds(nearlyAllLooks),
                    cpuMilliseconds);
        }

        private static double milliseconds(Duration duration) {
            return duration.toNanos() / 1e6;
        }
    }

    /** Each change makes a pod old, or new again. */
    private static Round round(List<Plan> plans, KubernetesClient kubectl) throws Exception {
        long[] took = new long[CHANGES];
        long[] looks = new long[CHANGES];
        long cpu = cpu();
        for (int change = 0; change < CHANGES; change++) {
            Plan plan = plans.get((change * 7) % plans.size());
            boolean toOld = !plan.closed;
            CountDownLatch decided = plan.awaits(toOld);
            long begun = System.nanoTime();
            change(kubectl, plan.name, toOld ? "1.4.0" : "1.5.0");
            if (!decided.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("no verdict for " + plan.name);
            }
            took[change] = plan.decidedAt - begun;
            looks[change] = plan.lookTook;
        }
        Arrays.sort(took);
        Arrays.sort(looks);
        return new Round(
                Duration.ofNanos(took[CHANGES / 2]),
                Duration.ofNanos(took[CHANGES * 99 / 100]),
                Duration.ofNanos(took[CHANGES - 1]),
                Duration.ofNanos(looks[CHANGES / 2]),
                Duration.ofNanos(looks[CHANGES * 99 / 100]),
                (cpu() - cpu) / 1e6 / CHANGES);
    }

    /** Changes of pods that no plan names: in milliseconds of CPU for each, with the client that makes them. */
    private static double unrelated(List<Plan> plans, KubernetesClient kubectl) throws InterruptedException {
        long looks = looks(plans);
        long cpu = cpu();
        for (int change = 0; change < CHANGES; change++) {
            change(kubectl, name(change % UNPLANNED), change / UNPLANNED % 2 == 0 ? "1.4.0" : "1.5.0");
        }
        // Until the last of them has come.
        Thread.sleep(1_000);
        double each = (cpu() - cpu) / 1e6 / CHANGES;
        assertThat(looks(plans))
                .as("nobody looks at what does not concern them")
                .isEqualTo(looks);
        return each;
    }

    private static long looks(List<Plan> plans) {
        return plans.stream().mapToLong(plan -> plan.looks.get()).sum();
    }

    private static void change(KubernetesClient kubectl, String name, String version) {
        kubectl.pods()
                .inNamespace(NAMESPACE)
                .withName(name + "-1-0")
                .edit(pod -> pod.edit()
                        .editMetadata()
                        .addToLabels(EvidenceSpec.DEFAULT_LABEL, version)
                        .endMetadata()
                        .build());
    }

    /** A plan whose gate looks whenever it is told to. */
    private static final class Plan {
        private final KubernetesCluster cluster;
        private final WorkloadSpec spec;
        private final String name;
        private final AutoCloseable subscription;
        private final AtomicLong looks = new AtomicLong();
        private final Map<Boolean, CountDownLatch> awaited = new ConcurrentHashMap<>();
        private volatile boolean closed;
        private volatile long decidedAt;
        private volatile long lookTook;

        Plan(KubernetesCluster cluster, WorkloadSpec spec) {
            this.cluster = cluster;
            this.spec = spec;
            this.name = ((Runner.Controller) spec.runner()).resource();
            this.subscription = cluster.onChange(List.of(spec), this::look);
        }

        CountDownLatch awaits(boolean toBeClosed) {
            CountDownLatch latch = new CountDownLatch(1);
            awaited.put(toBeClosed, latch);
            return latch;
        }

        void look() {
            long begun = System.nanoTime();
            looks.incrementAndGet();
            Verdict verdict = new Gate(Instant.now(), SETTINGS.staleAfter())
                    .judge(
                            Milestone.NEW_ONLY,
                            List.of(spec),
                            cluster.observe(List.of(spec), Freshness.WATCHED),
                            GateKind.DEPLOY);
            if (!(verdict instanceof Verdict.Inconclusive)) {
                closed = verdict instanceof Verdict.Closed;
                decidedAt = System.nanoTime();
                lookTook = decidedAt - begun;
                CountDownLatch latch = awaited.remove(closed);
                if (latch != null) {
                    latch.countDown();
                }
            }
        }

        void close() throws Exception {
            subscription.close();
        }
    }

    private static WorkloadSpec spec(int number) {
        return new WorkloadSpec(
                new WorkloadName("w-" + number),
                Runner.Kind.DEPLOYMENT,
                NAMESPACE,
                name(number),
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    private static String name(int number) {
        return "web-" + number;
    }

    private static KubernetesClient client(String url) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder().withMasterUrl(url).build())
                .build();
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long heap() throws InterruptedException {
        System.gc();
        Thread.sleep(500);
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private void say(String finding) {
        findings.add(finding);
        System.out.println(finding);
    }
}
