package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes are the cluster's, and a Role of one namespace cannot grant to watch them. */
class NodeWatchTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T03:00:00Z"));
    private final ApiServer api = new ApiServer();
    private final NodeWatch nodes = new NodeWatch(api.client(), now::get, () -> {});

    @AfterEach
    void stop() {
        nodes.close();
        api.close();
    }

    @Test
    void isRefusedOnceAndAsksAgainOnlyAfterAWhile() {
        api.server()
                .expect()
                .get()
                .withPath("/api/v1/nodes?limit=1")
                .andReturn(403, new StatusBuilder().withCode(403).build())
                .once();
        nodes.start();
        await("the refusal").atMost(Duration.ofSeconds(10)).until(nodes::refused);
        await("nothing more is asked")
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> api.server().getRequestCount() == 1);
        assertThat(nodes.unreachable()).isEmpty();

        api.put(new NodeBuilder()
                .withNewMetadata()
                .withName("node-1")
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("Unknown")
                .endCondition()
                .endStatus()
                .build());
        now.set(now.get().plus(NodeWatch.AGAIN));

        await("the node to be seen")
                .atMost(Duration.ofSeconds(10))
                .until(() -> nodes.unreachable().contains("node-1"));
    }
}
