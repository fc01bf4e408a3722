package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.NAMESPACE;

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
import java.util.stream.IntStream;

/**
 * 1,000 Deployments with 10,000 pods in one namespace: how long from a pod's change to the gate's verdict, with how much heap,
 * and what one change costs with one plan that cares and with a thousand that do not. A program, not a test: the API server
 * runs in a process of its own, so that only what Lockstep needs is measured.
 *
 * <pre>java -Xmx512m -cp … dev.lockstep.rollout.ScaleSimulation [deployments] [pods of each] [changes]</pre>
 */
final class ScaleSimulation {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The API server of the tests knows no pages: one list of ten thousand pods takes it seconds. */
    private static final RolloutSettings SETTINGS = new RolloutSettings(
            Duration.ofMinutes(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2),
            500,
            "lockstep");

    private ScaleSimulation() {}

    public static void main(String[] arguments) {
        try {
            run(arguments);
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("api")) {
            serve(number(arguments, 1, 1_000), number(arguments, 2, 10));
            return;
        }
        int deployments = number(arguments, 0, 1_000);
        int pods = number(arguments, 1, 10);
        int changes = number(arguments, 2, 200);
        Process api = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScaleSimulation.class.getName(),
                        "api",
                        String.valueOf(deployments),
                        String.valueOf(pods))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = api.inputReader()) {
            String port = lines.lines()
                    .filter(line -> line.startsWith("port "))
                    .findFirst()
                    .orElseThrow()
                    .substring("port ".length());
            measure("http://127.0.0.1:" + port, deployments, changes);
        } finally {
            api.destroy();
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

    private static void measure(String url, int deployments, int changes) throws Exception {
        KubernetesClient client = client(url);
        KubernetesClient kubectl = client(url);
        try (KubernetesCluster cluster = new KubernetesCluster(client, Clock.systemUTC(), SETTINGS)) {
            List<WorkloadSpec> specs = IntStream.range(0, deployments)
                    .mapToObj(ScaleSimulation::spec)
                    .toList();
            long begun = System.nanoTime();
            List<Plan> plans = new ArrayList<>();
            for (WorkloadSpec spec : specs) {
                Plan plan = new Plan(cluster, spec);
                plans.add(plan);
                plan.look();
            }
            say("all %d gates had a verdict after %.1f s", deployments, seconds(System.nanoTime() - begun));
            round(plans, kubectl, 20);
            say("with %d plans: %s", plans.size(), round(plans, kubectl, changes));
            say(
                    "heap in use after a collection: %d MiB of %d",
                    heap(), Runtime.getRuntime().maxMemory() >> 20);
            long idle = cpu();
            Thread.sleep(20_000);
            say("CPU while nothing changes: %.1f %% of a core", (cpu() - idle) / 20e9 * 100);
            for (Plan other : plans.subList(1, plans.size())) {
                other.close();
            }
            say("with 1 plan:     %s", round(plans.subList(0, 1), kubectl, changes));
            long before = plans.getFirst().looks.get();
            long cpu = cpu();
            for (int change = 0; change < changes; change++) {
                change(kubectl, name(1 + change % (deployments - 1)), "1.4.0");
            }
            Thread.sleep(1_000);
            say(
                    "%d changes that the plan does not care about: %d looks, %.2f ms CPU each (with the client that makes"
                            + " them)",
                    changes, plans.getFirst().looks.get() - before, (cpu() - cpu) / 1e6 / changes);
        } finally {
            client.close();
            kubectl.close();
        }
    }

    /** Each change makes a pod old and new again; what counts is the time from before the change to the verdict. */
    private static String round(List<Plan> plans, KubernetesClient kubectl, int changes) throws Exception {
        long[] took = new long[changes];
        long[] looks = new long[changes];
        long cpu = cpu();
        for (int change = 0; change < changes; change++) {
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
        return String.format(
                Locale.ROOT,
                "from a change to the verdict: median %.1f ms, 99 %% within %.1f ms, longest %.1f ms; of that for the"
                        + " look: median %.2f ms, 99 %% within %.2f ms; %.2f ms CPU a change",
                took[changes / 2] / 1e6,
                took[changes * 99 / 100] / 1e6,
                took[changes - 1] / 1e6,
                looks[changes / 2] / 1e6,
                looks[changes * 99 / 100] / 1e6,
                (cpu() - cpu) / 1e6 / changes);
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

    private static int number(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
