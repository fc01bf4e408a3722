package dev.lockstep.ui;

import dev.lockstep.change.Departure;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.engine.Testimony;
import dev.lockstep.gate.Consumers;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Inquiry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Databases none of which answers. */
final class SilentTargets implements Targets {
    private final Consumers consumers;

    SilentTargets() {
        this(new Consumers.Seen(List.of(), List.of(), Instant.EPOCH));
    }

    /** @param consumers what it says all the same about who uses it */
    SilentTargets(Consumers consumers) {
        this.consumers = consumers;
    }

    @Override
    public List<Database> databases() {
        return List.of();
    }

    @Override
    public CatalogueReading read(DatabaseName database, Inquiry inquiry) {
        return new CatalogueReading.Unreachable("Database " + database + " does not answer: connection refused.");
    }

    @Override
    public Consumers consumers(DatabaseName database) {
        return consumers;
    }

    @Override
    public Testimony testify(DatabaseName database, Departure what, Optional<Counted> run) {
        return new Testimony.Silent(what, "Nobody knows.", "Ask somebody.");
    }

    @Override
    public List<String> dropExpiredBackups(DatabaseName database) {
        return List.of();
    }

    @Override
    public StepOutcome execute(StepOrder order, StepMonitor monitor) {
        throw new IllegalStateException("no step runs here");
    }
}
