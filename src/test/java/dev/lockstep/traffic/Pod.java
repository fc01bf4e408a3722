package dev.lockstep.traffic;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * A process that runs one version of the code on a connection of its own, as the application's role, which owns nothing.
 *
 * <p>Every statement is prepared on the server from its first or second execution on. {@code autosave=conservative} is for
 * {@code SELECT *} within a transaction: when a column comes or goes the server refuses the prepared statement ("cached plan
 * must not change result type", P38); outside a transaction the driver prepares it anew by itself, within one it needs a
 * savepoint to go back to. An application that reads {@code SELECT *} in transactions needs that setting, or must name its
 * columns.
 */
final class Pod implements AutoCloseable {
    /** The application's role in every scenario's database. */
    static final String ROLE = "traffic_app";

    final Code code;
    private final Connection connection;
    private final Stalls stalls;

    Pod(Code code, String url, int prepareThreshold, Stalls stalls) throws SQLException {
        this.code = code;
        this.stalls = stalls;
        connection = DriverManager.getConnection(url + "&autosave=conservative&prepareThreshold=" + prepareThreshold
                + "&ApplicationName=" + code.version());
    }

    /** The row's facts; empty where there is no such row. */
    Optional<Map<String, Optional<String>>> select(TableUse use, long key, boolean forUpdate) throws SQLException {
        String sql = "SELECT * FROM " + use.table() + " WHERE " + use.key() + " = ?" + (forUpdate ? " FOR UPDATE" : "");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key);
            try (ResultSet row = stalls.time(sql, statement::executeQuery)) {
                return row.next() ? Optional.of(facts(use, row)) : Optional.empty();
            }
        }
    }

    /** The rows' facts by their keys, found by the text that they have in the column that is looked up by. */
    Map<Long, Map<String, Optional<String>>> find(TableUse use, String value) throws SQLException {
        String sql = "SELECT * FROM " + use.table() + " WHERE " + use.found().column() + " = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, value);
            try (ResultSet row = stalls.time(sql, statement::executeQuery)) {
                Map<Long, Map<String, Optional<String>>> found = new HashMap<>();
                while (row.next()) {
                    found.put(row.getLong(use.key()), facts(use, row));
                }
                return found;
            }
        }
    }

    /** What a row says, by the columns' names. */
    static Map<String, Optional<String>> facts(TableUse use, ResultSet row) throws SQLException {
        Map<String, Optional<String>> facts = new HashMap<>();
        for (Field field : use.fields()) {
            facts.put(field.fact(), canonical(field, row.getString(field.column())));
        }
        return facts;
    }

    private static Optional<String> canonical(Field field, @org.jspecify.annotations.Nullable String value) {
        return field.type().equals(Binding.BOOLEAN)
                ? Optional.ofNullable(value).map(text -> text.substring(0, 1))
                : Optional.ofNullable(value);
    }

    /** Something that is written under one name. */
    @FunctionalInterface
    private interface Write {
        void to(TableUse use) throws SQLException;
    }

    /** Under all names in one transaction, which is the caller's where there is one. */
    private void each(TableUse use, Write write) throws SQLException {
        List<TableUse> all = use.written();
        if (all.size() == 1) {
            write.to(all.getFirst());
        } else if (connection.getAutoCommit()) {
            transaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
                for (TableUse one : all) {
                    write.to(one);
                }
                return true;
            });
        } else {
            for (TableUse one : all) {
                write.to(one);
            }
        }
    }

    /** Inserts a row and gives the key that the database chose; what it returned goes to {@code returned}. */
    long insert(TableUse use, Map<String, Optional<String>> facts, Map<String, Optional<String>> returned)
            throws SQLException {
        long[] key = new long[1];
        each(use, one -> {
            if (one.table().equals(use.writes().getFirst())) {
                key[0] = insertOne(one, facts, returned);
            } else {
                insertAll(one, Map.of(key[0], facts));
            }
        });
        return key[0];
    }

    private long insertOne(TableUse use, Map<String, Optional<String>> facts, Map<String, Optional<String>> returned)
            throws SQLException {
        List<Field> fields = fields(use, facts);
        String sql = "INSERT INTO " + use.table() + " (" + String.join(", ", use.columns(fields)) + ") VALUES ("
                + use.placeholders(fields) + ") RETURNING *";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, fields, facts);
            try (ResultSet row = stalls.time(sql, statement::executeQuery)) {
                row.next();
                returned.putAll(facts(use, row));
                return row.getLong(use.key());
            }
        }
    }

    void insert(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        each(use, one -> insertAll(one, rows));
    }

    private void insertAll(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        List<Field> fields = fields(use, rows.values().iterator().next());
        String one = "(?, " + use.placeholders(fields) + ")";
        String sql =
                insertInto(use, fields) + rows.keySet().stream().map(_ -> one).collect(Collectors.joining(", "));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (Map.Entry<Long, Map<String, Optional<String>>> row : rows.entrySet()) {
                statement.setLong(at, row.getKey());
                at = bind(statement, at + 1, fields, row.getValue());
            }
            expect(use, rows.size(), stalls.time(sql, statement::executeUpdate), sql);
        }
    }

    void upsert(TableUse use, long key, Map<String, Optional<String>> facts) throws SQLException {
        each(use, one -> upsertOne(one, key, facts));
    }

    private void upsertOne(TableUse use, long key, Map<String, Optional<String>> facts) throws SQLException {
        List<Field> fields = fields(use, facts);
        String sql = insertInto(use, fields) + "(?, " + use.placeholders(fields) + ") ON CONFLICT (" + use.key()
                + ") DO UPDATE SET "
                + use.columns(fields).stream()
                        .map(column -> column + " = EXCLUDED." + column)
                        .collect(Collectors.joining(", "));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key);
            bind(statement, 2, fields, facts);
            expect(use, 1, stalls.time(sql, statement::executeUpdate), sql);
        }
    }

    private static String insertInto(TableUse use, List<Field> fields) {
        List<String> columns = new ArrayList<>();
        columns.add(use.key());
        columns.addAll(use.columns(fields));
        return "INSERT INTO " + use.table() + " (" + String.join(", ", columns) + ") VALUES ";
    }

    /** Writes these facts to each of the rows, in one batch where there are several. */
    void update(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        each(use, one -> updateTo(one, rows));
    }

    private void updateTo(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        List<Field> fields = fields(use, rows.values().iterator().next());
        String sql = "UPDATE " + use.table() + " SET "
                + fields.stream()
                        .flatMap(field -> field.columns().stream()
                                .map(column -> column + " = " + field.type().placeholder()))
                        .collect(Collectors.joining(", "))
                + " WHERE " + use.key() + " = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Map.Entry<Long, Map<String, Optional<String>>> row : rows.entrySet()) {
                statement.setLong(bind(statement, 1, fields, row.getValue()), row.getKey());
                if (rows.size() > 1) {
                    statement.addBatch();
                }
            }
            if (rows.size() == 1) {
                expect(use, 1, stalls.time(sql, statement::executeUpdate), sql);
                return;
            }
            for (int updated : stalls.time(sql, statement::executeBatch)) {
                expect(use, 1, updated, sql);
            }
        }
    }

    void count(TableUse use, long key) throws SQLException {
        each(use, one -> countOne(one, key));
    }

    private void countOne(TableUse use, long key) throws SQLException {
        String column = use.counter().orElseThrow();
        String sql = "UPDATE " + use.table() + " SET " + column + " = " + column + " + 1 WHERE " + use.key() + " = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key);
            expect(use, 1, stalls.time(sql, statement::executeUpdate), sql);
        }
    }

    void delete(TableUse use, long key) throws SQLException {
        each(use, one -> deleteOne(one, key));
    }

    private void deleteOne(TableUse use, long key) throws SQLException {
        String sql = "DELETE FROM " + use.table() + " WHERE " + use.key() + " = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key);
            expect(use, 1, stalls.time(sql, statement::executeUpdate), sql);
        }
    }

    void copy(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        each(use, one -> copyTo(one, rows));
    }

    private void copyTo(TableUse use, Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
        List<Field> fields = fields(use, rows.values().iterator().next());
        String sql = "COPY " + use.table() + " (" + use.key() + ", " + String.join(", ", use.columns(fields))
                + ") FROM STDIN (FORMAT csv)";
        String lines = rows.entrySet().stream()
                .map(row -> row.getKey() + ","
                        + fields.stream()
                                .flatMap(field -> field.columns().stream()
                                        .map(_ -> row.getValue()
                                                .getOrDefault(field.fact(), Optional.empty())
                                                .map(value -> "\"" + value.replace("\"", "\"\"") + "\"")
                                                .orElse("")))
                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n", "", "\n"));
        stalls.time(sql, () -> {
            try {
                return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(lines));
            } catch (IOException e) {
                throw new SQLException(e);
            }
        });
    }

    /** Several statements that are acknowledged together, by the commit. */
    void transaction(int isolation, Stalls.Work<?> work) throws SQLException {
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(false);
        try {
            work.run();
            stalls.time("COMMIT", () -> {
                connection.commit();
                return true;
            });
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    /** The facts in the order in which this code writes them. */
    private static List<Field> fields(TableUse use, Map<String, Optional<String>> facts) {
        return use.fields().stream()
                .filter(field -> facts.containsKey(field.fact()))
                .toList();
    }

    private static int bind(
            PreparedStatement statement, int from, List<Field> fields, Map<String, Optional<String>> facts)
            throws SQLException {
        int at = from;
        for (Field field : fields) {
            for (int column = 0; column < field.columns().size(); column++) {
                field.type().bind(statement, at++, facts.getOrDefault(field.fact(), Optional.empty()));
            }
        }
        return at;
    }

    /** Where several tables are written, a row need only be in the one that is read: the others are not full yet. */
    private static void expect(TableUse use, int wanted, int rows, String sql) throws SQLException {
        if (rows != wanted && use.isRead()) {
            throw new SQLException(rows + " rows instead of " + wanted + " by " + sql);
        }
    }

    /** New values of all facts of the table. */
    static Map<String, Optional<String>> values(TableUse use, long operation) {
        Map<String, Optional<String>> facts = new LinkedHashMap<>();
        use.fields().forEach(field -> facts.put(field.fact(), field.values().apply(operation)));
        return facts;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
