package dev.lockstep.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * The database {@code shop} that the demo changes. It is generated once, into a template that nobody touches; beginning
 * again is a copy of files.
 */
final class ShopDatabase {
    /** Owns nothing in the shop, and is what the pods log in as. */
    static final String APPLICATION_ROLE = "shop_app";

    private static final Logger LOG = Logger.getLogger(ShopDatabase.class);

    private static final String NAME = "shop";

    /** Its number changes with {@code shop.sql}, so that an older template is not taken for this one. */
    private static final String TEMPLATE = "shop_template_2";

    private static final String UNFINISHED = "shop_template_unfinished";

    private final EmbeddedDatabase server;
    private final Size size;

    ShopDatabase(EmbeddedDatabase server, Size size) {
        this.server = server;
        this.size = size;
    }

    /** How much is in it. */
    record Size(int users, int orders) {
        /** Big enough that a backfill can be watched. */
        static Size demo() {
            return new Size(200_000, 300_000);
        }
    }

    /** Makes sure that it is there, in whatever shape an earlier demo left it. */
    void prepare() {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement()) {
            ensureRole(statement);
            if (!exists(statement, TEMPLATE)) {
                generate(statement);
            }
            if (!exists(statement, NAME)) {
                copy(statement);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The demo's database 'shop' could not be made: " + e.getMessage(), e);
        }
    }

    /** Puts the original shape and rows back; whoever is connected is cut off. */
    void reset() {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement()) {
            copy(statement);
            LOG.info("The demo's database 'shop' begins again from its original shape.");
        } catch (SQLException e) {
            throw new IllegalStateException("The demo's database 'shop' could not be reset: " + e.getMessage(), e);
        }
    }

    /** Whether nothing has changed its schema: the old column is there, alone, and there is no trace of a plan. */
    boolean isOriginal() {
        try (Connection connection = superuser(NAME);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT bool_or(attname = 'name') AND NOT bool_or(attname = 'full_name')
                               AND to_regnamespace('lockstep') IS NULL
                          FROM pg_attribute
                         WHERE attrelid = to_regclass('public.users') AND attnum > 0 AND NOT attisdropped""")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException("The demo's database 'shop' does not answer: " + e.getMessage(), e);
        }
    }

    /** A connection as the superuser. The caller closes it. */
    Connection connect() throws SQLException {
        return superuser(NAME);
    }

    int users() {
        return size.users();
    }

    private void generate(Statement statement) throws SQLException {
        LOG.infof(
                "Generating the demo's database: %,d users and %,d orders. This happens once.",
                size.users(), size.orders());
        // Under another name until it is whole, so that a killed demo does not leave half a template.
        statement.execute("DROP DATABASE IF EXISTS " + UNFINISHED + " WITH (FORCE)");
        statement.execute("CREATE DATABASE " + UNFINISHED);
        fill();
        statement.execute("ALTER DATABASE " + UNFINISHED + " RENAME TO " + TEMPLATE);
    }

    private void fill() throws SQLException {
        try (Connection connection = superuser(UNFINISHED);
                Statement statement = connection.createStatement()) {
            statement.execute("SET demo.users = " + size.users());
            statement.execute("SET demo.orders = " + size.orders());
            statement.execute(script());
            statement.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
            statement.execute("VACUUM ANALYZE");
        }
    }

    private static void copy(Statement statement) throws SQLException {
        statement.execute("DROP DATABASE IF EXISTS " + NAME + " WITH (FORCE)");
        statement.execute("CREATE DATABASE " + NAME + " TEMPLATE " + TEMPLATE);
    }

    private static void ensureRole(Statement statement) throws SQLException {
        statement.execute("""
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_app') THEN
                        CREATE ROLE shop_app LOGIN;
                    END IF;
                END $$""");
    }

    private static boolean exists(Statement statement, String database) throws SQLException {
        try (ResultSet found = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + database + "'")) {
            return found.next();
        }
    }

    private Connection superuser(String database) throws SQLException {
        return DriverManager.getConnection(server.url(database, "postgres") + "&ApplicationName=lockstep-demo");
    }

    static String script() {
        try (InputStream script =
                Objects.requireNonNull(ShopDatabase.class.getResourceAsStream("/demo/shop.sql"), "demo/shop.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
