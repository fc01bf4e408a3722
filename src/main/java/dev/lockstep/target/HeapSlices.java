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
    /**
     * Between four and ten the time per row is the same (measured), and with eight so few rows go to another page that most
     * leaves of an index have room for them and are not split.
     */
    private static final int MOST = 8;

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
            case BatchWork.Filling(Action.Backfill action) -> indexed(action) ? 1 : byRoom();
            // The rows go to another table; those that are there keep their place.
            case BatchWork.Copying _ -> 1;
        };
    }

    /** For the next range. A later pass finds few rows, and looks for them once. */
    int wanted(Pass pass) {
        return worthIt && pass.number() == 1 ? most : 1;
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

    /**
     * A condition for the pending rows of one slice; a row that is written gets another place, but is not pending any more.
     *
     * <p>By the line in its page, so that each page gives up an equal share each time. There is no operator for that, but
     * the binary form of a place has it at its end. The server would look at {@code pending} first, for all rows in every
     * slice, did CASE not say in which order.
     */
    static String condition(int slice, int slices, String pending) {
        return slices == 1
                ? pending
                : "CASE WHEN pg_catalog.get_byte(pg_catalog.tidsend(ctid), 5) % " + slices + " = " + slice + " THEN "
                        + pending + " ELSE false END";
    }

    /** By what the catalogue and the statistics know of the table's pages. */
    private int byRoom() throws SQLException {
        // An average width is known only for columns that ANALYZE has seen; 28 bytes are a row's own.
        return new Query(connection, """
                        SELECT c.relpages, c.reltuples, current_setting('block_size')::int - 24 AS page,
                               1 - coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions)
                                             WHERE option_name = 'fillfactor'), 100) / 100.0 AS kept_free,
                               (SELECT 28 + sum(s.avg_width * (1 - s.null_frac)) FROM pg_stats s
                                WHERE s.schemaname = c.relnamespace::regnamespace::name AND s.tablename = c.relname
                                  AND NOT s.inherited) AS width
                        FROM pg_class c WHERE c.oid = CAST(? AS regclass)""")
                .one(
                        row -> {
                            double rowsPerPage = row.getDouble("reltuples") / Math.max(1, row.getLong("relpages"));
                            double used = rowsPerPage * row.getDouble("width") / row.getInt("page");
                            boolean known = row.getLong("relpages") > 0 && rowsPerPage > 0;
                            return wanted(
                                    known ? rowsPerPage : Double.MAX_VALUE,
                                    Math.max(row.getDouble("kept_free"), known && used > 0 ? 1 - used : 0));
                        },
                        work.table().sql());
    }

    /**
     * @param rowsPerPage a slice of less than a row of each page moves nothing out of the way
     * @param free the share of a page that is free before anything is written
     */
    static int wanted(double rowsPerPage, double free) {
        // What is written at once is to fit into what is free; a new version is a little longer than the old one.
        double fitting = free <= 0 ? MOST : Math.ceil((1 - free) * 1.1 / free);
        return (int) Math.clamp(Math.min(fitting, Math.floor(rowsPerPage)), 1, MOST);
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
