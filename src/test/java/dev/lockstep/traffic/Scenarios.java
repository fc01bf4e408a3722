package dev.lockstep.traffic;

import java.util.List;
import java.util.stream.Stream;

/** Every scenario there is. A new one is a file of its own and a line here. */
final class Scenarios {
    /** For whoever works on one of them: {@code -Dtraffic.only=text} leaves it at those whose title contains the text. */
    private static final String ONLY = System.getProperty("traffic.only", "");

    private Scenarios() {}

    static List<Scenario> chosen() {
        return all().stream()
                .filter(scenario -> scenario.title().contains(ONLY))
                .toList();
    }

    static List<Scenario> all() {
        return Stream.of(
                        Stream.of(
                                new AddColumnTraffic.Filled(),
                                new AddColumnTraffic.Plain(),
                                new DropColumnTraffic(),
                                new RenameColumnTraffic(),
                                new RenameColumnTraffic.WithOwnTrigger(),
                                new SqlTraffic(),
                                RenameColumnTraffic.byTheApplication(),
                                RenameColumnTraffic.hiddenFirst(),
                                DropColumnTraffic.hiddenFirst(),
                                RenameTableTraffic.byView()),
                        ColumnTypeTraffic.all().stream(),
                        IndexChanges.all().stream(),
                        DirectChanges.all().stream())
                .flatMap(each -> each)
                .toList();
    }
}
