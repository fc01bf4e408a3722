package dev.lockstep.engine;

import dev.lockstep.plan.DatabaseName;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Port: databases that come and go while Lockstep runs, beside those of its configuration. Safe for threads. */
public interface DeclaredDatabases {
    /**
     * Makes a database known, or changes how it is reached; what is connected stays as it is.
     *
     * @return why not, as a sentence: the configuration has another database of this name
     */
    Optional<String> declare(DatabaseName name, Access access);

    /** Forgets a database that was declared. */
    void withdraw(DatabaseName name);

    /**
     * How a database is reached.
     *
     * @param url JDBC URL without a password
     * @param replicas JDBC URLs of its streaming replicas
     * @param credentials asked for at every connection; throws {@link LockstepException} with a sentence when there are none
     */
    record Access(String url, List<String> replicas, Supplier<Credentials> credentials) {
        public Access {
            replicas = List.copyOf(replicas);
        }
    }

    /** A role and its password. */
    record Credentials(String user, String password) {
        @Override
        public String toString() {
            return "credentials of " + user;
        }
    }
}
