package dev.lockstep.ui;

import dev.lockstep.engine.PlanView;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.List;

/** One plan in the list. */
public record PlanRow(
        String namespace, String name, String description, String database, Situation situation, When updated) {
    static PlanRow of(PlanView view, Viewer viewer, Instant now) {
        PlanKey key = view.plan().document().key();
        return new PlanRow(
                key.namespace(),
                key.name(),
                view.plan().document().spec().description(),
                view.plan().document().spec().database().value(),
                Situation.of(view, List.of(), viewer, now),
                When.of(view.plan().updatedAt(), now));
    }
}
