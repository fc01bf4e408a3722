package dev.lockstep.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.semver4j.Semver;

/**
 * What the code of {@code shop-web} does with the database. Versions before 1.5.0 know the column as {@code name}, those
 * from there on as {@code full_name}; no version knows both. Statements are prepared in the server from the first use
 * on, as a driver with a statement cache does after a few (P38).
 */
final class ShopCode {
    private static final Semver RENAMED = new Semver("1.5.0");

    private final String column;
    private final List<Request> requests = List.of(
            this::showUser,
            this::showUser,
            this::showWholeUser,
            this::listUsers,
            this::listOrders,
            this::readOwnWrite,
            this::changeName,
            this::saveWholeUser,
            this::upsertUser,
            this::register,
            this::placeOrder,
            this::readOwnWrite);

    private ShopCode(String column) {
        this.column = column;
    }

    /** The code of this version; a tag that is no version is old code. */
    static ShopCode of(String version) {
        Semver parsed = Semver.parse(version);
        return new ShopCode(parsed != null && parsed.isGreaterThanOrEqualTo(RENAMED) ? "full_name" : "name");
    }

    /** The column that it knows. */
    String column() {
        return column;
    }

    /** What one visitor asks for. */
    interface Request {
        /**
         * Serves it.
         *
         * @throws SQLException what the visitor would see as an error page
         */
        void serve(Connection connection, Lane lane) throws SQLException;
    }

    /** All kinds; a worker goes through them in turn. */
    List<Request> requests() {
        return requests;
    }

    private void showUser(Connection connection, Lane lane) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, email, %s, country, created_at FROM users WHERE id = ?".formatted(column))) {
            select.setLong(1, lane.someRow());
            expectRow(select);
        }
    }

    private void showWholeUser(Connection connection, Lane lane) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM users WHERE id = ?")) {
            select.setLong(1, lane.someRow());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next() || row.getString(column) == null) {
                    throw new SQLException("the user or the " + column + " is missing");
                }
            }
        }
    }

    private void listUsers(Connection connection, Lane lane) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, %1$s FROM users WHERE %1$s >= ? ORDER BY %1$s LIMIT 20".formatted(column))) {
            select.setString(1, "ABDEFGKR".charAt(ThreadLocalRandom.current().nextInt(8)) + "");
            expectRow(select);
        }
    }

    private void listOrders(Connection connection, Lane lane) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT u.%s, o.id, o.status, o.total
                  FROM users u LEFT JOIN orders o ON o.user_id = u.id
                 WHERE u.id = ? ORDER BY o.placed_at DESC LIMIT 10""".formatted(column))) {
            select.setLong(1, lane.someRow());
            expectRow(select);
        }
    }

    /** What was acknowledged is there: the shortest way from a lost write to somebody noticing. */
    private void readOwnWrite(Connection connection, Lane lane) throws SQLException {
        var known = lane.someAcknowledged();
        if (known.isEmpty()) {
            showUser(connection, lane);
            return;
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT %s FROM users WHERE id = ?".formatted(column))) {
            select.setLong(1, known.get().getKey());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next() || !known.get().getValue().equals(row.getString(1))) {
                    throw new SQLException("user %d should be \"%s\" and is not"
                            .formatted(known.get().getKey(), known.get().getValue()));
                }
            }
        }
    }

    private void changeName(Connection connection, Lane lane) throws SQLException {
        long row = lane.someRow();
        lane.write(row, value -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE users SET %s = ? WHERE id = ?".formatted(column))) {
                update.setString(1, value);
                update.setLong(2, row);
                expectOne(update.executeUpdate());
            }
        });
    }

    /** As an object-relational mapper does it: every column it knows, changed or not (P21). */
    private void saveWholeUser(Connection connection, Lane lane) throws SQLException {
        long row = lane.someRow();
        lane.write(row, value -> {
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE users SET email = ?, %s = ?, phone = ?, country = ?, street = ?, city = ?, postcode = ?,
                                     newsletter = ?, deactivated_at = NULL
                     WHERE id = ?""".formatted(column))) {
                update.setString(1, email(row));
                update.setString(2, value);
                update.setString(3, "+49 30 " + row);
                update.setString(4, "DE");
                update.setString(5, row % 250 + " High Street");
                update.setString(6, "Berlin");
                update.setString(7, "10115");
                update.setBoolean(8, row % 2 == 0);
                update.setLong(9, row);
                expectOne(update.executeUpdate());
            }
        });
    }

    private void upsertUser(Connection connection, Lane lane) throws SQLException {
        long row = lane.someRow();
        lane.write(row, value -> {
            try (PreparedStatement upsert = connection.prepareStatement("""
                    INSERT INTO users (email, %1$s, country, street, city, postcode)
                    VALUES (?, ?, 'PL', '1 Mill Lane', 'Gdańsk', '80001')
                    ON CONFLICT (email) DO UPDATE SET %1$s = EXCLUDED.%1$s, country = EXCLUDED.country
                    RETURNING id""".formatted(column))) {
                upsert.setString(1, email(row));
                upsert.setString(2, value);
                expectRow(upsert);
            }
        });
    }

    /** A new user with a first order, in one transaction. */
    private void register(Connection connection, Lane lane) throws SQLException {
        String email = lane.nextKey() + "@new.example.com";
        connection.setAutoCommit(false);
        try {
            lane.insert(value -> {
                long user = insertUser(connection, email, value);
                insertOrder(connection, user);
                connection.commit();
                return user;
            });
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void placeOrder(Connection connection, Lane lane) throws SQLException {
        insertOrder(connection, lane.someRow());
    }

    private long insertUser(Connection connection, String email, String value) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO users (email, %s, country, street, city, postcode)
                VALUES (?, ?, 'FR', '2 Park Avenue', 'Lyon', '69001') RETURNING id""".formatted(column))) {
            insert.setString(1, email);
            insert.setString(2, value);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void insertOrder(Connection connection, long user) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO orders (user_id, status, total) VALUES (?, 'open', 19.90)")) {
            insert.setLong(1, user);
            expectOne(insert.executeUpdate());
        }
    }

    /** As {@code shop.sql} made it. */
    private static String email(long row) {
        return "user" + row + "@example.com";
    }

    private static void expectRow(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("there is no such row");
            }
        }
    }

    private static void expectOne(int rows) throws SQLException {
        if (rows != 1) {
            throw new SQLException("one row should have been written, and it was " + rows);
        }
    }
}
