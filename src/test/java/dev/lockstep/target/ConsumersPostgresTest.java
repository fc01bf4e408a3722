package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.PgBouncer;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.fixture.ReplicatedPostgres;
import dev.lockstep.gate.Consumer;
import dev.lockstep.gate.Consumers;
import dev.lockstep.plan.DatabaseName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a real server says about who uses a database. */
class ConsumersPostgresTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    @Test
    @Fact({"G26", "G29"})
    void sessionsOfTheDatabaseAreSeenWithRoleNameAddressAndAge() throws Exception {
        String url = Postgres.freshDatabase();
        Instant before = Instant.now().minusSeconds(60);
        try (Connection named = DriverManager.getConnection(url + "&ApplicationName=web/1.4.0");
                Connection elsewhere = DriverManager.getConnection(Postgres.freshDatabase())) {
            assertThat(elsewhere.isValid(1)).isTrue();
            Consumers.Seen seen = seen(targets(url));

            assertThat(seen.blindSpots()).isEmpty();
            assertThat(seen.all()).singleElement().satisfies(one -> {
                assertThat(one.kind()).isEqualTo(Consumer.Kind.SESSION);
                assertThat(one.id()).isEqualTo(pid(named));
                assertThat(one.server()).isEqualTo("the primary");
                assertThat(one.role()).isEqualTo("postgres");
                assertThat(one.applicationName()).isEqualTo("web/1.4.0");
                assertThat(one.address()).isEqualTo("127.0.0.1");
                assertThat(one.since()).isBetween(before, Instant.now().plus(Duration.ofMinutes(1)));
            });
        }
    }

    /** It holds its locks without any session. */
    @Test
    @Fact("G29")
    void preparedTransactionsAreConsumers() throws Exception {
        try (Bench bench = new Bench()) {
            bench.sql("CREATE TABLE users (id int)");
            bench.sql("BEGIN");
            bench.sql("INSERT INTO users VALUES (1)");
            bench.sql("PREPARE TRANSACTION 'left behind'");

            assertThat(seen(bench.targets).all())
                    .extracting(Consumer::kind, Consumer::id, Consumer::role)
                    .contains(Tuple.tuple(Consumer.Kind.PREPARED_TRANSACTION, "left behind", "postgres"));
            bench.sql("ROLLBACK PREPARED 'left behind'");
        }
    }

    /** What it applies here is in the shape of another database. */
    @Test
    @Fact("G29")
    void subscriptionsAreConsumersWhileTheyAreEnabled() throws Exception {
        try (Bench bench = new Bench()) {
            bench.sql(
                    "CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=1' PUBLICATION shop WITH (connect = false)");
            assertThat(seen(bench.targets).all()).extracting(Consumer::kind).doesNotContain(Consumer.Kind.SUBSCRIPTION);
            bench.sql("ALTER SUBSCRIPTION feed ENABLE");

            assertThat(seen(bench.targets).all())
                    .extracting(Consumer::kind, Consumer::id, Consumer::role)
                    .contains(Tuple.tuple(Consumer.Kind.SUBSCRIPTION, "feed", "postgres"));

            bench.sql("ALTER SUBSCRIPTION feed DISABLE; ALTER SUBSCRIPTION feed SET (slot_name = NONE)");
            bench.sql("DROP SUBSCRIPTION feed");
        }
    }

    /** A role without rights sees who there is, but not from where; it says so. */
    @Test
    @Fact("G29")
    void roleThatMayNotSeeAddressesSaysSoAndStillSeesNames() throws Exception {
        try (Bench bench = new Bench()) {
            bench.sql("DROP ROLE IF EXISTS modest");
            bench.sql("CREATE ROLE modest LOGIN");
            try (Bench modest = bench.as("modest");
                    Connection named = DriverManager.getConnection(bench.url + "&ApplicationName=web/1.4.0")) {
                Consumers.Seen seen = seen(modest.targets);

                assertThat(seen.all())
                        .filteredOn(each -> each.id().equals(pid(named)))
                        .extracting(Consumer::applicationName, Consumer::role, Consumer::address)
                        .containsExactly(Tuple.tuple("web/1.4.0", "postgres", ""));
                assertThat(seen.blindSpots()).singleElement().asString().contains("GRANT pg_read_all_stats");
            }
            bench.sql("DROP ROLE modest");
        }
    }

    @Test
    @Fact("G29")
    void sessionsOnAReplicaCountAndOneThatDoesNotAnswerHidesAll() throws Exception {
        try (ReplicatedPostgres servers = ReplicatedPostgres.start();
                Connection reader = DriverManager.getConnection(servers.standby() + "&ApplicationName=report/7")) {
            assertThat(reader.isValid(1)).isTrue();

            assertThat(seen(targets(servers.primary(), servers.standby())).all())
                    .filteredOn(each -> each.applicationName().equals("report/7"))
                    .singleElement()
                    .satisfies(each -> assertThat(each.server()).startsWith("replica jdbc:postgresql://"));

            String nowhere = "jdbc:postgresql://127.0.0.1:1/shop?user=postgres&password=secret";
            assertThat(targets(servers.primary(), nowhere).consumers(SHOP))
                    .asInstanceOf(type(Consumers.Unseen.class))
                    .satisfies(unseen ->
                            assertThat(unseen.reason()).contains("127.0.0.1:1").doesNotContain("secret"));
        }
        assertThat(targets("").consumers(new DatabaseName("other"))).isInstanceOf(Consumers.Unseen.class);
    }

    /** The server sees the pool's connection, from the pool's address, also after the client has gone. */
    @Test
    @Fact("G27")
    @ExtendWith(PgBouncer.Condition.class)
    void connectionOfAPoolOutlivesTheClientItWasMadeFor() throws Exception {
        String url = Postgres.freshDatabase();
        try (PgBouncer pool = PgBouncer.start("transaction")) {
            try (Connection client = DriverManager.getConnection(pool.through(url) + "&ApplicationName=web/1.4.0")) {
                assertThat(client.isValid(1)).isTrue();
            }

            assertThat(seen(targets(url)).all())
                    .extracting(Consumer::applicationName)
                    .containsExactly("web/1.4.0");
        }
    }

    private static JdbcTargets targets(String primary, String... replicas) {
        return new JdbcTargets(
                Map.of(SHOP, connection(primary)),
                Map.of(
                        SHOP,
                        List.of(replicas).stream()
                                .map(ConsumersPostgresTest::connection)
                                .toList()),
                InstantSource.system());
    }

    private static TargetConnection connection(String url) {
        return new TargetConnection(url, "", () -> "");
    }

    private static Consumers.Seen seen(JdbcTargets targets) {
        return Assertions.assertThat(targets.consumers(SHOP))
                .asInstanceOf(type(Consumers.Seen.class))
                .actual();
    }

    private static String pid(Connection connection) {
        try (var rows = connection.createStatement().executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getString(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
