package dev.lockstep.ui;

import dev.lockstep.engine.Cluster;
import dev.lockstep.engine.Locks;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Testimonies;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.fixture.StoreDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The whole service with the hand-led {@link Shop} in place of the engine's work, and two people who may look at it. */
public class ShopWorld implements QuarkusTestProfile {
    static final String ADAS_TOKEN = "ada-token";
    static final String GUESTS_TOKEN = "guest-token";

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(Furniture.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Settings.class));
    }

    /** What stands where the wiring would put the real ones. */
    @Alternative
    @Singleton
    public static class Furniture {
        private final Shop shop = new Shop();

        /** Only as what it is: it is a clock as well, and there is one already. */
        @Produces
        @Singleton
        @Typed(Shop.class)
        Shop shop() {
            return shop;
        }

        @Produces
        @Singleton
        @Alternative
        Operations operations() {
            return shop.operations;
        }

        @Produces
        @Singleton
        @Alternative
        Locks locks() {
            return shop.locks;
        }

        @Produces
        @Singleton
        @Alternative
        Testimonies testimonies() {
            return new Testimonies(shop.plans, shop.runs, new SilentTargets());
        }

        @Produces
        @Singleton
        @Alternative
        Cluster cluster() {
            return shop.cluster;
        }

        @Produces
        @Singleton
        @Alternative
        InstantSource clock() {
            return () -> shop.instant();
        }
    }

    /** A store that nobody writes to, and the tokens. */
    public static class Settings implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            Map<String, String> settings = new HashMap<>(StoreDatabase.configuration(Postgres.freshDatabase()));
            settings.put("lockstep.engine.enabled", "false");
            // Any free one: other tests may be running on this machine.
            settings.put("quarkus.http.test-port", "0");
            token(settings, "ada", ADAS_TOKEN, "author,approver");
            token(settings, "guest", GUESTS_TOKEN, "viewer");
            return settings;
        }

        private static void token(Map<String, String> settings, String name, String token, String roles) {
            String prefix = "lockstep.tokens.\"" + name + "\".";
            settings.put(prefix + "sha256", sha256(token));
            settings.put(prefix + "roles", roles);
            settings.put(prefix + "kind", "person");
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
