package dev.lockstep.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.Limit;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    void everyKeyIsInTheReference() throws IOException {
        String reference = Files.readString(Path.of("src/main/docs/configuration.md"));
        List<String> keys = keys("lockstep", LockstepConfig.class);
        assertThat(keys)
                .hasSizeGreaterThan(12)
                .allSatisfy(key -> assertThat(reference).contains("| `" + key + "` |"));
    }

    @Test
    void aMisspeltKeyStopsTheStartWithItsName() {
        assertThatThrownBy(() -> config(Map.of("lockstep.engine.lease-time-to-life", "5s")))
                .hasMessageContaining("lockstep.engine.lease-time-to-life");
    }

    @Test
    void aValueThatDoesNotFitStopsTheStartWithItsKey() {
        assertThatThrownBy(() -> config(Map.of("lockstep.engine.sweep-interval", "soon")))
                .hasMessageContaining("lockstep.engine.sweep-interval");
        assertThatThrownBy(() -> config(Map.of(
                        "lockstep.tokens.\"alice\".sha256", "a".repeat(64), "lockstep.tokens.\"alice\".roles", "boss")))
                .hasMessageContaining("alice")
                .hasMessageContaining("approver");
    }

    @Test
    void limitsOfADatabaseAreHeldToTheRulesOfPlans() {
        String shop = "lockstep.databases.\"shop\".";
        assertThat(limits(Map.of(
                        shop + "limits.\"replicaLagSeconds\"",
                        "30",
                        shop + "limits.\"WALMEGABYTESPERSECOND\"",
                        "50",
                        shop + "limit-queries.\"free-disk\".sql",
                        "SELECT 7",
                        shop + "limit-queries.\"free-disk\".least",
                        "5",
                        shop + "limit-checks.\"ops\".url",
                        "http://ops.example.com/go")))
                .isEqualTo(new BackfillLimits(
                        Map.of(Limit.REPLICA_LAG, 30, Limit.WAL_RATE, 50),
                        List.of(new BackfillLimits.SqlCheck("free-disk", "SELECT 7", 5, true)),
                        List.of(new BackfillLimits.HttpCheck("ops", "http://ops.example.com/go", 2_000))));
        assertThatThrownBy(() -> limits(Map.of(shop + "limits.\"replicaLagSecond\"", "30")))
                .hasMessageContaining("lockstep.databases.\"shop\"")
                .hasMessageContaining("Did you mean \"replicaLagSeconds\"?");
        assertThatThrownBy(() -> limits(Map.of(shop + "limit-queries.\"free-disk\".sql", "SELECT 7")))
                .hasMessageContaining("either most");
    }

    private static BackfillLimits limits(Map<String, String> values) {
        Map<String, String> all = new HashMap<>(values);
        all.put("lockstep.databases.\"shop\".url", "jdbc:postgresql://db/shop");
        LockstepConfig config = config(all).getConfigMapping(LockstepConfig.class);
        return DatabaseLimits.of(
                "shop", Objects.requireNonNull(config.databases().get("shop")));
    }

    @Test
    void whatIsNotSaidHasADefault() {
        LockstepConfig config = config(Map.of()).getConfigMapping(LockstepConfig.class);
        assertThat(config.engine().leaseTimeToLive()).hasSeconds(5);
        assertThat(config.approvals().allowAuthor()).isFalse();
        assertThat(config.databases()).isEmpty();
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(LockstepConfig.class)
                .build();
    }

    private static List<String> keys(String prefix, Class<?> group) {
        List<String> keys = new ArrayList<>();
        for (Method method : group.getDeclaredMethods()) {
            String name =
                    prefix + "." + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (method.getReturnType() == Map.class && valueType(method.getGenericReturnType()) == Integer.class) {
                keys.add(name + ".\"name\"");
            } else if (method.getReturnType() == Map.class) {
                keys.addAll(keys(name + ".\"name\"", valueType(method.getGenericReturnType())));
            } else if (method.getReturnType().getEnclosingClass() == LockstepConfig.class
                    && method.getReturnType().isInterface()) {
                keys.addAll(keys(name, method.getReturnType()));
            } else {
                keys.add(name);
            }
        }
        return keys;
    }

    private static Class<?> valueType(Type map) {
        return (Class<?>) ((ParameterizedType) map).getActualTypeArguments()[1];
    }
}
