package dev.lockstep.change;

import dev.lockstep.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** Triggers fire in the order of their names, and ours must be the first and the last to see a row (P18). */
final class TriggerOrder {
    /** As {@code strcmp} compares, which is how the server orders triggers. */
    private static final Comparator<String> BYTE_ORDER =
            Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private TriggerOrder() {}

    /** Objects to triggers of the table's own that would fire outside of ours. */
    static void check(Table table, SyncTriggers ours, String path, Objections objections) {
        Ground.rowChangers(table).stream()
                .filter(trigger ->
                        BYTE_ORDER.compare(trigger.name().value(), ours.last().value()) >= 0
                                || BYTE_ORDER.compare(
                                                trigger.name().value(),
                                                ours.first().value())
                                        <= 0)
                .forEach(trigger -> objections.add(
                        path,
                        "Trigger " + trigger.name() + " on " + table.name() + " would fire outside of Lockstep's own"
                                + " triggers, which must be the first and the last to see a row (triggers fire in the"
                                + " order of their names). Rename it to begin with a letter of a to z: ALTER TRIGGER "
                                + trigger.name().sql() + " ON " + table.name().sql() + " RENAME TO …"));
    }
}
