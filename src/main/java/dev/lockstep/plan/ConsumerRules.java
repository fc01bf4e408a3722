package dev.lockstep.plan;

import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import java.util.List;

/**
 * What a plan says about consumers of the database that nobody listed (G26).
 *
 * @param hold whether gates hold on them; otherwise they are only shown
 * @param known those that do not use what the plan changes, such as the monitoring's
 */
public record ConsumerRules(boolean hold, List<SessionSpec> known) {
    public ConsumerRules {
        known = List.copyOf(known);
    }

    /** They are shown, and hold nothing. */
    public static ConsumerRules standard() {
        return new ConsumerRules(false, List.of());
    }
}
