package dev.lockstep.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Tells Lockstep from within a pod which version it runs, once at its start and then again and again (G2, G4). */
final class PodReporter implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PodReporter.class);

    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(2);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final HttpRequest report;
    private final Thread loop;

    /** Begins at once, on a thread of its own. */
    PodReporter(URI lockstep, String token, String version) {
        report = HttpRequest.newBuilder(lockstep.resolve("/api/v1/reports"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString("{\"version\": \"" + version + "\"}"))
                .build();
        loop = Thread.ofVirtual().name("pod-reporter").start(this::run);
    }

    @Override
    public void close() {
        loop.interrupt();
        client.shutdownNow();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(send() ? EVERY : AFTER_A_FAILURE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it arrived. A pod does its work whether or not Lockstep listens. */
    private boolean send() throws InterruptedException {
        try {
            int status =
                    client.send(report, HttpResponse.BodyHandlers.discarding()).statusCode();
            LOG.tracef("report answered with %d", status);
            return status / 100 == 2;
        } catch (IOException e) {
            LOG.debugf("A pod's report did not arrive: %s", e.getMessage());
            return false;
        }
    }
}
