package dev.lockstep.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The process of one pod of {@code shop-web}: workers with a database connection each, serving requests at a steady
 * rate with the code of its version, and a small HTTP server that says which version that is.
 */
final class ShopPod implements PodRuntime.PodProcess {
    /** Where every pod answers, on its own address. */
    static final int HTTP_PORT = 18_080;

    static final int WORKERS = 4;

    private static final Logger LOG = Logger.getLogger(ShopPod.class);

    /** Four workers make sixty requests a second. */
    private static final long REQUEST_INTERVAL_NANOS = 1_000_000_000L * WORKERS / 60;

    private final Identity identity;
    private final ShopCode code;
    private final String url;
    private final Traffic traffic;
    private final TrafficLedger ledger;
    private final RequestMeter meter;
    private final List<Lane> lanes;
    private final List<Thread> workers;
    private final HttpServer http;
    private final AtomicBoolean terminating = new AtomicBoolean();

    /** Who it is. */
    record Identity(String pod, String version, String address) {}

    /**
     * Starts it.
     *
     * @param url of the database, with the application's role
     * @throws IllegalStateException when the database does not let it in, or its address is taken
     */
    ShopPod(Identity identity, String url, Traffic traffic, TrafficLedger ledger) {
        this.identity = identity;
        this.code = ShopCode.of(identity.version());
        // In the server from the first execution on; and the sessions say whose they are (G29).
        this.url = url + "&prepareThreshold=1&ApplicationName=" + ShopDeployment.NAME + "-" + identity.version();
        this.traffic = traffic;
        this.ledger = ledger;
        this.http = listen();
        try {
            connect().close();
        } catch (SQLException e) {
            http.stop(0);
            throw new IllegalStateException("the database does not let it in: " + e.getMessage(), e);
        }
        this.meter = traffic.join(identity.pod(), identity.version());
        this.lanes = ledger.lease(WORKERS);
        http.createContext("/version", exchange -> answer(exchange, Map.of("version", identity.version())));
        http.createContext("/metrics", exchange -> answer(exchange, meter.read()));
        http.start();
        this.workers = lanes.stream()
                .map(lane -> Thread.ofVirtual().name(identity.pod()).start(() -> work(lane)))
                .toList();
    }

    @Override
    public void terminate() {
        if (!terminating.compareAndSet(false, true)) {
            return;
        }
        workers.forEach(LockSupport::unpark);
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.stop(0);
        ledger.giveBack(lanes);
        traffic.leave(identity.pod());
    }

    private void work(Lane lane) {
        while (!terminating.get()) {
            try (Connection connection = connect()) {
                serve(connection, lane);
            } catch (SQLException e) {
                // Without a connection there is an error page for whoever asks.
                meter.failed(traffic.phase(), 0, "no connection: " + e.getMessage());
                LockSupport.parkNanos(1_000_000_000L);
            }
        }
    }

    /** Serves until the pod ends or the connection is broken. */
    private void serve(Connection connection, Lane lane) throws SQLException {
        List<ShopCode.Request> requests = code.requests();
        long due = System.nanoTime();
        for (int turn = 0; !terminating.get(); turn++) {
            serveOne(requests.get(turn % requests.size()), connection, lane);
            if (connection.isClosed()) {
                return;
            }
            // After a stall the rate goes on as before; requests that were not made are not made up for.
            due = Math.max(due + REQUEST_INTERVAL_NANOS, System.nanoTime());
            while (!terminating.get() && System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    private void serveOne(ShopCode.Request request, Connection connection, Lane lane) throws SQLException {
        long begun = System.nanoTime();
        lane.look((_, _) -> {
            try {
                request.serve(connection, lane);
                meter.succeeded(traffic.phase(), System.nanoTime() - begun);
            } catch (SQLException e) {
                meter.failed(
                        traffic.phase(),
                        System.nanoTime() - begun,
                        "%s, version %s: %s".formatted(identity.pod(), identity.version(), e.getMessage()));
                LOG.warnf("A request of pod %s failed: %s", identity.pod(), e.getMessage());
            }
            return true;
        });
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    private HttpServer listen() {
        try {
            InetAddress address = InetAddress.ofLiteral(identity.address());
            HttpServer server = HttpServer.create(new InetSocketAddress(address, HTTP_PORT), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "it cannot listen on %s:%d: %s".formatted(identity.address(), HTTP_PORT, e.getMessage()), e);
        }
    }

    private static void answer(HttpExchange exchange, Object body) throws IOException {
        byte[] json = Serialization.asJson(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, json.length);
        try (exchange) {
            exchange.getResponseBody().write(json);
        }
    }
}
