package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.lockstep.engine.BreakGlass;
import dev.lockstep.engine.BreakGlassRecord;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The webhook as the API server meets it: over TLS, with the settings of the profile "webhook", without a sign-in. */
@QuarkusTest
@TestProfile(AdmissionApiTest.OverTls.class)
class AdmissionApiTest {
    private static final String REVIEW = """
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
          "uid": "u-1", "operation": "CREATE", "namespace": "shop", "name": "stray",
          "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
          "somethingThatOnlyALaterServerSends": true,
          "object": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "stray"},
            "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "web:1.4.0"}]}}}}}}\
        """;

    @Inject
    BreakGlassRecord record;

    @ConfigProperty(name = "quarkus.http.test-ssl-port")
    int port;

    @Inject
    @ConfigProperty(name = "quarkus.tls.webhook.key-store.pem.0.cert")
    Path certificate;

    @Test
    void answersOverTlsWithoutASignIn() {
        answers("warn");
        answers("deny");
    }

    private void answers(String path) {
        webhook()
                .body(REVIEW)
                .post("/admission/v1/" + path)
                .then()
                .statusCode(200)
                .body("apiVersion", equalTo("admission.k8s.io/v1"))
                .body("kind", equalTo("AdmissionReview"))
                .body("response.uid", equalTo("u-1"))
                .body("response.allowed", equalTo(true));
    }

    @Test
    void whatIsNoReviewIsSaidToBeNone() {
        webhook().body(REVIEW).post("/admission/v1/maybe").then().statusCode(404);
        webhook().body("{}").post("/admission/v1/deny").then().statusCode(400);
        webhook().body("[1").post("/admission/v1/deny").then().statusCode(400);
        webhook()
                .body(REVIEW.replace("\"kind\": \"Deployment\", \"metadata\"", "\"metadata\""))
                .post("/admission/v1/deny")
                .then()
                .statusCode(400);
    }

    @Test
    void brokenGlassIsKeptOnceAndShown() {
        BreakGlass broken = new BreakGlass(
                "u-2",
                Instant.parse("2026-03-01T03:00:00Z"),
                "ann",
                "the new one loses orders",
                "CREATE Deployment shop/shop-web",
                "1.4.0 (label)",
                new PlanKey("shop", "rename-users-name"),
                new PhaseName("contract"),
                "TooLate");
        record.keep(broken);
        record.keep(broken);

        assertThat(record.newest(10)).containsExactly(broken);
        webhook()
                .header("Authorization", "Bearer " + ApiWorld.VIEWER)
                .get("/api/v1/break-glass")
                .then()
                .statusCode(200)
                .body("$", hasSize(1))
                .body("[0].user", equalTo("ann"))
                .body("[0].plan", equalTo("shop/rename-users-name"));
        webhook().get("/api/v1/break-glass").then().statusCode(401);
    }

    /** The certificate that came with the start is renewed long before the process ends. */
    @Test
    void servesARenewedCertificateWithoutARestart() throws Exception {
        MountedCertificate mounted = MountedCertificate.mountedAt(certificate);
        X509Certificate before = served();

        X509Certificate renewed = mounted.renew();

        assertThat(renewed).isNotEqualTo(before);
        await("the renewed certificate to be served")
                .atMost(Duration.ofSeconds(20))
                .until(() -> served().equals(renewed));
        answers("deny");
    }

    /** What a client is shown that has never been here. */
    private X509Certificate served() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private RequestSpecification webhook() {
        return RestAssured.given()
                .baseUri("https://127.0.0.1:" + port)
                .relaxedHTTPSValidation()
                .contentType("application/json");
    }

    /** With a certificate of its own, where a Secret would be mounted. */
    public static class OverTls extends ApiWorld {
        @Override
        public String getConfigProfile() {
            return "test,webhook";
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>();
            try {
                Path directory = Files.createTempDirectory("webhook");
                MountedCertificate.mount(directory);
                settings.put("quarkus.http.test-ssl-port", "0");
                settings.put(
                        "quarkus.tls.webhook.key-store.pem.0.cert",
                        directory.resolve("tls.crt").toString());
                settings.put(
                        "quarkus.tls.webhook.key-store.pem.0.key",
                        directory.resolve("tls.key").toString());
                settings.put("quarkus.tls.webhook.reload-period", "1s");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return settings;
        }
    }
}
