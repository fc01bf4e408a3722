package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.change.Action;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.BackfillLimits.HttpCheck;
import dev.lockstep.plan.BackfillLimits.SqlCheck;
import dev.lockstep.plan.Limit;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.plan.Speed;
import dev.lockstep.schema.Identifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A backfill that somebody slows down: a person, or what the database feels. */
class GovernedBackfillPostgresTest {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Bench bench = new Bench();
    private int rounds;
    private final Action.Backfill fill = new Action.Backfill(
            Bench.USERS,
            new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name"),
            UserTriggers.SKIP);

    @AfterEach
    void close() throws Exception {
        bench.stop = true;
        bench.close();
    }

    private void users(int count) {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text)");
        bench.sql("INSERT INTO users SELECT n, repeat('user ', 20) || n FROM generate_series(1, " + count + ") AS n");
    }

    private void pace(int batchMilliseconds, int restPercent, BackfillLimits limits) {
        bench.pace = new BackfillPace(
                batchMilliseconds,
                restPercent,
                UserTriggers.SKIP,
                10,
                BatchCommit.ASYNCHRONOUS,
                Optional.empty(),
                Optional.of(limits));
    }

    private static BackfillLimits only(Map<Limit, Integer> numbers) {
        return new BackfillLimits(numbers, List.of(), List.of());
    }

    private void says(Speed speed) {
        bench.pacing = Optional.of(new Pacing(speed, "ana", NOON));
    }

    private long filled() {
        return Long.parseLong(bench.value("SELECT count(*) FROM users WHERE full_name IS NOT NULL"));
    }

    private Progress last() {
        return bench.progress.isEmpty() ? new Progress("", 0, 0, 0, Optional.empty(), NOON) : bench.progress.getLast();
    }

    private Optional<Progress.Throttle> throttle() {
        return last().pace().flatMap(Progress.Pace::throttle);
    }

    @Test
    void aPauseHoldsNothingIsShownAndEndsWhenSomebodySaysSo() {
        users(20_000);
        pace(1, 90, BackfillLimits.NONE);
        CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
        await().atMost(SOON).until(() -> last().rowsDone() > 100);

        says(Speed.PAUSED);
        await().atMost(SOON)
                .until(() -> bench.waitingFor().stream()
                        .anyMatch(blocker -> blocker.code() == Blocker.Code.BACKFILL_PAUSED
                                && blocker.owner().equals("ana")));
        await().atMost(SOON).until(() -> last().pace().map(Progress.Pace::speed).equals(Optional.of(Speed.PAUSED)));
        long before = filled();
        assertThat(before).isLessThan(20_000);
        assertThat(bench.value("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%'"
                        + " AND datname = current_database() AND (xact_start IS NOT NULL AND state <> 'active'"
                        + " OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = pg_stat_activity.pid"
                        + " AND l.relation = 'users'::regclass))"))
                .isEqualTo("0");
        int words = bench.waits.size();
        await().during(Duration.ofMillis(1_500)).atMost(SOON).until(() -> filled() == before);
        assertThat(bench.waits).as("a pause is told once").hasSize(words);

        says(Speed.FULL);
        assertThat(backfill.join()).isInstanceOf(StepOutcome.Completed.class);
        assertThat(filled()).isEqualTo(20_000);
        assertThat(bench.waitingFor()).isEmpty();
    }

    @Test
    void whoeverTakesAPausedBackfillOverDoesNotBeginAndStopsWhenToldTo() {
        users(500);
        says(Speed.PAUSED);
        CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
        await().atMost(SOON).until(() -> !bench.waitingFor().isEmpty());
        await().atMost(SOON).until(() -> last().pace().isPresent());
        assertThat(filled()).isZero();
        bench.stop = true;
        assertThat(backfill.join()).isInstanceOf(StepOutcome.Interrupted.class);
    }

    @Test
    void goesSlowlyWhileAQueryOfTheUsersSaysNoAndNamesIt() {
        // More than can be done in the two seconds before it is slowed down for the second time.
        users(100_000);
        bench.sql("CREATE TABLE room (free int); INSERT INTO room VALUES (1)");
        pace(
                1,
                50,
                new BackfillLimits(
                        Map.of(), List.of(new SqlCheck("free-disk", "SELECT free FROM room;", 10, true)), List.of()));
        CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
        await().atMost(SOON)
                .until(() -> throttle().map(Progress.Throttle::signal).equals(Optional.of("free-disk")));
        assertThat(throttle().orElseThrow().words()).contains("gives 1; no less than 10 is right");
        await().atMost(SOON)
                .until(() -> bench.waitingFor().stream()
                        .anyMatch(blocker -> blocker.code() == Blocker.Code.BACKFILL_THROTTLED));
        bench.sql("UPDATE room SET free = 100");
        says(Speed.FULL);
        assertThat(backfill.join())
                .isInstanceOfSatisfying(
                        StepOutcome.Completed.class,
                        done -> assertThat(done.summary().notes())
                                .anyMatch(note -> note.contains("Signal free-disk kept it at its slowest")));
    }

    @Test
    void aQueryThatIsWrongMakesItGentleAndIsNamedButStopsNothing() {
        users(3_000);
        pace(
                1,
                0,
                new BackfillLimits(
                        Map.of(),
                        List.of(
                                new SqlCheck("wrong", "SELECT nothing FROM nowhere", 1, false),
                                new SqlCheck("evil", "DELETE FROM users RETURNING id", 1, false)),
                        List.of()));
        CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
        await().atMost(SOON).until(() -> throttle().isPresent() || backfill.isDone());
        StepOutcome.Completed done = (StepOutcome.Completed) backfill.join();
        assertThat(done.summary().notes())
                .anyMatch(note -> note.contains("Signal wrong could not be read"))
                .anyMatch(note -> note.contains("Signal evil could not be read"));
        assertThat(bench.progress)
                .filteredOn(progress ->
                        progress.pace().flatMap(Progress.Pace::throttle).isPresent())
                .allSatisfy(progress ->
                        assertThat(progress.pace().orElseThrow().duty()).isLessThanOrEqualTo(Governor.BLIND));
        assertThat(filled()).isEqualTo(3_000);
    }

    @Test
    void anHttpCheckSaysGoByItsStatusAndFailsClosed() throws Exception {
        AtomicInteger status = new AtomicInteger(503);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/go", exchange -> {
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
        int port = server.getAddress().getPort();
        try (Connection connection = bench.connect()) {
            Signal check = Signals.of(
                            new BackfillLimits(
                                    Map.of(),
                                    List.of(),
                                    List.of(new HttpCheck("ops", "http://127.0.0.1:" + port + "/go", 2_000))),
                            Bench.USERS)
                    .getLast();
            assertThat(check.look(connection)).singleElement().isInstanceOfSatisfying(Reading.Felt.class, felt -> {
                assertThat(felt.pressure()).isGreaterThan(1);
                assertThat(felt.words()).contains("503");
            });
            status.set(204);
            assertThat(check.look(connection))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Reading.Felt.class,
                            felt -> assertThat(felt.pressure()).isZero());
            status.set(302);
            assertThat(check.look(connection))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Reading.Felt.class,
                            felt -> assertThat(felt.pressure()).isGreaterThan(1));
            server.stop(0);
            assertThat(check.look(connection)).singleElement().isInstanceOf(Reading.Unread.class);
        }
    }

    @Test
    void whatTheApplicationWaitsForIsSeenAndWhetherWeAreTheReason() throws Exception {
        users(10);
        try (Connection watch = bench.connect();
                Connection ours = bench.connect();
                Connection application = bench.connect()) {
            String name = "SET application_name = 'lockstep/12345678/fill'";
            Bench.run(watch, name);
            Bench.run(ours, name);
            ours.setAutoCommit(false);
            Bench.run(ours, "UPDATE users SET full_name = name WHERE id = 1");
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(
                    () -> Bench.run(application, "UPDATE users SET name = 'theirs' WHERE id = 1"));
            LockWaits locks = new LockWaits(50);
            ForegroundWaits foreground = new ForegroundWaits(50);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(locks.look(watch))
                            .singleElement()
                            .isInstanceOfSatisfying(
                                    Reading.Felt.class,
                                    felt -> assertThat(felt.pressure()).isGreaterThan(1)));
            List<Reading> felt = List.of();
            for (int look = 0; look < 5; look++) {
                felt = foreground.look(watch);
            }
            assertThat(felt)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Reading.Felt.class,
                            one -> assertThat(one.pressure()).isGreaterThan(1));
            ours.rollback();
            waiting.join();
            assertThat(locks.look(watch))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Reading.Felt.class,
                            one -> assertThat(one.pressure()).isZero());
        }
    }

    @Test
    void everySignalCanBeReadOnARealServerAlsoByARoleThatMaySeeLittle() throws Exception {
        users(100);
        BackfillLimits all = only(
                Map.of(Limit.WAL_RATE, 1_000, Limit.DEAD_ROWS, 20, Limit.REPLICA_BYTES, 100, Limit.HEAP_GROWTH, 100));
        bench.sql("DROP ROLE IF EXISTS lockstep_blind; CREATE ROLE lockstep_blind LOGIN");
        for (String role : List.of("postgres", "lockstep_blind")) {
            try (Connection connection =
                    java.sql.DriverManager.getConnection(bench.url.replace("user=postgres", "user=" + role))) {
                for (Signal signal : Signals.of(all, Bench.USERS)) {
                    for (int look = 0; look < 2; look++) {
                        assertThat(signal.look(connection))
                                .as(signal.name() + " as " + role)
                                .allSatisfy(reading -> {
                                    assertThat(reading.signal()).isEqualTo(signal.name());
                                    assertThat(reading).isNotInstanceOf(Reading.Unread.class);
                                });
                    }
                    assertThat(signal.remedy()).endsWith(".");
                }
            }
        }
    }

    @Test
    void commitsThatWaitForNewFilesOfTheLogAreToldFromOthersWhereTheRoleMaySeeThem() throws Exception {
        bench.sql("DROP ROLE IF EXISTS lockstep_blind; CREATE ROLE lockstep_blind LOGIN");
        // Uses up the files that the server has ready.
        for (int file = 0; file < 50 && !feltAs("postgres").contains("makes a new one"); file++) {
            bench.sql("SELECT pg_logical_emit_message(false, 'lockstep', 'part'); SELECT pg_switch_wal()");
        }
        assertThat(feltAs("postgres")).contains("a commit waited for the disk").contains("makes a new one");
        assertThat(feltAs("lockstep_blind"))
                .contains("a commit waited for the disk")
                .doesNotContain("makes a new one");
    }

    private String feltAs(String role) throws Exception {
        CommitWaits waits = new CommitWaits(1);
        for (int commit = 0; commit < 20; commit++) {
            waits.waited(Duration.ofNanos(300_000));
        }
        bench.sql("SELECT pg_sleep(0.1)");
        waits.waited(Duration.ofMillis(100));
        try (Connection connection =
                java.sql.DriverManager.getConnection(bench.url.replace("user=postgres", "user=" + role))) {
            return ((Reading.Felt) waits.look(connection).getFirst()).words();
        }
    }

    @Test
    void anOldSnapshotAndAGrowingTableAreFelt() throws Exception {
        users(2_000);
        try (Connection watch = bench.connect();
                Connection report = bench.connect()) {
            HeapGrowth growth = new HeapGrowth(Bench.USERS, 50);
            growth.look(watch);
            bench.sql("UPDATE users SET full_name = name");
            assertThat(growth.look(watch))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Reading.Felt.class,
                            felt -> assertThat(felt.pressure()).isGreaterThan(1));
            report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            report.setAutoCommit(false);
            Bench.run(report, "SELECT count(*) FROM users");
            OldestSnapshot oldest = new OldestSnapshot(1);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(oldest.look(watch))
                            .singleElement()
                            .isInstanceOfSatisfying(
                                    Reading.Felt.class,
                                    felt -> assertThat(felt.pressure()).isGreaterThanOrEqualTo(1)));
        }
    }

    /**
     * With more rows, {@code -Dlockstep.forecast-rows=300000}, it is a measurement: five runs at each of three speeds, of so
     * many rows gently and of more where it goes faster, and how far off what was said was, from a tenth of the table on.
     */
    @Test
    void theTimeLeftIsToldEarlyOnARealTable() {
        int rows = Integer.getInteger("lockstep.forecast-rows", 0);
        if (rows == 0) {
            assertThat(forecast(30_000, 90).getFirst().said()).isBetween(0L, 300L);
            return;
        }
        for (int rest : new int[] {0, 10, 75}) {
            for (int round = 1; round <= 5; round++) {
                List<Said> all = forecast(rows * (100 - rest) / 25, rest);
                Said tenth = all.getFirst();
                System.out.printf(
                        "rest %d %%, round %d: at %.3f of the table %d s were said to be left, and %.1f s were (%+.0f %%);"
                                + " as long as three seconds were left, at worst %+.0f %%%n",
                        rest,
                        round,
                        tenth.fraction(),
                        tenth.said(),
                        tenth.really(),
                        tenth.error(),
                        all.stream()
                                .filter(said -> said.really() >= 3)
                                .map(Said::error)
                                .max(Comparator.comparingDouble(Math::abs))
                                .orElse(Double.NaN));
                assertThat(tenth.error()).isBetween(-20.0, 20.0);
            }
        }
    }

    /** What was said at a time, and what was so; in seconds. */
    private record Said(double fraction, long said, double really) {
        /** In percent of what was left, beyond the half second that whole seconds cannot tell. */
        double error() {
            double off = said - really;
            return Math.signum(off) * Math.max(0, Math.abs(off) - 0.5) / really * 100;
        }
    }

    /** One run, and what was said from a tenth of the table on. */
    private List<Said> forecast(int rows, int restPercent) {
        bench.sql("DROP TABLE IF EXISTS users");
        users(rows);
        pace(20, restPercent, BackfillLimits.NONE);
        bench.progress.clear();
        assertThat(bench.does("fill-" + rounds++, fill)).isInstanceOf(StepOutcome.Completed.class);
        Instant end = Instant.now();
        return bench.progress.stream()
                .filter(progress ->
                        progress.fraction() >= 0.1 && progress.secondsLeft().isPresent())
                .map(progress -> new Said(
                        progress.fraction(),
                        progress.secondsLeft().orElseThrow(),
                        Duration.between(progress.at(), end).toMillis() / 1000.0))
                .toList();
    }
}
