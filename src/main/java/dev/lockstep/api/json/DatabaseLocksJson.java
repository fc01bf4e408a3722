package dev.lockstep.api.json;

import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.BlockingView;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Who waits for whom in a database now. */
@Schema(name = "DatabaseLocks")
public record DatabaseLocksJson(
        String database,

        @Schema(description = "when it was looked at") Instant at,

        @Schema(description = "how many wait; nobody waits for anybody when it is 0")
        int waiting,

        @Schema(description = "how many of them are left out because there are too many")
        int left,

        @Schema(description = "those who wait for nobody, each with those who wait behind it; most behind first")
        List<LockSessionJson> roots) {
    public static DatabaseLocksJson of(BlockingView view) {
        return new DatabaseLocksJson(
                view.database().value(),
                view.at(),
                view.left() + view.roots().stream().mapToInt(Knot::behind).sum(),
                view.left(),
                view.roots().stream()
                        .map(knot -> LockSessionJson.of(knot, view.own()))
                        .toList());
    }
}
