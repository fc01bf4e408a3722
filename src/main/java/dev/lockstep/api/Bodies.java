package dev.lockstep.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Reading;
import dev.lockstep.plan.Violation;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what requests bring: strictly, with everything that is wrong said at once. */
final class Bodies {
    static final String YAML = "application/yaml";
    static final int MOST_BYTES = 1 << 20;
    static final String TOO_LARGE = "The body is larger than " + (MOST_BYTES >> 20) + " MiB, and no plan needs that.";

    private static final ObjectMapper JSON_READER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectMapper YAML_READER = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Bodies() {}

    /**
     * What a document says as a plan.
     *
     * @throws LockstepException REQUEST_INVALID when it is no document at all
     */
    static Reading plan(byte @Nullable [] body, @Nullable MediaType type) {
        boolean json = type != null && type.getSubtype().endsWith("json");
        Object tree = tree(body, json ? JSON_READER : YAML_READER, json ? "JSON" : "YAML");
        return PlanReader.read(tree);
    }

    /** A JSON object of nothing but texts, with each of these fields, where {@code optional} may be left out. */
    static Map<String, String> texts(byte @Nullable [] body, List<String> required, Set<String> optional) {
        if (!(tree(body, JSON_READER, "JSON") instanceof Map<?, ?> map)) {
            throw Problems.invalid("The body must be a JSON object with " + String.join(", ", required));
        }
        List<Violation> violations = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = String.valueOf(entry.getKey());
            if (!required.contains(name) && !optional.contains(name)) {
                violations.add(new Violation(name, "There is no such field here."));
            } else if (!(entry.getValue() instanceof String text) || text.indexOf('\0') >= 0) {
                violations.add(new Violation(name, "Must be a text."));
            }
        }
        for (String name : required) {
            if (!map.containsKey(name)) {
                violations.add(new Violation(name, "Is missing; add it."));
            }
        }
        if (!violations.isEmpty()) {
            throw Problems.invalid("The request has something wrong with it; nothing was done.", violations);
        }
        Map<String, String> texts = new HashMap<>();
        map.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
        return texts;
    }

    private static @Nullable Object tree(byte @Nullable [] body, ObjectMapper reader, String language) {
        if (body == null || body.length == 0) {
            throw Problems.invalid("The request has no body, and needs one in " + language);
        }
        if (body.length > MOST_BYTES) {
            throw new ClientErrorException(413);
        }
        try {
            return reader.readValue(body, Object.class);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw Problems.invalid("This is not " + language + where + ": " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw Problems.invalid("The body cannot be read as " + language + "; is it in UTF-8?");
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null
                ? "it cannot be parsed"
                : message.lines().findFirst().orElse("it cannot be parsed");
    }
}
