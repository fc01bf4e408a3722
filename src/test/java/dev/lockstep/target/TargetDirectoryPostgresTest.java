package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.DeclaredDatabases.Access;
import dev.lockstep.engine.DeclaredDatabases.Credentials;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Targets;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.plan.DatabaseName;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Databases that come and go while targets are in use. */
class TargetDirectoryPostgresTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");
    private static final DatabaseName CONFIGURED = new DatabaseName("configured");

    private final TargetDirectory directory = new TargetDirectory(
            Map.of(CONFIGURED, new TargetConnection("jdbc:postgresql://a/b", "", () -> "")), Map.of());
    private final Targets targets =
            new JdbcTargets(directory.primaries(), directory.replicas(), InstantSource.system());

    @Test
    void declaredDatabaseIsKnownUntilItIsWithdrawn() {
        assertThat(read()).isInstanceOf(CatalogueReading.Unknown.class);
        assertThat(directory.declare(SHOP, access(() -> new Credentials("", ""))))
                .isEmpty();
        assertThat(read()).isInstanceOf(CatalogueReading.Read.class);
        assertThat(targets.databases()).extracting(Targets.Database::name).containsExactly(CONFIGURED, SHOP);
        directory.withdraw(SHOP);
        assertThat(read()).isInstanceOf(CatalogueReading.Unknown.class);
    }

    @Test
    void configurationComesFirst() {
        assertThat(directory.declare(CONFIGURED, access(() -> new Credentials("", ""))))
                .hasValueSatisfying(why -> assertThat(why).contains("lockstep.databases.\"configured\""));
        directory.withdraw(CONFIGURED);
        assertThat(directory.primaries()).containsKey(CONFIGURED);
    }

    @Test
    void credentialsAreAskedForAtEachConnection() {
        AtomicReference<Supplier<Credentials>> now = new AtomicReference<>(() -> {
            throw new LockstepException(ErrorCode.DATABASE_UNREACHABLE, "There is no Secret shop/shop-db.");
        });
        directory.declare(SHOP, access(() -> now.get().get()));
        assertThat(read())
                .isInstanceOfSatisfying(
                        CatalogueReading.Unreachable.class,
                        unreachable -> assertThat(unreachable.reason()).contains("There is no Secret shop/shop-db"));

        now.set(() -> new Credentials("nobody_here", "hush-hush"));
        assertThat(read())
                .isInstanceOfSatisfying(
                        CatalogueReading.Unreachable.class,
                        unreachable -> assertThat(unreachable.reason())
                                .contains("nobody_here")
                                .doesNotContain("hush-hush"));

        now.set(() -> new Credentials("postgres", ""));
        assertThat(read()).isInstanceOf(CatalogueReading.Read.class);
    }

    private CatalogueReading read() {
        return targets.read(SHOP, Set.of());
    }

    private static Access access(Supplier<Credentials> credentials) {
        // The fixture's URL names a user of its own, which would come before these.
        String url = Postgres.freshDatabase().replaceFirst("([?&])user=[^&]*&?", "$1");
        return new Access(url, List.of(), () -> {
            Credentials given = credentials.get();
            return given.user().isEmpty() ? new Credentials("postgres", "") : given;
        });
    }
}
