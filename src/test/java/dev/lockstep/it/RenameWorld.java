package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.demo.StandingShop;
import dev.lockstep.fixture.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that Lockstep needs for the rename of {@code users.name}, in the test's own JVM, so that it outlives Lockstep's. */
final class RenameWorld implements AutoCloseable {
    static final String PLAN = "/api/v1/plans/shop/rename-users-name";
    static final int USERS = 30_000;

    private final StandingShop shop = new StandingShop();
    private final String name;
    private final String storeUrl;
    private final String targetUrl;

    RenameWorld(String name) {
        this.name = name;
        this.storeUrl = Postgres.freshDatabase(name + "_store");
        this.targetUrl = shopDatabase(name + "_shop");
        Path log = Path.of("target", "it-logs");
        try {
            Files.createDirectories(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the pods of shop-web").atMost(Duration.ofSeconds(30)).until(() -> shop.readyPods() == 3);
    }

    /** A database like the demo's, with fewer rows. */
    static String shopDatabase(String name) {
        String url = Postgres.freshDatabase(name);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    DO $$ BEGIN
                      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_app') THEN CREATE ROLE shop_app LOGIN; END IF;
                    END $$""");
            statement.execute("SET demo.users = " + USERS + "; SET demo.orders = 3000");
            statement.execute(Files.readString(Path.of("src", "main", "resources", "demo", "shop.sql")));
            statement.execute("VACUUM ANALYZE");
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
        return url;
    }

    /** Another process on this store, target and cluster. */
    LockstepProcess lockstep(String replica) {
        URI store = URI.create(storeUrl.substring("jdbc:".length()));
        Map<String, String> all = new TreeMap<>();
        all.put("quarkus.datasource.jdbc.url", storeUrl);
        all.put("quarkus.datasource.reactive.url", "postgresql://" + store.getAuthority() + store.getPath());
        all.put("quarkus.datasource.username", "postgres");
        all.put("quarkus.datasource.password", "unused: loopback is trusted");
        all.put("quarkus.kubernetes-client.api-server-url", shop.address().toString());
        all.put("quarkus.kubernetes-client.namespace", "shop");
        all.put("lockstep.databases.\"shop\".url", targetUrl);
        all.put("lockstep.databases.\"shop\".username", "postgres");
        all.put("lockstep.tokens.\"test\".sha256", sha256(LockstepProcess.TOKEN));
        all.put("lockstep.tokens.\"test\".roles", "admin");
        all.put("lockstep.engine.holder", replica);
        all.put("lockstep.engine.lease-time-to-live", "2s");
        all.put("lockstep.engine.sweep-interval", "200ms");
        return LockstepProcess.start(name + "-" + replica, all);
    }

    /** Declares and starts the plan. */
    static void start(LockstepProcess lockstep, int batchMilliseconds, int restPercent) {
        lockstep.put(PLAN, """
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: rename-users-name, namespace: shop}
                spec:
                  databaseRef: {name: shop}
                  changes:
                    - renameColumn: {table: users, from: name, to: full_name}
                  workloads:
                    - name: web
                      kind: Deployment
                      resource: shop-web
                      versions: {new-only: ">=1.5.0"}
                      # The image's tag alone: these pods have no process that could speak for itself.
                      evidence: {minimumKinds: 1, fromProcess: false}
                  minStableSeconds: 0
                  backfill: {batchMilliseconds: %d, restPercent: %d}
                """.formatted(batchMilliseconds, restPercent));
        lockstep.post(PLAN + "/start");
    }

    String targetUrl() {
        return targetUrl;
    }

    String storeUrl() {
        return storeUrl;
    }

    Connection store() throws SQLException {
        return DriverManager.getConnection(storeUrl);
    }

    Connection target() throws SQLException {
        return DriverManager.getConnection(targetUrl);
    }

    /** What the store answers, a text for each row. */
    List<String> askStore(String sql) {
        try (Connection connection = store()) {
            return ask(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the target answers, a text for each row. */
    List<String> askTarget(String sql) {
        try (Connection connection = target()) {
            return ask(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> answer = new ArrayList<>();
            while (row.next()) {
                answer.add(String.valueOf(row.getString(1)));
            }
            return answer;
        }
    }

    /** Returns once the run has ended well. */
    void awaitSuccess(LockstepProcess lockstep, Duration limit) {
        await("the run succeeds; the log is " + lockstep.log()).atMost(limit).until(() -> {
            lockstep.mustBeAlive();
            assertThat(askStore("SELECT event FROM journal WHERE event->>'@type' = 'StepFailed'"))
                    .as("failed steps; the log is %s", lockstep.log())
                    .isEmpty();
            return !askStore("SELECT 1 FROM run WHERE NOT active").isEmpty();
        });
        assertThat(lockstep.awaitReady().get(PLAN)).contains("\"state\":\"Succeeded\"");
    }

    /** The target has the same catalogue and the same rows as an identical database after a plain RENAME COLUMN. */
    void compareWithAPlainRename() throws SQLException {
        String reference = shopDatabase(name + "_reference");
        try (Connection plain = DriverManager.getConnection(reference);
                Connection ours = target();
                Statement rename = plain.createStatement()) {
            rename.execute("ALTER TABLE users RENAME COLUMN name TO full_name");
            assertThat(ShopShape.of(ours)).isEqualTo(ShopShape.of(plain));
            assertThat(ShopShape.rows(ours)).isEqualTo(ShopShape.rows(plain));
            assertThat(ShopShape.ledger(ours)).containsExactly("fence", "format", "ledger");
        }
    }

    @Override
    public void close() {
        shop.close();
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
