package dev.lockstep.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.crud.KubernetesCrudDispatcherException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The mock server's own Kubernetes API, and before it what that lacks: discovery, so that kubectl finds its way, and
 * reviews of tokens.
 */
final class SimulatedApi extends KubernetesCrudDispatcher {
    private static final String TOKEN_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews";

    private final UnaryOperator<TokenReview> reviewer;
    private final InstantSource clock;

    SimulatedApi(UnaryOperator<TokenReview> reviewer, InstantSource clock) {
        this.reviewer = reviewer;
        this.clock = clock;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        String path = request.getPath().split("\\?", 2)[0];
        MockResponse response;
        if (request.getMethod().equals("GET") && Discovery.knows(path)) {
            response = new MockResponse()
                    .setResponseCode(HttpURLConnection.HTTP_OK)
                    .setBody(Discovery.answer(path));
        } else if (request.getMethod().equals("POST") && path.equals(TOKEN_REVIEWS)) {
            TokenReview asked = Serialization.unmarshal(request.getUtf8Body(), TokenReview.class);
            response = new MockResponse()
                    .setResponseCode(HttpURLConnection.HTTP_CREATED)
                    .setBody(Serialization.asJson(reviewer.apply(asked)));
        } else {
            response = super.dispatch(request);
        }
        return response.getWebSocketListener() == null && response.header("Content-Type") == null
                ? response.setHeader("Content-Type", "application/json")
                : response;
    }

    /**
     * The mock writes a local time without a zone into a deletionTimestamp and leaves the resource version as it was. A
     * real server does neither, and what watches it would parse the one and overlook the other.
     */
    @Override
    public void processEvent(
            String path,
            AttributeSet pathAttributes,
            @Nullable AttributeSet oldAttributes,
            @Nullable GenericKubernetesResource resource,
            @Nullable String newState) {
        if (resource != null
                && resource.isMarkedForDeletion()
                && !resource.getMetadata().getDeletionTimestamp().endsWith("Z")) {
            resource.getMetadata()
                    .setDeletionTimestamp(
                            clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            resource.getMetadata().setDeletionGracePeriodSeconds(30L);
            resource.getMetadata().setResourceVersion(Long.toString(requestResourceVersion()));
            super.processEvent(path, pathAttributes, oldAttributes, resource, Serialization.asJson(resource));
            return;
        }
        super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
    }

    /** The mock appends to lists; a merge patch replaces them (RFC 7396). */
    @Override
    public JsonNode merge(JsonNode current, String patch) throws KubernetesCrudDispatcherException {
        return merged(current, asNode(patch));
    }

    private static JsonNode merged(JsonNode current, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = current.isObject() ? current.deepCopy() : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merged(result.path(field.getKey()), field.getValue()));
            }
        });
        return result;
    }
}
