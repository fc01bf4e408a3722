package dev.lockstep.demo;

import dev.lockstep.operator.Database;
import dev.lockstep.operator.MigrationPlan;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A Kubernetes API on loopback without a cluster behind it: the mock server of the client library, with discovery for
 * kubectl and reviews of the tokens that simulated pods carry. What makes it live are {@link DeploymentController} and
 * {@link Kubelet}.
 */
final class SimulatedCluster implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MockWebServer web = new MockWebServer();
    private final KubernetesMockServer server;
    private final Map<String, Holder> tokens = new ConcurrentHashMap<>();
    private final Thread drain;

    /** Whom a projected service-account token is bound to (G4). */
    private record Holder(String namespace, String podName, String podUid) {}

    private SimulatedCluster(int port, InstantSource clock) {
        SimulatedApi api = new SimulatedApi(this::review, clock);
        // So that a status is written apart from the rest.
        api.expectCustomResource(CustomResourceDefinitionContext.fromCustomResourceType(MigrationPlan.class));
        api.expectCustomResource(CustomResourceDefinitionContext.fromCustomResourceType(Database.class));
        server = new KubernetesMockServer(new Context(), web, new HashMap<>(), api, false);
        try {
            server.init(InetAddress.ofLiteral("127.0.0.1"), port);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "The simulated cluster could not listen on port %d of 127.0.0.1: %s. Choose another port, or 0 for any."
                            .formatted(port, e.getMessage()),
                    e);
        }
        drain = Thread.ofVirtual().name("simulated-cluster-drain").start(this::forgetRequests);
    }

    /**
     * Starts listening.
     *
     * @param port on loopback; 0 for any
     */
    static SimulatedCluster start(int port, InstantSource clock) {
        return new SimulatedCluster(port, clock);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** A new client; the caller closes it. */
    KubernetesClient connect() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(address().toString())
                .withHttp2Disable(true)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** A token that the cluster will say is this pod's, until {@link #revoke}. */
    String tokenFor(Pod pod) {
        byte[] secret = new byte[24];
        RANDOM.nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        tokens.put(
                token,
                new Holder(
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName(),
                        pod.getMetadata().getUid()));
        return token;
    }

    /** As when the pod is gone: its token is worth nothing. */
    void revoke(String token) {
        tokens.remove(token);
    }

    @Override
    public void close() {
        drain.interrupt();
        server.destroy();
    }

    private TokenReview review(TokenReview asked) {
        Holder holder = tokens.get(asked.getSpec().getToken());
        if (holder == null) {
            return new TokenReviewBuilder(asked)
                    .withNewStatus()
                    .withAuthenticated(false)
                    .withError("the token is unknown, or its pod is gone")
                    .endStatus()
                    .build();
        }
        return new TokenReviewBuilder(asked)
                .withNewStatus()
                .withAuthenticated(true)
                .withAudiences(asked.getSpec().getAudiences())
                .withNewUser()
                .withUsername("system:serviceaccount:" + holder.namespace() + ":default")
                .withGroups("system:serviceaccounts", "system:serviceaccounts:" + holder.namespace())
                .addToExtra("authentication.kubernetes.io/pod-name", List.of(holder.podName()))
                .addToExtra("authentication.kubernetes.io/pod-uid", List.of(holder.podUid()))
                .endUser()
                .endStatus()
                .build();
    }

    /** The mock keeps every request for tests to look at; a demo that runs for days would drown in them. */
    private void forgetRequests() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                web.takeRequest();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
