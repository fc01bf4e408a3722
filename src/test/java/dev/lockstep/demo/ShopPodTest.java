package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Postgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShopPodTest {
    private static final int USERS = 6_400;

    private final Traffic traffic = new Traffic();
    private final TrafficLedger ledger = new TrafficLedger(USERS, "test");
    private final List<ShopPod> pods = new ArrayList<>();
    private String url;
    private Connection superuser;

    @BeforeEach
    void makeTheShop() throws SQLException {
        url = Postgres.freshDatabase();
        superuser = DriverManager.getConnection(url);
        execute("DO $$ BEGIN CREATE ROLE shop_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        execute("SET demo.users = " + USERS);
        execute("SET demo.orders = 5000");
        execute(ShopDatabase.script());
    }

    @AfterEach
    void stop() throws SQLException {
        pods.forEach(ShopPod::terminate);
        superuser.close();
    }

    @Test
    void noRequestFailsAndNoWriteIsLostWhileTheColumnIsRenamedByHand() throws SQLException {
        TrafficCheck check = new TrafficCheck(superuser);
        String before = check.checksum(USERS);
        ShopPod old = start("1.4.0", 1);
        serveFor(200);

        expand();
        serveFor(150);
        ShopPod renewed = start("1.5.0", 2);
        serveFor(300);
        assertThat(check.check(ledger)).satisfies(finding -> {
            assertThat(finding.lost()).isEmpty();
            assertThat(finding.unequal()).isZero();
            assertThat(finding.compared()).isPositive();
        });

        old.terminate();
        traffic.enter("contract");
        execute("DROP VIEW active_users; ALTER TABLE users DROP COLUMN name; DROP FUNCTION sync_name CASCADE");
        serveFor(150);
        renewed.terminate();
        assertThat(check.check(ledger).isClean()).isTrue();
        assertThat(check.checksum(USERS)).isEqualTo(before);
        assertThat(traffic.read().firstError()).isEmpty();
        assertThat(traffic.read().failed()).isZero();
        assertThat(traffic.read().longestMillisByPhase()).containsKeys("before", "contract");
    }

    @Test
    void anOldPodFailsVisiblyOnceItsColumnIsGone() throws SQLException {
        start("1.4.0", 3);
        serveFor(50);
        execute("DROP VIEW active_users; ALTER TABLE users DROP COLUMN name");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(traffic.read().failed()).isPositive());
        assertThat(traffic.read().firstError()).contains("version 1.4.0").contains("name");
    }

    @Test
    void aWriteThatTheDatabaseForgotIsFound() throws SQLException {
        ShopPod pod = start("1.4.0", 4);
        serveFor(200);
        pod.terminate();
        long row = ledger.lanes().getFirst().someAcknowledged().orElseThrow().getKey();
        execute("UPDATE users SET name = 'somebody else' WHERE id = " + row);
        assertThat(new TrafficCheck(superuser).check(ledger).lost())
                .singleElement()
                .asString()
                .contains("row " + row)
                .contains("somebody else");
    }

    @Test
    void saysItsVersionOverHttpAndIsSeenInTheDatabase() throws Exception {
        start("1.5.0-rc.1", 5);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + address(5) + ":" + ShopPod.HTTP_PORT + "/version"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("{\"version\":\"1.5.0-rc.1\"}");
        }
        try (var statement = superuser.createStatement();
                var row = statement.executeQuery("""
                        SELECT count(*) FROM pg_stat_activity
                         WHERE application_name = 'shop-web-1.5.0-rc.1' AND usename = 'shop_app'""")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(ShopPod.WORKERS);
        }
    }

    @Test
    void aTagThatIsNoVersionIsOldCodeAndAPrereleaseIsToo() {
        assertThat(ShopCode.of("latest").column()).isEqualTo("name");
        assertThat(ShopCode.of("1.3.0").column()).isEqualTo("name");
        assertThat(ShopCode.of("1.5.0-rc.1").column()).isEqualTo("name");
        assertThat(ShopCode.of("1.5.0").column()).isEqualTo("full_name");
        assertThat(ShopCode.of("2.0.1").column()).isEqualTo("full_name");
    }

    @Test
    void saysWhyItDoesNotStart() {
        String nowhere = "jdbc:postgresql://127.0.0.1:" + Postgres.port() + "/nowhere?user=shop_app";
        assertThatThrownBy(() ->
                        new ShopPod(new ShopPod.Identity("shop-web-1", "1.4.0", address(6)), nowhere, traffic, ledger))
                .hasMessageContaining("the database does not let it in")
                .hasMessageContaining("nowhere");
    }

    /** Not those of another build's tests on this machine. */
    private static String address(int number) {
        return "127.%d.251.%d".formatted(1 + ProcessHandle.current().pid() % 250, number);
    }

    private ShopPod start(String version, int number) {
        ShopPod pod = new ShopPod(
                new ShopPod.Identity("shop-web-" + number, version, address(number)),
                url.replace("user=postgres", "user=shop_app"),
                traffic,
                ledger);
        pods.add(pod);
        return pod;
    }

    private void serveFor(int requests) {
        long before = traffic.read().requests();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(traffic.read().requests()).isGreaterThan(before + requests));
    }

    /** What the rename does, in its simplest form. */
    private void expand() throws SQLException {
        execute("ALTER TABLE users ADD COLUMN full_name text, ALTER COLUMN name DROP NOT NULL");
        execute("""
                CREATE FUNCTION sync_name() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'INSERT' THEN
                        NEW.full_name := coalesce(NEW.full_name, NEW.name);
                        NEW.name := coalesce(NEW.name, NEW.full_name);
                    ELSIF NEW.name IS DISTINCT FROM OLD.name THEN
                        NEW.full_name := NEW.name;
                    ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN
                        NEW.name := NEW.full_name;
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER zz_sync_name BEFORE INSERT OR UPDATE ON users
                    FOR EACH ROW EXECUTE FUNCTION sync_name();
                UPDATE users SET full_name = name;
                CREATE INDEX ON users (full_name);""");
    }

    private void execute(String sql) throws SQLException {
        try (var statement = superuser.createStatement()) {
            statement.execute(sql);
        }
    }
}
