package dev.lockstep.engine;

/** What a person said about a phase. */
public enum Decision {
    APPROVE,
    REJECT
}
