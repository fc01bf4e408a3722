package dev.lockstep.api;

import dev.lockstep.engine.LockstepException;
import dev.lockstep.plan.PlanKey;
import java.util.function.Function;

/** Names that come in paths and parameters. */
final class Keys {
    private Keys() {}

    static PlanKey plan(String namespace, String name) {
        return named(namespace, space -> new PlanKey(space, name));
    }

    /**
     * A name by its type's own rule.
     *
     * @throws LockstepException REQUEST_INVALID with the rule
     */
    static <T> T named(String text, Function<String, T> rule) {
        try {
            return rule.apply(text);
        } catch (IllegalArgumentException e) {
            throw Problems.invalid(e.getMessage());
        }
    }
}
