package dev.lockstep.lifecycle;

import dev.lockstep.plan.Speed;
import java.time.Instant;

/** At which speed the backfills of a run are to go, because somebody said so. */
public record Pacing(Speed speed, String actor, Instant since) {}
