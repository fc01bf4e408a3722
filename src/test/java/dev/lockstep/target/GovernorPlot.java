package dev.lockstep.target;

import dev.lockstep.fixture.RunPlot;
import dev.lockstep.fixture.RunPlot.Panel;
import dev.lockstep.target.Simulation.Second;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The picture of a simulated run. */
final class GovernorPlot {
    private GovernorPlot() {}

    static String draw(List<Second> run) {
        return new RunPlot(
                        "A backfill under the governor while the load of an application comes and goes",
                        60,
                        List.of(
                                panel("What the application asks of the machine", "#7a5195", 1, run, Second::load),
                                panel("Duty of the backfill", "#003f5c", 1, run, Second::duty),
                                panel("Rows per second", "#2f7d32", 120_000, run, Second::rows),
                                panel(
                                        "Latency of the application, ms",
                                        "#c0392b",
                                        10,
                                        run,
                                        Second::latencyMilliseconds)))
                .draw();
    }

    private static Panel panel(
            String title, String colour, double most, List<Second> run, ToDoubleFunction<Second> figure) {
        return new Panel(
                title, colour, most, run.stream().mapToDouble(figure).boxed().toList());
    }
}
