package dev.lockstep.target;

import dev.lockstep.gate.Blocker;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Somebody who has, or waits for, a lock or transaction that is in our way.
 *
 * @param transaction the virtual transaction, which tells one transaction of a session from the next
 * @param age of the transaction; zero where we may not see it
 * @param what what it has, for a person: {@code AccessShareLock on public.users}
 */
record LockHolder(
        Kind kind,
        int pid,
        String transaction,
        String application,
        String user,
        String state,
        String query,
        Duration age,
        String what) {
    /** The columns that {@link #read} wants; the query brings {@code a} (pg_stat_activity) and {@code p} (prepared). */
    static final String COLUMNS = """
            coalesce(a.pid, 0) AS pid, p.gid, coalesce(a.application_name, '') AS application,
            coalesce(a.usename::text, p.owner::text, '') AS user, coalesce(a.state, '') AS state,
            left(coalesce(a.query, ''), 200) AS query, coalesce(a.backend_type, '') AS backend_type,
            coalesce(a.backend_type = 'autovacuum worker' AND a.query ~ 'to prevent wraparound', false) AS wraparound,
            greatest(0, coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)), 0))::float8
              AS age_seconds
            """;

    /** What somebody in the way is. */
    enum Kind {
        SESSION,
        /** It ends itself when somebody waits for {@code deadlock_timeout} (P1). */
        AUTOVACUUM,
        /** It never yields (P2). */
        WRAPAROUND_VACUUM,
        /** No session holds it; only COMMIT PREPARED or ROLLBACK PREPARED ends it. */
        PREPARED
    }

    static LockHolder read(ResultSet row, String what) throws SQLException {
        return read(row, "", what);
    }

    static LockHolder read(ResultSet row, String transaction, String what) throws SQLException {
        String gid = row.getString("gid");
        boolean prepared = !row.wasNull();
        Kind kind = prepared
                ? Kind.PREPARED
                : row.getBoolean("wraparound")
                        ? Kind.WRAPAROUND_VACUUM
                        : row.getString("backend_type").equals("autovacuum worker") ? Kind.AUTOVACUUM : Kind.SESSION;
        return new LockHolder(
                kind,
                row.getInt("pid"),
                transaction,
                prepared ? gid : row.getString("application"),
                row.getString("user"),
                row.getString("state"),
                row.getString("query"),
                Duration.ofMillis((long) (row.getDouble("age_seconds") * 1000)),
                what);
    }

    boolean yields() {
        return kind == Kind.AUTOVACUUM;
    }

    Blocker blocker(Blocker.Code code) {
        return new Blocker(code, object(), owner(), message(), remedy());
    }

    private String object() {
        return kind == Kind.PREPARED ? "prepared transaction '" + application + "'" : "session " + pid;
    }

    private String owner() {
        return user.isEmpty() ? "an unknown role" : "role " + user;
    }

    /** Without the age, which would make it another message every second; the hold itself says since when. */
    private String message() {
        return switch (kind) {
            case PREPARED -> "Prepared transaction '" + application + "' of " + owner() + " has " + what + ".";
            case AUTOVACUUM -> "Autovacuum (pid " + pid + ") has " + what + ": " + Attempt.cut(query) + ".";
            case WRAPAROUND_VACUUM ->
                "A vacuum that protects the database from transaction id wraparound (pid " + pid + ") has " + what
                        + ".";
            case SESSION -> {
                String name = application.isEmpty() ? "" : ", application " + application;
                String doing = idle() ? " It is idle in a transaction; its last statement was: " : " Its statement: ";
                String last = query.isEmpty() ? "" : doing + Attempt.cut(query);
                yield "Session " + pid + " (" + owner() + name + ") has " + what + "." + last;
            }
        };
    }

    private String remedy() {
        return switch (kind) {
            case PREPARED ->
                "Have its coordinator end it, or end it with COMMIT PREPARED '" + application
                        + "' or ROLLBACK PREPARED '" + application + "'.";
            case AUTOVACUUM -> "Wait: it yields by itself.";
            case WRAPAROUND_VACUUM -> "Let it end; never cancel it. The step goes on by itself then.";
            case SESSION ->
                (idle()
                                ? "Have the application end its transaction, or end the session: "
                                : "Wait for it to end, or end the session: ")
                        + "SELECT pg_terminate_backend(" + pid + ").";
        };
    }

    private boolean idle() {
        return state.startsWith("idle in transaction");
    }

    /** For a note after the fact: who it was and for how long its transaction had been open. */
    String brief() {
        String who = kind == Kind.SESSION && !application.isEmpty() ? object() + " (" + application + ")" : object();
        return who + ", transaction open for " + age.toMillis() + " ms, had " + what;
    }
}
