package dev.lockstep.engine;

/**
 * Who asks for something.
 *
 * @param name as the journal will show it
 * @param person false for machines, which do not satisfy an approval meant for people
 */
public record Actor(String name, boolean person) {}
