package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Watches the objects of one kind in one namespace, and proves again and again that the watch delivers. An informer can stop
 * without a sign, and the client's {@code isWatching} stays true while its connection is down (fabric8 kubernetes-client
 * issue 7167, in 7.3.1); so what the watch brought is compared with a list (G35). Between two proofs, what it brings is taken
 * at once. Thread-safe.
 */
final class KindWatch<T extends HasMetadata> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KindWatch.class.getName());

    /** How long a watch may take to bring what a list has shown. */
    private static final Duration CATCH_UP = Duration.ofSeconds(2);

    private static final Duration CATCH_UP_LOOK = Duration.ofMillis(20);

    /** While nothing is proven, people wait. */
    private static final Duration SOON = Duration.ofSeconds(1);

    /** A list of thousands takes the server and Lockstep some work: proofs are at most this share of the time. */
    private static final int REST_FACTOR = 9;

    private final ObjectKind<T> kind;
    private final String namespace;
    private final KubernetesClient client;
    private final VersionList versions;
    private final InstantSource clock;
    private final RolloutSettings settings;
    private final Listener<T> listener;
    private final CountDownLatch firstAttempt = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile SharedIndexInformer<T> informer;
    private volatile Standing standing;
    private volatile boolean announced;
    /** Only the proving thread knows. */
    private Duration proofTook = Duration.ZERO;

    /** Who is told. */
    interface Listener<T> {
        /** This object was made, changed or removed. */
        void changed(T object);

        /** What can be seen of the kind has changed as a whole: it has come into sight, or gone out of it. */
        void sight();
    }

    /**
     * What is known of the watch.
     *
     * @param provenAt when it was last proven to deliver, or when it was begun
     * @param proven whether it ever was
     * @param absent whether the cluster does not know the kind, so that there is nothing to watch
     * @param doubt what has been wrong since, as sentences; empty when nothing has
     */
    private record Standing(Instant provenAt, boolean proven, boolean absent, String doubt) {}

    /** What it can show. */
    sealed interface Showing<T extends HasMetadata> {
        /** @param at when this was last proven to be all there is */
        record Objects<T extends HasMetadata>(ObjectSet<T> set, Instant at) implements Showing<T> {}

        /** @param reason as sentences */
        record Nothing<T extends HasMetadata>(String reason, Instant since) implements Showing<T> {}
    }

    KindWatch(
            ObjectKind<T> kind,
            String namespace,
            KubernetesClient client,
            VersionList versions,
            InstantSource clock,
            RolloutSettings settings,
            Listener<T> listener) {
        this.kind = kind;
        this.namespace = namespace;
        this.client = client;
        this.versions = versions;
        this.clock = clock;
        this.settings = settings;
        this.listener = listener;
        this.standing = new Standing(
                clock.instant(), false, false, "The " + what() + " have not been read for the first time yet.");
        this.informer = started();
    }

    void start() {
        Thread.ofVirtual().name("watch-" + namespace + "-" + kind.plural()).start(this::keepProving);
    }

    /** What the watch brought. Waits for the first attempt to prove it, once; afterwards it returns at once. */
    Showing<T> show() {
        awaitFirstAttempt();
        // In this order: what is read from the cache is then at least as new as the proof says.
        Standing now = standing;
        SharedIndexInformer<T> source = informer;
        if (!now.proven() || isStale(now)) {
            return new Showing.Nothing<>(doubt(now), now.provenAt());
        }
        if (now.absent()) {
            return new Showing.Objects<>(_ -> List.of(), now.provenAt());
        }
        if (!watching(source)) {
            return new Showing.Nothing<>(
                    "The watch on the " + what() + " has ended. Lockstep is opening it again.", now.provenAt());
        }
        return new Showing.Objects<>(ObjectSet.of(source.getIndexer()), now.provenAt());
    }

    /** What has been brought so far, proven or not. */
    ObjectSet<T> brought() {
        return ObjectSet.of(informer.getIndexer());
    }

    @Override
    public void close() {
        closed.countDown();
        firstAttempt.countDown();
        informer.stop();
    }

    private String what() {
        return kind.plural() + " of namespace " + namespace;
    }

    private void keepProving() {
        try {
            do {
                long begun = System.nanoTime();
                proveOnce();
                proofTook = Duration.ofNanos(System.nanoTime() - begun);
                firstAttempt.countDown();
                announce();
            } while (!closed.await(pause().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration pause() {
        if (!standing.doubt().isEmpty() && SOON.compareTo(settings.proveEvery()) < 0) {
            return SOON;
        }
        Duration rested = proofTook.multipliedBy(REST_FACTOR);
        Duration most = settings.staleAfter().dividedBy(2);
        Duration wanted = rested.compareTo(most) < 0 ? rested : most;
        return wanted.compareTo(settings.proveEvery()) < 0 ? settings.proveEvery() : wanted;
    }

    private void proveOnce() throws InterruptedException {
        try {
            prove();
        } catch (KubernetesClientException e) {
            if (kind.optional() && e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                standing = new Standing(clock.instant(), true, true, "");
            } else {
                doubt(ApiFailure.sentence("read the " + what(), e));
            }
        } catch (RuntimeException e) {
            if (closed.getCount() == 0) {
                return;
            }
            // A fault of our own must not end the proving: without it, everything is stale for ever.
            LOG.log(Level.ERROR, "Comparing the watch on the " + what() + " with a list failed.", e);
            doubt("What the watch on the " + what() + " brought could not be compared with a list.");
        }
    }

    private void prove() throws InterruptedException {
        Instant at = clock.instant();
        Map<String, String> before = known();
        Map<String, String> listed = versions.read(kind, namespace);
        // One that is only just being opened has a list of its own to bring first.
        Duration patience = standing.proven() ? CATCH_UP : settings.requestTimeout();
        long deadline = System.nanoTime() + patience.toNanos();
        while (!(watching(informer) && caughtUp(before, listed))) {
            if (System.nanoTime() - deadline > 0) {
                reopen();
                return;
            }
            if (closed.await(CATCH_UP_LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
        standing = new Standing(at, true, false, "");
    }

    /**
     * Every object is known as it was listed, or has changed in the cache since before the list: then the watch is ahead of
     * the list.
     */
    private boolean caughtUp(Map<String, String> before, Map<String, String> listed) {
        Map<String, String> now = known();
        Set<String> uids = new HashSet<>(before.keySet());
        uids.addAll(listed.keySet());
        return uids.stream()
                .allMatch(uid -> Objects.equals(now.get(uid), listed.get(uid))
                        || !Objects.equals(now.get(uid), before.get(uid)));
    }

    /** The version of every object that has been brought, by its UID. */
    private Map<String, String> known() {
        return informer.getStore().list().stream()
                .map(HasMetadata::getMetadata)
                .collect(Collectors.toMap(
                        each -> each.getUid(),
                        each -> Objects.requireNonNullElse(each.getResourceVersion(), ""),
                        (_, second) -> second));
    }

    private void reopen() {
        LOG.log(
                Level.WARNING,
                "The watch on the {0} does not bring what a list shows. It is being opened anew; until then, gates that"
                        + " need it hold.",
                what());
        SharedIndexInformer<T> old = informer;
        // What it brought is known to be wrong: nothing of it may be shown, however fresh the last proof.
        standing = new Standing(
                standing.provenAt(),
                false,
                false,
                "The watch on the " + what() + " had stopped. Lockstep is opening it again.");
        informer = started();
        old.stop();
    }

    private void doubt(String reason) {
        standing = new Standing(standing.provenAt(), standing.proven(), standing.absent(), reason);
    }

    private String doubt(Standing now) {
        return now.doubt().isEmpty()
                ? "The watch on the " + what() + " has not been proven to deliver lately."
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
                LOG.log(Level.WARNING, "The {0} cannot be seen: {1}", what(), doubt(now));
            }
            listener.sight();
        }
    }

    private void awaitFirstAttempt() {
        try {
            boolean _ = firstAttempt.await(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** It has been seen to say so while nothing came any more (G35). */
    private static boolean watching(SharedIndexInformer<?> informer) {
        return informer.hasSynced() && informer.isWatching();
    }

    private SharedIndexInformer<T> started() {
        SharedIndexInformer<T> fresh = kind.access().in(client, namespace).runnableInformer(0);
        fresh.itemStore(new LeanStore<>()).addIndexers(Map.of(Traits.INDEX, Traits::of));
        // By default an informer gives up when its first list fails, and after some errors of a watch.
        fresh.exceptionHandler((_, _) -> true).addEventHandler(new Handler<>(listener::changed));
        fresh.start();
        return fresh;
    }

    private record Handler<T>(Consumer<T> changed) implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T object) {
            changed.accept(object);
        }

        @Override
        public void onUpdate(T before, T after) {
            changed.accept(before);
            changed.accept(after);
        }

        @Override
        public void onDelete(T object, boolean deletedFinalStateUnknown) {
            changed.accept(object);
        }
    }
}
