package dev.lockstep.benchmark;

import dev.lockstep.fixture.RunPlot;
import dev.lockstep.fixture.RunPlot.Line;
import dev.lockstep.fixture.RunPlot.Panel;
import dev.lockstep.fixture.RunPlot.Span;
import dev.lockstep.fixture.Smoothness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** A backfill beside an application, second by second. */
record RecordedRun(int rows, List<Integer> rates, String server, List<Second> seconds) {
    /** After the application has begun to ask for something else, the duty is looking for its place for so long. */
    private static final int UNSTEADY = 12;

    /** Shorter ones say nothing. */
    private static final int SHORTEST_STEADY = 5;

    RecordedRun {
        rates = List.copyOf(rates);
        seconds = List.copyOf(seconds);
    }

    /**
     * One second.
     *
     * @param asked the application's transactions that were due in it
     * @param p50 milliseconds of the application's transactions, from when each was due
     * @param signal what keeps the backfill below its speed
     */
    record Second(int asked, double duty, long rows, double p50, double p99, Optional<String> signal) {}

    String picture() {
        return new RunPlot(
                        "A governed backfill of " + rows
                                + " rows beside an application that asks for more in the middle",
                        10,
                        List.of(
                                panel("Transactions that the application asks for, a second", "#7a5195", Second::asked),
                                new Panel(
                                        "Duty of the backfill; shaded where a signal keeps it down",
                                        1,
                                        List.of(line("#003f5c", Second::duty)),
                                        throttled()),
                                panel("Rows per second", "#2f7d32", Second::rows),
                                new Panel(
                                        "Latency of the application's transactions, ms: half (dark), 99 of 100 (light)",
                                        above(Second::p99),
                                        List.of(line("#e59a8f", Second::p99), line("#c0392b", Second::p50)),
                                        List.of())))
                .draw();
    }

    private Panel panel(String title, String colour, ToDoubleFunction<Second> figure) {
        return new Panel(title, above(figure), List.of(line(colour, figure)), List.of());
    }

    private Line line(String colour, ToDoubleFunction<Second> figure) {
        return new Line(colour, seconds.stream().mapToDouble(figure).boxed().toList());
    }

    /** A round number that is not less than any of these. */
    private double above(ToDoubleFunction<Second> figure) {
        double most = Math.max(1, seconds.stream().mapToDouble(figure).max().orElse(1));
        double unit = Math.pow(10, Math.floor(Math.log10(most)));
        return Math.ceil(most / unit) * unit;
    }

    /** One for each stretch of time that has one signal. */
    private List<Span> throttled() {
        List<Span> spans = new ArrayList<>();
        int from = 0;
        for (int at = 1; at <= seconds.size(); at++) {
            Optional<String> signal = seconds.get(from).signal();
            if (at == seconds.size() || !seconds.get(at).signal().equals(signal)) {
                spans.addAll(span(from, at, signal));
                from = at;
            }
        }
        return spans;
    }

    private static List<Span> span(int from, int to, Optional<String> signal) {
        return signal.map(name -> new Span(from, to, name)).stream().toList();
    }

    /** How smooth the duty was while the application asked for the same, and what was felt meanwhile. */
    String summary() {
        StringBuilder text = new StringBuilder();
        text.append("A governed backfill of %,d wide rows took %d s beside an application.%n"
                .formatted(rows, seconds.size()));
        throttled()
                .forEach(span -> text.append(
                        "Seconds %d to %d: %s kept it down.%n".formatted(span.from(), span.to(), span.words())));
        int from = 0;
        for (int at = 1; at <= seconds.size(); at++) {
            if (at == seconds.size()
                    || seconds.get(at).asked() != seconds.get(from).asked()) {
                text.append(steady(from, at));
                from = at;
            }
        }
        return text.toString();
    }

    private String steady(int from, int to) {
        int asked = seconds.get(from).asked();
        int begin = from + UNSTEADY;
        if (to - begin < SHORTEST_STEADY) {
            return "Seconds %d to %d, %,d a second: too short for a steady part.%n".formatted(from, to, asked);
        }
        List<Second> steady = seconds.subList(begin, to);
        return "Steady from second %d to %d, %,d a second: duty %s; median p99 %.1f ms, %,.0f rows/s.%n"
                .formatted(
                        begin,
                        to,
                        asked,
                        Smoothness.of(steady.stream().map(Second::duty).toList()),
                        Median.of(steady, Second::p99),
                        steady.stream().mapToLong(Second::rows).average().orElse(0));
    }

    /** All of it, as Markdown. */
    String text() {
        StringBuilder text = new StringBuilder("# A governed backfill, recorded\n\nPostgreSQL " + server + ".\n\n");
        summary().lines().forEach(line -> text.append("- ").append(line).append('\n'));
        text.append("\n| second | asked | duty | rows | p50 ms | p99 ms | signal |\n|---|---|---|---|---|---|---|\n");
        for (int at = 0; at < seconds.size(); at++) {
            Second second = seconds.get(at);
            text.append("| %d | %d | %.2f | %,d | %.2f | %.1f | %s |%n"
                    .formatted(
                            at,
                            second.asked(),
                            second.duty(),
                            second.rows(),
                            second.p50(),
                            second.p99(),
                            second.signal().orElse("")));
        }
        return text.toString();
    }
}
