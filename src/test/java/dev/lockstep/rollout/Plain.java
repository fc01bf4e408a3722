package dev.lockstep.rollout;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Objects of Kubernetes as an expression sees them: maps, lists, texts, and whole numbers of 64 bits. */
final class Plain {
    private static final KubernetesSerialization SHAPES = new KubernetesSerialization();

    private Plain() {}

    static Object of(Object object) {
        return plain(SHAPES.convertValue(object, Map.class));
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .collect(
                                Collectors.toMap(entry -> entry.getKey().toString(), entry -> plain(entry.getValue())));
            case List<?> list -> list.stream().map(Plain::plain).toList();
            case Integer number -> number.longValue();
            default -> value;
        };
    }
}
