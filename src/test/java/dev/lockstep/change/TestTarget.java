package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A fresh database on which compiled steps are carried out in the simplest way that could be right. */
final class TestTarget implements AutoCloseable {
    private final String url;
    private final Connection connection;
    private final List<Step> taken = new ArrayList<>();

    TestTarget() throws SQLException {
        url = Postgres.freshDatabase();
        connection = DriverManager.getConnection(url);
        sql("CREATE SCHEMA lockstep");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    Connection another(String options) throws SQLException {
        return DriverManager.getConnection(url + options);
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

    void run(Action action) throws SQLException {
        switch (action) {
            case Action.Transactional(var statements, var locks, var _) -> transactional(statements, locks);
            case Action.Standalone(String statement, var _) -> sql(statement);
            case Action.BuildIndex(var _, var _, String statement) -> sql(statement);
            case Action.DropIndex(var table, var index) ->
                sql("DROP INDEX CONCURRENTLY IF EXISTS " + table.schema().sql() + "." + index.sql());
            case Action.Backfill backfill -> backfill(backfill);
            case Action.DrainTransactions _, Action.RevertWindow _, Action.CountUses _, Action.ProveUnused _ -> {}
            case Action.Assertion(String query, var _, var _) ->
                assertThat(rows(query)).as(query).isEmpty();
        }
    }

    private void transactional(List<String> statements, List<TableLock> locks) throws SQLException {
        connection.setAutoCommit(false);
        try {
            sql(statements.toArray(String[]::new));
            assertThat(undeclared(locks))
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

    private List<String> undeclared(List<TableLock> locks) throws SQLException {
        return rows("""
                SELECT n.nspname, c.relname, l.mode
                FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'p') AND l.mode <> 'AccessShareLock'
                  AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
                """).stream()
                .filter(held -> locks.stream().noneMatch(lock -> covers(lock, held)))
                .toList();
    }

    private static boolean covers(TableLock lock, String held) {
        String table = lock.table().schema().value() + "|" + lock.table().name().value() + "|";
        return Stream.of(LockMode.values())
                .filter(mode -> mode.compareTo(lock.mode()) <= 0)
                .anyMatch(mode -> held.equals(table + mode.catalogueName()));
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

    /** What the catalogue shows of the tables in {@code public}, in a form in which equal schemas are equal texts. */
    List<String> schema() throws SQLException {
        return rows("""
                SELECT 'column', c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
                       format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                       a.attidentity, a.attacl, col_description(c.oid, a.attnum), a.attstattarget
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT attisdropped
                UNION ALL
                SELECT 'constraint', conrelid::regclass::text, conname, NULL, pg_get_constraintdef(oid), convalidated,
                       NULL, NULL, NULL, NULL, NULL
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, NULL, pg_get_indexdef(indexrelid),
                       indisvalid, NULL, NULL, NULL, NULL, NULL
                FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                UNION ALL
                SELECT 'view', viewname, NULL, NULL, definition, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_views WHERE schemaname = 'public'
                UNION ALL
                SELECT 'trigger', tgrelid::regclass::text, tgname, NULL, pg_get_triggerdef(oid), NULL, NULL, NULL, NULL,
                       NULL, NULL
                FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL
                SELECT 'function', proname, NULL, NULL, prosrc, NULL, NULL, NULL, NULL, NULL, NULL
                FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'lockstep'::regnamespace)
                ORDER BY 1, 2, 3, 4
                """);
    }
}
