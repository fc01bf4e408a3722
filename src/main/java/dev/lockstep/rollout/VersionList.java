package dev.lockstep.rollout;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lists which version every object has, and nothing else of it: ten thousand pods are some megabytes then and not a hundred,
 * and none of it is kept. Like {@link LiveList} it asks without a resource version, so that the answer is what is committed.
 */
final class VersionList {
    private static final String ONLY_METADATA =
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    private static final JsonFactory JSON = new JsonFactory();

    private final KubernetesClient client;
    private final int pageSize;
    private final Duration timeout;

    VersionList(KubernetesClient client, int pageSize, Duration timeout) {
        this.client = client;
        this.pageSize = pageSize;
        this.timeout = timeout;
    }

    /**
     * The resource version of every object, by its UID.
     *
     * @throws KubernetesClientException as the client's own lists do
     */
    Map<String, String> read(ObjectKind<?> kind, String namespace) throws InterruptedException {
        Map<String, String> versions = new HashMap<>();
        String next = "";
        do {
            next = page(uri(kind.path(namespace), next), versions);
        } while (!next.isEmpty());
        return versions;
    }

    private URI uri(String path, String next) {
        String server = client.getMasterUrl().toString().replaceFirst("/+$", "");
        return URI.create(server + path + "?"
                + (next.isEmpty() ? "" : "continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8) + "&")
                + "limit=" + pageSize);
    }

    /** A connection that was kept may have been closed at the other end; one more try is on a fresh one. */
    private String page(URI uri, Map<String, String> versions) throws InterruptedException {
        try {
            return tried(uri, versions);
        } catch (KubernetesClientException e) {
            if (e.getCode() != 0 || e.getCause() instanceof TimeoutException) {
                throw e;
            }
            return tried(uri, versions);
        }
    }

    /** @return where to go on; empty at the end */
    private String tried(URI uri, Map<String, String> versions) throws InterruptedException {
        var request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(uri)
                .header("Accept", ONLY_METADATA)
                .build();
        try {
            // Whole: a stream that is not read to its very end takes its connection with it.
            HttpResponse<byte[]> response = client.getHttpClient()
                    .sendAsync(request, byte[].class)
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!response.isSuccessful()) {
                throw new KubernetesClientException("a list was refused", response.code(), null);
            }
            try (JsonParser parser = JSON.createParser(response.body())) {
                return page(parser, versions);
            }
        } catch (ExecutionException | TimeoutException | IOException e) {
            throw new KubernetesClientException("a list had no answer", e);
        }
    }

    private static String page(JsonParser parser, Map<String, String> versions) throws IOException {
        String next = "";
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("a list is an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("metadata") && value == JsonToken.START_OBJECT) {
                next = texts(parser).getOrDefault("continue", "");
            } else if (field.equals("items") && value == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    item(parser, versions);
                }
            } else {
                parser.skipChildren();
            }
        }
        return next;
    }

    private static void item(JsonParser parser, Map<String, String> versions) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (parser.nextToken() == JsonToken.START_OBJECT && field.equals("metadata")) {
                Map<String, String> metadata = texts(parser);
                String uid = metadata.get("uid");
                if (uid != null) {
                    versions.put(uid, metadata.getOrDefault("resourceVersion", ""));
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The texts directly in the object that begins here. */
    private static Map<String, String> texts(JsonParser parser) throws IOException {
        Map<String, String> texts = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                texts.put(field, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
        return texts;
    }
}
