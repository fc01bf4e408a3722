package dev.lockstep.store;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes Quarkus's connection pool, with a limit on everything that could otherwise wait for ever, and keeps the address
 * for the one connection that listens outside the pool.
 */
@Singleton
public class StorePool implements PgPoolCreator {
    private final StoreSettings settings;
    private volatile List<PgConnectOptions> addresses = List.of();

    public StorePool(StoreSettings settings) {
        this.settings = settings;
    }

    @Override
    public Pool create(Input input) {
        int limit = Math.toIntExact(settings.answerWithin().toMillis());
        addresses = input.pgConnectOptionsList().stream()
                .map(PgConnectOptions::new)
                .map(options -> limited(options, limit))
                .toList();
        PgConnectOptions pooled = address();
        // No statement takes longer than the limit, so a connection that is silent for three times as long is lost,
        // even if
        // nobody has said so. Before that the pool closes those that nobody wants.
        pooled.setIdleTimeout(3 * limit).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        PoolOptions pool = input.poolOptions()
                .setConnectionTimeout(limit)
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(2 * limit)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        return Pool.pool(input.vertx(), pooled, pool);
    }

    /** Where the store is, with all that is needed to connect; a copy. */
    PgConnectOptions address() {
        return new PgConnectOptions(addresses.getFirst());
    }

    /** For people, without user and password. */
    String name() {
        if (addresses.isEmpty()) {
            return "quarkus.datasource.reactive.url";
        }
        PgConnectOptions address = addresses.getFirst();
        return address.getHost() + ":" + address.getPort() + "/" + address.getDatabase();
    }

    private static PgConnectOptions limited(PgConnectOptions options, int milliseconds) {
        options.setConnectTimeout(milliseconds).setTcpKeepAlive(true);
        return options.addProperty("application_name", "lockstep-store")
                .addProperty("statement_timeout", Integer.toString(milliseconds))
                // A replica that was cut off in the middle of a transaction must not keep the others from its rows.
                .addProperty("idle_in_transaction_session_timeout", Integer.toString(2 * milliseconds));
    }
}
