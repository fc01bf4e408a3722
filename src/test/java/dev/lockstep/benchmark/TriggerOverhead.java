package dev.lockstep.benchmark;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.change.Action;
import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.change.Phase;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Reading;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What the triggers that a plan adds cost an application's single-row UPDATE by key: the same statement, prepared, over one
 * connection, a transaction each, on two equal tables of which one has the triggers, in rounds that take turns. Printed is
 * the median of the rounds' ratios.
 *
 * <p>System properties: {@code updates} in a round (250), {@code rounds} (80), {@code rows} (20000), {@code only} (the
 * beginning of a case's name), {@code commit} (off; the server's synchronous_commit).
 */
final class TriggerOverhead {
    private static final int ROWS = Integer.getInteger("rows", 20_000);
    private static final int UPDATES = Integer.getInteger("updates", 250);
    private static final int ROUNDS = Integer.getInteger("rounds", 80);

    private final String url;
    private final PrintStream out;

    private TriggerOverhead(String url, PrintStream out) {
        this.url = url;
        this.out = out;
    }

    /**
     * One kind of change.
     *
     * @param own whether the table has a BEFORE trigger of its own
     * @param writes what the application says in SET, by what it is for a reader
     */
    private record Case(String name, boolean own, String changes, SequencedMap<String, String> writes) {}

    static void main() throws IOException, SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                // By default without the wait for the disk, which would hide what is measured.
                .setServerConfig("synchronous_commit", System.getProperty("commit", "off"))
                .setServerConfig("shared_buffers", "256MB")
                .setServerConfig("checkpoint_timeout", "1h")
                .setServerConfig("max_wal_size", "8GB")
                .start()) {
            String url =
                    "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres&prepareThreshold=1";
            TriggerOverhead program = new TriggerOverhead(url, System.out);
            program.out.println("| change | the application writes | without, us | with, us | overhead |");
            program.out.println("|---|---|---|---|---|");
            for (Case each : cases()) {
                if (each.name().startsWith(System.getProperty("only", ""))) {
                    program.run(each);
                }
            }
        }
    }

    private static List<Case> cases() {
        String rename = "[{renameColumn: {table: synced, from: name, to: full_name}}]";
        SequencedMap<String, String> names =
                writes("another column", "touched = touched + 1", "the old name", "name = 'user ' || touched || ?");
        return List.of(
                new Case("no change at all", false, "[]", names),
                new Case("renameColumn", false, rename, names),
                new Case("renameColumn, table with a trigger of its own", true, rename, names),
                new Case(
                        "changeColumnType",
                        false,
                        "[{changeColumnType: {table: synced, column: a, type: bigint}}]",
                        writes("another column", "touched = touched + 1", "the column", "a = a + 1")),
                new Case(
                        "changeColumnType with to, up and down",
                        false,
                        "[{changeColumnType: {table: synced, column: a, type: text, to: a_text, up: \"a::text\","
                                + " down: \"a_text::int\"}}]",
                        writes("another column", "touched = touched + 1", "the old column", "a = a + 1")),
                new Case(
                        "changeColumnType with to, up and down, table with a trigger of its own",
                        true,
                        "[{changeColumnType: {table: synced, column: a, type: text, to: a_text, up: \"a::text\","
                                + " down: \"a_text::int\"}}]",
                        writes("another column", "touched = touched + 1", "the old column", "a = a + 1")),
                new Case(
                        "addColumn with fill",
                        false,
                        "[{addColumn: {table: synced, column: label, type: text, fill: \"upper(name)\"}}]",
                        writes("another column", "touched = touched + 1")));
    }

    private static SequencedMap<String, String> writes(String... pairs) {
        SequencedMap<String, String> writes = new java.util.LinkedHashMap<>();
        for (int at = 0; at < pairs.length; at += 2) {
            writes.put(pairs[at], pairs[at + 1]);
        }
        return writes;
    }

    private void run(Case each) throws SQLException, IOException {
        try (Sql sql = Sql.open(url)) {
            sql.run("DROP TABLE IF EXISTS plain, synced CASCADE; DROP SCHEMA IF EXISTS lockstep CASCADE");
            create(sql, "synced", each.own());
            if (!each.changes().equals("[]")) {
                expand(sql, each.changes());
            }
            create(sql, "plain", each.own());
            sql.run(
                    "INSERT INTO synced (id, a, touched, name, padding) SELECT id, a, touched, name, padding FROM plain0");
            // The same width, so that only the triggers differ.
            twin(sql);
            for (Map.Entry<String, String> write : each.writes().entrySet()) {
                measure(sql, each, write);
            }
        }
    }

    private static void create(Sql sql, String table, boolean own) {
        sql.run("DROP TABLE IF EXISTS plain0");
        sql.run("CREATE TABLE plain0 AS SELECT n::bigint AS id, n % 1000 AS a, 0 AS touched, 'user ' || n AS name,"
                + " repeat('x', 70) AS padding FROM generate_series(1, " + ROWS + ") AS n");
        sql.run("CREATE TABLE " + table
                + " (id bigint PRIMARY KEY, a int, touched int NOT NULL, name text, padding text)"
                + " WITH (fillfactor = 50, autovacuum_enabled = off)");
        if (own) {
            sql.run("CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN NEW.padding := 'changed'; RETURN NEW; END$$");
            sql.run("CREATE TRIGGER stamp BEFORE UPDATE ON " + table + " FOR EACH ROW EXECUTE FUNCTION stamp()");
        }
    }

    /** Gives the plain table the columns and values of the other one. */
    private static void twin(Sql sql) {
        sql.run("""
                DO $$
                DECLARE added record;
                BEGIN
                  FOR added IN SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute a
                    WHERE attrelid = 'synced'::regclass AND attnum > 0 AND NOT attisdropped AND NOT EXISTS (
                      SELECT FROM pg_attribute b WHERE b.attrelid = 'plain'::regclass AND b.attname = a.attname)
                  LOOP
                    EXECUTE format('ALTER TABLE plain ADD COLUMN %I %s', added.attname, added.type);
                  END LOOP;
                END $$;
                INSERT INTO plain SELECT * FROM synced;
                VACUUM (ANALYZE, FREEZE) plain""".replace("VACUUM (ANALYZE, FREEZE) plain", ""));
        sql.run("VACUUM (ANALYZE, FREEZE) plain");
        sql.run("VACUUM (ANALYZE, FREEZE) synced");
    }

    private void expand(Sql sql, String changes) throws IOException {
        Object tree = new YAMLMapper().readValue("""
                        apiVersion: lockstep.dev/v1alpha1
                        kind: MigrationPlan
                        metadata: {name: measured, namespace: measured}
                        spec:
                          databaseRef: {name: measured}
                          description: What its triggers cost
                          changes: %s
                          workloads:
                            - {name: web, kind: Deployment, resource: web, versions: {dual-write: ">=1.0.0", new-only: ">=1.0.0"}}
                        """.formatted(changes), Object.class);
        PlanDocument plan = switch (PlanReader.read(tree)) {
            case Reading.Accepted(PlanDocument document) -> document;
            case Reading.Rejected(var violations, var _) -> throw new IllegalStateException(violations.toString());
        };
        JdbcTargets targets = new JdbcTargets(
                Map.of(plan.spec().database(), new TargetConnection(url, "", () -> "")), Clock.systemUTC());
        if (!(targets.read(plan.spec().database(), Compiler.inquiry(plan.spec())) instanceof CatalogueReading.Read read)
                || !(Compiler.compile(plan.spec(), read.catalogue()) instanceof Compilation.Compiled compiled)) {
            throw new IllegalStateException("the plan does not compile: " + changes
                    + Compiler.compile(
                            plan.spec(),
                            ((CatalogueReading.Read)
                                            targets.read(plan.spec().database(), Compiler.inquiry(plan.spec())))
                                    .catalogue()));
        }
        sql.run("CREATE SCHEMA IF NOT EXISTS lockstep");
        for (Phase phase : compiled.phases()) {
            if (phase.type() == PhaseType.EXPAND) {
                phase.steps().forEach(step -> {
                    if (step.action() instanceof Action.Transactional action) {
                        action.statements().forEach(sql::run);
                    }
                });
            }
        }
    }

    private void measure(Sql sql, Case each, Map.Entry<String, String> write) throws SQLException {
        List<Double> ratios = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        List<Double> synced = new ArrayList<>();
        sql.run("VACUUM plain");
        sql.run("VACUUM synced");
        for (int warm = 0; warm < 20; warm++) {
            round(sql, "plain", write.getValue());
            round(sql, "synced", write.getValue());
        }
        for (int round = 0; round < ROUNDS; round++) {
            boolean first = round % 2 == 0;
            double one = round(sql, first ? "plain" : "synced", write.getValue());
            double other = round(sql, first ? "synced" : "plain", write.getValue());
            plain.add(first ? one : other);
            synced.add(first ? other : one);
            ratios.add(first ? other / one : one / other);
        }
        out.printf(
                "| %s | %s | %.1f | %.1f | %+.1f %% |%n",
                each.name(), write.getKey(), median(plain), median(synced), 100 * (median(ratios) - 1));
    }

    /** @return microseconds for one update */
    private static double round(Sql sql, String table, String set) throws SQLException {
        try (PreparedStatement update =
                sql.connection().prepareStatement("UPDATE " + table + " SET " + set + " WHERE id = ?")) {
            long started = System.nanoTime();
            for (int at = 0; at < UPDATES; at++) {
                int parameter = 1;
                if (set.contains("?")) {
                    update.setString(parameter++, Integer.toString(at));
                }
                update.setLong(parameter, 1 + at * 7919L % ROWS);
                update.executeUpdate();
            }
            return (System.nanoTime() - started) / 1e3 / UPDATES;
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
