package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReindexPostgresTest {
    private static final String LONG = "users_" + "n".repeat(57);
    private static final Action REINDEX = new Action.RebuildIndex(USERS, new Identifier(LONG));

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("CREATE TABLE users (id int, name text); INSERT INTO users SELECT n, 'n' || n % 500"
                + " FROM generate_series(1, 1000) AS n; CREATE INDEX " + LONG + " ON users (name)");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private String file() {
        return bench.value("SELECT pg_relation_filenode('" + LONG + "')");
    }

    private String indexes() {
        return bench.value("SELECT string_agg(relname || ' ' || indisvalid, ', ' ORDER BY relname) FROM pg_index"
                + " JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 'users'::regclass");
    }

    @Test
    void buildsTheIndexAnewAndTellsHowFarItIs() throws Exception {
        String before = file();
        try (Connection old = bench.connect()) {
            Bench.run(old, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1");
            CompletableFuture<StepOutcome> reindex = bench.begin("reindex", REINDEX);
            await().until(() -> !bench.progress.isEmpty());
            assertThat(bench.progress.getFirst().step()).isEqualTo("reindex");
            assertThat(bench.progress.getFirst().fraction()).isBetween(0.0, 1.0);
            Bench.run(old, "COMMIT");
            assertThat(reindex.join()).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(file()).isNotEqualTo(before);
        assertThat(indexes()).isEqualTo(LONG + " true");
        assertThat(bench.does("reindex", REINDEX))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(
                        done -> assertThat(done.summary().notes()).anyMatch(note -> note.contains("done it already")));
    }

    @Test
    void clearsAwayWhatAKilledOneLeft() throws Exception {
        try (Connection old = bench.connect()) {
            Bench.run(old, "BEGIN; UPDATE users SET name = name WHERE id = 1");
            CompletableFuture<StepOutcome> killed = bench.begin("reindex", REINDEX);
            await().until(() -> indexes().contains("_ccnew false"));
            await().until(() -> !bench.value(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type"
                                    + " = 'Lock' AND query LIKE 'REINDEX%' AND datname = current_database()")
                    .isEmpty());
            assertThat(killed.join()).isInstanceOf(StepOutcome.Blocked.class);
            Bench.run(old, "COMMIT");
        }
        assertThat(indexes()).contains("_ccnew false");
        assertThat(bench.does("reindex", REINDEX))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done -> assertThat(done.summary().notes())
                        .anyMatch(note -> note.contains("_ccnew") && note.contains("dropped")));
        assertThat(indexes()).isEqualTo(LONG + " true");
    }

    @Test
    void repairsAnIndexThatIsUnfinished() {
        bench.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + LONG + "'::regclass");
        assertThat(bench.does("reindex", REINDEX)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(indexes()).isEqualTo(LONG + " true");
    }

    @Test
    void saysThatTheIndexIsGone() {
        bench.sql("DROP INDEX " + LONG);
        assertThat(bench.does("reindex", REINDEX))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("no index users_nn"));
    }
}
