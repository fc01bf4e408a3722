package dev.lockstep.rollout;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.engine.LockstepException;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes down in each namespace what may start there, for the ValidatingAdmissionPolicy. Every replica may: what is written
 * was read from the store after what it replaces was read from the cluster, and the cluster refuses it when somebody else
 * wrote in between. So nothing older ever takes the place of something newer, and no leader is needed. Calls block.
 */
final class InterlockWriter {
    static final String NAME = "lockstep";

    private static final System.Logger LOG = System.getLogger(InterlockWriter.class.getName());
    private static final String API_VERSION = "lockstep.dev/v1alpha1";
    private static final String KIND = "Interlock";
    static final ResourceDefinitionContext INTERLOCKS = new ResourceDefinitionContext.Builder()
            .withGroup("lockstep.dev")
            .withVersion("v1alpha1")
            .withKind(KIND)
            .withPlural("interlocks")
            .withNamespaced(true)
            .build();

    /** Whoever loses this often in a row tries again later. */
    private static final int TRIES = 5;

    private final KubernetesClient client;
    private final InterlockBoard board;

    InterlockWriter(KubernetesClient client, InterlockBoard board) {
        this.client = client;
        this.board = board;
    }

    /**
     * Writes what is not so yet. A namespace of which nothing is said any more keeps its object, without rules.
     *
     * @return how many objects were written
     * @throws LockstepException STORE_UNREACHABLE when the store does not answer; what stands stays
     * @throws KubernetesClientException when the cluster does not answer, or refuses
     */
    int write() {
        int written = 0;
        for (int tries = 0; tries < TRIES; tries++) {
            Map<String, GenericKubernetesResource> there = there();
            Map<String, List<Map<String, Object>>> wanted = InterlockRules.of(board.fresh());
            TreeSet<String> namespaces = new TreeSet<>(wanted.keySet());
            namespaces.addAll(there.keySet());
            boolean lost = false;
            for (String namespace : namespaces) {
                List<Map<String, Object>> rules = wanted.getOrDefault(namespace, List.of());
                switch (write(namespace, Optional.ofNullable(there.get(namespace)), rules)) {
                    case WRITTEN -> written++;
                    case SO_ALREADY, NO_NAMESPACE -> {
                        // Nothing to do.
                    }
                    case SOMEBODY_WAS_FASTER -> lost = true;
                }
            }
            if (!lost) {
                return written;
            }
        }
        LOG.log(
                INFO,
                "other replicas write the rules of the admission policy at the same time; this one looks again later");
        return written;
    }

    private enum Outcome {
        WRITTEN,
        SO_ALREADY,
        SOMEBODY_WAS_FASTER,
        /** A plan may name one that is not there yet. */
        NO_NAMESPACE
    }

    private Map<String, GenericKubernetesResource> there() {
        return client.genericKubernetesResources(INTERLOCKS).inAnyNamespace().list().getItems().stream()
                .filter(each -> NAME.equals(each.getMetadata().getName()))
                .collect(Collectors.toMap(
                        each -> each.getMetadata().getNamespace(), each -> each, (first, _) -> first, TreeMap::new));
    }

    private Outcome write(
            String namespace, Optional<GenericKubernetesResource> there, List<Map<String, Object>> rules) {
        Object known = there.map(each -> each.<Object>get("spec", "rules")).orElse(null);
        if (rules.equals(known)) {
            return Outcome.SO_ALREADY;
        }
        GenericKubernetesResource next = there.orElseGet(() -> empty(namespace));
        next.setAdditionalProperty("spec", Map.of("rules", rules));
        try {
            var resource = client.genericKubernetesResources(INTERLOCKS)
                    .inNamespace(namespace)
                    .resource(next);
            if (there.isPresent()) {
                resource.update();
            } else {
                resource.create();
            }
            LOG.log(INFO, "namespace={0} the admission policy has {1} rules there now", namespace, rules.size());
            return Outcome.WRITTEN;
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> Outcome.SOMEBODY_WAS_FASTER;
                case HttpURLConnection.HTTP_NOT_FOUND -> {
                    LOG.log(WARNING, "namespace={0} is named by a plan, and is not there", namespace);
                    yield Outcome.NO_NAMESPACE;
                }
                default -> throw e;
            };
        }
    }

    private static GenericKubernetesResource empty(String namespace) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(API_VERSION);
        object.setKind(KIND);
        object.setMetadata(new ObjectMetaBuilder()
                .withName(NAME)
                .withNamespace(namespace)
                .addToLabels("app.kubernetes.io/managed-by", "lockstep")
                .build());
        return object;
    }
}
