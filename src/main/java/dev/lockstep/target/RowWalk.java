package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A walk through the rows of a table, or of all partitions of one, a few blocks at a time. Each piece is a transaction of
 * its own that only reads, about as long as a batch of a backfill, so that no snapshot is held for long.
 *
 * <p>Where it ends is fixed when a table is begun: rows beyond were written meanwhile, and so were rows that have moved
 * behind it. Confined to one thread.
 */
final class RowWalk {
    private static final int FIRST_BLOCKS = 16;
    private static final int MOST_BLOCKS = 4096;

    /** Of what has the rows only as a whole. */
    private static final long WHOLE = 1;

    private final Attempt attempt;
    private final Connection connection;
    private final TableName table;
    private final List<Part> parts;
    private int at;
    private long next;
    private long blocks = FIRST_BLOCKS;
    /** How long the present piece was asked. */
    private Duration asked = Duration.ZERO;

    /** A table that holds rows. */
    private record Part(long oid, String name, boolean inBlocks, long end) {}

    /** @param kept where an earlier walk got to, by {@link #cursor}; empty to begin */
    RowWalk(Attempt attempt, Connection connection, TableName table, Cursor kept) throws SQLException {
        this.attempt = attempt;
        this.connection = connection;
        this.table = table;
        this.parts = parts(connection, table);
        long oid = kept.number("part", 0);
        while (at < parts.size() && parts.get(at).oid() < oid) {
            at++;
        }
        if (at < parts.size() && parts.get(at).oid() == oid) {
            next = kept.number("next", 0);
        }
        skipEmpty();
    }

    private static List<Part> parts(Connection connection, TableName table) throws SQLException {
        return new Query(connection, """
                        WITH RECURSIVE tree AS (
                          SELECT CAST(CAST(? AS regclass) AS oid) AS oid
                          UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON t.oid = i.inhparent)
                        SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'r' AS blocks,
                               CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid)
                                    / current_setting('block_size')::bigint ELSE 1 END AS size
                        FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind <> 'p' ORDER BY c.oid""")
                .list(
                        row -> new Part(
                                row.getLong("oid"),
                                row.getString("name"),
                                row.getBoolean("blocks"),
                                row.getLong("size")),
                        table.sql());
    }

    private void skipEmpty() {
        while (at < parts.size() && next >= parts.get(at).end()) {
            at++;
            next = 0;
        }
    }

    boolean over() {
        return at >= parts.size();
    }

    /** Where the walk is, for the ledger. */
    Cursor cursor() {
        return Cursor.of(
                over()
                        ? Map.of("part", Long.MAX_VALUE)
                        : Map.of("part", parts.get(at).oid(), "next", next));
    }

    /** 0 to 1, by blocks. */
    double fraction() {
        double all = parts.stream().mapToLong(Part::end).sum();
        double passed = parts.subList(0, at).stream().mapToLong(Part::end).sum() + (over() ? 0 : next);
        return all == 0 ? 1 : Math.min(1, passed / all);
    }

    /** FROM and WHERE for the rows of this piece, which are known under the whole table's name. */
    String piece() {
        return piece(new Span(next, to()));
    }

    /** The blocks of this piece; empty where it cannot be divided. */
    Optional<Span> span() {
        return parts.get(at).inBlocks() ? Optional.of(new Span(next, to())) : Optional.empty();
    }

    /** Blocks from the first to before the last of the numbers. */
    record Span(long from, long to) {
        boolean one() {
            return to - from <= 1;
        }

        List<Span> halves() {
            long middle = from + (to - from) / 2;
            return List.of(new Span(from, middle), new Span(middle, to));
        }
    }

    /** The same for a part of this piece. */
    String piece(Span span) {
        Part part = parts.get(at);
        String from = " FROM ONLY " + part.name() + " AS " + table.name().sql();
        return part.inBlocks()
                ? from + " WHERE " + table.name().sql() + ".ctid >= '(" + span.from() + ",0)'::tid AND "
                        + table.name().sql() + ".ctid < '(" + span.to() + ",0)'::tid"
                : " FROM " + part.name() + " AS " + table.name().sql() + " WHERE true";
    }

    private long to() {
        return parts.get(at).inBlocks() ? Math.min(parts.get(at).end(), next + blocks) : WHOLE;
    }

    /** Where the piece is, for a person. */
    String place() {
        return parts.get(at).inBlocks()
                ? "blocks " + next + " to " + (to() - 1) + " of "
                        + parts.get(at).name()
                : parts.get(at).name();
    }

    /** Something to ask of a piece, inside its transaction. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Statement statement) throws SQLException;
    }

    /** Asks the present piece, in a transaction of its own that only reads. */
    <T> T ask(Question<T> question) throws SQLException {
        Stopwatch asking = Stopwatch.started();
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            // Rows that a policy hides must not make it look as if all were well (P28): the server refuses then.
            statement.execute("SET TRANSACTION READ ONLY; SET LOCAL row_security = off;"
                    + " SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '10min'");
            return question.ask(statement);
        } finally {
            ShortTransaction.end(connection);
            asked = asked.plus(asking.elapsed());
        }
    }

    /** Goes on to the next piece, of a size that takes about as long as a batch should; false when the step is to stop. */
    boolean advance() {
        next = to();
        double wanted = attempt.order().pace().batchMilliseconds() * 1e6;
        double factor = Math.clamp(wanted / Math.max(1, asked.toNanos()), 0.25, 2);
        blocks = Math.clamp(Math.round(blocks * factor), 1, MOST_BLOCKS);
        skipEmpty();
        int percent = attempt.order().pace().restPercent();
        Duration rest =
                percent == 0 ? Duration.ZERO : asked.multipliedBy(percent).dividedBy(100 - percent);
        asked = Duration.ZERO;
        return attempt.rest(rest);
    }
}
