package dev.lockstep.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A backfill whose process is killed in the middle (kill -9), and that another process ends. */
final class KilledFill {
    private static final long PATIENCE_NANOSECONDS = TimeUnit.MINUTES.toNanos(5);

    private final Databases databases;

    KilledFill(Databases databases) {
        this.databases = databases;
    }

    /**
     * What being killed cost.
     *
     * @param again rows that were written twice
     * @param batch rows in the largest batch that was not lost
     */
    record Redone(long again, long batch) {}

    /** The process that will be killed: the URL and the run's id are its arguments. */
    static final class Doomed {
        static void main(String[] arguments) {
            PlannedFill fill = PlannedFill.of(arguments[0], Method.FULL.spec(), UUID.fromString(arguments[1]));
            fill.prepare();
            fill.fill(1);
        }
    }

    Redone measure(TableShape shape) {
        String url = databases.restored(shape);
        countBatches(url);
        databases.settle();
        UUID run = UUID.randomUUID();
        // Compiled before the column is there, as the other process does.
        PlannedFill fill = PlannedFill.of(url, Method.FULL.spec(), run);
        try (Sql sql = Sql.open(url)) {
            Process process = started(url, run);
            try {
                awaitThird(sql, run, fill.step(), shape.rows(), process);
            } finally {
                process.destroyForcibly();
                process.onExit().join();
            }
            fill.fill(2);
            awaitStatistics(sql);
            long written = sql.number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'users'::regclass");
            return new Redone(written - shape.rows(), sql.number("SELECT max(rows) FROM batches"));
        }
    }

    /** Notes how many rows each statement writes; what is not committed leaves no note. */
    private static void countBatches(String url) {
        try (Sql sql = Sql.open(url)) {
            sql.run("CREATE TABLE batches (rows bigint)");
            sql.run("CREATE FUNCTION count_batch() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN INSERT INTO batches SELECT count(*) FROM written; RETURN NULL; END$$");
            sql.run("CREATE TRIGGER count_batch AFTER UPDATE ON users REFERENCING NEW TABLE AS written"
                    + " FOR EACH STATEMENT EXECUTE FUNCTION count_batch()");
            // A backfill is not seen by others.
            sql.run("ALTER TABLE users ENABLE ALWAYS TRIGGER count_batch");
        }
    }

    private static Process started(String url, UUID run) {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try {
            return new ProcessBuilder(List.of(java, "-cp", path, Doomed.class.getName(), url, run.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("target", "benchmark-killed.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitThird(Sql sql, UUID run, String step, int rows, Process process) {
        long began = System.nanoTime();
        // Of that step: the looks before it count rows as well.
        String done = "SELECT coalesce(max(rows), 0) FROM lockstep.ledger WHERE run = '" + run + "' AND step = '" + step
                + "'";
        while (sql.number("SELECT coalesce(to_regclass('lockstep.ledger')::oid::bigint, 0)") == 0
                || sql.number(done) < rows / 3) {
            if (!process.isAlive() || System.nanoTime() - began > PATIENCE_NANOSECONDS) {
                throw new IllegalStateException(
                        "the backfill that was to be killed did not get far; see target/benchmark-killed.log");
            }
            Rounds.pause(50);
        }
    }

    /** A session reports what it did when it ends. */
    private static void awaitStatistics(Sql sql) {
        long began = System.nanoTime();
        while (sql.number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%'") > 0) {
            if (System.nanoTime() - began > PATIENCE_NANOSECONDS) {
                throw new IllegalStateException("a session of the backfill does not end");
            }
            Rounds.pause(50);
        }
        sql.run("SELECT pg_stat_clear_snapshot()");
    }
}
