package dev.lockstep.target;

import dev.lockstep.target.Simulation.Second;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Draws a run as SVG: one panel for each figure, one below the other, over the same time. */
final class GovernorPlot {
    private static final int WIDTH = 860;
    private static final int LEFT = 60;
    private static final int PANEL = 110;
    private static final int GAP = 40;

    private GovernorPlot() {}

    private record Panel(String title, String colour, double most, ToDoubleFunction<Second> figure) {}

    static String draw(List<Second> run) {
        List<Panel> panels = List.of(
                new Panel("What the application asks of the machine", "#7a5195", 1, Second::load),
                new Panel("Duty of the backfill", "#003f5c", 1, Second::duty),
                new Panel("Rows per second", "#2f7d32", 120_000, Second::rows),
                new Panel("Latency of the application, ms", "#c0392b", 10, Second::latencyMilliseconds));
        int height = panels.size() * (PANEL + GAP) + 30;
        String body = IntStream.range(0, panels.size())
                .mapToObj(i -> panel(panels.get(i), run, GAP + i * (PANEL + GAP)))
                .collect(Collectors.joining());
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img">
                <title>A backfill under the governor while the load of an application comes and goes</title>
                <rect width="100%%" height="100%%" fill="white"/>
                %s<text x="%d" y="%d" text-anchor="end">seconds</text>
                </svg>
                """.formatted(WIDTH, height, body, WIDTH - 10, height - 8);
    }

    private static String panel(Panel panel, List<Second> run, int top) {
        StringBuilder drawn = new StringBuilder();
        drawn.append(text(LEFT, top - 8, "start", panel.title()));
        drawn.append(text(LEFT - 6, top + 10, "end", label(panel.most())));
        drawn.append(text(LEFT - 6, top + PANEL, "end", "0"));
        drawn.append("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#999\"/>\n"
                .formatted(LEFT, top, top + PANEL, WIDTH - 10));
        for (int at = 0; at < run.size(); at += 60) {
            drawn.append(text((int) x(at, run.size()), top + PANEL + 14, "middle", String.valueOf(at)));
        }
        String points = IntStream.range(0, run.size())
                .mapToObj(i -> {
                    double share = Math.min(1, panel.figure().applyAsDouble(run.get(i)) / panel.most());
                    return String.format(Locale.ROOT, "%.1f,%.1f", x(i, run.size()), top + PANEL * (1 - share));
                })
                .collect(Collectors.joining(" "));
        drawn.append("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n"
                .formatted(points, panel.colour()));
        return drawn.toString();
    }

    private static double x(int at, int length) {
        return LEFT + (WIDTH - 10.0 - LEFT) * at / length;
    }

    private static String label(double most) {
        return most >= 1_000 ? (int) (most / 1_000) + " k" : String.valueOf((int) most);
    }

    private static String text(int x, int y, String anchor, String words) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n".formatted(x, y, anchor, words);
    }
}
