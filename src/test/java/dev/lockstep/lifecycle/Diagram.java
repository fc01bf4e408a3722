package dev.lockstep.lifecycle;

import dev.lockstep.lifecycle.TransitionTable.Arrow;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of transitions as a Mermaid diagram, with what it takes to read it. */
final class Diagram {
    private Diagram() {}

    static String draw() {
        List<Arrow> arrows = List.copyOf(TransitionTable.all());
        return """
            # A run's life

            This page is made from the code (`TransitionTable`, `Event`); do not edit it. A test fails when it is stale, and
            says how to make it anew. Another test takes every arrow that is drawn here, and fails when a run takes one that
            is not.

            ```mermaid
            stateDiagram-v2
                direction TB
            %s
            ```

            ## How to read it

            A box is a stage: what a run is doing, exactly. What people see is its status, which says less: a run at a gate,
            or with a step due, is `Running` while nothing is in its way and `Held` while something is; on its way back it is
            `RollingBack`; paused it is `Paused`, whatever it was doing.

            | stage | the run is |
            |---|---|
            %s

            An arrow is an event in the journal. What stays in one stage is not drawn, and listed below: it changes what is
            known of a run (who approved, what is in the way), not what it is doing.

            - **Every lease leads back to a gate** (`LeaseTaken`). What the last holder saw, the new one has not seen.
            - **`GateBlocked` leads back to a gate from everywhere before a step begins**, also after the gate was open and
              people have approved: the last look is right before the step.
            - **`WindowClosed` leads back to a gate as well**, before a phase begins and, unless the phase is to be finished,
              between its steps. The gate goes on being looked at, and how long it has matched counts; it opens, and the floor
              rises, once a window is open. Nothing that goes back waits for a window.
            - **`FloorRaised` begins the watch of a contract's gate anew.** Old code that was let in a moment before is there
              by the time the gate opens, and closes it.
            - **`PhaseCompleted` leads to the next phase's gate**; a phase that waits for nobody passes it without a look.
            - **`PointOfNoReturnPassed` and the `StepStarted` behind it are written together.** From then on
              `RollbackRequested` is refused.
            - **`Rejected` right before a phase's first step leads back to the approval**, and pauses the run.
            - **Going back uses the same stages.** The run stands before the last step that was begun, and steps are taken
              back until none is left: `RolledBack`. The steps of a contract are taken back at once, because the old shape
              beside the new one breaks nobody; what lies before it waits at a gate until no code needs the new shape. The
              floor stays until the contract has been taken back.
            - **`FAILED` is no end.** `RetryRequested` goes on from there, `RollbackRequested` goes back.

            | stage | what happens without leaving it |
            |---|---|
            %s
            """.formatted(picture(arrows), stages(), staying(arrows));
    }

    private static String picture(List<Arrow> arrows) {
        Map<Stage.Kind, Map<Stage.Kind, String>> labels = arrows.stream()
                .filter(arrow -> arrow.from() != arrow.to())
                .collect(Collectors.groupingBy(
                        Arrow::from, TreeMap::new, Collectors.groupingBy(Arrow::to, TreeMap::new, named("<br/>"))));
        Stream<String> drawn = labels.entrySet().stream()
                .flatMap(from -> from.getValue().entrySet().stream()
                        .map(to -> "    " + from.getKey() + " --> " + to.getKey() + ": " + to.getValue()));
        return Stream.of(
                        Stream.of("    [*] --> PENDING"),
                        drawn,
                        Stream.of("    SUCCEEDED --> [*]", "    ROLLED_BACK --> [*]"))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    private static String stages() {
        return Stream.of(Stage.Kind.values())
                .map(kind -> "| `" + kind + "` | " + kind.words() + " |")
                .collect(Collectors.joining("\n"));
    }

    private static String staying(List<Arrow> arrows) {
        Map<Stage.Kind, String> labels = arrows.stream()
                .filter(arrow -> arrow.from() == arrow.to())
                .collect(Collectors.groupingBy(Arrow::from, TreeMap::new, named("`, `")));
        return labels.entrySet().stream()
                .map(stage -> "| `" + stage.getKey() + "` | `" + stage.getValue() + "` |")
                .collect(Collectors.joining("\n"));
    }

    private static Collector<Arrow, ?, String> named(String between) {
        return Collectors.collectingAndThen(
                Collectors.toList(),
                arrows -> arrows.stream()
                        .map(arrow -> arrow.event().getSimpleName())
                        .sorted(Comparator.naturalOrder())
                        .collect(Collectors.joining(between)));
    }
}
