package dev.lockstep.benchmark;

import dev.lockstep.benchmark.Goals.Measured;
import dev.lockstep.benchmark.Settings.Plot;
import dev.lockstep.benchmark.SyncTriggerCost.Overhead;
import dev.lockstep.benchmark.SyncTriggerCost.Update;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Fills a column in ways that people use and in Lockstep's, in turn, on a server of its own, and prints medians and ratios
 * and which goals are reached; the report goes to {@code target/benchmark.md} as well. Run by the Maven profile
 * {@code benchmark}. Only a program that fails fails here: a slow machine is no fault.
 *
 * <p>System properties: {@code benchmark.preset} ({@code quick} or {@code full}), {@code benchmark.rows}, {@code .widths}
 * (narrow, wide), {@code .fillfactors}, {@code .indexes} (lists; every combination is measured), {@code .methods} (a list of
 * ids), {@code .repeats}, {@code .foreground} (a list of transactions per second, 0 for none), {@code .extras} (whether
 * triggers and a killed backfill are looked at), {@code .postgres} (the server's version), {@code .plot} ({@code too},
 * {@code only} or {@code no}: a governed run, drawn to {@code target/benchmark-governor.svg}), {@code .plot.rows}, {@code
 * .plot.foreground} (a list of rates, one for each part of the table).
 */
final class BackfillBenchmark {
    private static final Path FILE = Path.of("target", "benchmark.md");

    @Test
    void measures() {
        main();
    }

    static void main() {
        run(Settings.fromProperties(), System.out);
    }

    private static void run(Settings settings, PrintStream out) {
        try (Databases databases = Databases.start(settings.version())) {
            if (settings.plot().wanted() != Plot.Wanted.ONLY) {
                out.println(measured(settings, databases, out).text());
            }
            if (settings.plot().wanted() != Plot.Wanted.NO) {
                new GovernedRun(
                                databases,
                                settings.plot().rows(),
                                settings.plot().rates())
                        .record(out);
            }
        }
    }

    private static Report measured(Settings settings, Databases databases, PrintStream out) {
        long began = System.nanoTime();
        double load = Report.load();
        Optional<Map<Update, Overhead>> overheads = Optional.empty();
        Optional<KilledFill.Redone> redone = Optional.empty();
        if (settings.extras()) {
            overheads = Optional.of(new SyncTriggerCost(databases).measure());
            redone = Optional.of(
                    new KilledFill(databases).measure(settings.shapes().getFirst()));
        }
        List<Measured> measured = new ArrayList<>();
        for (TableShape shape : settings.shapes()) {
            for (int rate : settings.rates()) {
                Rounds rounds = new Rounds(databases, shape, rate, settings.idleSeconds(), out);
                measured.add(new Measured(shape, rate, rounds.run(settings.methods(), settings.repeats())));
                // A run of hours that is broken off has its first shapes in the file.
                report(settings, databases, load, began, new Goals(measured, overheads, redone))
                        .write(FILE);
            }
            databases.forget(shape);
        }
        return report(settings, databases, load, began, new Goals(measured, overheads, redone));
    }

    private static Report report(Settings settings, Databases databases, double load, long began, Goals goals) {
        return new Report(settings, databases.described(), load, Duration.ofNanos(System.nanoTime() - began), goals);
    }
}
