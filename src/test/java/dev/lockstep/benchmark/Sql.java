package dev.lockstep.benchmark;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One connection, for statements whose failure ends the program. */
record Sql(Connection connection) implements AutoCloseable {
    static Sql open(String url) {
        try {
            return new Sql(DriverManager.getConnection(url));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void run(String text) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        } catch (SQLException e) {
            throw new IllegalStateException(text, e);
        }
    }

    long number(String query) {
        return one(query, row -> row.getLong(1));
    }

    double fraction(String query) {
        return one(query, row -> row.getDouble(1));
    }

    String text(String query) {
        return one(query, row -> row.getString(1));
    }

    private interface Column<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> T one(String query, Column<T> column) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return column.of(rows);
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
