package dev.lockstep.target;

import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error of the driver or the server means for a step, by its SQLSTATE. */
enum SqlFailure {
    /** No connection, none any more, or a server that cannot work just now: it may go by itself. */
    UNREACHABLE,
    /** Somebody else's lock or transaction was in the way: try again. */
    CONTENDED,
    /** The statement was cancelled, by us or by its time limit. */
    CANCELLED,
    /** The statement is wrong, or not allowed, or its data do not fit: trying again does not help. */
    STATEMENT;

    static SqlFailure of(SQLException e) {
        String state = state(e);
        return switch (state) {
            case "55P03", "40P01", "40001" -> CONTENDED;
            case "57014" -> CANCELLED;
            // Shutdown, restart, a session ended by an administrator or a timeout, a standby, a database that is gone.
            case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006", "3D000" -> UNREACHABLE;
            default ->
                state.startsWith("08") || state.startsWith("28") || state.startsWith("53") || state.startsWith("58")
                        ? UNREACHABLE
                        : STATEMENT;
        };
    }

    static String state(SQLException e) {
        String state = e.getSQLState();
        return state == null ? "" : state;
    }

    /** Whether the session is gone, so that nothing more can be said on this connection. */
    static boolean connectionLost(SQLException e) {
        String state = state(e);
        return state.startsWith("08") || state.startsWith("57P") || state.equals("25P03") || state.equals("25P04");
    }

    /** The server's own words: message, SQLSTATE, detail, hint and where it was, in one line. */
    static String words(SQLException e) {
        StringBuilder words = new StringBuilder();
        ServerErrorMessage server = e instanceof PSQLException error ? error.getServerErrorMessage() : null;
        if (server == null) {
            words.append(Optional.ofNullable(e.getMessage()).orElse("unknown error"));
        } else {
            words.append(Optional.ofNullable(server.getMessage()).orElse("unknown error"));
        }
        words.append(" (SQLSTATE ").append(state(e)).append(')');
        if (server != null) {
            Optional.ofNullable(server.getDetail())
                    .ifPresent(detail -> words.append(". Detail: ").append(detail));
            Optional.ofNullable(server.getHint())
                    .ifPresent(hint -> words.append(". Hint: ").append(hint));
            Optional.ofNullable(server.getWhere())
                    .ifPresent(where -> words.append(". Where: ").append(where));
        }
        return words.toString().replaceAll("\\s*\\R\\s*", " ");
    }
}
