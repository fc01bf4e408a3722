package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {
    @TempDir
    Path home;

    @Test
    void keepsDataAndPortAcrossARestartAndAdoptsAServerThatWasLeftRunning() throws Exception {
        int port;
        try (EmbeddedDatabase first = EmbeddedDatabase.start(home, Optional.empty())) {
            port = first.port();
            first.ensure("shop");
            assertThat(query(first, "CREATE TABLE kept AS SELECT 'here' AS word; SELECT word FROM kept"))
                    .isEqualTo("here");
            assertThat(query(first, "SHOW fsync")).isEqualTo("on");
            assertThat(query(first, "SHOW synchronous_commit")).isEqualTo("on");
        }
        // Never closed, as if the process that started it had been killed.
        EmbeddedDatabase second = EmbeddedDatabase.start(home, Optional.empty());
        assertThat(second.adopted()).isFalse();
        assertThat(second.port()).isEqualTo(port);
        assertThat(query(second, "SELECT word FROM kept")).isEqualTo("here");

        try (EmbeddedDatabase third = EmbeddedDatabase.start(home, Optional.empty())) {
            assertThat(third.adopted()).isTrue();
            assertThat(query(third, "SELECT word FROM kept")).isEqualTo("here");
        }
        assertThat(Postmaster.runningOn(home.resolve("postgres"))).isEmpty();
    }

    @Test
    void saysThatAPortThePersonInsistsOnIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedDatabase.start(home, Optional.of(other.getLocalPort())))
                    .hasMessageContaining("Port " + other.getLocalPort() + " is taken");
        }
    }

    @Test
    void refusesADirectoryThatAnotherDemoHas() {
        try (DemoDirectory directory = DemoDirectory.take(home)) {
            assertThatThrownBy(() -> DemoDirectory.take(home))
                    .hasMessageContaining("Another demo is running on " + directory.path());
        }
        DemoDirectory.take(home).close();
    }

    private static String query(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.url("shop", "postgres"));
                var statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (var result = statement.getResultSet()) {
                result.next();
                return result.getString(1);
            }
        }
    }
}
