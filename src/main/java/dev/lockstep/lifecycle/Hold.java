package dev.lockstep.lifecycle;

import dev.lockstep.gate.Blocker;
import java.time.Instant;

/** A blocker, and since when it has been in the way without a break. */
public record Hold(Blocker blocker, Instant since) {}
