package dev.lockstep.api;

import dev.lockstep.fixture.Postgres;
import dev.lockstep.fixture.StoreDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The whole service on real databases, with a cluster that is made up and a few people. */
public class ApiWorld implements QuarkusTestProfile {
    static final String VIEWER = "viewer-token";
    static final String AUTHOR = "author-token";
    static final String APPROVER = "approver-token";
    static final String ROBOT = "robot-token";
    static final String ADMIN = "admin-token";

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(FakeCluster.class, FakeStewards.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Databases.class));
    }

    /** A store and a target of their own, and the tokens. */
    public static class Databases implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            Map<String, String> settings = new HashMap<>(StoreDatabase.configuration(Postgres.freshDatabase()));
            settings.put("lockstep.databases.\"shop\".url", Postgres.freshDatabase() + "&password=hidden");
            // Nobody listens there.
            settings.put("lockstep.databases.\"gone\".url", "jdbc:postgresql://127.0.0.1:1/gone?password=hidden");
            token(settings, "vera", VIEWER, "viewer", "person");
            token(settings, "alice", AUTHOR, "author,approver", "person");
            token(settings, "bob", APPROVER, "approver", "person");
            token(settings, "robot", ROBOT, "author,approver", "machine");
            token(settings, "root", ADMIN, "admin", "person");
            return settings;
        }

        private static void token(Map<String, String> settings, String name, String token, String roles, String kind) {
            String prefix = "lockstep.tokens.\"" + name + "\".";
            settings.put(prefix + "sha256", sha256(token));
            settings.put(prefix + "roles", roles);
            settings.put(prefix + "kind", kind);
        }

        private static String sha256(String token) {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void stop() {
            // The server ends with the JVM.
        }
    }
}
