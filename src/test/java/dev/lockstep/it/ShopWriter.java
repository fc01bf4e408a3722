package dev.lockstep.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Code of the old version that works on while the column is renamed under it: every write carries a number, on rows that
 * nobody else writes. Once the old name is gone it goes on with a column that is none of the plan's business.
 */
final class ShopWriter implements AutoCloseable {
    /** The rows with an id that is a multiple of this are its own, and those that it inserts. */
    static final int EVERY = 50;

    private static final String UNDEFINED_COLUMN = "42703";

    private final Connection connection;
    private final Thread thread;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<Long, String> phones = new HashMap<>();
    private final List<String> errors = new ArrayList<>();
    private volatile boolean stop;
    private boolean renamed;

    ShopWriter(String url) throws SQLException {
        connection = DriverManager.getConnection(url.replace("user=postgres", "user=shop_app"));
        thread = Thread.ofPlatform().name("shop-writer").start(this::write);
    }

    private void write() {
        try (PreparedStatement name = connection.prepareStatement("UPDATE users SET name = ? WHERE id = ?");
                PreparedStatement phone = connection.prepareStatement("UPDATE users SET phone = ? WHERE id = ?");
                PreparedStatement insert = connection.prepareStatement("""
                        INSERT INTO users (email, name, country, street, city, postcode)
                        VALUES (?, ?, 'DE', 'Street', 'City', '1') RETURNING id""")) {
            for (long operation = 1; !stop; operation++) {
                String value = "operation " + operation;
                try {
                    if (!renamed && operation % 10 == 0) {
                        names.put(inserted(insert, value), value);
                    } else {
                        long row = EVERY * (1 + operation * 7 % (RenameWorld.USERS / EVERY));
                        update(renamed ? phone : name, value, row);
                        (renamed ? phones : names).put(row, value);
                    }
                } catch (SQLException e) {
                    if (renamed || !UNDEFINED_COLUMN.equals(e.getSQLState())) {
                        errors.add(value + ": " + e.getMessage());
                    }
                    renamed = renamed || UNDEFINED_COLUMN.equals(e.getSQLState());
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(4));
            }
        } catch (SQLException e) {
            errors.add(e.getMessage());
        }
    }

    private static long inserted(PreparedStatement insert, String value) throws SQLException {
        insert.setString(1, value);
        insert.setString(2, value);
        try (ResultSet row = insert.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void update(PreparedStatement update, String value, long row) throws SQLException {
        update.setString(1, value);
        update.setLong(2, row);
        if (update.executeUpdate() != 1) {
            throw new SQLException("row " + row + " is not there");
        }
    }

    /** Ends, and says what is wrong: statements that failed, and acknowledged writes that are not there. */
    List<String> stopAndCompare() throws SQLException, InterruptedException {
        stop = true;
        thread.join();
        if (!renamed) {
            errors.add("the writer never saw the old name go");
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id, full_name, phone FROM users WHERE id % ? = 0 OR id > ?")) {
            select.setInt(1, EVERY);
            select.setInt(2, RenameWorld.USERS);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    compare(names.remove(row.getLong("id")), row.getString("full_name"));
                    compare(phones.remove(row.getLong("id")), row.getString("phone"));
                }
            }
        }
        names.forEach((row, value) -> errors.add("row " + row + " with \"" + value + "\" is not there"));
        return errors;
    }

    private void compare(@org.jspecify.annotations.Nullable String acknowledged, String found) {
        if (acknowledged != null && !acknowledged.equals(found)) {
            errors.add("\"" + acknowledged + "\" was acknowledged and \"" + found + "\" is there");
        }
    }

    @Override
    public void close() throws SQLException {
        stop = true;
        connection.close();
    }
}
