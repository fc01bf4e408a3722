package dev.lockstep.traffic;

/**
 * How much of a life is gone through.
 *
 * @param perSecond operations of all clients
 * @param baseline operations before the plan, with which the rest is compared
 * @param afterStep operations after each step
 * @param whileMixed operations while two versions of the code run
 * @param everyBoundary whether a run is taken back after every phase, and not only after the last that can be
 * @param everyAbort whether a run is taken back from the middle of every step
 */
record Extent(int perSecond, int baseline, int afterStep, int whileMixed, boolean everyBoundary, boolean everyAbort) {
    static final Extent EVERYDAY = new Extent(400, 50, 4, 24, false, false);

    static final Extent WHOLE = new Extent(400, 200, 6, 60, true, true);
}
