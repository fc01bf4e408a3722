package dev.lockstep.benchmark;

import dev.lockstep.benchmark.Foreground.Latencies;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All methods in turn on one shape of table, several times. */
record Rounds(Databases databases, TableShape shape, int perSecond, int idleSeconds, PrintStream progress) {
    private static final long SETTLING_MILLISECONDS = 2_000;

    /** What each method cost, one entry a round. */
    Map<Method, List<Cost>> run(List<Method> methods, int repeats) {
        Map<Method, List<Cost>> costs = new LinkedHashMap<>();
        methods.forEach(method -> costs.put(method, new ArrayList<>()));
        for (int round = 0; round < repeats; round++) {
            // Another one goes first each time, so that none always has the warmer machine.
            for (int turn = 0; turn < methods.size(); turn++) {
                Method method = methods.get((turn + round) % methods.size());
                Cost cost = measure(method);
                costs.computeIfAbsent(method, _ -> new ArrayList<>()).add(cost);
                progress.printf(
                        "round %d, %s%s: %,.0f rows/s%s%n",
                        round + 1,
                        method.id(),
                        perSecond > 0 ? " with foreground" : "",
                        cost.rowsPerSecond(),
                        perSecond > 0
                                ? ", p99 %.1f ms, %.1f ms right before".formatted(cost.during(99), cost.alone(99))
                                : "");
            }
        }
        return costs;
    }

    private Foreground begun() {
        Foreground foreground = new Foreground(databases.forApplication(), shape.rows(), perSecond);
        pause(SETTLING_MILLISECONDS);
        foreground.measure();
        return foreground;
    }

    /** What it meets while nothing is filled, right before something is: machines have better and worse minutes. */
    private Latencies alone(Foreground foreground) {
        pause(idleSeconds * 1000L);
        Latencies alone = foreground.taken();
        foreground.measure();
        return alone;
    }

    private Cost measure(Method method) {
        String url = databases.restored(shape);
        Runnable fill = method.prepare(url);
        databases.settle();
        try (Sql sql = Sql.open(url)) {
            long heap = sql.number("SELECT pg_table_size('users')");
            long indexes = sql.number("SELECT pg_indexes_size('users')");
            Optional<Foreground> foreground = perSecond > 0 ? Optional.of(begun()) : Optional.empty();
            Optional<Latencies> idle = foreground.map(this::alone);
            double wal = sql.fraction(WAL);
            long started = System.nanoTime();
            fill.run();
            double seconds = (System.nanoTime() - started) / 1e9;
            wal = sql.fraction(WAL) - wal;
            Optional<Latencies> latencies = foreground.map(Foreground::end);
            prove(sql, method);
            return new Cost(
                    shape.rows() / seconds,
                    wal,
                    sql.number("SELECT pg_table_size('users')") - heap,
                    sql.number("SELECT pg_indexes_size('users')") - indexes,
                    sql.fraction(LONGEST_BATCH),
                    latencies,
                    idle);
        }
    }

    private static final String WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')";

    private static final String LONGEST_BATCH = """
            SELECT max(max_exec_time) FROM pg_stat_statements
            WHERE userid = current_user::regrole AND query ~* 'update[^;]*\\musers\\M' AND rows > 0""";

    private static void prove(Sql sql, Method method) {
        long left = sql.number("SELECT count(*) FROM users WHERE full_name IS DISTINCT FROM name");
        if (left > 0) {
            throw new IllegalStateException(method.label() + " left " + left + " rows");
        }
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
