package dev.lockstep.benchmark;

import dev.lockstep.change.Action.CopyRows;
import dev.lockstep.change.Action.CopyRows.Rows;
import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Step;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What it costs to prove that two columns, or two tables, are equal in every row, and to find the rows that an expression fails on, in ways
 * that people use and in Lockstep's. Prints medians.
 *
 * <p>System properties: {@code rows} (1000000), {@code repeats} (5).
 */
final class ProofCost {
    private static final int ROWS = Integer.getInteger("rows", 1_000_000);
    private static final int REPEATS = Integer.getInteger("repeats", 5);
    private static final TableName USERS = TableName.parse("users");

    private final String url;
    private final PrintStream out;

    private ProofCost(String url, PrintStream out) {
        this.url = url;
        this.out = out;
    }

    static void main() throws IOException, SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("shared_buffers", "1GB")
                .setServerConfig("max_wal_size", "4GB")
                .start()) {
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres";
            try (Sql sql = Sql.open(url)) {
                new TableShape(ROWS, TableShape.Width.WIDE, 100, 1).create(sql);
                sql.run("ALTER TABLE users ADD COLUMN full_name text, ADD COLUMN amount text");
                sql.run("UPDATE users SET full_name = name, amount = a::text");
                sql.run("VACUUM (FULL, ANALYZE) users");
                ProofCost program = new ProofCost(url, System.out);
                program.print("proof that two columns are equal", program.proofs(sql));
                sql.run("CREATE TABLE people (LIKE users INCLUDING INDEXES)");
                sql.run("INSERT INTO people SELECT * FROM users");
                sql.run("VACUUM ANALYZE people");
                program.print("proof that two tables are equal", program.comparisons(sql));
                sql.run("DROP TABLE people");
                for (int failing : new int[] {1, 100}) {
                    sql.run("UPDATE users SET amount = a::text WHERE amount = 'x'");
                    sql.run("UPDATE users SET amount = 'x' WHERE id % " + ROWS / failing + " = 5");
                    // Back to their places, all over the table.
                    sql.run("CLUSTER users USING users_pkey");
                    program.print(
                            "to find " + failing + " rows that an expression fails on", program.finders(sql, failing));
                }
            }
        }
    }

    private SequencedMap<String, Runnable> proofs(Sql sql) {
        SequencedMap<String, Runnable> ways = new LinkedHashMap<>();
        String apart = "record_image_ne(ROW(full_name), ROW(name))";
        ways.put("CHECK, validated", () -> {
            sql.run("ALTER TABLE users ADD CONSTRAINT equal CHECK (NOT " + apart + ") NOT VALID");
            sql.run("ALTER TABLE users VALIDATE CONSTRAINT equal");
            sql.run("ALTER TABLE users DROP CONSTRAINT equal");
        });
        ways.put(
                "EXISTS (… WHERE they differ)",
                () -> sql.number("SELECT EXISTS (SELECT FROM users WHERE " + apart + ")::int"));
        ways.put(
                "sums of hashes, one for each side",
                () -> sql.number("SELECT (sum(hashtextextended(full_name, id))"
                        + " = sum(hashtextextended(name, id)))::int FROM users"));
        ways.put(
                "ordered aggregates, one for each side",
                () -> sql.number(
                        "SELECT (md5(string_agg(full_name, ',' ORDER BY id)) = md5(string_agg(name, ',' ORDER BY id)))::int"
                                + " FROM users"));
        ways.put("**Lockstep: by blocks, in short transactions**", () -> survey(USERS, new Survey.NoneWhere(apart)));
        return ways;
    }

    /** By one statement that reads both tables, and by each table's pieces, asking for the rows of the other one by key. */
    private SequencedMap<String, Runnable> comparisons(Sql sql) {
        List<Identifier> key = List.of(new Identifier("id"));
        List<Identifier> columns = Stream.of("id", "a", "b", "c", "touched", "name", "note", "full_name", "amount")
                .map(Identifier::new)
                .toList();
        SequencedMap<String, Runnable> ways = new LinkedHashMap<>();
        ways.put(
                "FULL JOIN of both, one statement",
                () -> expect(
                        0,
                        sql.number("SELECT count(*) FROM (SELECT FROM users AS one FULL JOIN people AS other USING (id)"
                                + " WHERE record_image_ne(" + row("one", columns) + ", " + row("other", columns)
                                + ") LIMIT 5) AS apart")));
        ways.put("**Lockstep: by blocks of each, in short transactions**", () -> {
            for (Rows which : List.of(Rows.DIFFERING, Rows.SURPLUS)) {
                CopyRows copy =
                        new CopyRows(USERS, TableName.parse("people"), key, columns, new Identifier("copying"), which);
                survey(copy.walked(), new Survey.NoneWhere(copy.pending()));
            }
        });
        return ways;
    }

    private static String row(String of, List<Identifier> columns) {
        return columns.stream().map(column -> of + "." + column.sql()).collect(Collectors.joining(", ", "ROW(", ")"));
    }

    private SequencedMap<String, Runnable> finders(Sql sql, int failing) {
        SequencedMap<String, Runnable> ways = new LinkedHashMap<>();
        ways.put("by halves, each failing row from the begin of what is left", () -> byHalves(sql, failing));
        ways.put("a function that catches, for every row", () -> {
            sql.run("""
                    CREATE OR REPLACE FUNCTION pg_temp.failure(amount text) RETURNS text LANGUAGE plpgsql AS $$
                    BEGIN PERFORM amount::int; RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$""");
            expect(failing, sql.number("SELECT count(pg_temp.failure(amount)) FROM users"));
        });
        ways.put(
                "**Lockstep: pieces as a whole, the function where one fails**",
                () -> survey(USERS, new Survey.Evaluates("amount::int", failing)));
        return ways;
    }

    /** As one would without a function: an error ends the statement, so each look is a statement. */
    private static void byHalves(Sql sql, int failing) {
        long blocks = sql.number("SELECT pg_relation_size('users') / 8192");
        long from = 0;
        for (int found = 0; found < failing; found++) {
            long low = from;
            long high = blocks;
            while (high - low > 1) {
                long middle = (low + high) / 2;
                if (fails(sql, low, middle)) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            from = high;
        }
    }

    private static boolean fails(Sql sql, long low, long high) {
        try (Statement statement = sql.connection().createStatement()) {
            statement.execute("SELECT count(amount::int) FROM users WHERE ctid >= '(" + low + ",0)' AND ctid < '("
                    + high + ",0)'");
            return false;
        } catch (SQLException _) {
            return true;
        }
    }

    private static void expect(long wanted, long found) {
        if (wanted != found) {
            throw new IllegalStateException("found " + found + " instead of " + wanted);
        }
    }

    private void survey(TableName table, Survey.Question question) {
        JdbcTargets targets = new JdbcTargets(
                Map.of(new DatabaseName("shop"), new TargetConnection(url, "", () -> "")), Clock.systemUTC());
        Step step = new Step(
                "survey",
                "survey",
                new Survey(table, question, "So it is.", "Mend it."),
                new Step.Undo.Nothing(),
                "SELECT NULL::boolean");
        StepOutcome outcome = targets.execute(
                new StepOrder(
                        new DatabaseName("shop"),
                        new RunId(UUID.randomUUID()),
                        0,
                        step,
                        Direction.FORWARD,
                        1,
                        1,
                        LockBudget.standard(),
                        new BackfillPace(40, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS)),
                new Deaf());
        if (!(outcome instanceof StepOutcome.Completed)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    private void print(String what, SequencedMap<String, Runnable> ways) {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < REPEATS; round++) {
            ways.forEach((name, way) -> {
                long started = System.nanoTime();
                way.run();
                times.computeIfAbsent(name, _ -> new ArrayList<>()).add((System.nanoTime() - started) / 1e6);
            });
        }
        out.println("| " + what + " (" + ROWS + " rows) | ms |");
        out.println("|---|---|");
        times.forEach((name, all) -> out.printf(
                "| %s | %,.0f |%n", name, all.stream().sorted().toList().get(all.size() / 2)));
    }

    private static final class Deaf implements StepMonitor {
        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {}

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }
}
