package dev.lockstep.engine;

import dev.lockstep.change.Departure;
import dev.lockstep.gate.Consumers;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Inquiry;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Port: the databases being changed. All calls block; none may run on an event loop. */
public interface Targets {
    /** The configured databases, by name, each with its URL without password. */
    List<Database> databases();

    /** Reads the catalogue as far as this is concerned, and tries out on empty copies what is asked to be tried out. */
    CatalogueReading read(DatabaseName database, Inquiry inquiry);

    /** Reads the catalogue as far as these tables are concerned. */
    default CatalogueReading read(DatabaseName database, Set<TableName> tables) {
        return read(database, Inquiry.of(tables));
    }

    /**
     * What uses the database now, on its primary and every replica that is configured. Does not throw for anything that a
     * database can answer, or not answer.
     */
    Consumers consumers(DatabaseName database);

    /** Does a step, or takes it back. Does not throw for anything that a database can answer. */
    StepOutcome execute(StepOrder order, StepMonitor monitor);

    /**
     * The newest fence that this database has seen of a run; empty when it has seen none, or does not answer. A store that
     * knows only an older one was restored from a backup, or is a copy (G40).
     */
    default Optional<Long> fence(DatabaseName database, RunId run) {
        return Optional.empty();
    }

    /** What the ledger in this database calls done, going forward, by run. */
    default LedgerReading ledger(DatabaseName database) {
        return new LedgerReading.Unreachable("This kind of target keeps no ledger.");
    }

    /** What {@link #ledger} brought. */
    sealed interface LedgerReading {
        /** @param done the names of the steps that were done and not taken back */
        record Read(Map<RunId, Set<String>> done) implements LedgerReading {
            public Read {
                done = Map.copyOf(done);
            }
        }

        /**
         * It did not answer, or there is none of this name.
         *
         * @param reason as a sentence, without secrets
         */
        record Unreachable(String reason) implements LedgerReading {}
    }

    /**
     * What the server says about the use of this. Reads only; may take some seconds.
     *
     * @param run the run that counted the uses before, if it has: then only those since are told
     */
    Testimony testify(DatabaseName database, Departure what, Optional<Counted> run);

    /**
     * Drops kept values whose time is over; those that somebody reads now stay until the next time.
     *
     * @return what was dropped, each for people; empty also where the database does not answer
     */
    List<String> dropExpiredBackups(DatabaseName database);

    /**
     * An earlier count.
     *
     * @param step the name of the step that counted
     */
    record Counted(RunId run, String step) {}

    /**
     * A configured database.
     *
     * @param url JDBC URL without user and password
     */
    record Database(DatabaseName name, String url) {}

    /** What {@link #read} brought. */
    sealed interface CatalogueReading {
        record Read(Catalogue catalogue) implements CatalogueReading {}

        /**
         * It did not answer.
         *
         * @param reason as a sentence, without secrets
         */
        record Unreachable(String reason) implements CatalogueReading {}

        /**
         * No database of this name is configured.
         *
         * @param known the names that are
         */
        record Unknown(List<DatabaseName> known) implements CatalogueReading {
            public Unknown {
                known = List.copyOf(known);
            }
        }
    }
}
