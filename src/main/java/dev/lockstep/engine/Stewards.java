package dev.lockstep.engine;

import dev.lockstep.plan.PlanKey;
import java.util.Optional;

/** Port: which plans are declared elsewhere, so that only there their spec may be changed. Safe for threads; quick. */
@FunctionalInterface
public interface Stewards {
    /**
     * Who keeps this plan's spec.
     *
     * @param author who declared the plan's newest revision, for as long as nothing better is known
     * @return for people, such as {@code the MigrationPlan shop/rename-users-name}; empty when anybody may change it
     */
    Optional<String> of(PlanKey key, String author);
}
