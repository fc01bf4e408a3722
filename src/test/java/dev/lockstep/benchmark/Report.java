package dev.lockstep.benchmark;

import dev.lockstep.benchmark.Goals.Measured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What was measured, as Markdown. */
record Report(Settings settings, String server, double loadBefore, Duration took, Goals goals) {
    /** Processes that want to run, over the last minute; negative where the system does not say. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("# The backfill, measured\n\n").append(circumstances()).append('\n');
        text.append("## Goals\n\n")
                .append("For a table of ")
                .append(settings.shapes().getFirst())
                .append(".\n\n");
        text.append(goals.table()).append('\n');
        goals.all()
                .forEach(rounds -> text.append("## ")
                        .append(rounds.shape())
                        .append(
                                rounds.perSecond() == 0
                                        ? ""
                                        : ", with a foreground of " + rounds.perSecond() + " a second")
                        .append("\n\n")
                        .append(rounds.perSecond() == 0 ? alone(rounds) : beside(rounds))
                        .append('\n'));
        return text.toString();
    }

    private String circumstances() {
        return "PostgreSQL %s; %d processors; medians of %d rounds in rotating order; the machine's load was %.1f when it began and %.1f when it ended, %d minutes later. Before each run the table is brought back to the same state and read into memory, and a checkpoint is made.\n"
                .formatted(
                        server,
                        Runtime.getRuntime().availableProcessors(),
                        settings.repeats(),
                        loadBefore,
                        load(),
                        took.toMinutes());
    }

    private static String alone(Measured rounds) {
        List<Cost> bare = rounds.of(Method.BARE);
        StringBuilder text = new StringBuilder(
                "| method | rows/s | slowest and fastest round | ÷ one `UPDATE`'s | WAL per row | ÷ | heap growth | ÷ | index growth | ÷ | longest batch |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        rounds.costs()
                .forEach((method, costs) -> text.append(
                        "| %s | %,.0f | %,.0f to %,.0f | %.2f | %.0f B | %.2f | %.0f MB | %.2f | %.0f MB | %.2f | %.0f ms |\n"
                                .formatted(
                                        method.label(),
                                        Median.of(costs, Cost::rowsPerSecond),
                                        costs.stream()
                                                .mapToDouble(Cost::rowsPerSecond)
                                                .min()
                                                .orElse(Double.NaN),
                                        costs.stream()
                                                .mapToDouble(Cost::rowsPerSecond)
                                                .max()
                                                .orElse(Double.NaN),
                                        Median.of(costs, Cost::rowsPerSecond) / Median.of(bare, Cost::rowsPerSecond),
                                        Median.of(costs, Cost::walBytes)
                                                / rounds.shape().rows(),
                                        Median.of(costs, Cost::walBytes) / Median.of(bare, Cost::walBytes),
                                        Median.of(costs, Cost::heapGrowth) / 1e6,
                                        Median.of(costs, Cost::heapGrowth) / Median.of(bare, Cost::heapGrowth),
                                        Median.of(costs, Cost::indexGrowth) / 1e6,
                                        Median.of(costs, Cost::indexGrowth) / Median.of(bare, Cost::indexGrowth),
                                        Median.of(costs, Cost::longestBatch))));
        return text.toString();
    }

    private static String beside(Measured rounds) {
        StringBuilder text = new StringBuilder(
                "| method | rows/s | p50 | p95 | p99 | longest | p99 ÷ p99 right before | longest statement | longest batch |\n|---|---|---|---|---|---|---|---|---|\n");
        List<Foreground.Latencies> idle = rounds.costs().values().stream()
                .flatMap(List::stream)
                .flatMap(cost -> cost.idle().stream())
                .toList();
        text.append("| nothing but the foreground | | %s | | %.0f ms | |\n"
                .formatted(latencies(idle), Median.of(idle, Foreground.Latencies::longestStatement)));
        rounds.costs()
                .forEach((method, costs) -> text.append("| %s | %,.0f | %s | %.2f | %.0f ms | %.0f ms |\n"
                        .formatted(
                                method.label(),
                                Median.of(costs, Cost::rowsPerSecond),
                                latencies(costs.stream()
                                        .flatMap(cost -> cost.latencies().stream())
                                        .toList()),
                                Median.of(costs, Cost::ninetyNinthToIdle),
                                Median.of(costs, Cost::longestStatement),
                                Median.of(costs, Cost::longestBatch))));
        return text.toString();
    }

    private static String latencies(List<Foreground.Latencies> rounds) {
        return "%.2f ms | %.1f ms | %.1f ms | %.0f ms"
                .formatted(
                        Median.of(rounds, met -> met.milliseconds(50)),
                        Median.of(rounds, met -> met.milliseconds(95)),
                        Median.of(rounds, met -> met.milliseconds(99)),
                        Median.of(rounds, met -> met.milliseconds(100)));
    }
}
