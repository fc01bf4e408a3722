package dev.lockstep.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;

/**
 * The JSON that the store keeps: records by their components, as {@link RecordShapes} tells; times in RFC 3339; an empty
 * {@code Optional} is left out. Reading is strict, so that an entry of a newer version is refused rather than
 * misunderstood. An {@code Optional} component may be missing, so that records can grow one and old entries still read.
 */
final class StoreJson {
    private static final ObjectMapper RECORDS = JsonMapper.builder()
            .annotationIntrospector(new RecordShapes())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, null))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Sorted keys and one spelling of each number: what jsonb does to a text does not show. */
    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private StoreJson() {}

    /**
     * @param declared the type to read it back as, which may be a sealed interface
     */
    static <T> String write(Class<T> declared, T value) {
        try {
            return RECORDS.writerFor(declared).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new LockstepException(
                    ErrorCode.INTERNAL, "A " + declared.getSimpleName() + " cannot be written as JSON.", e);
        }
    }

    static <T> T read(Class<T> declared, String json) {
        try {
            return RECORDS.readValue(json, declared);
        } catch (JsonProcessingException e) {
            throw new LockstepException(
                    ErrorCode.INTERNAL,
                    "The store holds a JSON " + declared.getSimpleName()
                            + " that this version of Lockstep cannot read: "
                            + e.getOriginalMessage() + where(e)
                            + ". Most likely a newer version wrote it: run that version, and"
                            + " nothing is lost.",
                    e);
        }
    }

    /** The same text for the same content, whatever order and spacing the store has given it. */
    static String canonical(String json) {
        try {
            return CANONICAL.writeValueAsString(CANONICAL.readValue(json, Object.class));
        } catch (JsonProcessingException e) {
            throw new LockstepException(ErrorCode.INTERNAL, "What should be JSON is none.", e);
        }
    }

    private static String where(JsonProcessingException e) {
        return e instanceof JsonMappingException mapping ? ", at " + mapping.getPathReference() : "";
    }
}
