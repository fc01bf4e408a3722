package dev.lockstep.gate;

/** How much evidence a gate wants of each pod. */
public enum GateKind {
    /** What follows can be taken back: evidence of any one kind will do, as long as none contradicts it. */
    DEPLOY,
    /** What follows takes the old shape away: as many kinds as the plan asks for, one from the process if it says so (G2). */
    CONTRACT
}
