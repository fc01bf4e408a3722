package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * One thing that tells how a database and its application feel. Looked at about once a second, always by the same thread, on
 * a connection that does nothing else.
 */
interface Signal {
    /** Stable; shown when it makes a backfill slower. */
    String name();

    /** What a person can do when it does, as a sentence. */
    String remedy();

    /**
     * Looks.
     *
     * @param connection in autocommit mode
     * @throws SQLException when it cannot be read now
     */
    List<Reading> look(Connection connection) throws SQLException;
}
