package dev.lockstep.rollout;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a pod itself which version it runs. Only ever the address that the cluster gives for the pod, without following
 * redirects and without a proxy, so that no pod can send Lockstep to somebody else. Thread-safe.
 */
final class HttpEvidence implements AutoCloseable {
    private static final int LONGEST_BODY = 64 * 1024;
    private static final int LONGEST_VERSION = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InstantSource clock;
    private final HttpClient http;

    HttpEvidence(InstantSource clock) {
        this.clock = clock;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** What came of a question. */
    sealed interface Answer {
        /** @param evidence its version, what it can do, or both */
        record Said(List<Evidence> evidence) implements Answer {
            public Said {
                evidence = List.copyOf(evidence);
            }
        }

        /** @param reason as a sentence, the same for the same fault */
        record None(String reason) implements Answer {}
    }

    /** Blocks for no longer than the probe's timeout. */
    Answer ask(String podIp, HttpProbe probe) throws InterruptedException {
        URI uri;
        try {
            uri = uri(podIp, probe);
        } catch (IllegalArgumentException e) {
            return new Answer.None(
                    "\"" + podIp + "\" with path \"" + probe.path() + "\" is no address of a pod to ask.");
        }
        // Before the question: the process that answers is then no older than the evidence (G3).
        Instant at = clock.instant();
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Accept", "application/json, text/plain")
                .GET()
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_BODY));
        try {
            // Around everything: the request's own timeout ends with the headers, and a body can drip for ever.
            return read(uri, answer.get(probe.timeoutMilliseconds(), TimeUnit.MILLISECONDS), probe, at);
        } catch (TimeoutException e) {
            return new Answer.None("GET " + uri + " gave no answer within " + probe.timeoutMilliseconds() + " ms.");
        } catch (ExecutionException e) {
            return new Answer.None("GET " + uri + " " + why(e) + ".");
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static URI uri(String podIp, HttpProbe probe) {
        InetAddress address = InetAddress.ofLiteral(podIp);
        if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
            throw new IllegalArgumentException("not an address that a pod can have");
        }
        String host = address instanceof Inet6Address ? "[" + podIp + "]" : podIp;
        URI uri = URI.create("http://" + host + ":" + probe.port() + probe.path());
        if (!probe.path().startsWith("/") || uri.getPort() != probe.port() || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("the path leads elsewhere");
        }
        return uri;
    }

    private static Answer read(URI uri, HttpResponse<byte[]> response, HttpProbe probe, Instant at) {
        if (response.statusCode() != 200) {
            return new Answer.None("GET " + uri + " was answered with status " + response.statusCode() + ".");
        }
        try {
            return probe.pointer().isEmpty() && probe.capabilities().isEmpty()
                    ? version(uri, new String(response.body(), StandardCharsets.UTF_8).strip(), probe, at)
                    : read(uri, JSON.readTree(response.body()), probe, at);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return new Answer.None("GET " + uri + " was not answered with JSON that "
                    + (probe.pointer().isEmpty() ? probe.capabilities().orElse("") : probe.pointer())
                    + " can point into.");
        } catch (IOException e) {
            return new Answer.None("GET " + uri + " was answered with what cannot be read.");
        }
    }

    private static Answer read(URI uri, JsonNode body, HttpProbe probe, Instant at) {
        Answer version = version(uri, at(probe.pointer(), body), probe, at);
        Optional<Evidence> able = probe.capabilities()
                .flatMap(pointer -> capabilities(body.at(JsonPointer.compile(pointer))))
                .map(said -> new Evidence(Source.HTTP, Aspect.CAPABILITIES, said, at));
        return able.<Answer>map(capabilities -> version instanceof Answer.Said(List<Evidence> said)
                        ? new Answer.Said(List.of(said.getFirst(), capabilities))
                        : new Answer.Said(List.of(capabilities)))
                .orElse(version);
    }

    private static Answer version(URI uri, String version, HttpProbe probe, Instant at) {
        return version.isEmpty() || version.length() > LONGEST_VERSION
                ? new Answer.None("GET " + uri + " was answered, but without a version"
                        + (probe.pointer().isEmpty() ? "." : " at " + probe.pointer() + "."))
                : new Answer.Said(List.of(new Evidence(Source.HTTP, version, at)));
    }

    /** A list of texts, or one text with blanks; empty when it says nothing about what it can do. */
    private static Optional<String> capabilities(JsonNode node) {
        if (node.isTextual()) {
            return Optional.of(node.asText().strip());
        }
        if (!node.isArray()) {
            return Optional.empty();
        }
        List<String> all = new ArrayList<>();
        node.forEach(each -> all.add(each.asText().strip()));
        return Optional.of(String.join(" ", all));
    }

    private static String at(String pointer, JsonNode body) {
        JsonNode node = body.at(JsonPointer.compile(pointer));
        return node.isValueNode() && !node.isNull() ? node.asText().strip() : "";
    }

    private static String why(ExecutionException failure) {
        return failure.getCause() instanceof ConnectException
                ? "found nobody listening"
                : "was broken off, or answered with more than " + LONGEST_BODY + " bytes";
    }
}
