package dev.lockstep.target;

import dev.lockstep.target.Forecast.Mark;
import dev.lockstep.target.Forecast.Outlook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A pass over a table, as the batches of a backfill make it: ranges of blocks that look for their size, in slices of which
 * the first takes longest, with a rest after each; and what the forecast says meanwhile. A second of it takes no time.
 */
final class SimulatedFill {
    /** What a row takes, as measured with wide rows at full speed. */
    private static final double SECONDS_PER_ROW = 5.2e-6;

    private static final double SECONDS_PER_PROVEN_ROW = 0.19e-6;
    private static final double SECONDS_PER_BATCH = 0.001;
    private static final double ROWS_PER_BLOCK = 45;
    private static final Duration WANTED = Duration.ofMillis(20);
    private static final int SLICES = 8;

    private final Setting setting;
    private final Random random;
    private final Forecast forecast = new Forecast();
    private final List<Worker> workers = new ArrayList<>();
    final List<Said> said = new ArrayList<>();
    private double worked;
    private long rows;
    /** When the rows were proven. */
    double end;

    /**
     * @param blocks of the table
     * @param duty the share of its time in which the backfill works, at a second of the run
     * @param slowness how many times as long as usual the machine takes, at a second of the run
     * @param fullness of a page, 0 to 1, by a number that is drawn for each range
     */
    record Setting(
            long blocks,
            int workers,
            DoubleUnaryOperator duty,
            DoubleUnaryOperator slowness,
            DoubleUnaryOperator fullness) {
        /** A table of full pages on a machine that has nothing else to do. */
        static Setting of(long blocks, double duty) {
            return new Setting(blocks, 1, _ -> duty, _ -> 1, _ -> 1);
        }

        Setting workers(int count) {
            return new Setting(blocks, count, duty, slowness, fullness);
        }

        Setting duty(DoubleUnaryOperator other) {
            return new Setting(blocks, workers, other, slowness, fullness);
        }

        Setting slowness(DoubleUnaryOperator other) {
            return new Setting(blocks, workers, duty, other, fullness);
        }

        Setting fullness(DoubleUnaryOperator other) {
            return new Setting(blocks, workers, duty, slowness, other);
        }
    }

    /** What was said at a time; both in seconds. */
    record Said(double at, double passed, Outlook outlook) {}

    SimulatedFill(Setting setting, long seed) {
        this.setting = setting;
        this.random = new Random(seed);
        for (long share = 0; share < setting.workers(); share++) {
            workers.add(new Worker(BlockStretch.share(
                    setting.blocks() * share / setting.workers(),
                    setting.blocks() * (share + 1) / setting.workers(),
                    SLICES)));
        }
    }

    /** One session, which is at its own time. */
    private final class Worker {
        private BlockStretch at;
        private double now;
        private double longestSlice;
        private double full = 1;

        Worker(BlockStretch share) {
            at = share;
        }

        double batch() {
            if (at.slice() == 0) {
                full = setting.fullness().applyAsDouble(random.nextDouble());
            }
            double ofRange = (at.to() - at.next()) * ROWS_PER_BLOCK * full * SECONDS_PER_ROW;
            // The first slice finds full pages and writes the indexes: a quarter of the time is that.
            double share = (at.slice() == 0 ? 0.25 : 0) + 0.75 / SLICES;
            double warm = 1 + 1.5 * Math.exp(-now / 0.3);
            double took = (SECONDS_PER_BATCH + ofRange * share)
                    * warm
                    * setting.slowness().applyAsDouble(now)
                    * Math.max(0.5, 1 + 0.2 * random.nextGaussian());
            rows += Math.round((at.to() - at.next()) * ROWS_PER_BLOCK * full / SLICES);
            moved(took);
            now += took;
            return took;
        }

        private void moved(double took) {
            longestSlice = Math.max(longestSlice, took);
            if (at.lastSlice()) {
                double size = at.blocks() * BackfillBatches.factor(WANTED, duration(longestSlice));
                at = at.nextRange(size, SLICES);
                longestSlice = 0;
            } else {
                at = at.nextSlice();
            }
        }

        void rest(double took) {
            double duty = setting.duty().applyAsDouble(now);
            now += took * (1 - duty) / duty;
        }
    }

    SimulatedFill run() {
        double told = 0;
        mark(0);
        while (passed() < 1) {
            Worker next = workers.stream()
                    .filter(worker -> !worker.at.over())
                    .min(Comparator.comparingDouble(worker -> worker.now))
                    .orElseThrow();
            double took = next.batch();
            worked += took;
            end = Math.max(end, next.now);
            mark(next.now);
            if (next.now - told >= 0.2) {
                told = next.now;
                said.add(new Said(told, passed(), forecast.outlook(duration(told))));
            }
            next.rest(took);
        }
        // The look at all rows: the server has other processes for a part of it.
        end += SECONDS_PER_PROVEN_ROW * rows;
        return this;
    }

    private double passed() {
        return workers.stream()
                .mapToDouble(worker -> worker.at.fraction())
                .average()
                .orElse(1);
    }

    private void mark(double now) {
        forecast.reached(new Mark(duration(now), duration(worked), rows, passed()));
    }

    static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
