package dev.lockstep.benchmark;

import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Fills a column in ways that people use and in Lockstep's, in turn, on a server of its own, and prints medians and ratios.
 *
 * <p>System properties: {@code rows} (1000000), {@code repeats} (3), {@code padding} (70), {@code fillfactor} (100),
 * {@code indexes} (1), {@code trigger} (false), {@code foreground} (transactions per second beside it; 0).
 */
final class BackfillBenchmark {
    private final String url;
    private final TableShape shape;
    private final int perSecond;
    private final PrintStream out;

    private BackfillBenchmark(String url, TableShape shape, int perSecond, PrintStream out) {
        this.url = url;
        this.shape = shape;
        this.perSecond = perSecond;
        this.out = out;
    }

    /** What one method cost. */
    private record Cost(
            double rowsPerSecond,
            double walPerRow,
            double heapGrowth,
            double indexGrowth,
            double p50,
            double p99,
            double longest) {}

    static void main() throws IOException {
        TableShape shape = new TableShape(
                Integer.getInteger("rows", 1_000_000),
                Integer.getInteger("padding", 70),
                Integer.getInteger("fillfactor", 100),
                Integer.getInteger("indexes", 1),
                Boolean.getBoolean("trigger"));
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "1GB")
                .setServerConfig("max_wal_size", "8GB")
                .setServerConfig("checkpoint_timeout", "15min")
                .setServerConfig("max_connections", "100")
                .start()) {
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres";
            new BackfillBenchmark(url, shape, Integer.getInteger("foreground", 0), System.out)
                    .run(methods(shape), Integer.getInteger("repeats", 3));
        }
    }

    private static List<Method> methods(TableShape shape) {
        List<Method> methods = new ArrayList<>(List.of(
                new Method.BareUpdate(),
                new Method.Keyset(1_000),
                new Method.Lockstep(
                        "**Lockstep, full speed**",
                        new BackfillPace(20, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS)),
                new Method.Lockstep(
                        "Lockstep, full speed, synchronous commit",
                        new BackfillPace(20, 0, UserTriggers.SKIP, 0, BatchCommit.SYNCHRONOUS)),
                new Method.Lockstep("**Lockstep, as a plan that says nothing**", BackfillPace.standard()),
                new Method.Lockstep(
                        "Lockstep, three quarters at rest",
                        new BackfillPace(20, 75, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS))));
        if (shape.trigger()) {
            methods.add(1, new Method.TouchTheKey(1_000));
        }
        return methods;
    }

    private void run(List<Method> methods, int repeats) {
        out.println(shape + (perSecond > 0 ? ", %d transactions per second beside it".formatted(perSecond) : ""));
        Map<Method, List<Cost>> costs = new LinkedHashMap<>();
        methods.forEach(method -> costs.put(method, new ArrayList<>()));
        double idle = Double.NaN;
        for (int round = 0; round < repeats; round++) {
            // Another one goes first each time, so that none always has the warmer machine.
            for (int turn = 0; turn < methods.size(); turn++) {
                Method method = methods.get((turn + round) % methods.size());
                costs.getOrDefault(method, new ArrayList<>()).add(measure(method));
            }
        }
        if (perSecond > 0) {
            idle = idle();
        }
        print(costs, idle);
    }

    private double idle() {
        try (Sql sql = Sql.open(url)) {
            shape.create(sql);
        }
        Foreground foreground = new Foreground(url, shape.rows(), perSecond);
        pause(10_000);
        Foreground.Latencies latencies = foreground.end();
        out.printf(
                "idle foreground: p50 %.1f ms, p99 %.1f ms, longest %.0f ms%n",
                latencies.milliseconds(0.5), latencies.milliseconds(0.99), latencies.milliseconds(1));
        return latencies.milliseconds(0.99);
    }

    private Cost measure(Method method) {
        try (Sql sql = Sql.open(url)) {
            shape.create(sql);
            long heap = sql.number("SELECT pg_table_size('users')");
            long indexes = sql.number("SELECT pg_indexes_size('users')");
            Foreground.Latencies latencies = new Foreground.Latencies(new long[0]);
            Foreground foreground = perSecond > 0 ? new Foreground(url, shape.rows(), perSecond) : null;
            long wal = sql.number("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");
            long started = System.nanoTime();
            method.run(url);
            double seconds = (System.nanoTime() - started) / 1e9;
            wal = sql.number("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')") - wal;
            if (foreground != null) {
                latencies = foreground.end();
            }
            long left = sql.number("SELECT count(*) FROM users WHERE full_name IS DISTINCT FROM name");
            if (left > 0) {
                throw new IllegalStateException(method.label() + " left " + left + " rows");
            }
            return new Cost(
                    shape.rows() / seconds,
                    (double) wal / shape.rows(),
                    sql.number("SELECT pg_table_size('users')") - heap,
                    sql.number("SELECT pg_indexes_size('users')") - indexes,
                    latencies.milliseconds(0.5),
                    latencies.milliseconds(0.99),
                    latencies.milliseconds(1));
        }
    }

    private void print(Map<Method, List<Cost>> costs, double idle) {
        Cost bare = median(costs.entrySet().iterator().next().getValue());
        out.println(
                "| method | rows/s | ÷ bare | WAL per row | ÷ bare | heap growth ÷ bare | index growth ÷ bare | p50 | p99"
                        + " | p99 ÷ idle | longest |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        costs.forEach((method, measured) -> {
            Cost cost = median(measured);
            out.printf(
                    "| %s | %,.0f | %.2f | %.0f B | %.2f | %.2f | %.2f | %.1f ms | %.1f ms | %.1f | %.0f ms |%n",
                    method.label(),
                    cost.rowsPerSecond(),
                    cost.rowsPerSecond() / bare.rowsPerSecond(),
                    cost.walPerRow(),
                    cost.walPerRow() / bare.walPerRow(),
                    cost.heapGrowth() / bare.heapGrowth(),
                    cost.indexGrowth() / bare.indexGrowth(),
                    cost.p50(),
                    cost.p99(),
                    cost.p99() / idle,
                    cost.longest());
        });
    }

    private static Cost median(List<Cost> costs) {
        return new Cost(
                median(costs, Cost::rowsPerSecond),
                median(costs, Cost::walPerRow),
                median(costs, Cost::heapGrowth),
                median(costs, Cost::indexGrowth),
                median(costs, Cost::p50),
                median(costs, Cost::p99),
                median(costs, Cost::longest));
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> figure) {
        double[] sorted = costs.stream().mapToDouble(figure).sorted().toArray();
        return Arrays.stream(sorted)
                .skip((sorted.length - 1) / 2)
                .limit(2 - sorted.length % 2)
                .average()
                .orElse(Double.NaN);
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
