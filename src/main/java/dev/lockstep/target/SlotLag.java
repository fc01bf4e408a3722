package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much log replication slots make the server keep, which ends with a full disk. Of a slot that nobody reads, only what
 * has come since the look began counts: the rest was there before.
 */
final class SlotLag implements Signal {
    private static final double MEGABYTE = 1 << 20;

    private final int limitMegabytes;
    private final Map<String, Long> before = new HashMap<>();

    SlotLag(int limitMegabytes) {
        this.limitMegabytes = limitMegabytes;
    }

    private record Slot(String name, boolean active, long kept) {}

    @Override
    public String name() {
        return "slot-lag";
    }

    @Override
    public String remedy() {
        return "See that whoever reads the slot keeps up, or drop a slot that nobody reads any more"
                + " (pg_drop_replication_slot): it makes the server keep its log until the disk is full.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        List<Slot> slots = new Query(connection, """
                        SELECT slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS kept
                        FROM pg_replication_slots WHERE restart_lsn IS NOT NULL""")
                .list(row -> new Slot(row.getString("slot_name"), row.getBoolean("active"), row.getLong("kept")));
        Optional<Slot> worst = slots.stream().map(this::counted).max(Comparator.comparingLong(Slot::kept));
        return worst.<List<Reading>>map(slot -> List.of(new Reading.Felt(
                        name(),
                        true,
                        slot.kept() / MEGABYTE / limitMegabytes,
                        "replication slot " + slot.name(),
                        "Replication slot " + slot.name() + " makes the server keep "
                                + Math.round(slot.kept() / MEGABYTE) + " MB of log"
                                + (slot.active() ? "" : " more than before, and nobody reads it") + " (limit "
                                + limitMegabytes + " MB).")))
                .orElseGet(List::of);
    }

    private Slot counted(Slot slot) {
        if (slot.active()) {
            before.remove(slot.name());
            return slot;
        }
        long first = before.computeIfAbsent(slot.name(), _ -> slot.kept());
        return new Slot(slot.name(), false, Math.max(0, slot.kept() - first));
    }
}
