package dev.lockstep.engine;

import dev.lockstep.gate.Floor;
import java.time.Instant;
import java.util.List;

/**
 * The floors that one run has raised and not brought down again, of every workload that its plan names.
 *
 * @param floors never empty
 * @param since when they were raised
 */
public record StandingFloors(RunId run, List<Floor> floors, Instant since) {
    public StandingFloors {
        floors = List.copyOf(floors);
    }
}
