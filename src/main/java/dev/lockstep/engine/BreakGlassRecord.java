package dev.lockstep.engine;

import java.util.List;

/** Port: where it is kept who let code in against the interlock. Append-only. All calls block. */
public interface BreakGlassRecord {
    /**
     * Keeps this, unless the same request is there already.
     *
     * @throws LockstepException STORE_UNREACHABLE when it was not kept, or nobody knows whether it was
     */
    void keep(BreakGlass broken);

    /**
     * The newest first.
     *
     * @param atMost 1 to 1,000
     */
    List<BreakGlass> newest(int atMost);
}
