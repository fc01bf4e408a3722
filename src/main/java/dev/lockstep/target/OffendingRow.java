package dev.lockstep.target;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the row that a backfill's statement fails on (P31), by trying ever smaller parts of the batch and rolling each try
 * back. Trying the statement itself also finds what a constraint or a trigger refuses, which reading could not.
 */
final class OffendingRow {
    private static final String LIMITS = "SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = '5s'";

    private final Connection connection;
    private final BatchWork work;

    OffendingRow(Connection connection, BatchWork work) {
        this.connection = connection;
        this.work = work;
    }

    /** For a person: the row by its key, or the stretch when it could not be found. */
    String find(Stretch all) throws SQLException {
        Stretch narrow = all;
        List<Stretch> halves = narrow.halves(connection);
        while (!halves.isEmpty()) {
            narrow = fails(halves.getFirst().condition(work.pending())) ? halves.getFirst() : halves.getLast();
            halves = narrow.halves(connection);
        }
        return switch (narrow) {
            case BlockStretch block -> inBlock(block).orElse("a row in " + all.shown());
            case KeyStretch key -> named(key).stream().findFirst().orElse("a row in " + all.shown());
        };
    }

    private Optional<String> inBlock(BlockStretch block) throws SQLException {
        record Row(String place, String name) {}
        List<Row> rows = new ArrayList<>();
        try (Statement statement = Query.plain(connection);
                ResultSet found = statement.executeQuery("SELECT ctid::text, " + work.rowName(connection) + " FROM "
                        + work.table().sql() + " WHERE " + block.condition(work.pending()))) {
            while (found.next()) {
                rows.add(new Row(found.getString(1), found.getString(2)));
            }
        }
        for (Row row : rows) {
            if (fails("ctid = '" + row.place() + "'::tid AND (" + work.pending() + ")")) {
                return Optional.of(row.name());
            }
        }
        return Optional.empty();
    }

    private List<String> named(KeyStretch key) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = Query.plain(connection);
                ResultSet found = statement.executeQuery("SELECT " + work.rowName(connection) + " FROM "
                        + work.table().sql() + " WHERE " + key.condition(work.pending()))) {
            while (found.next()) {
                names.add(found.getString(1));
            }
        }
        return names;
    }

    private boolean fails(String where) throws SQLException {
        connection.setAutoCommit(false);
        Optional<SQLException> failure = Optional.empty();
        try (Statement statement = Query.plain(connection)) {
            statement.execute(work.settings() + LIMITS);
            statement.executeUpdate(work.statement(where));
        } catch (SQLException e) {
            failure = Optional.of(e);
        } finally {
            ShortTransaction.end(connection);
        }
        return failure.filter(e -> SqlFailure.of(e) == SqlFailure.STATEMENT).isPresent();
    }
}
