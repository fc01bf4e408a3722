package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that the application moves, adds and takes away while a backfill passes, one step after the other. */
class BackfillWalkPostgresTest {
    private static final int ROWS = 4_000;

    /** As many batches as the first range has slices: the next range, however large it will be, is not begun yet. */
    private static final int FIRST_RANGE = 8;

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @BeforeEach
    void users() {
        bench.pace = new BackfillPace(20, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS);
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, full_name text)"
                + " WITH (autovacuum_enabled = off)");
        bench.sql("INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, " + ROWS + ") AS n");
        // How often each row was filled, whoever did it.
        bench.sql("""
                CREATE TABLE filled (id int);
                CREATE FUNCTION filled() RETURNS trigger LANGUAGE plpgsql AS
                  $$BEGIN INSERT INTO filled VALUES (NEW.id); RETURN NULL; END$$;
                CREATE TRIGGER filled AFTER UPDATE ON users FOR EACH ROW
                  WHEN (OLD.full_name IS NULL AND NEW.full_name IS NOT NULL) EXECUTE FUNCTION filled();
                ALTER TABLE users ENABLE ALWAYS TRIGGER filled;
                """);
    }

    private void syncTrigger() {
        bench.sql("""
                CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS
                  $$BEGIN NEW.full_name := NEW.name; RETURN NEW; END$$;
                CREATE TRIGGER zz_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION sync();
                ALTER TABLE users ENABLE ALWAYS TRIGGER zz_sync;
                """);
    }

    private StepSummary fill(List<Identifier> key, BetweenBatches.Act application) {
        Action fill = new Action.Backfill(
                USERS,
                List.of(new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name")),
                UserTriggers.SKIP,
                key);
        Step step = Bench.step("fill", fill);
        StepOutcome outcome =
                bench.targets.execute(bench.order(step, Direction.FORWARD, 1), new BetweenBatches(bench, application));
        assertThat(outcome).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT count(*) FROM users WHERE full_name IS DISTINCT FROM name"))
                .isEqualTo("0");
        assertThat(bench.value("SELECT count(*) FROM (SELECT FROM filled GROUP BY id HAVING count(*) > 1) AS twice"))
                .as("rows filled more than once")
                .isEqualTo("0");
        return assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual()
                .summary();
    }

    private static List<Identifier> byId() {
        return List.of(new Identifier("id"));
    }

    private static boolean once(int batches, int when, Runnable act) {
        if (batches == when) {
            act.run();
        }
        return false;
    }

    private int block(int id) {
        return Integer.parseInt(bench.value("SELECT (ctid::text::point)[0]::int FROM users WHERE id = " + id));
    }

    private int next() {
        return Integer.parseInt(bench.value("SELECT (cursor->>'next')::int FROM lockstep.ledger"));
    }

    private static boolean anotherPass(StepSummary done) {
        return done.notes().stream().anyMatch(note -> note.contains("another pass"));
    }

    /** Moves a row that is still ahead of the cursor to a place behind it, where room has just become free. */
    private void moveBehindTheCursor(int id) {
        int cursor = next();
        assertThat(block(id)).isGreaterThanOrEqualTo(cursor);
        bench.sql("DELETE FROM users WHERE ctid >= '(" + (cursor - 2) + ",0)' AND ctid < '(" + (cursor - 1) + ",0)'");
        bench.sql("VACUUM users");
        // A session of its own remembers no other page with room.
        try (Connection application = bench.connect()) {
            Bench.run(application, "UPDATE users SET name = repeat('x', 1500) WHERE id = " + id);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        assertThat(block(id)).as("behind the cursor now").isLessThan(cursor);
    }

    @Test
    void rowsThatMoveAroundTheCursorAreTheSyncTriggersAndNeedNoOtherPass() {
        syncTrigger();
        StepSummary done = fill(
                List.of(),
                batches -> once(batches, FIRST_RANGE, () -> {
                    bench.sql("UPDATE users SET name = repeat('y', 1500) WHERE id BETWEEN 1 AND 40");
                    assertThat(block(40)).as("ahead of the cursor now").isGreaterThan(next());
                    moveBehindTheCursor(3_000);
                }));
        assertThat(anotherPass(done)).isFalse();
        assertThat(done.rows()).isEqualTo(ROWS - 1);
    }

    @Test
    void aRowThatNobodySyncsAndThatComesBehindTheCursorIsPickedUpByAnotherPass() {
        StepSummary done = fill(List.of(), batches -> once(batches, FIRST_RANGE, () -> moveBehindTheCursor(3_000)));
        assertThat(anotherPass(done)).isTrue();
        assertThat(done.rows()).isEqualTo(ROWS);
        assertThat(bench.value("SELECT cursor->>'slices' FROM lockstep.ledger"))
                .as("the few rows of another pass are looked for once")
                .isEqualTo("1");
    }

    @Test
    void aTableThatGrowsFasterThanItIsWalkedIsDoneAllTheSame() {
        syncTrigger();
        int[] added = {0};
        StepSummary done = fill(List.of(), batches -> {
            added[0] += 500;
            bench.sql("INSERT INTO users SELECT n, 'new' FROM generate_series(" + (10_000 + added[0]) + ", "
                    + (10_499 + added[0]) + ") AS n");
            return false;
        });
        assertThat(added[0]).isGreaterThan(ROWS);
        assertThat(done.rows()).as("only what was there when it began").isEqualTo(ROWS);
        assertThat(anotherPass(done)).isFalse();
    }

    @Test
    void aVacuumThatCutsOffTheTablesEndStopsNothing() {
        StepSummary done = fill(
                List.of(),
                batches -> once(batches, FIRST_RANGE, () -> {
                    String before = bench.value("SELECT pg_relation_size('users')");
                    bench.sql("DELETE FROM users WHERE ctid >= '(" + (next() + 2) + ",0)'::tid");
                    bench.sql("VACUUM (TRUNCATE) users");
                    assertThat(Long.parseLong(bench.value("SELECT pg_relation_size('users')")))
                            .isLessThan(Long.parseLong(before));
                }));
        assertThat(done.rows()).isLessThan(ROWS);
    }

    @Test
    void byKeyTheCursorsRowMayGoAndKeysMayChange() {
        syncTrigger();
        StepSummary done = fill(
                byId(),
                batches -> once(batches, 2, () -> {
                    String last = bench.value("SELECT cursor->>'after.0' FROM lockstep.ledger");
                    assertThat(Integer.parseInt(last)).isBetween(1, ROWS - 100);
                    bench.sql("DELETE FROM users WHERE id = " + last);
                    bench.sql("UPDATE users SET id = -1 WHERE id = " + ROWS);
                    bench.sql("UPDATE users SET id = 100000 WHERE id = 1");
                }));
        assertThat(anotherPass(done)).isFalse();
        assertThat(done.rows()).isEqualTo(ROWS - 1);
    }

    @Test
    void byKeyARowThatNobodySyncsAndThatGetsASmallerKeyIsPickedUpByAnotherPass() {
        StepSummary done = fill(
                byId(), batches -> once(batches, 2, () -> bench.sql("UPDATE users SET id = -1 WHERE id = " + ROWS)));
        assertThat(anotherPass(done)).isTrue();
        assertThat(done.rows()).isEqualTo(ROWS);
    }

    @Test
    void byKeyATableThatGrowsAtItsEndIsDoneAllTheSame() {
        syncTrigger();
        int[] added = {0};
        fill(byId(), batches -> {
            added[0] += 200;
            bench.sql("INSERT INTO users SELECT n, 'new' FROM generate_series(" + (10_000 + added[0]) + ", "
                    + (10_199 + added[0]) + ") AS n");
            return batches > 1_000;
        });
    }

    @Test
    void whateverTheApplicationDoesEachRowIsFilledAndNoneTwice() {
        syncTrigger();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        bench.sql("ALTER TABLE users DISABLE TRIGGER zz_sync");
        bench.sql("INSERT INTO users SELECT n, 'more' FROM generate_series(10001, 12000) AS n");
        bench.sql("ALTER TABLE users ENABLE ALWAYS TRIGGER zz_sync");
        assertThatCode(() -> fill(random.nextBoolean() ? byId() : List.of(), _ -> {
                    bench.sql(anything(random));
                    return false;
                }))
                .as("seed " + seed)
                .doesNotThrowAnyException();
    }

    private static String anything(Random random) {
        int id = 1 + random.nextInt(ROWS);
        return switch (random.nextInt(6)) {
            case 0 ->
                "UPDATE users SET name = repeat('x', " + random.nextInt(2_000) + ") WHERE id BETWEEN " + id + " AND "
                        + (id + random.nextInt(50));
            case 1 -> "DELETE FROM users WHERE id BETWEEN " + id + " AND " + (id + random.nextInt(100));
            case 2 -> "VACUUM users";
            case 3 ->
                "INSERT INTO users SELECT n, 'again' FROM generate_series(" + id + ", " + (id + 50)
                        + ") AS n ON CONFLICT DO NOTHING";
            case 4 -> "UPDATE users SET id = -id WHERE id = " + id;
            default -> "UPDATE users SET name = name || '!' WHERE id % 97 = " + random.nextInt(97);
        };
    }
}
