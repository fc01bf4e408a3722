package dev.lockstep.gate;

import java.time.Instant;

/**
 * Something that uses the database, as the database itself sees it (G29).
 *
 * @param id a session's process id, a transaction's or slot's name, a job's number
 * @param server on which server, for people: {@code primary} or a replica's address
 * @param role that it acts as
 * @param applicationName as it calls itself; empty when it does not
 * @param address where it comes from; empty when it is local, has none, or may not be seen
 * @param since when it began
 */
public record Consumer(
        Kind kind, String id, String server, String role, String applicationName, String address, Instant since) {
    /** What can use a database. */
    public enum Kind {
        SESSION("session"),
        /** It holds its locks and its changes until somebody ends it, with no session at all. */
        PREPARED_TRANSACTION("prepared transaction"),
        /** Somebody reads every change there, now or when they come back. */
        LOGICAL_SLOT("logical replication slot"),
        /** It writes what another database sends it, in the shape that things have there. */
        SUBSCRIPTION("subscription"),
        /** A job of pg_cron. */
        SCHEDULED_JOB("scheduled job");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** For people. */
        public String label() {
            return label;
        }
    }
}
