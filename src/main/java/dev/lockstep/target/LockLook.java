package dev.lockstep.target;

import dev.lockstep.engine.LockMonitor.Grip;
import dev.lockstep.engine.LockMonitor.Kind;
import dev.lockstep.engine.LockMonitor.PatientStep;
import dev.lockstep.engine.LockMonitor.Reading;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.engine.LockMonitor.Wait;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One look at who waits for whom in a database. */
final class LockLook {
    /** Each costs a call of {@code pg_blocking_pids}; a tree of more tells nobody more. */
    private static final int MOST = 200;

    private final Connection connection;
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    LockLook(Connection connection) {
        this.connection = connection;
    }

    /** One thing that somebody waits for, from one blocker. */
    private record Edge(int waiter, String wants, Optional<Duration> age, Grip behind) {}

    Reading look(List<PatientStep> patient) throws SQLException {
        List<Edge> edges = edges();
        Map<Integer, Wait> waits = new LinkedHashMap<>();
        for (Edge edge : edges) {
            waits.merge(
                    edge.waiter(), new Wait(edge.wants(), edge.age(), List.of(edge.behind())), LockLook::alsoBehind);
        }
        read(edges, waits);
        for (PatientStep step : patient) {
            add(step);
        }
        return new Reading.Seen(List.copyOf(sessions.values()), Math.max(0, waiting() - MOST));
    }

    private static Wait alsoBehind(Wait one, Wait other) {
        List<Grip> behind = new ArrayList<>(one.behind());
        behind.addAll(other.behind());
        return new Wait(one.wants(), one.age(), behind);
    }

    private int waiting() throws SQLException {
        return new Query(connection, """
                        SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                        WHERE NOT l.granted AND a.datname = current_database()""").one(row -> row.getInt(1));
    }

    /**
     * Whoever waits for a lock, once for each who is before them. What the one before them has is what it holds of the very
     * same thing; where it holds nothing of it, it is only queued before them.
     */
    private List<Edge> edges() throws SQLException {
        return new Query(connection, """
                        WITH waiting AS MATERIALIZED (
                          SELECT DISTINCT ON (1) coalesce(a.leader_pid, l.pid) AS pid, l.pid AS process,
                                 l.locktype, l.mode, l.waitstart, l.database, l.relation, l.page, l.tuple, l.virtualxid,
                                 l.transactionid, l.classid, l.objid, l.objsubid
                          FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                          WHERE NOT l.granted AND a.datname = current_database()
                          ORDER BY 1, l.waitstart NULLS LAST LIMIT ?),
                        edges AS MATERIALIZED (
                          SELECT DISTINCT w.pid, b.pid AS blocker
                          FROM waiting w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b (pid)),
                        prepared AS MATERIALIZED (""" + LockHolders.PREPARED + """
                        )
                        SELECT w.pid, e.blocker, p.gid,
                               extract(epoch FROM clock_timestamp() - w.waitstart)::float8 AS waited,
                               CASE w.locktype
                                 WHEN 'relation' THEN format('%s on %s', w.mode, w.relation::regclass)
                                 WHEN 'transactionid' THEN coalesce((
                                   SELECT format('a row of %s that the other transaction has changed', t.relation::regclass)
                                   FROM pg_locks t WHERE t.pid = w.process AND t.locktype = 'tuple' LIMIT 1),
                                   'the end of the other transaction')
                                 WHEN 'tuple' THEN format('a row of %s', w.relation::regclass)
                                 WHEN 'virtualxid' THEN 'the end of the other transaction'
                                 WHEN 'advisory' THEN 'an advisory lock'
                                 ELSE format('%s (%s)', w.mode, w.locktype) END AS wants,
                               coalesce((
                                 SELECT CASE l.locktype
                                   WHEN 'relation' THEN format('%s on %s', l.mode, l.relation::regclass)
                                   WHEN 'tuple' THEN format('that row of %s', l.relation::regclass)
                                   WHEN 'advisory' THEN 'that advisory lock'
                                   WHEN 'transactionid' THEN 'its transaction open'
                                   WHEN 'virtualxid' THEN 'its transaction open'
                                   ELSE format('%s (%s)', l.mode, l.locktype) END
                                 FROM pg_locks l LEFT JOIN pg_stat_activity k ON k.pid = l.pid
                                 WHERE l.granted AND l.locktype = w.locktype
                                   AND coalesce(k.leader_pid, l.pid, 0) = e.blocker
                                   AND (l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid,
                                        l.objid, l.objsubid) IS NOT DISTINCT FROM
                                       (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid,
                                        w.objid, w.objsubid)
                                 LIMIT 1), 'a place before it in the queue') AS has
                        FROM edges e JOIN waiting w ON w.pid = e.pid
                        LEFT JOIN prepared p ON e.blocker = 0 AND p.waiter = w.process
                        ORDER BY w.waitstart NULLS LAST, w.pid""")
                .list(
                        row -> new Edge(
                                row.getInt("pid"),
                                row.getString("wants"),
                                age(row, "waited"),
                                new Grip(id(row.getInt("blocker"), row.getString("gid")), row.getString("has"))),
                        MOST);
    }

    private static String id(int pid, String gid) {
        return pid == 0 ? "prepared " + gid : String.valueOf(pid);
    }

    private static Optional<Duration> age(ResultSet row, String column) throws SQLException {
        double seconds = row.getDouble(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(Math.max(0, (long) (seconds * 1000))));
    }

    private void read(List<Edge> edges, Map<Integer, Wait> waits) throws SQLException {
        String[] ids = edges.stream()
                .flatMap(edge ->
                        Stream.of(String.valueOf(edge.waiter()), edge.behind().by()))
                .distinct()
                .toArray(String[]::new);
        new Query(connection, "SELECT " + LockHolder.COLUMNS + """
                        , extract(epoch FROM clock_timestamp() - CASE WHEN a.state = 'active' THEN a.query_start
                            ELSE a.state_change END)::float8 AS query_age,
                          extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::float8
                            AS transaction_age
                        FROM unnest(?::text[]) WITH ORDINALITY AS w (id, place)
                        LEFT JOIN pg_stat_activity a ON a.pid::text = w.id
                        LEFT JOIN pg_prepared_xacts p ON 'prepared ' || p.gid = w.id AND p.database = current_database()
                        ORDER BY w.place""")
                .list(row -> session(row, waits), connection.createArrayOf("text", ids))
                .forEach(session -> sessions.putIfAbsent(session.id(), session));
    }

    private static Session session(ResultSet row, Map<Integer, Wait> waits) throws SQLException {
        LockHolder holder = LockHolder.read(row, "");
        return session(
                holder,
                age(row, "query_age"),
                age(row, "transaction_age"),
                Optional.ofNullable(waits.get(holder.pid())).filter(_ -> holder.pid() != 0));
    }

    private static Session session(
            LockHolder holder, Optional<Duration> queryAge, Optional<Duration> transactionAge, Optional<Wait> waits) {
        return new Session(
                id(holder.pid(), holder.application()),
                kind(holder.kind()),
                holder.pid(),
                holder.application(),
                holder.user(),
                holder.state(),
                holder.query(),
                queryAge,
                transactionAge,
                waits);
    }

    private static Kind kind(LockHolder.Kind kind) {
        return switch (kind) {
            case SESSION -> Kind.SESSION;
            case LOCKSTEP -> Kind.LOCKSTEP;
            case AUTOVACUUM -> Kind.AUTOVACUUM;
            case WRAPAROUND_VACUUM -> Kind.WRAPAROUND_VACUUM;
            case HIDDEN_WORKER -> Kind.SERVER_WORKER;
            case WALSENDER -> Kind.WALSENDER;
            case PREPARED -> Kind.PREPARED;
        };
    }

    /** A step that does not queue, under those who have been in its way for longer than its budget. */
    private void add(PatientStep step) throws SQLException {
        boolean queued = sessions.values().stream()
                .anyMatch(session -> session.waits().isPresent()
                        && !session.application().isEmpty()
                        && step.applicationName().startsWith(session.application()));
        List<Grip> behind = new ArrayList<>();
        for (LockHolder holder : LockHolders.of(connection, step.locks())) {
            boolean standing = holder.kind() != LockHolder.Kind.SESSION
                    || holder.state().isEmpty()
                    || holder.age().compareTo(step.budget()) >= 0;
            if (holder.granted() && standing && !queued) {
                Session session = session(holder, Optional.empty(), Optional.of(holder.age()), Optional.empty());
                sessions.putIfAbsent(session.id(), session);
                behind.add(new Grip(session.id(), holder.what()));
            }
        }
        if (!behind.isEmpty()) {
            sessions.put(step.applicationName(), patient(step, behind));
        }
    }

    private static Session patient(PatientStep step, List<Grip> behind) {
        return new Session(
                step.applicationName(),
                Kind.PATIENT_STEP,
                0,
                step.applicationName(),
                "",
                "",
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Wait(wants(step), Optional.empty(), behind)));
    }

    private static String wants(PatientStep step) {
        return step.locks().stream()
                .map(lock -> lock.mode().catalogueName() + " on " + lock.table())
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
