package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** kill -9 at exact points of a rename; after each the next process goes on, and the end is that of a plain rename. */
class CrashSafetyIT {
    private static final Duration CAUGHT_WITHIN = Duration.ofSeconds(90);
    private static final String LEDGER = "lockstep.ledger";
    private static final String JOURNAL = "journal";

    private final List<String> table = new ArrayList<>();

    /** Where a process dies. */
    private sealed interface Point {
        String label();

        /** Inside the transaction that writes this row of the target's ledger; then the row is not there. */
        record InTarget(String label, String at, String condition, String absent) implements Point {}

        /** Before the store's commit of this journal entry. */
        record InStore(String label, String condition, String absent, String done) implements Point {}

        /** Once so many rows of the backfill have been committed. */
        record AfterRows(String label, int rows) implements Point {}

        /** While CREATE INDEX CONCURRENTLY waits for another session's transaction. */
        record InIndexBuild(String label, boolean serverGoesOn) implements Point {}
    }

    private static Point inStep(String step) {
        return new Point.InTarget(
                "in the transaction of " + step + ", before COMMIT",
                LEDGER,
                "r->>'step' = '%s' AND r->>'state' = 'Done'".formatted(step),
                "SELECT state FROM lockstep.ledger WHERE step = '%s' AND state = 'Done'".formatted(step));
    }

    private static Point inBatch(int rows) {
        return new Point.InTarget(
                "in a batch of copy, after " + rows + " rows",
                LEDGER,
                "r->>'step' = 'copy' AND r->>'state' = 'Running' AND (r->>'rows')::int >= " + rows,
                "SELECT rows FROM lockstep.ledger WHERE step = 'copy' AND rows >= " + rows);
    }

    private static Point afterStep(String step) {
        return new Point.InStore(
                "after COMMIT of " + step + ", before the journal's StepCompleted",
                "r->'event'->>'@type' = 'StepCompleted' AND r->'event'->>'step' = '%s'".formatted(step),
                "SELECT event FROM journal WHERE event->>'@type' = 'StepCompleted' AND event->>'step' = '%s'"
                        .formatted(step),
                "SELECT state FROM lockstep.ledger WHERE step = '%s' AND state = 'Done'".formatted(step));
    }

    private static Point at(String event, String phase) {
        return new Point.InStore(
                "before the journal's " + event + " of " + phase,
                "r->'event'->>'@type' = '%s' AND r->'event'->>'phase' = '%s'".formatted(event, phase),
                "SELECT event FROM journal WHERE event->>'@type' = '%s' AND event->>'phase' = '%s'"
                        .formatted(event, phase),
                "SELECT 1");
    }

    private static List<Point> points() {
        return List.of(
                new Point.InTarget(
                        "while the ledger is created",
                        "CREATE TABLE lockstep.ledger",
                        "true",
                        "SELECT to_regclass('lockstep.ledger') WHERE to_regclass('lockstep.ledger') IS NOT NULL"),
                inStep("add-alias"),
                afterStep("add-alias"),
                at("PhaseCompleted", "expand"),
                at("GateOpened", "backfill"),
                inStep("drain"),
                afterStep("drain"),
                inBatch(1),
                inBatch(4_000),
                new Point.AfterRows("between batches of copy, after 9000 rows", 9_000),
                inBatch(14_000),
                new Point.AfterRows("between batches of copy, after 20000 rows", 20_000),
                inStep("copy"),
                afterStep("copy"),
                new Point.InIndexBuild("in CREATE INDEX CONCURRENTLY, which the server goes on with", true),
                inStep("index"),
                afterStep("index"),
                inStep("analyze"),
                afterStep("analyze"),
                at("PhaseCompleted", "backfill"),
                at("GateOpened", "new-only"),
                at("PhaseCompleted", "new-only"),
                at("FloorRaised", "contract"),
                at("GateOpened", "contract"),
                inStep("dependents"),
                afterStep("dependents"),
                inStep("verify"),
                afterStep("verify"),
                at("PointOfNoReturnPassed", "contract"),
                inStep("swap"),
                afterStep("swap"),
                at("PhaseCompleted", "contract"));
    }

    @Test
    @Fact({"P40", "G41"})
    void aRenameKilledAtEveryPointEndsLikeAPlainRename() throws Exception {
        try (RenameWorld world = new RenameWorld("crash")) {
            LockstepProcess lockstep = world.lockstep("a").awaitReady();
            try (Snare target = Snare.lay(world.targetUrl(), List.of(LEDGER));
                    Snare store = Snare.lay(world.storeUrl(), List.of(JOURNAL));
                    ShopWriter writer = new ShopWriter(world.targetUrl())) {
                boolean started = false;
                for (Point point : points()) {
                    arm(point, target, store);
                    if (started) {
                        lockstep = world.lockstep("a");
                    } else {
                        RenameWorld.start(lockstep, 5, 60);
                        started = true;
                    }
                    die(point, lockstep, world, target, store);
                }
                lockstep = world.lockstep("a");
                world.awaitSuccess(lockstep, CAUGHT_WITHIN);
                await("the writer sees the new shape")
                        .pollDelay(Duration.ofMillis(200))
                        .until(() -> true);
                assertThat(writer.stopAndCompare()).as("what the writer misses").isEmpty();
            } finally {
                lockstep.close();
                table.forEach(System.out::println);
            }
            world.compareWithAPlainRename();
        }
    }

    private static void arm(Point point, Snare target, Snare store) throws SQLException {
        switch (point) {
            case Point.InTarget in -> target.arm(in.at(), in.condition());
            case Point.InStore in -> store.arm(JOURNAL, in.condition());
            case Point.AfterRows _, Point.InIndexBuild _ -> {}
        }
    }

    private void die(Point point, LockstepProcess lockstep, RenameWorld world, Snare target, Snare store)
            throws SQLException {
        long from = System.nanoTime();
        String seen = switch (point) {
            case Point.InTarget in -> {
                String caught = target.awaitCaught(in.label(), lockstep, CAUGHT_WITHIN);
                lockstep.kill();
                target.endCaught();
                assertThat(world.askTarget(in.absent())).as(in.label()).isEmpty();
                yield caught;
            }
            case Point.InStore in -> {
                String caught = store.awaitCaught(in.label(), lockstep, CAUGHT_WITHIN);
                lockstep.kill();
                store.endCaught();
                assertThat(world.askStore(in.absent())).as(in.label()).isEmpty();
                yield caught;
            }
            case Point.AfterRows after -> {
                String sql = "SELECT rows FROM lockstep.ledger WHERE step = 'copy' AND rows >= " + after.rows();
                await(after.label())
                        .atMost(CAUGHT_WITHIN)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> {
                            lockstep.mustBeAlive();
                            return !world.askTarget(sql).isEmpty();
                        });
                lockstep.kill();
                yield world.askTarget(
                                "SELECT state || ', ' || rows || ' rows' FROM lockstep.ledger WHERE step = 'copy'")
                        .toString();
            }
            case Point.InIndexBuild in -> inIndexBuild(in, lockstep, world);
        };
        table.add("%2d %-64s %-70s %4d ms"
                .formatted(table.size() + 1, point.label(), seen, (System.nanoTime() - from) / 1_000_000));
        System.out.println(table.getLast());
    }

    private String inIndexBuild(Point.InIndexBuild in, LockstepProcess lockstep, RenameWorld world)
            throws SQLException {
        String building = "SELECT phase FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%'";
        try (Connection other = world.target();
                Statement statement = other.createStatement()) {
            // The writer's own rows: nobody else's statement meets this lock.
            other.setAutoCommit(false);
            statement.execute("SELECT FROM orders LIMIT 1; LOCK TABLE users IN ROW EXCLUSIVE MODE");
            await(in.label() + "; the log is " + lockstep.log())
                    .atMost(CAUGHT_WITHIN)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        lockstep.mustBeAlive();
                        return !world.askTarget(building).isEmpty();
                    });
            lockstep.kill();
            String seen = world.askTarget(building).toString();
            if (!in.serverGoesOn()) {
                await("the server notices that the client is gone")
                        .atMost(CAUGHT_WITHIN)
                        .until(() -> world.askTarget("SELECT pid FROM pg_stat_progress_create_index")
                                .isEmpty());
                assertThat(world.askTarget("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"))
                        .as("what the build left")
                        .hasSize(1);
            }
            other.rollback();
            return seen;
        }
    }
}
