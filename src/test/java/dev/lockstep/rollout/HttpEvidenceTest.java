package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.deployment;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation.Seen;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.rollout.HttpEvidence.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpEvidenceTest {

    private static final RolloutSettings SETTINGS = new RolloutSettings(
            Duration.ofMinutes(2),
            Duration.ofMinutes(1),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            500,
            "lockstep");

    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer pods;
    private HttpEvidence http;

    /** One server on all of loopback stands for as many pods as there are addresses in it. */
    @BeforeEach
    void start() throws IOException {
        pods = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 0);
        pods.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http = new HttpEvidence(Clock.systemUTC());
        answer("/plain", 200, " 1.5.0\n");
        answer("/json", 200, "{\"app\":{\"version\":\"1.5.0\",\"build\":7,\"nothing\":null,\"empty\":\"\"}}");
        answer("/broken", 200, "{\"app\":");
        answer("/error", 503, "1.5.0");
        answer("/big", 200, "1".repeat(70_000));
        answer("/long", 200, "1".repeat(201));
        answer("/silent", 200, "");
        pods.createContext("/elsewhere", exchange -> {
            exchange.getResponseHeaders().add("Location", "/plain");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        pods.createContext("/drips", this::drip);
        pods.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        http.close();
        pods.stop(0);
    }

    @Test
    void readsTheVersionFromTheBodyOrAtThePointer() throws InterruptedException {
        assertThat(ask("/plain", "")).isEqualTo("1.5.0");
        assertThat(ask("/json", "/app/version")).isEqualTo("1.5.0");
        assertThat(ask("/json", "/app/build")).isEqualTo("7");
    }

    @Test
    void saysWhyThereIsNoVersion() throws InterruptedException {
        assertThat(ask("/json", "/app/other")).endsWith("/json was answered, but without a version at /app/other.");
        assertThat(ask("/json", "/app/nothing")).contains("without a version");
        assertThat(ask("/json", "/app/empty")).contains("without a version");
        assertThat(ask("/json", "/app")).contains("without a version");
        assertThat(ask("/json", "app")).contains("not answered with JSON");
        assertThat(ask("/broken", "/app")).contains("not answered with JSON");
        assertThat(ask("/error", "")).endsWith("was answered with status 503.");
        assertThat(ask("/big", "")).contains("more than 65536 bytes");
        assertThat(ask("/long", "")).contains("without a version");
        assertThat(ask("/silent", "")).contains("without a version");
    }

    /** Otherwise a pod could have Lockstep ask anybody whom Lockstep can reach. */
    @Test
    void doesNotFollowARedirect() throws InterruptedException {
        assertThat(ask("/elsewhere", "")).endsWith("was answered with status 302.");
        assertThat(asked).hasValue(0);
    }

    @Test
    void bodyThatNeverEndsIsGivenUpAfterTheTimeout() throws InterruptedException {
        assertThat(reason(http.ask("127.0.0.1", new HttpProbe(port(), "/drips", "", 300))))
                .endsWith("/drips gave no answer within 300 ms.");
    }

    @Test
    void nobodyListeningIsSaidSo() throws InterruptedException {
        int port = port();
        pods.stop(0);

        assertThat(reason(http.ask("127.0.0.1", new HttpProbe(port, "/plain", "", 10_000))))
                .isEqualTo("GET http://127.0.0.1:" + port + "/plain found nobody listening.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "localhost",
                "",
                "169.254.169.254",
                "fe80::1",
                "0.0.0.0",
                "224.0.0.1",
                "10.0.0.1/x"
            })
    void onlyTheAddressOfAPodIsAsked(String address) throws InterruptedException {
        assertThat(reason(http.ask(address, new HttpProbe(80, "/plain", "", 300))))
                .contains("is no address of a pod");
    }

    @ParameterizedTest
    @ValueSource(strings = {"@example.com/", "plain", ":81/plain", "/ plain", ""})
    void pathCannotLeadElsewhere(String path) throws InterruptedException {
        assertThat(reason(http.ask("127.0.0.1", new HttpProbe(80, path, "", 300))))
                .contains("is no address of a pod");
    }

    @Test
    void podsAreAskedAtTheirOwnAddressesAndAnswersAreUsedAgainExceptForLiveLooks() {
        try (ApiServer api = new ApiServer();
                KubernetesCluster cluster = new KubernetesCluster(api.client(), Clock.systemUTC(), SETTINGS)) {
            WorkloadSpec web = Shop.webAsked(port(), "/plain", "");
            api.put(deployment("1.5.0", 2));
            pod(api, "a", "127.0.0.2", "Running");
            pod(api, "b", "127.0.0.3", "Running");
            pod(api, "pending", "127.0.0.4", "Pending");

            Seen first = look(cluster, web, Freshness.WATCHED);
            assertThat(fromHttp(first, "a")).containsExactly("1.5.0");
            assertThat(fromHttp(first, "b")).containsExactly("1.5.0");
            assertThat(fromHttp(first, "pending")).isEmpty();
            assertThat(asked).hasValue(2);

            look(cluster, web, Freshness.WATCHED);
            assertThat(asked).hasValue(2);

            look(cluster, web, Freshness.LIVE);
            assertThat(asked).hasValue(4);
        }
    }

    /** G12. */
    @Test
    @Fact("G12")
    void podThatIsEndingIsAskedAsWellAndFailuresAreNamed() {
        try (ApiServer api = new ApiServer();
                KubernetesCluster cluster = new KubernetesCluster(api.client(), Clock.systemUTC(), SETTINGS)) {
            api.put(deployment("1.5.0", 1));
            api.put(Shop.pod("ending", "1.4.0")
                    .editMetadata()
                    .withDeletionTimestamp("2026-03-01T03:05:00Z")
                    .endMetadata()
                    .build());

            assertThat(fromHttp(look(cluster, Shop.webAsked(port(), "/plain", ""), Freshness.LIVE), "ending"))
                    .containsExactly("1.5.0");
            Seen failing = look(cluster, Shop.webAsked(port(), "/error", ""), Freshness.LIVE);
            assertThat(failing.pods().getFirst().failures())
                    .containsExactly("GET http://127.0.0.1:" + port() + "/error was answered with status 503.");
        }
    }

    private static void pod(ApiServer api, String name, String ip, String phase) {
        api.put(Shop.pod(name, "1.5.0")
                .editStatus()
                .withPodIP(ip)
                .withPhase(phase)
                .endStatus()
                .build());
    }

    private static Seen look(KubernetesCluster cluster, WorkloadSpec web, Freshness freshness) {
        return (Seen) cluster.observe(List.of(web), freshness).getFirst();
    }

    private static List<String> fromHttp(Seen seen, String pod) {
        return seen.pods().stream()
                .filter(each -> each.name().equals(pod))
                .map(PodObservation::evidence)
                .flatMap(List::stream)
                .filter(each -> each.source() == Source.HTTP)
                .map(Evidence::reported)
                .toList();
    }

    private String ask(String path, String pointer) throws InterruptedException {
        return switch (http.ask("127.0.0.1", new HttpProbe(port(), path, pointer, 10_000))) {
            case Answer.Said(List<Evidence> evidence) ->
                evidence.stream().map(Evidence::reported).collect(java.util.stream.Collectors.joining(" | "));
            case Answer.None(String reason) -> reason;
        };
    }

    private static String reason(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.None.class);
        return ((Answer.None) answer).reason();
    }

    private int port() {
        return pods.getAddress().getPort();
    }

    private void answer(String path, int status, String body) {
        pods.createContext(path, exchange -> {
            asked.incrementAndGet();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write('1');
        exchange.getResponseBody().flush();
        try {
            over.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }
}
