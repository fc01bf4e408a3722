package dev.lockstep.target;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One execution of a step: its order, the ear of the engine, and what is worth telling afterwards. */
final class Attempt {
    /** What the application names of all Lockstep's sessions begin with. */
    static final String OWN_NAMES = "lockstep/";

    static final Duration RETRY_UNREACHABLE = Duration.ofSeconds(2);

    /** The server's own limits for a session that does nothing ended ours: in a transaction, altogether, without one. */
    private static final Set<String> STALLED = Set.of("25P03", "25P04", "57P05");

    private static final Duration STOP_CHECK = Duration.ofMillis(50);
    private static final int NOTES = 20;

    private final StepOrder order;
    private final StepMonitor monitor;
    private final Connector connector;
    private final BackfillLimits databaseLimits;
    private final InstantSource clock;
    private final Stopwatch since = Stopwatch.started();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Delays delays = new Delays();
    private List<Blocker> waitingFor = List.of();
    private List<Blocker> standing = List.of();
    private List<Blocker> inTheWay = List.of();
    private boolean told;
    private volatile boolean halted;
    private long longestLockWait;

    /** @param databaseLimits what the configuration says about this database */
    Attempt(
            StepOrder order,
            StepMonitor monitor,
            Connector connector,
            BackfillLimits databaseLimits,
            InstantSource clock) {
        this.order = order;
        this.monitor = monitor;
        this.connector = connector;
        this.databaseLimits = databaseLimits;
        this.clock = clock;
    }

    StepOrder order() {
        return order;
    }

    Connector connector() {
        return connector;
    }

    Instant now() {
        return clock.instant();
    }

    String applicationName() {
        return OWN_NAMES + order.run().shortForm() + "/" + order.step().name();
    }

    Connection open() throws SQLException {
        return connector.open(applicationName());
    }

    boolean stopRequested() {
        return halted || Thread.currentThread().isInterrupted() || monitor.stopRequested();
    }

    /** Ends the work of all threads of this attempt, because one of them cannot go on. */
    void halt() {
        halted = true;
    }

    /** Sleeps; never call it inside a transaction (P46). False when the step is to stop. */
    boolean rest(Duration duration) {
        Stopwatch resting = Stopwatch.started();
        while (!stopRequested()) {
            Duration left = duration.minus(resting.elapsed());
            if (left.isNegative() || left.isZero()) {
                return true;
            }
            try {
                Thread.sleep(left.compareTo(STOP_CHECK) < 0 ? left : STOP_CHECK);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        return false;
    }

    /** At which speed backfills are to go, if somebody said so. */
    Optional<Pacing> pacing() {
        return monitor.pacing();
    }

    /** What makes a backfill slower: by the plan, and where that is silent by the database's configuration. */
    BackfillLimits limits() {
        return order.pace().ownLimits().over(databaseLimits);
    }

    void progressed(Progress progress) {
        monitor.progressed(progress);
    }

    /**
     * Tells the engine who is in the way; nothing is told twice, but the first word always is: what was in the way of an
     * earlier attempt may be gone. Safe for any thread.
     */
    synchronized void waitingFor(List<Blocker> blockers) {
        inTheWay = List.copyOf(blockers);
        tell();
    }

    /** Tells the engine what keeps the step back beside that, from batch to batch, until it is told otherwise. */
    synchronized void standing(List<Blocker> blockers) {
        standing = List.copyOf(blockers);
        tell();
    }

    private synchronized void tell() {
        List<Blocker> all =
                Stream.concat(standing.stream(), inTheWay.stream()).distinct().toList();
        if (!told || !all.equals(waitingFor)) {
            told = true;
            waitingFor = all;
            monitor.waitingFor(all);
        }
    }

    /** Tells the engine who is in the way, and remembers for how long. */
    List<Blocker> heldUpBy(List<LockHolder> holders, Blocker.Code code) {
        List<Blocker> blockers =
                holders.stream().map(holder -> holder.blocker(code)).toList();
        heldUpBy(holders);
        waitingFor(blockers);
        return blockers;
    }

    /** Remembers who is in the way, for the end: it may be over before it is worth a word. */
    void heldUpBy(List<LockHolder> holders) {
        delays.seen(holders);
    }

    /** Asks leave to stop somebody in the way; false means that nobody may. */
    boolean mayStop(LockHolder holder, Event.Stop stop) {
        boolean may = monitor.stopping(holder.inTheWay(), stop, holder.age());
        if (may) {
            delays.stopping(holder);
        }
        return may;
    }

    /** The last word of the attempt: nothing is waited for any more, and this is what held it up. */
    void over() {
        standing(List.of());
        heldUpBy(List.of());
        List<Event.Delay> longest = delays.longest();
        if (!longest.isEmpty()) {
            monitor.delayed(longest, delays.others());
        }
        waitingFor(List.of());
    }

    synchronized void note(String note) {
        if (notes.size() < NOTES) {
            notes.add(note);
        }
    }

    /** The longest of these is the step's. */
    synchronized void waitedForLock(Duration wait) {
        longestLockWait = Math.max(longestLockWait, wait.toMillis());
    }

    synchronized StepOutcome completed(long rows) {
        return new StepOutcome.Completed(
                new StepSummary(rows, since.elapsed().toMillis(), longestLockWait, new ArrayList<>(notes)));
    }

    /** What an entry in the ledger means where there is nothing left to do; empty where the step is open. */
    Optional<StepOutcome> ended(Ledger.Entry entry) {
        return switch (entry) {
            case Ledger.Entry.Open _ -> Optional.empty();
            case Ledger.Entry.FencedOut _ -> Optional.of(new StepOutcome.FencedOut());
            case Ledger.Entry.Behind(List<String> missing) -> Optional.of(behind(missing));
            case Ledger.Entry.Done(long rows) -> {
                note("An earlier attempt had done it already.");
                yield Optional.of(completed(rows));
            }
            case Ledger.Entry.NothingToUndo _ -> {
                note("Its transaction was never committed, so there was nothing to take back.");
                yield Optional.of(completed(0));
            }
            case Ledger.Entry.Differs _ ->
                Optional.of(new StepOutcome.Failed(
                        ErrorCode.SQL_FAILED,
                        "Step " + order.step().name()
                                + " was begun on this database with other SQL than it has now, so it"
                                + " was not touched.",
                        "Resume it with the build of Lockstep that began it, or look in lockstep.ledger of the database"
                                + " for run " + order.run() + " and roll the run back."));
        };
    }

    /** Another one may answer at this address for a while; whatever it is, nothing is done to it (G40). */
    private StepOutcome behind(List<String> missing) {
        return new StepOutcome.Blocked(
                List.of(new Blocker(
                        Blocker.Code.LEDGER_DISAGREES,
                        "database " + order.database(),
                        connector.address(),
                        "The run's journal says that " + counted(missing) + " done, and the ledger in the database"
                                + " (lockstep.ledger, run " + order.run() + ") does not know it: the database was"
                                + " restored from a backup, lost its last transactions in a failover, or is another one."
                                + " Nothing was done to it.",
                        "Check that " + connector.address() + " is the right server. If it was restored to an earlier"
                                + " moment, abort the run and roll it back, which finds what is there and takes that"
                                + " away; then start the plan again.")),
                RETRY_UNREACHABLE);
    }

    private static String counted(List<String> steps) {
        return steps.size() == 1
                ? "step " + steps.getFirst() + " is"
                : steps.size() + " steps (" + String.join(", ", steps.subList(0, Math.min(5, steps.size())))
                        + (steps.size() > 5 ? ", …" : "") + ") are";
    }

    /** The outcome for a database that does not answer, or cannot work just now. */
    StepOutcome unreachable(SQLException e) {
        if (STALLED.contains(SqlFailure.state(e))) {
            return stalled();
        }
        return new StepOutcome.Blocked(
                List.of(new Blocker(
                        Blocker.Code.DATABASE_UNREACHABLE,
                        "database " + order.database(),
                        connector.address(),
                        "The database did not answer or could not go on: " + connector.safe(SqlFailure.words(e)),
                        "See that the server is up, is a primary, and lets Lockstep's role in. The step goes on by itself"
                                + " then.")),
                RETRY_UNREACHABLE);
    }

    /** Nothing here rests inside a transaction: whoever did so long was not let run, and the server ended its session. */
    private static StepOutcome stalled() {
        return new StepOutcome.Blocked(
                List.of(new Blocker(
                        Blocker.Code.REPLICA_STALLED,
                        "this replica of Lockstep",
                        "whoever runs Lockstep",
                        "This replica stood still in the middle of a transaction, so the database ended its session, and"
                                + " with it the locks that others might have waited for. Nothing of it was kept.",
                        "If this comes again, give Lockstep more CPU or memory. The step is done again by itself.")),
                RETRY_UNREACHABLE);
    }

    /** The outcome where the server refused because a policy would have hidden rows (P28); empty for other errors. */
    Optional<StepOutcome> rowsHidden(SQLException e, TableName table) {
        return SqlFailure.words(e).contains("row-level security")
                ? Optional.of(new StepOutcome.Failed(
                        ErrorCode.ROWS_HIDDEN,
                        "Row-level security of " + table
                                + " would hide rows from Lockstep's role, so they would be left" + " behind: "
                                + connector.safe(SqlFailure.words(e)) + ".",
                        "Connect as a role with BYPASSRLS, or as the table's owner without FORCE ROW LEVEL SECURITY, then"
                                + " retry."))
                : Optional.empty();
    }

    /**
     * The outcome for an error of a plan's own statement.
     *
     * @throws SQLException the same, where the statement is not to blame
     */
    StepOutcome statementFailed(SQLException e, String statement) throws SQLException {
        if (SqlFailure.of(e) != SqlFailure.STATEMENT) {
            throw e;
        }
        return failed(e, statement);
    }

    /** The outcome for a statement that does not work, however often it is tried. */
    StepOutcome failed(SQLException e, String statement) {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "The database refused a statement of step " + order.step().name() + ": "
                        + connector.safe(SqlFailure.words(e)) + ". The statement: " + cut(statement),
                remedy(e));
    }

    private static String remedy(SQLException e) {
        String state = SqlFailure.state(e);
        if (state.equals("42501")) {
            return "Give Lockstep's role what it lacks, then retry.";
        }
        if (state.startsWith("23")) {
            return "Mend the rows that do not satisfy the constraint, then retry.";
        }
        if (state.startsWith("22")) {
            return "Mend the value that the expression cannot take, or roll back and change the expression, then retry.";
        }
        if (state.equals("2BP01")) {
            return "Something depends on what is to be dropped: drop that first, then retry.";
        }
        return "Nothing of the step was kept. Mend the cause and retry, or roll the run back.";
    }

    static String cut(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 500 ? line : line.substring(0, 500) + " …";
    }
}
