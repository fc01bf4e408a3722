package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Every scenario there is. A new one is a file of its own and a line here. */
final class Scenarios {
    /** Kinds whose recipes refuse everything so far. */
    static final Set<ChangeKind> TO_COME = EnumSet.complementOf(
            EnumSet.of(ChangeKind.ADD_COLUMN, ChangeKind.DROP_COLUMN, ChangeKind.RENAME_COLUMN, ChangeKind.SQL));

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
