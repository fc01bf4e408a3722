package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Two changes of one plan must not touch the same column: each is compiled for the catalogue as it is before both. */
final class Overlaps {
    private Overlaps() {}

    static void check(List<Change> changes, BiFunction<Change, Integer, String> paths, Objections objections) {
        Map<Place, Integer> first = new HashMap<>();
        for (int index = 0; index < changes.size(); index++) {
            for (Place place : places(changes.get(index))) {
                Integer earlier = first.putIfAbsent(place, index);
                if (earlier != null && earlier != index) {
                    objections.add(
                            paths.apply(changes.get(index), index),
                            "Column " + place.column() + " of " + place.table() + " is already the matter of "
                                    + paths.apply(changes.get(earlier), earlier)
                                    + ". Put the second change in a plan of its own, to run after this one.");
                }
            }
        }
    }

    private record Place(TableName table, Identifier column) {}

    private static List<Place> places(Change change) {
        return switch (change) {
            case Change.AddColumn add -> List.of(new Place(add.table(), add.column()));
            case Change.DropColumn drop -> List.of(new Place(drop.table(), drop.column()));
            case Change.RenameColumn rename ->
                List.of(new Place(rename.table(), rename.from()), new Place(rename.table(), rename.to()));
            case Change.Sql _ -> List.of();
        };
    }
}
