package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** One fresh database, the targets under test on it, and a monitor that writes everything down. */
final class Bench implements AutoCloseable, StepMonitor {
    static final TableName USERS = TableName.parse("users");

    final String url;
    final JdbcTargets targets;
    final RunId run = new RunId(UUID.randomUUID());
    final List<Progress> progress = new CopyOnWriteArrayList<>();
    final List<List<Blocker>> waits = new CopyOnWriteArrayList<>();
    final List<Event.Delay> delays = new CopyOnWriteArrayList<>();
    final List<Event.BlockerStopped> stopped = new CopyOnWriteArrayList<>();
    volatile boolean stop;
    volatile boolean mayStop = true;
    volatile Optional<Pacing> pacing = Optional.empty();
    volatile LockBudget locks = new LockBudget(200, 20, new BlockerRule.Wait());
    volatile BackfillPace pace = new BackfillPace(20, 0, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
    private final Connection admin;

    Bench() {
        this(Postgres.freshDatabase(), "");
    }

    Bench(String url, String role) {
        this.url = url;
        String own = role.isEmpty() ? url : url.replace("user=postgres", "user=" + role);
        targets = new JdbcTargets(
                Map.of(new DatabaseName("shop"), new TargetConnection(own, "", () -> "")), InstantSource.system());
        admin = connect();
    }

    /** The same database, reached as another role. */
    Bench as(String role) {
        return new Bench(url, role);
    }

    Connection connect() {
        try {
            return DriverManager.getConnection(url);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void sql(String sql) {
        run(admin, sql);
    }

    static void run(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    String value(String sql) {
        try (Statement statement = admin.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    Targets.CatalogueReading read(TableName... tables) {
        return targets.read(new DatabaseName("shop"), java.util.Set.of(tables));
    }

    static Step step(String name, Action action) {
        return new Step(name, name, action, new Step.Undo.Nothing(), "SELECT NULL::boolean");
    }

    static Action.Transactional sqlAction(String... statements) {
        return new Action.Transactional(List.of(statements), List.of(), false);
    }

    StepOrder order(Step step, Direction direction, long fence) {
        return order(step, direction, fence, 0);
    }

    StepOrder order(Step step, Direction direction, long fence, int ordinal) {
        return new StepOrder(new DatabaseName("shop"), run, ordinal, step, direction, 1, fence, locks, pace);
    }

    StepOutcome forward(Step step) {
        return targets.execute(order(step, Direction.FORWARD, 1), this);
    }

    StepOutcome backward(Step step) {
        return targets.execute(order(step, Direction.BACKWARD, 1), this);
    }

    StepOutcome does(String name, Action action) {
        return forward(step(name, action));
    }

    CompletableFuture<StepOutcome> begin(String name, Action action) {
        return begin(bench -> bench.does(name, action));
    }

    CompletableFuture<StepOutcome> begin(Function<Bench, StepOutcome> work) {
        return CompletableFuture.supplyAsync(() -> work.apply(this), Executors.newVirtualThreadPerTaskExecutor());
    }

    List<Blocker> waitingFor() {
        return waits.isEmpty() ? List.of() : waits.getLast();
    }

    @Override
    public boolean stopRequested() {
        return stop;
    }

    @Override
    public Optional<Pacing> pacing() {
        return pacing;
    }

    @Override
    public void progressed(Progress now) {
        progress.add(now);
    }

    @Override
    public void waitingFor(List<Blocker> blockers) {
        waits.add(blockers);
    }

    @Override
    public void delayed(List<Event.Delay> by, int others) {
        delays.addAll(by);
    }

    @Override
    public boolean stopping(InTheWay blocker, Event.Stop how, Duration transactionAge) {
        stopped.add(new Event.BlockerStopped("step", Direction.FORWARD, blocker, how, transactionAge.toMillis()));
        return mayStop;
    }

    @Override
    public void close() throws SQLException {
        admin.close();
    }
}
