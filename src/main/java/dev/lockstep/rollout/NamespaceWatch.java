package dev.lockstep.rollout;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Watches one namespace, and proves again and again that the watches deliver. An informer can stop without a sign, and the
 * client's {@code isWatching} stays true while its connection is down (fabric8 kubernetes-client issue 7167, in 7.3.1); so
 * what the watches brought is compared with a list (G35). Between two proofs, what they bring is taken at once. Thread-safe.
 */
final class NamespaceWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(NamespaceWatch.class.getName());

    /** How long a watch may take to bring what a list has shown. */
    private static final Duration CATCH_UP = Duration.ofSeconds(2);

    private static final Duration CATCH_UP_LOOK = Duration.ofMillis(20);

    /** While nothing is proven, people wait. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final String namespace;
    private final KubernetesClient client;
    private final LiveList live;
    private final InstantSource clock;
    private final RolloutSettings settings;
    private final Runnable changed;
    private final CountDownLatch firstAttempt = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile NamespaceInformers informers;
    private volatile Standing standing;
    private volatile boolean announced;

    /**
     * What is known of the watches.
     *
     * @param provenAt when they were last proven to deliver, or when they were begun
     * @param proven whether they ever were
     * @param doubt what has been wrong since, as sentences; empty when nothing has
     */
    private record Standing(Instant provenAt, boolean proven, String doubt) {}

    NamespaceWatch(
            String namespace,
            KubernetesClient client,
            LiveList live,
            InstantSource clock,
            RolloutSettings settings,
            Runnable changed) {
        this.namespace = namespace;
        this.client = client;
        this.live = live;
        this.clock = clock;
        this.settings = settings;
        this.changed = changed;
        this.standing = new Standing(
                clock.instant(), false, "Namespace " + namespace + " has not been read for the first time yet.");
        this.informers = NamespaceInformers.start(client, namespace, changed);
    }

    void start() {
        Thread.ofVirtual().name("watch-" + namespace).start(this::keepProving);
    }

    /** What the watches brought. Waits for the first attempt to prove them, once; afterwards it returns at once. */
    ClusterView view(Set<String> unreachable) {
        awaitFirstAttempt();
        // In this order: what is read from the caches is then at least as new as the proof says.
        Standing now = standing;
        NamespaceInformers source = informers;
        if (!now.proven() || isStale(now)) {
            return new ClusterView.Unreadable(doubt(now), now.provenAt());
        }
        if (!source.watching()) {
            return new ClusterView.Unreadable(
                    "A watch on namespace " + namespace + " has ended. Lockstep is opening it again.", now.provenAt());
        }
        return new ClusterView.Read(
                source.listDeployments(), source.listReplicaSets(), source.listPods(), unreachable, now.provenAt());
    }

    @Override
    public void close() {
        closed.countDown();
        firstAttempt.countDown();
        informers.close();
    }

    private void keepProving() {
        try {
            do {
                proveOnce();
                firstAttempt.countDown();
                announce();
            } while (!closed.await(pause().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration pause() {
        boolean hurried = !standing.doubt().isEmpty() && SOON.compareTo(settings.proveEvery()) < 0;
        return hurried ? SOON : settings.proveEvery();
    }

    private void proveOnce() throws InterruptedException {
        try {
            prove();
        } catch (KubernetesClientException e) {
            doubt(ApiFailure.sentence("read namespace " + namespace, e));
        } catch (RuntimeException e) {
            if (closed.getCount() == 0) {
                return;
            }
            // A fault of our own must not end the proving: without it, everything is stale for ever.
            LOG.log(Level.ERROR, "Comparing the watches on namespace " + namespace + " with a list failed.", e);
            doubt("What the watches on namespace " + namespace + " brought could not be compared with a list.");
        }
    }

    private void prove() throws InterruptedException {
        Instant at = clock.instant();
        Map<String, String> before = informers.versions();
        Map<String, String> listed = NamespaceInformers.versions(
                Stream.of(live.deployments(namespace), live.replicaSets(namespace), live.pods(namespace))
                        .flatMap(each -> each.stream()));
        long deadline = System.nanoTime() + CATCH_UP.toNanos();
        while (!(informers.watching() && caughtUp(before, listed))) {
            if (System.nanoTime() - deadline > 0) {
                reopen();
                return;
            }
            if (closed.await(CATCH_UP_LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
        standing = new Standing(at, true, "");
    }

    /**
     * Every object is known as it was listed, or has changed in the cache since before the list: then the watch is ahead of
     * the list.
     */
    private boolean caughtUp(Map<String, String> before, Map<String, String> listed) {
        Map<String, String> now = informers.versions();
        Set<String> uids = new HashSet<>(before.keySet());
        uids.addAll(listed.keySet());
        return uids.stream()
                .allMatch(uid -> Objects.equals(now.get(uid), listed.get(uid))
                        || !Objects.equals(now.get(uid), before.get(uid)));
    }

    private void reopen() {
        LOG.log(
                Level.WARNING,
                "The watches on namespace {0} do not bring what a list shows. They are being opened anew; until then,"
                        + " gates that look at this namespace hold.",
                namespace);
        NamespaceInformers old = informers;
        // What they brought is known to be wrong: nothing of it may be shown, however fresh the last proof.
        standing = new Standing(
                standing.provenAt(),
                false,
                "The watches on namespace " + namespace + " had stopped. Lockstep is opening them again.");
        informers = NamespaceInformers.start(client, namespace, changed);
        old.close();
    }

    private void doubt(String reason) {
        standing = new Standing(standing.provenAt(), standing.proven(), reason);
    }

    private String doubt(Standing now) {
        return now.doubt().isEmpty()
                ? "The watches on namespace " + namespace + " have not been proven to deliver lately."
                : now.doubt();
    }

    private boolean isStale(Standing now) {
        return now.provenAt().isBefore(clock.instant().minus(settings.staleAfter()));
    }

    /** Going blind and seeing again is a change that no event tells of. */
    private void announce() {
        Standing now = standing;
        boolean readable = now.proven() && !isStale(now);
        if (readable != announced) {
            announced = readable;
            if (!readable) {
                LOG.log(Level.WARNING, "Namespace {0} cannot be seen: {1}", namespace, doubt(now));
            }
            changed.run();
        }
    }

    private void awaitFirstAttempt() {
        try {
            boolean _ = firstAttempt.await(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
