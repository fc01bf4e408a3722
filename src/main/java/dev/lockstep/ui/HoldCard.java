package dev.lockstep.ui;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import java.time.Instant;

/**
 * One thing that is in the way.
 *
 * @param session whether it is one that the database's lock monitor shows
 */
public record HoldCard(String object, String owner, String message, String remedy, boolean session, When since) {
    static HoldCard of(Hold hold, Instant now) {
        Blocker blocker = hold.blocker();
        return new HoldCard(
                blocker.object(),
                blocker.owner(),
                blocker.message(),
                blocker.remedy(),
                blocker.code() == Blocker.Code.LOCK_NOT_ACQUIRED
                        || blocker.code() == Blocker.Code.TRANSACTION_STILL_OPEN,
                When.of(hold.since(), now));
    }
}
