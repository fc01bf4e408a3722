package dev.lockstep.api.json;

import dev.lockstep.engine.StandingFloors;
import dev.lockstep.gate.Floor;
import dev.lockstep.gate.Requirement;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The least that a workload may run on a database. */
@Schema(name = "Floor")
public record FloorJson(
        @Schema(description = "the plan that raised it, which may be gone", examples = "shop/rename-users-name")
        String plan,

        @Schema(description = "the run that raised it") String run,

        String phase,
        String workload,

        @Schema(description = "which versions may run", examples = ">=1.5.0")
        String versions,

        Instant since) {
    public static List<FloorJson> of(StandingFloors standing) {
        return standing.floors().stream().map(floor -> of(floor, standing)).toList();
    }

    private static FloorJson of(Floor floor, StandingFloors standing) {
        return new FloorJson(
                floor.plan().toString(),
                standing.run().toString(),
                floor.phase().value(),
                floor.workload().value(),
                switch (Requirement.parse(floor.versions())) {
                    case Requirement.Parsed.Understood(Requirement requirement) -> requirement.description();
                    case Requirement.Parsed.Malformed(String reason) -> reason;
                },
                standing.since());
    }
}
