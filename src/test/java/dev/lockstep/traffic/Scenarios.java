package dev.lockstep.traffic;

import java.util.List;
import java.util.stream.Stream;

/** Every scenario there is. A new one is a file of its own and a line here. */
final class Scenarios {
    /** For whoever works on some of them: {@code -Dtraffic.only=a|b} leaves it at those whose title contains a or b. */
    private static final List<String> ONLY =
            List.of(System.getProperty("traffic.only", "").split("\\|", -1));

    private Scenarios() {}

    static List<Scenario> chosen() {
        return all().stream().filter(scenario -> wanted(scenario.title())).toList();
    }

    static boolean wanted(String title) {
        return ONLY.stream().anyMatch(title::contains);
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
                                DropColumnTraffic.backedUp(),
                                new SeveralChanges()),
                        RenameTableTraffic.all().stream(),
                        ColumnTypeTraffic.all().stream(),
                        IndexChanges.all().stream(),
                        DirectChanges.all().stream())
                .flatMap(each -> each)
                .toList();
    }
}
