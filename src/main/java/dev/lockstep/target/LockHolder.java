package dev.lockstep.target;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.InTheWay;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Somebody who has, or waits for, a lock or transaction that is in our way.
 *
 * @param transaction the virtual transaction, which tells one transaction of a session from the next
 * @param query as it may be shown
 * @param age of the transaction; zero where we may not see it
 * @param what what it has, for a person: {@code AccessShareLock on public.users}
 * @param granted false for who is only queued before us
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
        String what,
        boolean granted) {
    /** The columns that {@link #read} wants; the query brings {@code a} (pg_stat_activity) and {@code p} (prepared). */
    static final String COLUMNS = """
            coalesce(a.pid, 0) AS pid, p.gid, coalesce(a.application_name, '') AS application,
            coalesce(a.usename::text, p.owner::text, '') AS user, coalesce(a.state, '') AS state,
            left(coalesce(a.query, ''), 2000) AS query, coalesce(a.backend_type, '') AS backend_type,
            coalesce(a.backend_type = 'autovacuum worker' AND a.query ~ 'to prevent wraparound', false) AS wraparound,
            coalesce(a.backend_type = 'walsender', false)
              OR a.pid IN (SELECT w.pid FROM pg_stat_get_wal_senders() w) AS walsender,
            a.pid IS NOT NULL AND a.backend_type IS NULL AND a.usesysid IS NULL AS hidden,
            greatest(0, coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)), 0))::float8
              AS age_seconds
            """;

    /** What somebody in the way is. */
    enum Kind {
        SESSION,
        /** A session of Lockstep's own. */
        LOCKSTEP,
        /** It ends itself when somebody waits for {@code deadlock_timeout} (P1). */
        AUTOVACUUM,
        /** It never yields (P2). */
        WRAPAROUND_VACUUM,
        /** A worker of the server that our role may not see: perhaps an autovacuum, perhaps one that never yields. */
        HIDDEN_WORKER,
        /** It feeds a replica or a subscription. */
        WALSENDER,
        /** No session holds it; only COMMIT PREPARED or ROLLBACK PREPARED ends it. */
        PREPARED
    }

    static LockHolder read(ResultSet row, String what) throws SQLException {
        return read(row, "", what, true);
    }

    static LockHolder read(ResultSet row, String transaction, String what, boolean granted) throws SQLException {
        String gid = row.getString("gid");
        Kind kind = row.wasNull() ? kind(row) : Kind.PREPARED;
        return new LockHolder(
                kind,
                row.getInt("pid"),
                transaction,
                kind == Kind.PREPARED ? gid : row.getString("application"),
                row.getString("user"),
                row.getString("state"),
                ShownQuery.of(row.getString("query")),
                Duration.ofMillis((long) (row.getDouble("age_seconds") * 1000)),
                what,
                granted);
    }

    static Kind kind(ResultSet row) throws SQLException {
        if (row.getBoolean("wraparound")) {
            return Kind.WRAPAROUND_VACUUM;
        }
        if (row.getBoolean("walsender")) {
            return Kind.WALSENDER;
        }
        if (row.getBoolean("hidden")) {
            return Kind.HIDDEN_WORKER;
        }
        if (row.getString("backend_type").equals("autovacuum worker")) {
            return Kind.AUTOVACUUM;
        }
        return row.getString("application").startsWith(Attempt.OWN_NAMES) ? Kind.LOCKSTEP : Kind.SESSION;
    }

    boolean yields() {
        return kind == Kind.AUTOVACUUM;
    }

    InTheWay inTheWay() {
        return new InTheWay(object(), pid, kind == Kind.PREPARED ? "" : application, user, query, what);
    }

    Blocker blocker(Blocker.Code code) {
        return new Blocker(code, object(), owner(), message(), remedy());
    }

    String object() {
        return kind == Kind.PREPARED ? "prepared transaction '" + application + "'" : "session " + pid;
    }

    private String owner() {
        return user.isEmpty() ? "an unknown role" : "role " + user;
    }

    /** Without the age, which would make it another message every second; the hold itself says since when. */
    private String message() {
        return switch (kind) {
            case PREPARED -> "Prepared transaction '" + application + "' of " + owner() + " has " + what + ".";
            case AUTOVACUUM -> "Autovacuum (pid " + pid + ") has " + what + ": " + query + ".";
            case WRAPAROUND_VACUUM ->
                "A vacuum that protects the database from transaction id wraparound (pid " + pid + ") has " + what
                        + ".";
            case HIDDEN_WORKER ->
                "A worker of the server (pid " + pid + "), most likely a vacuum, has " + what
                        + "; Lockstep's role may not see what it does.";
            case WALSENDER ->
                "A walsender (pid " + pid + ", " + owner() + ", application " + application + ") has " + what
                        + ": it feeds a replica or the first copy of a subscription.";
            case SESSION, LOCKSTEP -> {
                String name = application.isEmpty() ? "" : ", application " + application;
                String doing = idle() ? " It is idle in a transaction; its last statement was: " : " Its statement: ";
                String last = query.isEmpty() ? "" : doing + query;
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
            case HIDDEN_WORKER ->
                "Wait for it to end, and GRANT pg_read_all_stats to Lockstep's role, so that it can tell a vacuum that"
                        + " yields from one that must not be disturbed.";
            case WALSENDER ->
                "Let it end: the first copy of a large table takes long. The step goes on by itself then.";
            case LOCKSTEP -> "Wait: it is a step of Lockstep's own, and ends by itself.";
            case SESSION ->
                (idle()
                                ? "Have the application end its transaction, or end the session: "
                                : "Wait for it to end, or end the session: ")
                        + "SELECT pg_terminate_backend(" + pid + ").";
        };
    }

    boolean idle() {
        return state.startsWith("idle in transaction");
    }
}
