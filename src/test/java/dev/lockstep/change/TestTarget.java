package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A fresh database on which compiled steps are carried out in the simplest way that could be right. */
final class TestTarget implements AutoCloseable {
    private final String url;
    private final Connection connection;
    private final List<Step> taken = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String role = "none";

    TestTarget() throws SQLException {
        url = Postgres.freshDatabase();
        connection = DriverManager.getConnection(url);
        sql("CREATE SCHEMA lockstep");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** From now on as this role; {@code none} is the superuser. */
    void as(String other) throws SQLException {
        role = other;
        sql("SET ROLE " + role);
    }

    Connection another(String options) throws SQLException {
        return DriverManager.getConnection(url + options);
    }

    /** What the real reader sees of what this plan wants to know. */
    Catalogue catalogue(PlanSpec spec) {
        JdbcTargets targets = new JdbcTargets(
                Map.of(spec.database(), new TargetConnection(url + "&options=-c%20role=" + role, "", () -> "")),
                Clock.systemUTC());
        return switch (targets.read(spec.database(), Compiler.inquiry(spec))) {
            case Targets.CatalogueReading.Read(Catalogue catalogue) -> catalogue;
            case Targets.CatalogueReading other -> throw new AssertionError(other.toString());
        };
    }

    void sql(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** All rows, each with its columns joined by a bar; NULL is a dash. */
    List<String> rows(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    String value = rows.getString(column);
                    row.add(value == null ? "-" : value);
                }
                all.add(String.join("|", row));
            }
            return all;
        }
    }

    /** The phases that a plan comes to on this database as it is. */
    Compilation.Compiled compiled(PlanSpec spec) {
        return Plans.compiled(spec, catalogue(spec));
    }

    /** Why a plan cannot be done on this database as it is, as {@code path: message}. */
    List<String> refusals(PlanSpec spec) {
        return Plans.refusals(spec, catalogue(spec));
    }

    /** Runs the steps of these phases, and looks after each whether it is done and declared the locks it took. */
    void forward(Compilation.Compiled plan, String... phases) throws SQLException {
        for (Phase phase : plan.phases()) {
            if (Stream.of(phases).anyMatch(phase.name().value()::equals)) {
                for (Step step : phase.steps()) {
                    run(step.action());
                    assertThat(rows(step.done())).as("done: " + step).isIn(List.of("t"), List.of("-"));
                    taken.add(step);
                }
            }
        }
    }

    void everything(Compilation.Compiled plan) throws SQLException {
        forward(plan, plan.phases().stream().map(phase -> phase.name().value()).toArray(String[]::new));
    }

    /** Takes back what was done, last first, each undo twice: the second time it must be harmless. */
    void back() throws SQLException {
        for (Step step : taken.reversed()) {
            switch (step.undo()) {
                case Undo.By(Action.BuildIndex index) -> run(index);
                case Undo.By(Action action) -> {
                    run(action);
                    run(action);
                }
                case Undo.Nothing _ -> {}
                case Undo.Impossible(String why) -> throw new AssertionError(why);
            }
        }
        taken.clear();
    }

    /** An empty database again, sooner than a fresh one is made. */
    void clear() throws SQLException {
        taken.clear();
        for (String schema :
                rows("SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_)'")) {
            sql("DROP SCHEMA " + schema + " CASCADE");
        }
        sql("CREATE SCHEMA public", "CREATE SCHEMA lockstep");
    }

    void run(Action action) throws SQLException {
        switch (action) {
            case Action.Transactional(var statements, var locks, var _) -> transactional(statements, locks);
            case Action.Standalone(String statement, var _) -> sql(statement);
            case Action.BuildIndex(var _, var _, String statement) -> sql(statement);
            case Action.RebuildIndex rebuild -> sql(rebuild.statement());
            case Action.DropIndex(var table, var index) ->
                sql("DROP INDEX CONCURRENTLY IF EXISTS " + table.schema().sql() + "." + index.sql());
            case Action.Backfill backfill -> backfill(backfill);
            case Action.DrainTransactions _,
                    Action.RevertWindow _,
                    Action.CountUses _,
                    Action.ProveUnused _,
                    Action.KeepValues _,
                    Action.ForgetValues _ -> {}
            case Action.CopyRows copy -> copy(copy);
            case Action.Survey survey -> survey(survey);
            case Action.Assertion(String query, var _, var _) ->
                assertThat(rows(query)).as(query).isEmpty();
        }
    }

    private void transactional(List<String> statements, List<TableLock> locks) throws SQLException {
        connection.setAutoCommit(false);
        try {
            // By number, as a statement may give a table another name; what it makes itself nobody waits for.
            Set<String> before = Set.copyOf(rows("SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')"));
            Set<String> declared = new HashSet<>();
            for (TableLock lock : locks) {
                String table =
                        rows("SELECT " + Look.oid(lock.table()) + "::oid").getFirst();
                Stream.of(LockMode.values())
                        .filter(mode -> mode.compareTo(lock.mode()) <= 0)
                        .forEach(mode -> declared.add(table + "|" + mode.catalogueName()));
            }
            sql(statements.toArray(String[]::new));
            assertThat(held().stream()
                            .filter(held -> before.contains(held.substring(0, held.indexOf('|'))))
                            .filter(held -> !declared.contains(held)))
                    .as("locks beyond " + locks + " of " + statements)
                    .isEmpty();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private List<String> held() throws SQLException {
        return rows("""
                SELECT c.oid, l.mode
                FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'p') AND l.mode <> 'AccessShareLock'
                  AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
                """);
    }

    /** By the real target, as its many short transactions and the names of rows are its own. */
    private void survey(Action.Survey survey) {
        DatabaseName shop = new DatabaseName("shop");
        JdbcTargets targets = new JdbcTargets(Map.of(shop, new TargetConnection(url, "", () -> "")), Clock.systemUTC());
        StepOutcome outcome = targets.execute(
                new StepOrder(
                        shop,
                        new RunId(UUID.randomUUID()),
                        0,
                        new Step("survey", "survey", survey, new Undo.Nothing(), Look.NO_TRACE),
                        Direction.FORWARD,
                        1,
                        1,
                        PlanSpec.LockBudget.standard(),
                        PlanSpec.BackfillPace.standard()),
                new Silent());
        assertThat(outcome).isInstanceOf(StepOutcome.Completed.class);
        notes.addAll(((StepOutcome.Completed) outcome).summary().notes());
    }

    /** What looks at every row have told so far. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private static final class Silent implements StepMonitor {
        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {}

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }

    private void copy(Action.CopyRows copy) throws SQLException {
        sql("BEGIN", "SET LOCAL lockstep." + copy.mark().sql() + " = '*'", copy.statement(copy.pending()), "COMMIT");
    }

    private void backfill(Action.Backfill backfill) throws SQLException {
        String role = backfill.userTriggers() == UserTriggers.SKIP ? "replica" : "origin";
        String table = backfill.table().sql();
        sql("SET session_replication_role = " + role);
        try (Statement statement = connection.createStatement()) {
            String batch = "UPDATE " + table + " SET " + backfill.assignment()
                    + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + table + " WHERE " + backfill.pending()
                    + " LIMIT 2))";
            int batches = 0;
            while (statement.executeUpdate(batch) > 0) {
                assertThat(++batches)
                        .as("batches of a backfill that does not end")
                        .isLessThan(1000);
            }
        } finally {
            sql("SET session_replication_role = origin");
        }
    }

    /** What {@link #schema} would show after this SQL, which is not kept. */
    List<String> schemaAfter(String sql) throws SQLException {
        return after(sql, "SELECT");
    }

    /** What {@link #now} would give after this SQL, which is not kept. */
    List<String> after(String sql, String query) throws SQLException {
        connection.setAutoCommit(false);
        try {
            sql(sql);
            return now(query);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** The schema, and the rows of this query. */
    List<String> now(String query) throws SQLException {
        return Stream.concat(schema().stream(), rows(query).stream().filter(row -> !row.isEmpty()))
                .toList();
    }

    /** What the catalogue shows of the tables outside our own schema, in a form in which equal schemas are equal texts. */
    List<String> schema() throws SQLException {
        return rows("""
                WITH theirs AS (
                  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^(pg_.*|information_schema|lockstep)$')
                SELECT 'column', c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
                       format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                       a.attidentity, a.attacl, col_description(c.oid, a.attnum), a.attstattarget
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE c.relnamespace IN (SELECT oid FROM theirs) AND c.relkind IN ('r', 'p') AND a.attnum > 0
                  AND NOT attisdropped
                UNION ALL
                SELECT 'table', relname, relkind::text, NULL, relacl::text, NULL, obj_description(oid, 'pg_class'), NULL,
                       NULL, NULL, NULL
                FROM pg_class WHERE relnamespace IN (SELECT oid FROM theirs) AND relkind IN ('r', 'p')
                UNION ALL
                SELECT 'enum', enumtypid::regtype::text, enumlabel, enumsortorder::int, NULL, NULL, NULL, NULL, NULL, NULL,
                       NULL
                FROM pg_enum
                UNION ALL
                SELECT 'constraint', conrelid::regclass::text, conname, NULL, pg_get_constraintdef(oid), convalidated,
                       NULL, NULL, NULL, NULL, NULL
                FROM pg_constraint WHERE connamespace IN (SELECT oid FROM theirs)
                UNION ALL
                SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, NULL, pg_get_indexdef(indexrelid),
                       indisvalid, NULL, NULL, NULL, NULL, NULL
                FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class
                                   WHERE relnamespace IN (SELECT oid FROM theirs))
                UNION ALL
                SELECT 'view', viewname, NULL, NULL, definition, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_views WHERE schemaname IN (SELECT nspname FROM theirs)
                UNION ALL
                SELECT 'trigger', tgrelid::regclass::text, tgname, NULL, pg_get_triggerdef(oid), NULL, NULL, NULL, NULL,
                       NULL, NULL
                FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL
                SELECT 'function', proname, NULL, NULL, prosrc, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_proc WHERE pronamespace IN (SELECT oid FROM theirs)
                  OR pronamespace = 'lockstep'::regnamespace
                ORDER BY 1, 2, 3, 4
                """);
    }

    /**
     * The same and more, without the order of columns: what is left to compare when a column ended in another place than
     * the plain form would leave it.
     */
    List<String> shape() throws SQLException {
        return rows("""
                SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                       pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attacl::text,
                       col_description(c.oid, a.attnum), a.attstattarget::text, a.attstorage::text, a.attcompression::text,
                       a.attoptions::text, (SELECT collname::text FROM pg_collation WHERE oid = a.attcollation)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT attisdropped
                UNION ALL
                SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated,
                       obj_description(oid, 'pg_constraint'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
                       indisvalid, obj_description(indexrelid, 'pg_class'), indisreplident::text, indisclustered::text,
                       indisprimary::text, indimmediate::text, NULL, NULL, NULL, NULL
                FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                UNION ALL
                SELECT 'statistics', stxrelid::regclass::text, stxname, (SELECT string_agg(attname, ' ' ORDER BY attname)
                         FROM pg_attribute WHERE attrelid = stxrelid AND attnum = ANY (stxkeys)), NULL,
                       obj_description(oid, 'pg_statistic_ext'), stxkind::text, stxstattarget::text, NULL, NULL, NULL, NULL,
                       NULL, NULL
                FROM pg_statistic_ext
                UNION ALL
                SELECT 'sequence', s.seqrelid::regclass::text, format_type(s.seqtypid, NULL), c.relacl::text, s.seqcycle,
                       s.seqstart::text, s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text,
                       d.deptype::text, (SELECT attname::text FROM pg_attribute WHERE attrelid = d.refobjid
                         AND attnum = d.refobjsubid), NULL, NULL
                FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
                LEFT JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0
                UNION ALL
                SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), NULL, tgenabled::text, NULL, NULL,
                       NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL
                SELECT 'function', proname, NULL, prosrc, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'lockstep'::regnamespace)
                ORDER BY 1, 2, 3, 4
                """);
    }
}
