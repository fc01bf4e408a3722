package dev.lockstep.engine;

import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A replica's first look at everything that live plans name, so that its watches are open before anybody asks it. A workload
 * that cannot be seen keeps it back for {@link #PATIENCE} at most: its plan is held and says why, and a replica that never
 * became ready could not say so, nor take a better plan. A store that does not answer keeps it back without end. Once over, it
 * stays over. Safe for threads; what blocks, blocks a thread of its own.
 */
public final class FirstLook implements AutoCloseable {
    /** How long a workload that cannot be seen keeps a replica back. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(FirstLook.class.getName());

    private final InterlockBoard board;
    private final Cluster cluster;
    private final Duration pause;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Optional<String> waiting = Optional.of("Nobody has looked at the cluster yet.");

    public FirstLook(InterlockBoard board, Cluster cluster) {
        this(board, cluster, Duration.ofSeconds(1));
    }

    /** @param pause between two looks */
    FirstLook(InterlockBoard board, Cluster cluster, Duration pause) {
        this.board = board;
        this.cluster = cluster;
        this.pause = pause;
    }

    /** Begins to look, on a thread of its own. */
    public void begin() {
        Thread.ofVirtual().name("first-look").start(this::look);
    }

    /** What is waited for, as sentences; empty once the first look is over. */
    public Optional<String> waiting() {
        return waiting;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void look() {
        long looksLeft = PATIENCE.dividedBy(pause);
        try {
            do {
                Optional<List<String>> unseen = unseen();
                if (unseen.isPresent() && (unseen.get().isEmpty() || --looksLeft <= 0)) {
                    over(unseen.get());
                    return;
                }
            } while (!closed.await(pause.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void over(List<String> unseen) {
        if (!unseen.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Lockstep begins without having seen everything that plans name; what needs it is held. {0}",
                    String.join(" ", unseen));
        }
        waiting = Optional.empty();
    }

    /** Why workloads cannot be seen; empty when not even the plans are known. */
    private Optional<List<String>> unseen() {
        try {
            List<String> reasons = board.fresh().notices().stream()
                    .flatMap(notice -> observed(notice).stream())
                    .flatMap(seen -> seen instanceof WorkloadObservation.Unseen(var _, String reason, var _)
                            ? Optional.of(reason).stream()
                            : Optional.<String>empty().stream())
                    .distinct()
                    .toList();
            waiting = Optional.of(String.join(" ", reasons));
            return Optional.of(reasons);
        } catch (LockstepException e) {
            waiting = Optional.of(String.valueOf(e.getMessage()));
            return Optional.empty();
        } catch (RuntimeException e) {
            // A fault of our own must not keep the replica back for ever: what needs the cluster is held by its gate.
            LOG.log(Level.ERROR, "The first look at the cluster failed.", e);
            return Optional.of(List.of("The first look at the cluster failed: " + e + "."));
        }
    }

    private List<WorkloadObservation> observed(Notice notice) {
        return cluster.observe(notice.plan().workloads(), Freshness.WATCHED);
    }
}
