package dev.lockstep.lifecycle;

/**
 * Somebody who had, or was queued for, what a step needed.
 *
 * @param object who it is, as blockers name it: {@code session 4711} or {@code prepared transaction 'x'}
 * @param pid of the server process; 0 for a prepared transaction, which has none
 * @param application what it calls itself; may be empty
 * @param user its role; empty where it has none or may not be seen
 * @param query its statement without literals and comments, cut; empty where there is none or it may not be seen
 * @param what what it had, for example {@code AccessShareLock on users}
 */
public record InTheWay(String object, int pid, String application, String user, String query, String what) {}
