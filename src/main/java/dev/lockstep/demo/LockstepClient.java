package dev.lockstep.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Speaks to Lockstep's REST API about one plan, as any user would. Blocks. What is answered with "not now" is asked
 * again for a while, which is safe here: every request of this API may be repeated.
 */
final class LockstepClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);
    private static final int NOT_NOW = 503;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI plan;
    private final String token;

    LockstepClient(URI base, String token, String namespace, String name) {
        this.plan = base.resolve("/api/v1/plans/" + namespace + "/" + name);
        this.token = token;
    }

    /** The plan; a missing node when there is none. */
    JsonNode get() {
        HttpResponse<String> response = send(request("").GET());
        return response.statusCode() == 404 ? MissingNode.getInstance() : body(response);
    }

    /** Declares it. */
    void put(String yaml) {
        body(send(request("").header("Content-Type", "application/yaml").PUT(BodyPublishers.ofString(yaml))));
    }

    /** Whether it could be removed. */
    boolean delete() {
        return send(request("").DELETE()).statusCode() / 100 == 2;
    }

    void start() {
        body(send(request("/start").POST(BodyPublishers.noBody())));
    }

    void approve(String phase, String digest, String comment) {
        String decision = write(Map.of("decision", "Approve", "digest", digest, "comment", comment));
        body(send(request("/phases/" + phase + "/approvals")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(decision))));
    }

    private HttpRequest.Builder request(String below) {
        return HttpRequest.newBuilder(URI.create(plan + below))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (true) {
                boolean last = System.nanoTime() > deadline;
                Optional<HttpResponse<String>> response = sendOnce(request.build(), last);
                if (response.isPresent() && (last || response.get().statusCode() != NOT_NOW)) {
                    return response.get();
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Lockstep was asked", e);
        }
    }

    private Optional<HttpResponse<String>> sendOnce(HttpRequest request, boolean last) throws InterruptedException {
        try {
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            if (last) {
                throw new IllegalStateException("Lockstep does not answer at " + plan + ": " + e.getMessage(), e);
            }
            return Optional.empty();
        }
    }

    private static JsonNode body(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException("%s %s was answered with %d: %s"
                    .formatted(response.request().method(), response.uri(), response.statusCode(), response.body()));
        }
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException("Lockstep's answer from " + response.uri() + " is no JSON.", e);
        }
    }

    private static String write(Map<String, String> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (IOException e) {
            throw new IllegalStateException("a map of texts is always JSON", e);
        }
    }
}
