package dev.lockstep.traffic;

import java.util.List;

/** Every scenario there is. A new one is a file of its own and a line here. */
final class Scenarios {
    private Scenarios() {}

    static List<Scenario> all() {
        return List.of(
                new AddColumnTraffic.Filled(),
                new AddColumnTraffic.Plain(),
                new DropColumnTraffic(),
                new RenameColumnTraffic(),
                new RenameColumnTraffic.WithOwnTrigger(),
                new SqlTraffic());
    }
}
