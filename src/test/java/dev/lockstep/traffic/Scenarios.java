package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every scenario there is. A new one is a file of its own and a line here. */
final class Scenarios {
    /** Kinds whose recipes refuse everything so far. */
    static final Set<ChangeKind> TO_COME = EnumSet.of(
            ChangeKind.CHANGE_COLUMN_TYPE,
            ChangeKind.ADD_INDEX,
            ChangeKind.DROP_INDEX,
            ChangeKind.REINDEX,
            ChangeKind.ADD_FOREIGN_KEY,
            ChangeKind.ADD_CHECK,
            ChangeKind.ADD_UNIQUE,
            ChangeKind.ADD_PRIMARY_KEY,
            ChangeKind.DROP_CONSTRAINT);

    private Scenarios() {}

    static List<Scenario> all() {
        return Stream.of(
                        Stream.of(
                                new AddColumnTraffic.Filled(),
                                new AddColumnTraffic.Plain(),
                                new DropColumnTraffic(),
                                new RenameColumnTraffic(),
                                new RenameColumnTraffic.WithOwnTrigger(),
                                new SqlTraffic(),
                                RenameTableTraffic.byView()),
                        DirectChanges.all().stream())
                .flatMap(each -> each)
                .toList();
    }
}
