package dev.lockstep.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.demo.TrafficCheck.Finding;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The story of the rename, told by REST and the Kubernetes API alone: held by three old pods, a rollout, the gate's
 * opening, an approval, the end, and a look at what is left. Every doubt makes the report say no.
 */
final class DemoStory {
    private static final Logger LOG = Logger.getLogger(DemoStory.class);

    private static final Duration WITHIN = Duration.ofMinutes(10);
    private static final Duration PODS_NAMED_WITHIN = Duration.ofSeconds(60);

    /** So that every pod of either version has really worked in the phase. */
    private static final Duration SOME_TRAFFIC = Duration.ofSeconds(5);

    private static final Set<String> END = Set.of("Succeeded", "Failed", "RolledBack", "Paused");

    private final DemoWorld world;
    private final LockstepClient lockstep;
    private final ShopDatabase shop;
    private final InstantSource clock;
    private final DemoReport report = new DemoReport();
    private final AtomicReference<Instant> lastOldPodGone = new AtomicReference<>(Instant.EPOCH);
    private String checksumBefore = "";

    DemoStory(DemoWorld world, LockstepClient lockstep, ShopDatabase shop, InstantSource clock) {
        this.world = world;
        this.lockstep = lockstep;
        this.shop = shop;
        this.clock = clock;
    }

    /** Applies and starts the plan, once all pods work; a run that goes on is left to itself. */
    void begin(boolean resumed, String plan) {
        checksumBefore = withShop(check -> check.checksum(shop.users()));
        if (resumed) {
            return;
        }
        Instant deadline = clock.instant().plus(PODS_NAMED_WITHIN);
        while (readyPods() < ShopDeployment.REPLICAS) {
            waitOrGiveUp(deadline, "the pods did not become ready");
        }
        Instant traffic = clock.instant().plus(SOME_TRAFFIC);
        while (clock.instant().isBefore(traffic)) {
            pause();
        }
        lockstep.put(plan);
        lockstep.start();
        LOG.infof("Plan %s/%s is applied and started.", Demo.PLAN_NAMESPACE, Demo.PLAN_NAME);
    }

    /**
     * Plays it to the end and prints the report.
     *
     * @return the exit code: 0 when everything is as it should be
     */
    int play() {
        try (Watch _ =
                world.client().pods().inNamespace(ShopDeployment.NAMESPACE).watch(new Departures())) {
            JsonNode end = playOn(clock.instant().plus(WITHIN));
            Instant settled = clock.instant().plus(SOME_TRAFFIC);
            while (clock.instant().isBefore(settled)) {
                pause();
            }
            judge(end);
        } catch (IllegalStateException e) {
            report.problem(String.valueOf(e.getMessage()));
        }
        System.out.println(report.print());
        return report.isGood() ? 0 : 1;
    }

    private JsonNode playOn(Instant deadline) {
        String seen = "";
        boolean rolledOut = false;
        boolean approved = false;
        while (true) {
            JsonNode plan = lockstep.get();
            String state = plan.path("state").asText();
            String now = state + " " + plan.path("currentPhase").asText();
            if (!now.equals(seen)) {
                LOG.infof("The plan is %s.", now.strip());
                seen = now;
            }
            if (END.contains(state)) {
                return plan;
            }
            if (state.equals("Held") && plan.path("currentPhase").asText().equals("new-only") && !rolledOut) {
                rollOut(deadline);
                rolledOut = true;
            } else if (state.equals("AwaitingApproval") && !approved) {
                // The last moment at which both columns are there.
                compareBothColumns();
                lockstep.approve(
                        plan.path("currentPhase").asText(),
                        plan.path("run").path("digest").asText(),
                        "by the unattended demo");
                approved = true;
            }
            waitOrGiveUp(deadline, "the plan is still " + now);
        }
    }

    private void rollOut(Instant deadline) {
        Instant namedBy = clock.instant().plus(PODS_NAMED_WITHIN);
        Set<String> named = oldPodsNamed();
        while (named.size() < ShopDeployment.REPLICAS && clock.instant().isBefore(namedBy)) {
            waitOrGiveUp(deadline, "the old pods were not named");
            named = oldPodsNamed();
        }
        report.namedBlockers(named);
        if (named.size() != ShopDeployment.REPLICAS) {
            report.problem("the gate named " + named.size() + " old pods, not " + ShopDeployment.REPLICAS);
        }
        compareBothColumns();
        LOG.infof("Rolling out %s.", ShopDeployment.NEW_VERSION);
        world.deployment().rollOut(ShopDeployment.NEW_VERSION);
    }

    private Set<String> oldPodsNamed() {
        Set<String> named = new TreeSet<>();
        List<String> pods =
                pods().stream().map(pod -> pod.getMetadata().getName()).toList();
        for (JsonNode blocker : lockstep.get().path("blockers")) {
            pods.stream()
                    .filter(pod -> blocker.path("object").asText().contains(pod))
                    .forEach(named::add);
        }
        return named;
    }

    private void compareBothColumns() {
        Finding finding = withShop(check -> check.check(world.ledger()));
        if (finding.unequal() != 0) {
            report.problem(finding.unequal() + " rows differ between name and full_name");
        }
        finding.lost().stream().limit(3).forEach(report::problem);
    }

    private void judge(JsonNode end) {
        report.plan(end);
        report.traffic(world.traffic().read());
        Finding finding = withShop(check -> check.check(world.ledger()));
        report.writes(finding);
        report.checksum(checksumBefore, withShop(check -> check.checksum(shop.users())));
        report.columns(withShop(TrafficCheck::columns));
        report.leftovers(withConnection(Leftovers::in));
        Optional.of(lastOldPodGone.get())
                .filter(gone -> gone.isAfter(Instant.EPOCH))
                .ifPresent(gone -> report.gate(end, gone));
    }

    private void waitOrGiveUp(Instant deadline, String otherwise) {
        if (clock.instant().isAfter(deadline)) {
            throw new IllegalStateException("gave up: " + otherwise);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted: " + otherwise);
        }
        pause();
    }

    private static void pause() {
        LockSupport.parkNanos(100_000_000L);
    }

    private long readyPods() {
        return pods().stream().filter(Pods::isReady).count();
    }

    private List<Pod> pods() {
        return world.client()
                .pods()
                .inNamespace(ShopDeployment.NAMESPACE)
                .list()
                .getItems();
    }

    /** One question to the shop. */
    private interface Asking<A, T> {
        T ask(A of) throws SQLException;
    }

    private <T> T withShop(Asking<TrafficCheck, T> question) {
        return withConnection(connection -> question.ask(new TrafficCheck(connection)));
    }

    private <T> T withConnection(Asking<Connection, T> question) {
        try (Connection connection = shop.connect()) {
            return question.ask(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("the shop could not be asked: " + e.getMessage(), e);
        }
    }

    /** Notes when the last pod of the old version has gone. */
    private final class Departures implements Watcher<Pod> {
        @Override
        public void eventReceived(Action action, Pod pod) {
            if (action == Action.DELETED && Pods.version(pod).equals(ShopDeployment.OLD_VERSION)) {
                lastOldPodGone.set(clock.instant());
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            report.problem("the watch on the pods broke: " + cause.getMessage());
        }
    }
}
