package dev.lockstep.target;

import dev.lockstep.change.Action;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * In how many slices the rows of a range of blocks are written, each in its own transaction.
 *
 * <p>A new version of a row that finds room on its own page is <em>heap-only</em>: no index is written. A full page has no
 * room, but once the first slice has moved a share of its rows away and has committed, the server prunes the page at the
 * next look, and the next slice goes into the room that became free. So a range is done slice by slice while its pages are
 * in memory, and only about one row in {@code slices} is written to the indexes. That is worth nothing where an index
 * contains what is filled, or where an old snapshot keeps the dead versions: then there is one slice, at once or as soon as
 * it is seen.
 *
 * <p>Source: PostgreSQL's {@code README.HOT}; the shares were measured. Confined to one thread.
 */
final class HeapSlices {
    private static final int MOST = 5;

    /** Ranges after which the share of heap-only versions is believed. */
    private static final int TRIAL = 4;

    /** Rows in one slice after which it is tried again, as the old snapshot may be gone. */
    private static final int REST = 200;

    private static final double WORTH_IT = 0.3;

    private final Connection connection;
    private final BatchWork work;
    private final int most;
    private int seen;
    private int plainRanges;
    private long updated;
    private long heapOnly;
    private boolean worthIt = true;

    HeapSlices(Connection connection, BatchWork work) throws SQLException {
        this.connection = connection;
        this.work = work;
        this.most = switch (work) {
            case BatchWork.Filling(Action.Backfill action) -> indexed(action) ? 1 : byFillfactor();
            // The rows go to another table; those that are there keep their place.
            case BatchWork.Copying _ -> 1;
        };
    }

    /** For the next range. */
    int wanted() {
        return worthIt ? most : 1;
    }

    /** To be called in the transaction that wrote a slice, before it commits. */
    void wrote(BlockStretch at) throws SQLException {
        // The first slice finds full pages, whatever happens afterwards; one of the others is enough to know.
        if (at.slices() > 1 && at.lastSlice()) {
            long[] counts = new Query(connection, """
                            SELECT pg_stat_get_xact_tuples_updated(c), pg_stat_get_xact_tuples_hot_updated(c)
                            FROM CAST(CAST(? AS regclass) AS oid) AS c""")
                    .one(
                            row -> new long[] {row.getLong(1), row.getLong(2)},
                            work.table().sql());
            updated += counts[0];
            heapOnly += counts[1];
        }
    }

    /** To be called when a range is done. */
    void finished(int slices) {
        if (slices > 1 && ++seen >= TRIAL) {
            worthIt = updated == 0 || heapOnly >= WORTH_IT * updated;
            seen = 0;
            updated = 0;
            heapOnly = 0;
        } else if (!worthIt && ++plainRanges >= REST) {
            worthIt = true;
            plainRanges = 0;
        }
    }

    /** A condition for the rows of one slice; a row that is written gets another place, but is not pending any more. */
    static String condition(int slice, int slices) {
        return slices == 1 ? "" : " AND (hashtid(ctid) & 2147483647) % " + slices + " = " + slice;
    }

    private int byFillfactor() throws SQLException {
        double free = new Query(connection, """
                        SELECT coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions)
                                         WHERE option_name = 'fillfactor'), 100)
                        FROM pg_class c WHERE c.oid = CAST(? AS regclass)""")
                .one(row -> 1 - row.getInt(1) / 100.0, work.table().sql());
        return Math.clamp(Math.round(1 / Math.max(free, 1.0 / MOST)), 1, MOST);
    }

    /** Whether an index contains a column that is written; one that only summarises pages does not count from 16 on. */
    private boolean indexed(Action.Backfill action) throws SQLException {
        String[] columns =
                action.fills().stream().map(fill -> fill.column().value()).toArray(String[]::new);
        return new Query(connection, """
                        SELECT EXISTS (
                          SELECT FROM pg_index i
                          JOIN pg_class x ON x.oid = i.indexrelid
                          JOIN pg_am m ON m.oid = x.relam
                          JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                                          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
                          WHERE i.indrelid = CAST(? AS regclass)
                            AND (a.attname = ANY (CAST(? AS text[])) OR d.refobjsubid = 0 AND i.indexprs IS NOT NULL)
                            AND NOT (m.amname = 'brin' AND current_setting('server_version_num')::int >= 160000))""")
                .one(row -> row.getBoolean(1), action.table().sql(), array(columns));
    }

    private static String array(String[] texts) {
        return Arrays.stream(texts)
                .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }
}
