package dev.lockstep.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.app.Prelude;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./lockstep demo}: a PostgreSQL of its own, a simulated cluster, three pods at work, and one plan. A run that an
 * earlier demo did not finish goes on; otherwise the shop begins again from its original shape.
 */
public final class Demo implements Prelude {
    static final String PLAN_NAMESPACE = "shop";
    static final String PLAN_NAME = "rename-users-name";

    private static final Logger LOG = Logger.getLogger(Demo.class);

    /** Where REST resources find what runs: they are made by the container, and this is made before there is one. */
    private static final AtomicReference<@Nullable DemoWorld> WORLD = new AtomicReference<>();

    private static final Set<String> OVER = Set.of("Pending", "Succeeded", "RolledBack", "Failed");

    /** What to close, the last one first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private Optional<Ground> ground = Optional.empty();

    /** What stands before Lockstep starts. */
    private record Ground(
            DemoSettings settings,
            DemoDirectory directory,
            EmbeddedDatabase database,
            ShopDatabase shop,
            SimulatedCluster cluster) {}

    /** What runs, once it does. */
    static Optional<DemoWorld> world() {
        return Optional.ofNullable(WORLD.get());
    }

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public Map<String, String> prepare(Map<String, String> environment) {
        DemoSettings settings = DemoSettings.read(environment);
        DemoDirectory directory = open(DemoDirectory.take(environment));
        EmbeddedDatabase database = open(EmbeddedDatabase.start(directory.path(), settings.databasePort()));
        database.ensure("lockstep");
        ShopDatabase shop = new ShopDatabase(database, ShopDatabase.Size.demo());
        shop.prepare();
        SimulatedCluster cluster =
                open(SimulatedCluster.start(settings.clusterPort().orElse(0), InstantSource.system()));
        ground = Optional.of(new Ground(settings, directory, database, shop, cluster));
        return configuration(settings, directory, database, cluster);
    }

    @Override
    public OptionalInt afterStart(URI base) {
        Ground on = ground.orElseThrow();
        try {
            return perform(base, on);
        } catch (IllegalStateException | UncheckedIOException e) {
            LOG.errorf("The demo cannot go on: %s", e.getMessage());
            return OptionalInt.of(1);
        }
    }

    private static OptionalInt perform(URI base, Ground on) {
        LockstepClient lockstep = new LockstepClient(base, on.settings().token(), PLAN_NAMESPACE, PLAN_NAME);
        boolean resumed = resumesOrBeginsAgain(on, lockstep);
        DemoWorld world = new DemoWorld(
                on.cluster(),
                base,
                lockstep,
                new ShopDeployment.Keeper(deploymentFile(on)),
                new TrafficLedger(
                        on.shop().users(), Long.toString(InstantSource.system().millis(), 36)),
                on.database().url("shop", ShopDatabase.APPLICATION_ROLE));
        WORLD.set(world);
        world.deployment().createAsKept();
        tell(base, on);
        DemoStory story = new DemoStory(world, lockstep, on.shop(), InstantSource.system());
        story.begin(resumed, plan());
        return on.settings().auto() ? OptionalInt.of(story.play()) : OptionalInt.empty();
    }

    /** Stops what moves. The service calls it first of all when it ends: pods and watches live on its event loops. */
    static void stopWorld() {
        DemoWorld world = WORLD.getAndSet(null);
        if (world != null) {
            world.close();
        }
    }

    @Override
    public synchronized void close() {
        stopWorld();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warnf("Something of the demo did not stop cleanly: %s", e.getMessage());
            }
        }
    }

    /** Whether an earlier demo's run goes on. */
    private static boolean resumesOrBeginsAgain(Ground on, LockstepClient lockstep) {
        JsonNode plan = lockstep.get();
        if (!plan.isMissingNode() && (!OVER.contains(plan.path("state").asText()) || !lockstep.delete())) {
            LOG.infof(
                    "The last demo's run is %s and goes on.", plan.path("state").asText());
            return true;
        }
        if (!on.shop().isOriginal()) {
            on.shop().reset();
        }
        try {
            Files.deleteIfExists(deploymentFile(on));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return false;
    }

    private static java.nio.file.Path deploymentFile(Ground on) {
        return on.directory().resolve("deployment.json");
    }

    private static Map<String, String> configuration(
            DemoSettings settings, DemoDirectory directory, EmbeddedDatabase database, SimulatedCluster cluster) {
        Map<String, String> all = new TreeMap<>();
        all.put("quarkus.http.host", "127.0.0.1");
        all.put("quarkus.datasource.jdbc.url", database.address("lockstep"));
        all.put("quarkus.datasource.reactive.url", database.address("lockstep").substring("jdbc:".length()));
        all.put("quarkus.datasource.username", "postgres");
        all.put("quarkus.kubernetes-client.api-server-url", cluster.address().toString());
        all.put("quarkus.kubernetes-client.namespace", PLAN_NAMESPACE);
        // Plans go in by kubectl as well; of server-side apply the simulated API server knows nothing.
        all.put("lockstep.kubernetes.plans.enabled", "true");
        all.put("lockstep.kubernetes.plans.server-side-apply", "false");
        all.put("lockstep.databases.\"shop\".url", database.address("shop"));
        all.put("lockstep.databases.\"shop\".username", "postgres");
        all.put("lockstep.tokens.\"demo\".sha256", sha256(settings.token()));
        all.put("lockstep.tokens.\"demo\".roles", "admin");
        all.put("lockstep.tokens.\"demo\".kind", "person");
        // One person plays every part here.
        all.put("lockstep.approvals.allow-author", "true");
        all.put("lockstep.demo.enabled", "true");
        all.put("lockstep.demo.directory", directory.path().toString());
        all.put("lockstep.demo.cluster-url", cluster.address().toString());
        return all;
    }

    private static void tell(URI base, Ground on) {
        String link = on.settings().tokenIsOurs()
                ? "/login?token=" + on.settings().token() + "&next=/plans/shop/rename-users-name"
                : "/";
        System.out.printf(
                """

                Lockstep's demo runs.

                  The page            %s%s
                  REST                %s/api/v1   with the header  Authorization: Bearer %s
                  The cluster         kubectl --server=%s -n shop get deployments,pods
                  Roll out 1.5.0      kubectl --server=%s -n shop patch deployment shop-web --type=merge -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"shop-web:1.5.0"}]}}}}'
                  The database        psql -h 127.0.0.1 -p %d -U postgres shop
                  Kept in             %s

                %n\
                """,
                base,
                link,
                base,
                on.settings().tokenIsOurs() ? on.settings().token() : "(the one you gave)",
                on.cluster().address(),
                on.cluster().address(),
                on.database().port(),
                on.directory().path());
    }

    private static String plan() {
        String path = "/plans/" + PLAN_NAME + ".yaml";
        try (InputStream plan = Objects.requireNonNull(Demo.class.getResourceAsStream(path), path)) {
            return new String(plan.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private synchronized <T extends AutoCloseable> T open(T thing) {
        opened.push(thing);
        return thing;
    }
}
