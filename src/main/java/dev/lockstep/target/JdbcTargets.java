package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.change.Departure;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.engine.Testimony;
import dev.lockstep.gate.Consumer;
import dev.lockstep.gate.Consumers;
import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Inquiry;
import dev.lockstep.target.UseReader.Uses;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The targets, by pgjdbc: one dedicated connection for each call, and a second one where a step needs it; nothing is pooled
 * or kept. Safe for any number of threads. Calls block, so make them on virtual threads.
 */
public final class JdbcTargets implements Targets {
    private final Map<DatabaseName, TargetConnection> connections;
    private final Map<DatabaseName, List<TargetConnection>> replicas;
    private final Map<DatabaseName, BackfillLimits> limits;
    private final InstantSource clock;

    /** Databases without replicas. */
    public JdbcTargets(Map<DatabaseName, TargetConnection> connections, InstantSource clock) {
        this(connections, Map.of(), Map.of(), clock);
    }

    /** Without limits of their own. */
    public JdbcTargets(
            Map<DatabaseName, TargetConnection> connections,
            Map<DatabaseName, List<TargetConnection>> replicas,
            InstantSource clock) {
        this(connections, replicas, Map.of(), clock);
    }

    /**
     * Databases that may come and go: these two maps are looked into at each call.
     *
     * @param replicas of each database, whose sessions count as much as the primary's (G29)
     * @param limits of each database for backfills whose plans are silent
     */
    public JdbcTargets(
            Map<DatabaseName, TargetConnection> connections,
            Map<DatabaseName, List<TargetConnection>> replicas,
            Map<DatabaseName, BackfillLimits> limits,
            InstantSource clock) {
        this.connections = Collections.unmodifiableMap(connections);
        this.replicas = Collections.unmodifiableMap(replicas);
        this.limits = Map.copyOf(limits);
        this.clock = clock;
    }

    @Override
    public List<Database> databases() {
        return known().stream()
                .flatMap(name -> target(name).map(target -> new Database(name, target.shownUrl())).stream())
                .toList();
    }

    private List<DatabaseName> known() {
        return connections.keySet().stream()
                .sorted(Comparator.comparing(DatabaseName::value))
                .toList();
    }

    private Optional<TargetConnection> target(DatabaseName name) {
        return Optional.ofNullable(connections.get(name));
    }

    @Override
    public CatalogueReading read(DatabaseName database, Inquiry inquiry) {
        Optional<TargetConnection> target = target(database);
        if (target.isEmpty()) {
            return new CatalogueReading.Unknown(known());
        }
        Connector connector = new Connector(target.get());
        try (Connection connection = connector.open("lockstep/catalogue")) {
            Catalogue catalogue = new CatalogueReader(connection).read(inquiry.tables());
            return new CatalogueReading.Read(
                    catalogue.with(new RehearsalStage(connection).play(inquiry.rehearsals(), catalogue)));
        } catch (SQLException e) {
            return new CatalogueReading.Unreachable("The catalogue of database " + database + " at "
                    + connector.address() + " could not be read: " + connector.safe(SqlFailure.words(e)) + ".");
        }
    }

    @Override
    public Consumers consumers(DatabaseName database) {
        Optional<TargetConnection> primary = target(database);
        // Before the first question: what is seen is then no older than this.
        Instant at = clock.instant();
        if (primary.isEmpty()) {
            return new Consumers.Unseen("No database " + database + " is configured.", at);
        }
        List<Consumer> all = new ArrayList<>();
        List<String> blindSpots = new ArrayList<>();
        Optional<String> silent = consumers(primary.get(), "the primary", all, blindSpots);
        for (TargetConnection replica : replicas.getOrDefault(database, List.of())) {
            silent = silent.or(() -> consumers(replica, "replica " + replica.shownUrl(), all, blindSpots));
        }
        return silent.<Consumers>map(reason ->
                        new Consumers.Unseen("Who uses database " + database + " could not be seen: " + reason, at))
                .orElseGet(() -> new Consumers.Seen(all, blindSpots, at));
    }

    /** @return why this server could not be asked; empty when it was */
    private static Optional<String> consumers(
            TargetConnection server, String name, List<Consumer> all, List<String> blindSpots) {
        Connector connector = new Connector(server);
        try (Connection connection = connector.open("lockstep/consumers")) {
            ConsumerReader reader = new ConsumerReader(connection, name);
            all.addAll(reader.read());
            reader.blindSpot().ifPresent(blindSpots::add);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(connector.address() + " did not answer: " + connector.safe(SqlFailure.words(e)) + ".");
        }
    }

    @Override
    public Optional<Long> fence(DatabaseName database, RunId run) {
        Optional<TargetConnection> target = target(database);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        try (Connection connection = new Connector(target.get()).open("lockstep/fence")) {
            return Ledger.fence(connection, run);
        } catch (SQLException _) {
            return Optional.empty();
        }
    }

    @Override
    public LedgerReading ledger(DatabaseName database) {
        Optional<TargetConnection> target = target(database);
        if (target.isEmpty()) {
            return new LedgerReading.Unreachable("No database " + database + " is configured.");
        }
        Connector connector = new Connector(target.get());
        try (Connection connection = connector.open("lockstep/ledger")) {
            return new LedgerReading.Read(Ledger.done(connection));
        } catch (SQLException e) {
            return new LedgerReading.Unreachable("The ledger in database " + database + " at " + connector.address()
                    + " could not be read: " + connector.safe(SqlFailure.words(e)) + ".");
        }
    }

    @Override
    public Testimony testify(DatabaseName database, Departure what, Optional<Counted> run) {
        Optional<TargetConnection> target = target(database);
        if (target.isEmpty()) {
            return new Testimony.Silent(
                    what,
                    "No database " + database + " is configured.",
                    "Configure it (lockstep.databases.\"" + database + "\".url).");
        }
        Connector connector = new Connector(target.get());
        try (Connection connection = connector.open("lockstep/testimony")) {
            Optional<UseCount> before = run.isEmpty()
                    ? Optional.empty()
                    : UseCount.kept(connection, run.get().run(), run.get().step());
            return switch (new UseReader(connection).read(what)) {
                case Uses.Silent(String reason, String remedy) -> new Testimony.Silent(what, reason, remedy);
                case Uses.Counted counted ->
                    new Testimony.Given(
                            what,
                            uses(before.map(count -> count.since(counted.counters()))
                                    .orElseGet(counted::counters)),
                            before.map(UseCount::at).orElseGet(counted::since),
                            before.isPresent());
            };
        } catch (SQLException e) {
            return new Testimony.Silent(
                    what,
                    "Database " + database + " did not answer: " + connector.safe(SqlFailure.words(e)) + ".",
                    "See that the server is up and lets Lockstep's role in.");
        }
    }

    @Override
    public List<String> dropExpiredBackups(DatabaseName database) {
        List<String> dropped = new ArrayList<>();
        Optional<TargetConnection> target = target(database);
        if (target.isPresent()) {
            try (Connection connection = new Connector(target.get()).open("lockstep/backups")) {
                for (Optional<String> one = Backups.dropExpired(connection);
                        one.isPresent();
                        one = Backups.dropExpired(connection)) {
                    dropped.add(one.get());
                }
            } catch (SQLException _) {
                // In use, or out of reach: the next time is soon enough.
                return dropped;
            }
        }
        return dropped;
    }

    private static List<Testimony.Use> uses(List<UseReader.Counter> counters) {
        return counters.stream()
                .filter(counter -> counter.times() > 0)
                .map(counter -> new Testimony.Use(counter.statement(), counter.who(), counter.how(), counter.times()))
                .toList();
    }

    @Override
    public StepOutcome execute(StepOrder order, StepMonitor monitor) {
        Optional<TargetConnection> target = target(order.database());
        if (target.isEmpty()) {
            return new StepOutcome.Failed(
                    ErrorCode.DATABASE_UNKNOWN,
                    "No database " + order.database() + " is configured.",
                    "Configure it (lockstep.databases.\"" + order.database() + "\".url) and retry.");
        }
        Attempt attempt = new Attempt(
                order,
                monitor,
                new Connector(target.get()),
                limits.getOrDefault(order.database(), BackfillLimits.NONE),
                clock);
        try (Connection connection = attempt.open()) {
            Optional<StepOutcome> unfit = unfit(attempt, connection);
            return unfit.isPresent() ? unfit.get() : perform(attempt, connection);
        } catch (SQLException e) {
            return outcome(attempt, e);
        } finally {
            attempt.over();
        }
    }

    /** Why nothing may be done on this connection. */
    private static Optional<StepOutcome> unfit(Attempt attempt, Connection connection) throws SQLException {
        if (attempt.connector().behindTransactionPool(connection)) {
            return Optional.of(new StepOutcome.Failed(
                    ErrorCode.SQL_FAILED,
                    "Between Lockstep and database " + attempt.order().database()
                            + " stands a connection pool in transaction mode (PgBouncer or the like): session settings"
                            + " and session locks do not hold there.",
                    "Give lockstep.databases.\"" + attempt.order().database()
                            + "\".url the server's own address, or a pool in session mode, and retry."));
        }
        if (new Query(connection, "SELECT pg_is_in_recovery()").one(row -> row.getBoolean(1))) {
            return Optional.of(attempt.unreachable(new SQLException("the server is a standby now", "25006")));
        }
        return switch (ledger(attempt, connection)) {
            case READY -> Optional.empty();
            case TOO_NEW ->
                Optional.of(new StepOutcome.Failed(
                        ErrorCode.INTERNAL,
                        "A newer Lockstep has changed the ledger of database "
                                + attempt.order().database() + ", and this one does not understand it.",
                        "Run this step with the newer Lockstep."));
        };
    }

    private static Ledger.Readiness ledger(Attempt attempt, Connection connection) throws SQLException {
        try {
            return Ledger.prepare(connection);
        } catch (SQLException e) {
            if (SqlFailure.state(e).equals("42501")) {
                throw new SQLException(
                        "Lockstep's role may not keep its ledger, schema lockstep, in database "
                                + attempt.order().database()
                                + "; GRANT CREATE ON DATABASE to the role, or GRANT ALL ON the"
                                + " schema and its tables: " + SqlFailure.words(e),
                        "42501",
                        e);
            }
            throw e;
        }
    }

    private static StepOutcome perform(Attempt attempt, Connection connection) throws SQLException {
        return switch (attempt.order().action()) {
            case Action.Transactional action -> new TransactionalStep(attempt, action).run(connection);
            case Action.Standalone action ->
                guarded(attempt, connection, ledger -> new StandaloneStep(attempt, action).run(connection, ledger));
            case Action.BuildIndex action ->
                guarded(
                        attempt,
                        connection,
                        ledger -> new IndexStep(attempt, action.table(), action.index())
                                .build(connection, ledger, action));
            case Action.RebuildIndex action ->
                guarded(attempt, connection, ledger -> new ReindexStep(attempt, action).run(connection, ledger));
            case Action.DropIndex(var table, var index) ->
                guarded(attempt, connection, ledger -> new IndexStep(attempt, table, index).drop(connection, ledger));
            case Action.Backfill action -> new BackfillStep(attempt, new BatchWork.Filling(action)).run(connection);
            case Action.CopyRows action -> new BackfillStep(attempt, new BatchWork.Copying(action)).run(connection);
            case Action.DrainTransactions _ -> new DrainStep(attempt).run(connection);
            case Action.Assertion action -> new AssertionStep(attempt, action).run(connection);
            case Action.KeepValues action -> new BackupStep(attempt, action.label()).keep(connection, action);
            case Action.ForgetValues(String label) -> new BackupStep(attempt, label).forget(connection);
            case Action.CountUses action -> new UseStep(attempt, action.what()).count(connection, action);
            case Action.ProveUnused action -> new UseStep(attempt, action.what()).prove(connection, action);
            case Action.RevertWindow action -> new RevertWindowStep(attempt, action).run(connection);
        };
    }

    @FunctionalInterface
    private interface GuardedWork {
        StepOutcome run(ShortTransaction ledger) throws SQLException;
    }

    /** A step that refuses a transaction: under the guard, and entered only once that is held. */
    private static StepOutcome guarded(Attempt attempt, Connection connection, GuardedWork work) throws SQLException {
        return switch (Guard.take(attempt, connection)) {
            case Guard.Taking.NotTaken(StepOutcome outcome) -> outcome;
            case Guard.Taking.Taken(Guard guard) -> {
                try (guard) {
                    ShortTransaction ledger = new ShortTransaction(connection, attempt);
                    Optional<StepOutcome> ended = attempt.ended(ledger.enter());
                    yield ended.isPresent() ? ended.get() : work.run(ledger);
                }
            }
        };
    }

    private static StepOutcome outcome(Attempt attempt, SQLException e) {
        return switch (SqlFailure.of(e)) {
            case UNREACHABLE -> attempt.unreachable(e);
            case CONTENDED ->
                new StepOutcome.Blocked(List.of(LockWait.contention(SqlFailure.words(e))), Attempt.RETRY_UNREACHABLE);
            case CANCELLED -> attempt.stopRequested() ? new StepOutcome.Interrupted() : attempt.unreachable(e);
            case STATEMENT -> attempt.failed(e, "(Lockstep's own)");
        };
    }
}
