package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.net.InetAddress;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/** An API server on a real port of loopback, which can go away and come back with what it knew. */
final class ApiServer implements AutoCloseable {
    private final Map<ServerRequest, Queue<ServerResponse>> responses = new ConcurrentHashMap<>();
    private final int port;
    private Moods moods = new Moods(responses);
    private final KubernetesClient client;
    private KubernetesMockServer server;

    ApiServer() {
        server = started(0);
        port = server.getPort();
        client = newClient();
    }

    KubernetesClient newClient() {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + port)
                        .withWatchReconnectInterval(50)
                        .build())
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    /** To answer one request in another way than by what is stored. */
    KubernetesMockServer server() {
        return server;
    }

    void goAway() {
        server.destroy();
    }

    void comeBack() {
        server = started(port);
    }

    /** Comes back from an empty backup: what is put into it now has versions that begin anew. */
    void comeBackRestored() {
        moods = Moods.fresh();
        server = started(port);
    }

    /** What goes wrong with it. */
    Moods moods() {
        return moods;
    }

    <T extends HasMetadata> T put(T object) {
        return client.resource(object).create();
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }

    private KubernetesMockServer started(int onPort) {
        KubernetesMockServer started =
                new KubernetesMockServer(new Context(), new MockWebServer(), responses, moods, false);
        started.init(InetAddress.getLoopbackAddress(), onPort);
        return started;
    }
}
