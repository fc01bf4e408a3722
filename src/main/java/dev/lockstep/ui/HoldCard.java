package dev.lockstep.ui;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import java.time.Instant;

/** One thing that is in the way. */
public record HoldCard(String object, String owner, String message, String remedy, When since) {
    static HoldCard of(Hold hold, Instant now) {
        Blocker blocker = hold.blocker();
        return new HoldCard(
                blocker.object(), blocker.owner(), blocker.message(), blocker.remedy(), When.of(hold.since(), now));
    }
}
