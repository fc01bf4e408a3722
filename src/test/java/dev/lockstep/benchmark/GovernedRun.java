package dev.lockstep.benchmark;

import dev.lockstep.benchmark.TableShape.Width;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.gate.Blocker;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One governed backfill beside an application that asks for more in the middle of it, written down once a second: a third of
 * the table at each of the rates.
 *
 * @param rates of the application's transactions a second, one after the other
 */
record GovernedRun(Databases databases, int rows, List<Integer> rates) {
    private static final Path PICTURE = Path.of("target", "benchmark-governor.svg");
    private static final Path FIGURES = Path.of("target", "benchmark-governor.md");
    private static final long SETTLING_MILLISECONDS = 3_000;

    GovernedRun {
        rates = List.copyOf(rates);
    }

    /** Draws it, and says how smooth it was. */
    void record(PrintStream out) {
        RecordedRun recorded = new RecordedRun(rows, rates, databases.described(), seconds());
        write(PICTURE, recorded.picture());
        write(FIGURES, recorded.text());
        out.println(recorded.summary());
        out.println("drawn to " + PICTURE + ", second by second in " + FIGURES);
    }

    private List<RecordedRun.Second> seconds() {
        TableShape shape = new TableShape(rows, Width.WIDE, 100, 1);
        PlannedFill fill = PlannedFill.of(databases.restored(shape), Method.GOVERNED.spec(), UUID.randomUUID());
        fill.prepare();
        databases.settle();
        try (Foreground foreground = new Foreground(databases.forApplication(), rows, rates.getFirst())) {
            Rounds.pause(SETTLING_MILLISECONDS);
            foreground.measure();
            Watch watch = new Watch();
            return watched(CompletableFuture.runAsync(() -> fill.fill(1, watch)), watch, foreground);
        } finally {
            databases.forget(shape);
        }
    }

    private List<RecordedRun.Second> watched(CompletableFuture<Void> fill, Watch watch, Foreground foreground) {
        List<RecordedRun.Second> seconds = new ArrayList<>();
        long began = System.nanoTime();
        long before = 0;
        int asked = rates.getFirst();
        while (!fill.isDone()) {
            long due = began + TimeUnit.SECONDS.toNanos(seconds.size() + 1L);
            Rounds.pause(Math.max(0, TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime())));
            Optional<Progress> last = watch.last;
            long done = last.map(Progress::rowsDone).orElse(0L);
            Histogram met = foreground.taken().transactions();
            Optional<Progress.Pace> pace = last.flatMap(Progress::pace);
            seconds.add(new RecordedRun.Second(
                    asked,
                    pace.map(Progress.Pace::duty).orElse(0.0),
                    done - before,
                    met.getValueAtPercentile(50) / 1000.0,
                    met.getValueAtPercentile(99) / 1000.0,
                    pace.flatMap(Progress.Pace::throttle).map(Progress.Throttle::signal)));
            before = done;
            asked = rates.get(third(last.map(Progress::fraction).orElse(0.0)));
            foreground.rate(asked);
        }
        fill.join();
        return seconds;
    }

    /** Which of the rates it is at this share of the table. */
    private int third(double fraction) {
        return Math.min(rates.size() - 1, (int) (fraction * rates.size()));
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Remembers what was told last. */
    private static final class Watch implements StepMonitor {
        private volatile Optional<Progress> last = Optional.empty();

        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {
            last = Optional.of(progress);
        }

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }
}
