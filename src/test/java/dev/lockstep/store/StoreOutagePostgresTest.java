package dev.lockstep.store;

import static dev.lockstep.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs.Authority;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.fixture.StoreDatabase;
import dev.lockstep.fixture.TcpProxy;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.schema.TableName;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@QuarkusTestResource(value = StoreOutagePostgresTest.Network.class, restrictToAnnotatedClass = true)
@Timeout(120)
class StoreOutagePostgresTest {
    private static final Duration A_FEW_SECONDS = Duration.ofSeconds(8);

    @Inject
    ReactivePlans plans;

    @Inject
    ReactiveRuns runs;

    /** Set by {@link Network}, which runs in another class loader; the JDK's types are the same in both. */
    Runnable cut = () -> {};

    Runnable silence = () -> {};
    Runnable mend = () -> {};

    @AfterEach
    void mendTheNetwork() {
        mend.run();
    }

    @Test
    void saysSoWhenTheStoreIsDownAndGoesOnWhenItIsBack() throws Exception {
        RunId run = begun("stopped");
        BlockingQueue<RunId> heard = new LinkedBlockingQueue<>();
        try (AutoCloseable listening = runs.onChange(heard::add)) {
            assertThat(listening).isNotNull();

            cut.run();
            assertUnreachable(() -> runs.journal(run, 0));
            assertUnreachable(() -> suspend(run, 1));

            mend.run();
            await().ignoreExceptionsInstanceOf(LockstepException.class)
                    .untilAsserted(() -> assertThat(runs.journal(run, 0)).hasSize(1));
            await().until(() -> {
                suspend(run, runs.journal(run, 0).size());
                return heard.poll(200, TimeUnit.MILLISECONDS) != null;
            });
        }
    }

    @Test
    void doesNotHangWhenTheNetworkSwallowsEverything() {
        RunId run = begun("swallowed");

        silence.run();
        for (int call = 0; call < 3; call++) {
            assertUnreachable(() -> runs.journal(run, 0));
        }

        mend.run();
        await().ignoreExceptionsInstanceOf(LockstepException.class)
                .untilAsserted(() -> assertThat(runs.journal(run, 0)).hasSize(1));
    }

    private static void assertUnreachable(Runnable call) {
        long begin = System.nanoTime();
        assertThatExceptionOfType(LockstepException.class)
                .isThrownBy(call::run)
                .withMessageContaining("does not answer")
                .withMessageContaining("quarkus.datasource")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(A_FEW_SECONDS);
    }

    private void suspend(RunId run, long lastSeen) {
        runs.append(run, lastSeen, new Authority.Command(), List.of(new Event.Suspended("ana")), false, NOON);
    }

    private RunId begun(String name) {
        PlanDocument document = Samples.plan(name, Samples.USERS);
        StoredRun run = Samples.run(document, TableName.parse(name));
        // A cold JVM on a busy machine may need longer than this test allows the store.
        await().ignoreExceptionsInstanceOf(LockstepException.class).until(() -> {
            plans.save(document, "ana", Optional.empty(), NOON);
            runs.begin(run, List.of(new Event.Started("ana")), NOON);
            return runs.journal(run.id(), 0).size() == 1;
        });
        return run.id();
    }

    /** A store whose network the test controls; Flyway goes past it. */
    public static final class Network implements QuarkusTestResourceLifecycleManager {
        private final TcpProxy proxy = new TcpProxy(Postgres.port());

        @Override
        public Map<String, String> start() {
            Map<String, String> configuration = new HashMap<>(StoreDatabase.configuration(Postgres.freshDatabase()));
            configuration.computeIfPresent(
                    "quarkus.datasource.reactive.url",
                    (_, url) -> url.replace(":" + Postgres.port() + "/", ":" + proxy.port() + "/"));
            configuration.put("lockstep.store.answer-within", "3s");
            return configuration;
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(
                    (Runnable) proxy::cut, field -> field.getName().equals("cut"));
            injector.injectIntoFields(
                    (Runnable) proxy::silence, field -> field.getName().equals("silence"));
            injector.injectIntoFields(
                    (Runnable) proxy::mend, field -> field.getName().equals("mend"));
        }

        @Override
        public void stop() {
            proxy.close();
        }
    }
}
