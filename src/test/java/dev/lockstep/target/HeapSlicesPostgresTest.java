package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeapSlicesPostgresTest {
    private static final int ROWS = 20_000;
    private static final Pattern DIRTIED = Pattern.compile("\"Shared Dirtied Blocks\": (\\d+)");

    private final Bench bench = new Bench();
    private final Action.Backfill fill = new Action.Backfill(
            Bench.USERS,
            new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name"),
            UserTriggers.SKIP);

    @BeforeEach
    void table() {
        bench.pace = new BackfillPace(20, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS);
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, email text, name text, full_name text)");
        bench.sql("CREATE INDEX users_email ON users (email)");
        bench.sql("INSERT INTO users SELECT n, n || '@example.org', rpad('user ' || n, 60, '.')"
                + " FROM generate_series(1, " + ROWS + ") AS n");
        bench.sql("VACUUM ANALYZE users");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void mostNewVersionsStayOnTheirPageAndTouchNoIndex() {
        assertThat(bench.does("fill", fill)).isInstanceOf(StepOutcome.Completed.class);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> bench.value("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'users'")
                        .equals(String.valueOf(ROWS)));
        String share =
                bench.value("SELECT n_tup_hot_upd::float / n_tup_upd FROM pg_stat_user_tables WHERE relname = 'users'");
        // The rows grow by half, so not every new version finds room; in one slice hardly any does.
        assertThat(Double.parseDouble(share)).isGreaterThan(0.4);
        assertThat(unfilled()).isEqualTo("0");
    }

    @Test
    void writesEachRangeAtOnceWhereAnIndexContainsWhatIsFilled() {
        bench.sql("CREATE INDEX users_full_name ON users (lower(full_name))");
        assertThat(bench.does("fill", fill)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(slices()).isEqualTo("1");
        assertThat(unfilled()).isEqualTo("0");
    }

    @Test
    void writesEachRangeAtOnceWhileAnOldSnapshotKeepsTheDeadVersions() throws Exception {
        try (Connection old = bench.connect()) {
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Bench.run(old, "SELECT count(*) FROM users");
            bench.pace = new BackfillPace(1, 0, UserTriggers.SKIP, 0, BatchCommit.SYNCHRONOUS);
            assertThat(bench.does("fill", fill)).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(slices()).isEqualTo("1");
        assertThat(unfilled()).isEqualTo("0");
    }

    @Test
    void goesOnWithTheSliceThatWasNext() {
        bench.pace = new BackfillPace(2, 80, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS);
        CompletableFuture<StepOutcome> first = bench.begin("fill", fill);
        await().atMost(Duration.ofSeconds(20)).until(() -> !bench.progress.isEmpty());
        bench.stop = true;
        assertThat(first.join()).isInstanceOf(StepOutcome.Interrupted.class);
        assertThat(unfilled()).isNotEqualTo("0");
        bench.stop = false;
        bench.pace = new BackfillPace(20, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS);
        assertThat(bench.does("fill", fill)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(unfilled()).isEqualTo("0");
        // Each row was written once, however often the step was begun.
        assertThat(bench.value("SELECT rows FROM lockstep.ledger WHERE step = 'fill'"))
                .isEqualTo(String.valueOf(ROWS));
    }

    @Test
    void theServerHasClearedThePagesThatAreDoneBeforeAnybodyElseReadsThem() {
        bench.pace = new BackfillPace(2, 50, UserTriggers.SKIP, 0, BatchCommit.SYNCHRONOUS);
        CompletableFuture<StepOutcome> filling = bench.begin("fill", fill);
        await().atMost(Duration.ofSeconds(20)).until(() -> passed() > 60);
        bench.stop = true;
        assertThat(filling.join()).isInstanceOf(StepOutcome.Interrupted.class);
        bench.sql("CHECKPOINT");
        // What is behind the middle has just been written, or is still to be.
        assertThat(dirtiedByReading(0, passed() / 2)).isZero();

        bench.sql("UPDATE users SET full_name = name || '!' WHERE ctid < '(10,0)'");
        bench.sql("CHECKPOINT");
        assertThat(dirtiedByReading(0, passed() / 2))
                .as("pages that nobody has read since")
                .isGreaterThan(5);
    }

    private long passed() {
        String next = bench.value(
                "SELECT coalesce((SELECT cursor ->> 'next' FROM lockstep.ledger WHERE step = 'fill'), '0')");
        return Long.parseLong(next);
    }

    /** How many pages the server changes because they are read. */
    private long dirtiedByReading(long from, long to) {
        String plan = bench.value("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT count(*) FROM users WHERE ctid >= '("
                + from + ",0)' AND ctid < '(" + to + ",0)'");
        Matcher dirtied = DIRTIED.matcher(plan);
        assertThat(dirtied.find()).isTrue();
        return Long.parseLong(dirtied.group(1));
    }

    private String unfilled() {
        return bench.value("SELECT count(*) FROM users WHERE full_name IS DISTINCT FROM name");
    }

    private String slices() {
        return bench.value("SELECT cursor ->> 'slices' FROM lockstep.ledger WHERE step = 'fill'");
    }
}
