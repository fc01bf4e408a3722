package dev.lockstep.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is so with a database object. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DatabaseStatus(
        @Nullable Long observedGeneration, @Nullable List<Condition> conditions) {
    List<Condition> known() {
        return conditions == null ? List.of() : conditions;
    }
}
