package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Two processes on one store: one leads a run, and the other takes over when it is killed, frozen or told to end. */
class TwoReplicasIT {
    /** See {@link RenameWorld}: the lease is 2 s. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    private static final Duration TAKEN_OVER_WITHIN = LEASE.plusSeconds(3);
    private static final Duration WITHIN = Duration.ofMinutes(2);
    /** Slow enough that there is much left to do when somebody takes over. */
    private static final int BATCH_MILLISECONDS = 20;

    private static final int REST_PERCENT = 80;
    private static final int BEFORE_ROWS = 3_000;

    private RenameWorld world;
    private Map<String, LockstepProcess> replicas;

    @BeforeEach
    void start(TestInfo test) throws SQLException {
        world = new RenameWorld(
                "two_" + test.getTestMethod().orElseThrow().getName().toLowerCase(java.util.Locale.ROOT));
        // One migrates the store, as in a rolling update; two at once would also do, one after the other.
        replicas = Map.of("alpha", world.lockstep("alpha"), "beta", world.lockstep("beta"));
        replicas.values().forEach(LockstepProcess::awaitReady);
        RenameWorld.start(named("alpha"), BATCH_MILLISECONDS, REST_PERCENT);
        await("the backfill is under way")
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> rows() >= BEFORE_ROWS);
        witness();
    }

    @AfterEach
    void stop() {
        replicas.values().forEach(LockstepProcess::close);
        world.close();
    }

    @Test
    void theOtherTakesOverFromOneThatIsKilled() throws SQLException {
        String leader = leader();
        Instant killedAt = now();
        named(leader).kill();
        Instant takenAt = awaitTakenBy(other(leader));
        assertThat(rows()).as("the backfill was not over yet").isLessThan(RenameWorld.USERS * 9 / 10);
        System.out.println("killed; taken over after " + Duration.between(killedAt, takenAt));
        assertThat(Duration.between(killedAt, takenAt)).isLessThanOrEqualTo(TAKEN_OVER_WITHIN);
        awaitEndLikeAPlainRename(other(leader));
    }

    @Test
    void oneThatWakesAfterItsLeaseWritesNothingAnyMore() throws SQLException, IOException {
        String leader = leader();
        LockstepProcess frozen = named(leader);
        freezeBetweenBatches(frozen);
        String old = String.join(", ", writers());
        Instant frozenAt = now();
        Instant takenAt = awaitTakenBy(other(leader));
        System.out.println("frozen; taken over after " + Duration.between(frozenAt, takenAt));
        assertThat(Duration.between(frozenAt, takenAt)).isLessThanOrEqualTo(TAKEN_OVER_WITHIN);
        long fence = fence();
        await("the new holder writes to the target")
                .atMost(WITHIN)
                .until(() -> writers().size() > 1);
        assertThat(rows()).as("the new one still works").isLessThan(RenameWorld.USERS * 9 / 10);
        frozen.thaw();
        world.awaitSuccess(named(other(leader)), WITHIN);
        frozen.awaitReady();
        assertThat(world.askTarget("""
                        SELECT ordinal FROM witness.writes WHERE pid IN (%s)
                           AND ordinal > (SELECT min(ordinal) FROM witness.writes WHERE pid NOT IN (%s))""".formatted(old, old)))
                .as("writes of the stale holder after the new one's first")
                .isEmpty();
        assertThat(world.askStore("""
                        SELECT s.event FROM journal s JOIN journal t ON t.sequence < s.sequence
                         WHERE t.event->>'@type' = 'LeaseTaken' AND (t.event->>'fence')::bigint = %d
                           AND s.event ? 'fence' AND (s.event->>'fence')::bigint < %d""".formatted(fence, fence)))
                .as("journal entries under an old fence that came after the new holder's first")
                .isEmpty();
        awaitEndLikeAPlainRename(other(leader));
    }

    @Test
    @Fact("P46")
    void oneThatStandsStillInATransactionDoesNotHoldTheOtherUp() throws SQLException {
        String leader = leader();
        freezeInsideBatch(named(leader));
        Instant frozenAt = now();
        awaitTakenBy(other(leader));
        await("the new holder writes to the target")
                .atMost(WITHIN)
                .until(() -> writers().size() > 1);
        Duration until = Duration.between(frozenAt, now());
        System.out.println("frozen in a transaction; the new holder writes after " + until);
        assertThat(until).isLessThan(TAKEN_OVER_WITHIN.plusSeconds(5));
        named(leader).thaw();
        awaitEndLikeAPlainRename(other(leader));
    }

    @Test
    @Fact("G47")
    void oneThatIsToldToEndHandsOverAtOnce() throws SQLException {
        String leader = leader();
        Instant toldAt = now();
        named(leader).terminate();
        Instant takenAt = awaitTakenBy(other(leader));
        System.out.println("told to end; taken over after " + Duration.between(toldAt, takenAt));
        assertThat(Duration.between(toldAt, takenAt)).isLessThan(Duration.ofSeconds(2));
        awaitEndLikeAPlainRename(other(leader));
    }

    /** Notes which server process made every committed write to the ledger, in the order of the commits. */
    private void witness() throws SQLException {
        try (Connection target = world.target();
                Statement statement = target.createStatement()) {
            statement.execute("""
                    CREATE SCHEMA witness;
                    CREATE TABLE witness.writes (ordinal bigint GENERATED ALWAYS AS IDENTITY, pid int);
                    CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                      -- Whoever gets here has the fence's row locked, so the ordinals are in the order of the commits.
                      INSERT INTO witness.writes (pid) VALUES (pg_backend_pid());
                      RETURN NEW;
                    END $$;
                    CREATE TRIGGER witness BEFORE INSERT OR UPDATE ON lockstep.ledger
                      FOR EACH ROW EXECUTE FUNCTION witness.note();
                    ALTER TABLE lockstep.ledger ENABLE ALWAYS TRIGGER witness;
                    """);
        }
    }

    /** Stops the leader while its server process rests between two batches. */
    private void freezeBetweenBatches(LockstepProcess leader) {
        await("it is stopped between two batches")
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(37))
                .until(() -> {
                    if (writers().isEmpty()) {
                        return false;
                    }
                    leader.freeze();
                    // What it asked for before is done first.
                    await("its server process to come to rest")
                            .until(() -> !stateOfCopy().equals("active"));
                    if (stateOfCopy().equals("idle")) {
                        return true;
                    }
                    leader.thaw();
                    return false;
                });
    }

    /** Stops the leader in the middle of a batch: its claim of the cursor has to wait, and is granted once it is still. */
    private void freezeInsideBatch(LockstepProcess leader) throws SQLException {
        await("it writes").atMost(WITHIN).until(() -> !writers().isEmpty());
        try (Connection target = world.target();
                Statement statement = target.createStatement()) {
            target.setAutoCommit(false);
            statement.execute("SELECT 1 FROM lockstep.ledger WHERE step = 'copy' FOR UPDATE");
            await("it waits for the cursor")
                    .atMost(WITHIN)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !world.askTarget(
                                    "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%/copy' AND wait_event_type = 'Lock'")
                            .isEmpty());
            leader.freeze();
            target.rollback();
        }
        await("its server process to come to rest in the transaction")
                .until(() -> stateOfCopy().equals("idle in transaction"));
    }

    private String stateOfCopy() {
        return world
                .askTarget("SELECT state FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%/copy'")
                .stream()
                .findFirst()
                .orElseThrow(() -> new AssertionError("the backfill was over before it could be caught"));
    }

    private List<String> writers() {
        return world.askTarget("SELECT DISTINCT pid FROM witness.writes");
    }

    private Instant now() {
        return Instant.parse(world.askStore("""
                SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""").getFirst());
    }

    private long rows() {
        if (world.askTarget("SELECT 1 WHERE to_regclass('lockstep.ledger') IS NOT NULL")
                .isEmpty()) {
            return 0;
        }
        return world.askTarget("SELECT rows FROM lockstep.ledger WHERE step = 'copy'").stream()
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    private long fence() {
        return Long.parseLong(world.askStore("SELECT fence FROM lease").getFirst());
    }

    private String leader() {
        String holder = world.askStore("SELECT holder FROM lease").getFirst();
        return holder.startsWith("alpha") ? "alpha" : "beta";
    }

    private LockstepProcess named(String replica) {
        return Optional.ofNullable(replicas.get(replica)).orElseThrow();
    }

    private static String other(String replica) {
        return replica.equals("alpha") ? "beta" : "alpha";
    }

    private Instant awaitTakenBy(String replica) {
        String sql = """
                SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM journal
                 WHERE event->>'@type' = 'LeaseTaken' AND event->>'holder' LIKE '%s-%%'
                   AND sequence > (SELECT max(sequence) FROM journal WHERE event->>'@type' = 'StepStarted'
                                    AND event->>'step' = 'copy' AND (event->>'attempt')::int = 1)
                 ORDER BY sequence""".formatted(replica);
        await(replica + " takes over; its log is " + named(replica).log())
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !world.askStore(sql).isEmpty());
        return Instant.parse(world.askStore(sql).getFirst());
    }

    private void awaitEndLikeAPlainRename(String replica) throws SQLException {
        world.awaitSuccess(named(replica), WITHIN);
        assertThat(world.askStore("""
                        SELECT event->>'step' FROM journal WHERE event->>'@type' = 'StepCompleted'
                         GROUP BY 1 HAVING count(*) > 1""")).as("steps that were completed twice").isEmpty();
        try (Connection target = world.target();
                Statement statement = target.createStatement()) {
            statement.execute("DROP SCHEMA IF EXISTS witness CASCADE");
        }
        world.compareWithAPlainRename();
    }
}
