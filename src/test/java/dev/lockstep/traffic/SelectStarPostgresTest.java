package dev.lockstep.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a column that comes means for a client that has prepared {@code SELECT *} on the server (P38). */
class SelectStarPostgresTest {
    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private String url = "";
    private Connection owner;

    @BeforeEach
    void makeATable() throws SQLException {
        url = Postgres.freshDatabase() + "&prepareThreshold=1";
        owner = DriverManager.getConnection(url);
        own("CREATE TABLE account (id int, name text); INSERT INTO account VALUES (1, 'Ada')");
    }

    @AfterEach
    void close() throws SQLException {
        owner.close();
    }

    @Test
    @Fact("P38")
    void theDriverPreparesItAnewOutsideOfATransaction() throws SQLException {
        try (Connection client = DriverManager.getConnection(url)) {
            assertThat(columns(client)).isEqualTo(2);
            own("ALTER TABLE account ADD COLUMN city text");
            assertThat(columns(client)).isEqualTo(3);
        }
    }

    @Test
    @Fact("P38")
    void inATransactionItFailsWithoutASavepoint() throws SQLException {
        try (Connection client = DriverManager.getConnection(url)) {
            assertThat(columns(client)).isEqualTo(2);
            own("ALTER TABLE account ADD COLUMN city text");
            client.setAutoCommit(false);
            assertThatThrownBy(() -> columns(client))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(FEATURE_NOT_SUPPORTED));
        }
    }

    @Test
    @Fact("P38")
    void inATransactionAutosaveGoesBackToOne() throws SQLException {
        try (Connection client = DriverManager.getConnection(url + "&autosave=conservative")) {
            assertThat(columns(client)).isEqualTo(2);
            own("ALTER TABLE account ADD COLUMN city text");
            client.setAutoCommit(false);
            assertThat(columns(client)).isEqualTo(3);
        }
    }

    private void own(String sql) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int columns(Connection client) throws SQLException {
        try (PreparedStatement statement = client.prepareStatement("SELECT * FROM account");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getMetaData().getColumnCount();
        }
    }
}
