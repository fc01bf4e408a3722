package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deployment {@code shop-web} of the simulated cluster. A cluster outlives the service that watches it; ours does not,
 * so that what the Deployment asked for is kept in a file.
 */
final class ShopDeployment {
    static final String NAMESPACE = "shop";
    static final String NAME = "shop-web";
    static final String CONTAINER = "web";
    static final int REPLICAS = 3;
    static final String OLD_VERSION = "1.4.0";
    static final String NEW_VERSION = "1.5.0";

    private static final Logger LOG = Logger.getLogger(ShopDeployment.class);

    private final KubernetesClient client;
    private final Path file;
    private @Nullable Long keptGeneration;

    /**
     * For this cluster.
     *
     * @param file where what it asked for is kept
     */
    ShopDeployment(KubernetesClient client, Path file) {
        this.client = client;
        this.file = file;
    }

    /** Where it is kept between two demos. */
    record Keeper(Path file) {
        ShopDeployment of(KubernetesClient client) {
            return new ShopDeployment(client, file);
        }
    }

    /** Creates it with the old version, as at the beginning of the story. */
    void create() {
        client.resource(original()).create();
    }

    /** Creates it as the last demo had it, or with the old version when there was none. */
    void createAsKept() {
        client.resource(kept()).create();
    }

    /** What {@code kubectl patch --type=merge} would send. */
    void rollOut(String version) {
        String patch = """
                {"spec": {"template": {"spec": {"containers": [{"name": "%s", "image": "%s"}]}}}}""".formatted(CONTAINER, image(version));
        client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    /** Writes down what it asks for now, unless that is so already. From one thread. */
    void keep() {
        Deployment now = client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .get();
        if (now == null || Objects.equals(now.getMetadata().getGeneration(), keptGeneration)) {
            return;
        }
        Deployment kept = new DeploymentBuilder(original())
                .editSpec()
                .withReplicas(now.getSpec().getReplicas())
                .withTemplate(now.getSpec().getTemplate())
                .endSpec()
                .build();
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, Serialization.asJson(kept));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            keptGeneration = now.getMetadata().getGeneration();
        } catch (IOException e) {
            LOG.warnf("After a restart the demo will not know which version was rolled out: %s", e.getMessage());
        }
    }

    static String image(String version) {
        return NAME + ":" + version;
    }

    private Deployment kept() {
        try {
            return Files.exists(file) ? Serialization.unmarshal(Files.readString(file), Deployment.class) : original();
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "The file %s, which says what the demo's cluster ran, cannot be read (%s). Delete it to begin with version %s."
                            .formatted(file, e.getMessage(), OLD_VERSION),
                    e);
        }
    }

    private static Deployment original() {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(NAME)
                .addToLabels("app.kubernetes.io/name", NAME)
                .endMetadata()
                .withNewSpec()
                .withReplicas(REPLICAS)
                .withNewSelector()
                .addToMatchLabels("app.kubernetes.io/name", NAME)
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withNewMaxSurge(1)
                .withNewMaxUnavailable(0)
                .endRollingUpdate()
                .endStrategy()
                .withNewTemplate()
                .withNewMetadata()
                // No version label: a patch of only the image would leave it behind, and it would lie (G5).
                .addToLabels("app.kubernetes.io/name", NAME)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(CONTAINER)
                .withImage(image(OLD_VERSION))
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
