package dev.lockstep.benchmark;

import dev.lockstep.benchmark.SyncTriggerCost.Overhead;
import dev.lockstep.benchmark.SyncTriggerCost.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What the backfill is to reach, and whether it does.
 *
 * @param measured the costs by shape and rate; the first shape is the one that counts
 */
record Goals(List<Measured> measured, Optional<Map<Update, Overhead>> overheads, Optional<KilledFill.Redone> redone) {
    /** All rounds on one shape at one rate of the foreground. */
    record Measured(TableShape shape, int perSecond, Map<Method, List<Cost>> costs) {
        List<Cost> of(Method method) {
            return costs.getOrDefault(method, List.of());
        }
    }

    /** A line of the table. */
    private record Line(String figure, String goal, double reached, String verdict, String shown) {
        static Line atLeast(String figure, double goal, double reached) {
            return new Line(figure, "≥ " + goal, reached, verdict(reached >= goal), "%.2f".formatted(reached));
        }

        static Line atMost(String figure, double goal, double reached, String format) {
            return new Line(
                    figure,
                    "≤ " + format.formatted(goal),
                    reached,
                    verdict(reached <= goal),
                    format.formatted(reached));
        }

        /** One for which there is no goal. */
        static Line known(String figure, double reached, String format) {
            return new Line(figure, "", reached, "", format.formatted(reached));
        }

        private static String verdict(boolean met) {
            return met ? "reached" : "**not reached**";
        }

        @Override
        public String toString() {
            return Double.isNaN(reached)
                    ? "| " + figure + " | " + goal + " | not in this run | |"
                    : "| " + figure + " | " + goal + " | " + shown + " | " + verdict + " |";
        }
    }

    /** The table, in Markdown. */
    String table() {
        List<Line> lines = new ArrayList<>();
        alone(lines);
        beside(lines);
        afterwards(lines);
        return "| figure | goal | measured | |\n|---|---|---|---|\n"
                + String.join("\n", lines.stream().map(Line::toString).toList()) + "\n";
    }

    private void alone(List<Line> lines) {
        lines.add(Line.atLeast(
                "rows/s ÷ one `UPDATE`'s, full speed", 1.6, ratio(0, Method.FULL, Method.BARE, Cost::rowsPerSecond)));
        lines.add(
                Line.atMost("WAL ÷ one `UPDATE`'s", 0.68, ratio(0, Method.FULL, Method.BARE, Cost::walBytes), "%.2f"));
        lines.add(Line.atMost(
                "heap growth ÷ one `UPDATE`'s", 0.35, ratio(0, Method.FULL, Method.BARE, Cost::heapGrowth), "%.2f"));
        lines.add(Line.atLeast(
                "rows/s with the sync trigger on ÷ the peers' shape with its trigger",
                2.0,
                ratio(0, Method.WITH_TRIGGER, Method.PEER, Cost::rowsPerSecond)));
    }

    private void beside(List<Line> lines) {
        lines.add(Line.atMost("foreground p99 ÷ idle p99, full speed", 4, toIdle(Method.FULL), "%.2f"));
        lines.add(Line.atMost("… governed (the default)", 2, toIdle(Method.GOVERNED), "%.2f"));
        lines.add(Line.atLeast(
                "… its rows/s ÷ one `UPDATE`'s, both with the foreground",
                1.0,
                ratio(1, Method.GOVERNED, Method.BARE, Cost::rowsPerSecond)));
        lines.add(Line.atMost("… gentle", 1.25, toIdle(Method.GENTLE), "%.2f"));
        for (Method method : List.of(Method.FULL, Method.GOVERNED, Method.GENTLE)) {
            lines.add(Line.atMost(
                    "longest a statement of the foreground took in any round, " + method.id() + " (ms)",
                    100,
                    costs(1, method).stream()
                            .mapToDouble(Cost::longestStatement)
                            .max()
                            .orElse(Double.NaN),
                    "%.0f"));
        }
    }

    private void afterwards(List<Line> lines) {
        lines.add(Line.atMost(
                "rows written twice after kill -9 ÷ rows of a batch",
                1,
                redone.map(cost -> (double) cost.again() / cost.batch()).orElse(Double.NaN),
                "%.2f"));
        lines.add(Line.atLeast("rows/s at 10 million rows ÷ at 1 million", 0.9, growth()));
        lines.add(Line.atMost(
                "sync trigger's part in an update that does not touch the column (%)",
                2, overhead(Update.ELSEWHERE, Overhead::unwaited), "%.1f"));
        lines.add(Line.atMost("… that touches it (%)", 15, overhead(Update.OF_THE_COLUMN, Overhead::unwaited), "%.1f"));
        lines.add(Line.known(
                "… of an update whose commit waits for the disk: not touched (%)",
                overhead(Update.ELSEWHERE, Overhead::waited), "%.1f"));
        lines.add(Line.known("… touched (%)", overhead(Update.OF_THE_COLUMN, Overhead::waited), "%.1f"));
        lines.add(Line.known(
                "… not touched, in a row that is not filled yet (%)",
                overhead(Update.ELSEWHERE_BEFORE, Overhead::unwaited), "%.1f"));
    }

    private double overhead(Update update, ToDoubleFunction<Overhead> of) {
        return overheads
                .flatMap(all -> Optional.ofNullable(all.get(update)))
                .map(cost -> 100 * of.applyAsDouble(cost))
                .orElse(Double.NaN);
    }

    private double toIdle(Method method) {
        return Median.of(costs(1, method), Cost::ninetyNinthToIdle);
    }

    private double ratio(int which, Method one, Method other, ToDoubleFunction<Cost> figure) {
        return Median.of(costs(which, one), figure) / Median.of(costs(which, other), figure);
    }

    /** @param which 0 without a foreground, otherwise with it */
    private List<Cost> costs(int which, Method method) {
        return first(which).map(rounds -> rounds.of(method)).orElse(List.of());
    }

    private Optional<Measured> first(int which) {
        return measured.stream()
                .filter(rounds -> (rounds.perSecond() == 0) == (which == 0))
                .findFirst();
    }

    private double growth() {
        ToDoubleBiFunction<TableShape, Integer> speed = (shape, rows) -> measured.stream()
                .filter(rounds -> rounds.perSecond() == 0)
                .filter(rounds ->
                        rounds.shape().equals(new TableShape(rows, shape.width(), shape.fillfactor(), shape.indexes())))
                .findFirst()
                .map(rounds -> Median.of(rounds.of(Method.FULL), Cost::rowsPerSecond))
                .orElse(Double.NaN);
        return first(0).map(rounds -> speed.applyAsDouble(rounds.shape(), 10_000_000)
                        / speed.applyAsDouble(rounds.shape(), 1_000_000))
                .orElse(Double.NaN);
    }

    /** For lists of what there is. */
    Stream<Measured> all() {
        return measured.stream();
    }
}
