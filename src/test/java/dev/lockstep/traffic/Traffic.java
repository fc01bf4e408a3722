package dev.lockstep.traffic;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.awaitility.Awaitility;

/**
 * All clients, at a steady rate: an operation that comes late is not made up for. Every operation has a number that no other
 * one has.
 */
final class Traffic implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int REMEMBERED = 20;
    private static final Duration ENOUGH = Duration.ofSeconds(60);

    private final Stalls stalls;
    private final Acknowledged acknowledged;
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    /** Held for reading by each operation: whoever has it for writing sees the clients at rest. */
    private final ReentrantReadWriteLock quiet = new ReentrantReadWriteLock(true);

    private final long gapNanoseconds;
    private volatile String now = "before";
    private volatile boolean stop;

    /** @param scenario whose code the clients run; where one writes in replica role, it is a superuser */
    Traffic(String url, Scenario scenario, Acknowledged acknowledged, Stalls stalls, int perSecond) {
        this.acknowledged = acknowledged;
        this.stalls = stalls;
        gapNanoseconds = TimeUnit.SECONDS.toNanos(1) * CLIENTS / perSecond;
        for (int number = 0; number < CLIENTS; number++) {
            String session = scenario.replicaWrites() && number == CLIENTS - 1
                    ? url + "&options=-c%20session_replication_role=replica"
                    : url.replace("user=postgres", "user=" + Pod.ROLE);
            clients.add(new Client(number, CLIENTS, session, acknowledged, stalls, scenario.rowsHaveTwoNames()));
        }
    }

    void start(Code code) throws SQLException {
        deploy(code);
        clients.forEach(client -> client.take(code));
        for (Client client : clients) {
            threads.add(Thread.ofPlatform().name("client-" + threads.size()).start(() -> work(client)));
        }
    }

    private void work(Client client) {
        while (!stop) {
            long from = System.nanoTime();
            quiet.readLock().lock();
            try {
                client.operate(operations.incrementAndGet());
            } catch (SQLException e) {
                failed.incrementAndGet();
                remember("failed at " + now + ": " + e.getSQLState() + " " + e.getMessage());
            } catch (Client.WrongAnswer e) {
                wrong.incrementAndGet();
                remember("wrong at " + now + ": " + e.getMessage());
            } catch (RuntimeException e) {
                failed.incrementAndGet();
                remember("a client itself failed at " + now + ": " + e);
            } finally {
                quiet.readLock().unlock();
            }
            LockSupport.parkNanos(gapNanoseconds - (System.nanoTime() - from));
        }
    }

    private void remember(String fault) {
        if (faults.size() < REMEMBERED) {
            faults.add(fault);
        }
    }

    /** What the plan is at now, for the measurements. */
    void at(String segment) {
        now = segment;
        stalls.at(segment);
    }

    /** From now on these versions of the code run, and no other. */
    void deploy(Code... codes) throws SQLException {
        quiet.writeLock().lock();
        try {
            for (Client client : clients) {
                client.deploy(List.of(codes));
            }
        } finally {
            quiet.writeLock().unlock();
        }
    }

    /** Returns once so many more operations have been done. */
    void goOn(int more) {
        long until = operations.get() + more;
        Awaitility.await("clients to go on")
                .atMost(ENOUGH)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> operations.get() >= until);
    }

    /** Something that is looked at while no client is in the middle of anything. */
    @FunctionalInterface
    interface Look<T> {
        T look() throws SQLException;
    }

    <T> T atRest(Look<T> look) throws SQLException {
        quiet.writeLock().lock();
        try {
            return look.look();
        } finally {
            quiet.writeLock().unlock();
        }
    }

    /** Forgets what only later versions than this one know. */
    void forgetAllBut(Code code) throws SQLException {
        atRest(() -> {
            acknowledged.keepOnly(code);
            Set<String> entities =
                    Set.copyOf(code.tables().stream().map(TableUse::entity).toList());
            clients.forEach(client -> client.keepOnly(entities));
            return true;
        });
    }

    /** The number of the last operation that has begun. */
    long operations() {
        return operations.get();
    }

    long failed() {
        return failed.get();
    }

    long wrong() {
        return wrong.get();
    }

    List<String> faults() {
        synchronized (faults) {
            return List.copyOf(faults);
        }
    }

    Map<String, Stalls.Longest> longest() {
        return new HashMap<>(stalls.longest());
    }

    @Override
    public void close() throws SQLException {
        stop = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (Client client : clients) {
            client.close();
        }
    }
}
