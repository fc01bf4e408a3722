package dev.lockstep.engine;

import dev.lockstep.change.TableLock;
import dev.lockstep.plan.DatabaseName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Port: who waits for whom in a target now. Calls block, for some seconds at most; none may run on an event loop. */
public interface LockMonitor {
    /**
     * Looks at a database. Several looks within a second may get the same answer.
     *
     * @param patient steps that wait for their locks without queueing for them; who is in their way is looked for as well
     */
    Reading look(DatabaseName database, List<PatientStep> patient);

    /**
     * A step that waits outside the queue, so that nobody has to wait behind it.
     *
     * @param budget whoever has been there for less is not in the way yet
     */
    record PatientStep(RunId run, String step, List<TableLock> locks, Duration budget) {
        public PatientStep {
            locks = List.copyOf(locks);
        }

        /** The application name of its sessions, before the server cuts it. */
        public String applicationName() {
            return "lockstep/" + run.shortForm() + "/" + step;
        }
    }

    /** What a look brought. */
    sealed interface Reading {
        /**
         * Everybody who waits, and everybody who is waited for.
         *
         * @param left how many more wait than are told
         */
        record Seen(List<Session> sessions, int left) implements Reading {
            public Seen {
                sessions = List.copyOf(sessions);
            }
        }

        /**
         * It did not answer.
         *
         * @param reason as a sentence, without secrets
         */
        record Unreachable(String reason) implements Reading {}

        /**
         * No database of this name is configured.
         *
         * @param known the names that are
         */
        record Unknown(List<DatabaseName> known) implements Reading {
            public Unknown {
                known = List.copyOf(known);
            }
        }
    }

    /** What somebody is. */
    enum Kind {
        SESSION,
        /** A session of Lockstep's own. */
        LOCKSTEP,
        /** No session: a step of Lockstep's that waits outside the queue. */
        PATIENT_STEP,
        AUTOVACUUM,
        /** A vacuum that must not be stopped. */
        WRAPAROUND_VACUUM,
        /** A process of the server's own, of which our role may see no more. */
        SERVER_WORKER,
        WALSENDER,
        /** A prepared transaction, which no session holds. */
        PREPARED
    }

    /**
     * Somebody who waits or is waited for.
     *
     * @param id tells it from the others of the same look
     * @param pid 0 for what has no process
     * @param application what it calls itself; for a prepared transaction its gid
     * @param state as the server calls it; empty where there is none or it may not be seen
     * @param query its statement, or its last, without literals and comments, cut; empty where there is none
     * @param queryAge how long that has been running, or it has been idle
     * @param transactionAge how long its transaction has been open
     * @param waits empty for who does not wait
     */
    record Session(
            String id,
            Kind kind,
            int pid,
            String application,
            String user,
            String state,
            String query,
            Optional<Duration> queryAge,
            Optional<Duration> transactionAge,
            Optional<Wait> waits) {}

    /**
     * What somebody waits for.
     *
     * @param wants for a person: {@code AccessExclusiveLock on users}
     * @param age for how long
     * @param behind whom it waits for; never empty
     */
    record Wait(String wants, Optional<Duration> age, List<Grip> behind) {
        public Wait {
            behind = List.copyOf(behind);
        }
    }

    /**
     * What somebody has that another wants.
     *
     * @param by the id of the session
     * @param what for a person: {@code AccessShareLock on users}
     */
    record Grip(String by, String what) {}
}
