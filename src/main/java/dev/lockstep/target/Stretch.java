package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The share of a table that one worker goes through: the stretch that its next batch takes, and where the share ends. A
 * value; it commits with the batch.
 */
sealed interface Stretch permits BlockStretch, KeyStretch {
    /** Whether the share is done. */
    boolean over();

    /** The same with its end looked up, where it has to be; to be called in the batch's own transaction. */
    Stretch bounded(Connection connection) throws SQLException;

    /** A condition for the rows of the stretch that satisfy this one. */
    String condition(String pending);

    /** Whether a batch cannot be made smaller. */
    boolean smallest();

    /** A quarter of it, from the same beginning. */
    Stretch smaller();

    /** What lies behind the stretch, with one of the smallest to begin with; for when this one could not be had. */
    Stretch past();

    /** Its two halves; empty where it is the smallest. Outside of a transaction only. */
    List<Stretch> halves(Connection connection) throws SQLException;

    /** For a person. */
    String shown();

    /** How much of the share has been passed, from 0 to 1. */
    double fraction();

    /** For the ledger. */
    Cursor kept();
}
