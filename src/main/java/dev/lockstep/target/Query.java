package dev.lockstep.target;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One SQL text on one connection, with bound parameters. Short statements only: what may take long runs under a
 * {@link StatementWatch}.
 */
record Query(Connection connection, String sql) {
    /** Makes a value of a row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> list(RowReader<T> reader, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepared(parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> read = new ArrayList<>();
            while (rows.next()) {
                read.add(reader.read(rows));
            }
            return read;
        }
    }

    <T> Optional<T> first(RowReader<T> reader, Object... parameters) throws SQLException {
        return list(reader, parameters).stream().findFirst();
    }

    /** For queries that always give a row. */
    <T> T one(RowReader<T> reader, Object... parameters) throws SQLException {
        return first(reader, parameters).orElseThrow(() -> new SQLException("no row from: " + sql, "02000"));
    }

    int update(Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepared(parameters)) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement prepared(Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /** For SQL that is not ours: the driver sends it as it stands, braces and question marks included. */
    static Statement plain(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        statement.setEscapeProcessing(false);
        return statement;
    }

    /** A text array column; empty where it is NULL. */
    static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return row.wasNull() ? List.of() : List.of((String[]) array.getArray());
    }

    /** A text column that can be NULL. */
    static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }
}
