package dev.lockstep.traffic;

import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.traffic.PlanRun.Move;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A transaction that has read the table and stays open, as a report or a forgotten session does, while the first step that
 * wants a strong lock on it is due, and the application goes on.
 *
 * @param idle the longest statement without a plan
 * @param elsewhere the longest statement of a client of another database meanwhile
 * @param longest the longest statement while the reader sat on the table and until the step was done
 * @param after how long after the reader's end the step was done
 * @param budget how long a plan's lock may make the application wait
 */
record LongReader(
        Scenario scenario,
        Duration sat,
        Duration idle,
        Duration elsewhere,
        Stalls.Longest longest,
        Duration after,
        Duration budget,
        long failed) {
    private static final String READER = "reader";
    private static final int OPERATIONS = 200;

    static LongReader sits(Scenario scenario, Duration sits, Supplier<String> databases) throws SQLException {
        String url = databases.get();
        Stalls stalls = new Stalls();
        Acknowledged acknowledged = new Acknowledged();
        try (Connection connection = DriverManager.getConnection(url);
                Bystander bystander = Bystander.start(databases.get());
                Traffic traffic = new Traffic(url, scenario, acknowledged, stalls, Extent.WHOLE.perSecond())) {
            Life.prepare(connection, scenario.schema());
            new Verification(connection, acknowledged).learn(scenario.before());
            traffic.start(scenario.before());
            traffic.goOn(OPERATIONS);
            traffic.at("idle");
            traffic.goOn(OPERATIONS);
            PlanRun run = PlanRun.of(scenario, url);
            traffic.at(READER);
            bystander.begin();
            Duration after =
                    expand(run, url, scenario.before().tables().getFirst().table(), sits);
            traffic.goOn(OPERATIONS);
            return new LongReader(
                    scenario,
                    sits,
                    stalls.longest().getOrDefault("idle", Stalls.NONE).took(),
                    bystander.longest(),
                    stalls.longest().getOrDefault(READER, Stalls.NONE),
                    after,
                    Duration.ofMillis(run.budgetMilliseconds()),
                    traffic.failed() + traffic.wrong());
        }
    }

    /** How long after the reader's end the expand was done. */
    private static Duration expand(PlanRun run, String url, String table, Duration sits) throws SQLException {
        try (Connection reader = DriverManager.getConnection(url + "&ApplicationName=report");
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM " + table);
            CompletableFuture<Long> done = CompletableFuture.supplyAsync(() -> {
                run.moves().stream()
                        .filter(Move.Perform.class::isInstance)
                        .map(Move.Perform.class::cast)
                        .filter(move ->
                                move.phase().equals(run.moves().getFirst().phase()))
                        .forEach(move -> perform(run, move));
                return System.nanoTime();
            });
            statement.execute("SELECT pg_sleep(" + sits.toSeconds() + ")");
            if (done.isDone()) {
                throw new AssertionError("the expand did not wait for the reader");
            }
            reader.commit();
            long ended = System.nanoTime();
            return Duration.ofNanos(done.orTimeout(1, TimeUnit.MINUTES).join() - ended);
        }
    }

    private static void perform(PlanRun run, Move.Perform move) {
        try {
            run.perform(move, Direction.FORWARD, Breaker.Way.NOT_AT_ALL);
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    /** The lock budget and a tenth, and what a statement takes on this machine anyway. */
    Duration allowed() {
        return budget.multipliedBy(11).dividedBy(10).plus(idle.compareTo(elsewhere) >= 0 ? idle : elsewhere);
    }

    boolean proven() {
        return failed == 0 && longest.took().compareTo(allowed()) <= 0 && after.compareTo(Duration.ofSeconds(5)) < 0;
    }

    @Override
    public String toString() {
        return "%s, a reader for %d s: %d failed; longest statement %d ms (idle %d ms, elsewhere %d ms, allowed %d ms); done %d ms after the reader's end"
                .formatted(
                        scenario.title(),
                        sat.toSeconds(),
                        failed,
                        longest.took().toMillis(),
                        idle.toMillis(),
                        elsewhere.toMillis(),
                        allowed().toMillis(),
                        after.toMillis());
    }
}
