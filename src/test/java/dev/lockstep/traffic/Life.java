package dev.lockstep.traffic;

import dev.lockstep.fixture.CatalogueShape;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.traffic.Breaker.Way;
import dev.lockstep.traffic.PlanRun.Move;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole life of a plan under traffic: forward and back from each phase, broken off in the middle of each step, and at
 * last forward to the end, with the code following as pods would. After each phase the clients rest for a moment and every
 * acknowledged write is looked for in every shape that there is.
 */
final class Life implements AutoCloseable {
    private static final String IDLE = "idle";
    private static final String WARM_UP = "warm-up";

    private final Scenario scenario;
    private final Extent extent;
    private final Supplier<String> databases;
    private final String url;
    private final Connection connection;
    private final Acknowledged acknowledged = new Acknowledged();
    private final Stalls stalls = new Stalls();
    private final Verification verification;
    private final Traffic traffic;
    private final Bystander bystander;
    private final Deque<Code> deployed = new ArrayDeque<>();
    private final List<String> faults = new ArrayList<>();
    /** The operation after which every write goes to both shapes; none yet where it is zero. */
    private long synced;

    private Duration budget = Duration.ZERO;
    private int takenBack;
    private int broken;
    private int ways;

    private Life(Scenario scenario, Extent extent, Supplier<String> databases) throws SQLException {
        this.scenario = scenario;
        this.extent = extent;
        this.databases = databases;
        this.url = databases.get();
        this.connection = DriverManager.getConnection(url);
        prepare(connection, scenario.schema());
        this.verification = new Verification(connection, acknowledged);
        this.bystander = Bystander.start(databases.get());
        this.traffic = new Traffic(url, scenario, acknowledged, stalls, extent.perSecond());
    }

    static Report of(Scenario scenario, Extent extent, Supplier<String> databases) throws SQLException {
        try (Life life = new Life(scenario, extent, databases)) {
            return life.live();
        }
    }

    /** Executes this, with the application's role there to be granted to. */
    static void prepare(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DO $$ BEGIN CREATE ROLE " + Pod.ROLE
                    + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; " + sql);
        }
    }

    private Report live() throws SQLException {
        List<String> before = shape(scenario.remains());
        verification.learn(scenario.before());
        deployed.push(scenario.before());
        traffic.at(WARM_UP);
        traffic.start(scenario.before());
        traffic.goOn(extent.baseline());
        traffic.at(IDLE);
        traffic.goOn(extent.baseline());
        bystander.begin();
        try {
            budget = Duration.ofMillis(PlanRun.of(scenario, url).budgetMilliseconds());
            backAndForth(before);
            makeGood();
            PlanRun toTheEnd = PlanRun.of(scenario, url);
            forward(toTheEnd, 0, toTheEnd.moves().size(), true);
            afterwards();
        } catch (AssertionError e) {
            // What the clients saw until then is worth telling too.
            faults.add("it ended there: " + e.getMessage());
        }
        traffic.close();
        return report();
    }

    private void afterwards() throws SQLException {
        traffic.at("after");
        deploy(scenario.after());
        traffic.goOn(extent.whileMixed());
        traffic.atRest(() -> {
            verification.proveKept(scenario.after(), "after the plan");
            proveBackedUp();
            return true;
        });
        traffic.close();
        compare("what the plan leaves", shape(scenario.plain()), CatalogueShape.of(connection));
        leftovers();
    }

    private void proveBackedUp() throws SQLException {
        if (scenario.kept().isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement();
                ResultSet backup = statement.executeQuery("SELECT 'lockstep.' || table_name FROM lockstep.backup")) {
            backup.next();
            TableUse use = scenario.before().tables().getFirst().named(backup.getString(1));
            verification.proveBackedUp(use, scenario.kept().get());
        }
    }

    private void backAndForth(List<String> before) throws SQLException {
        PlanRun first = PlanRun.of(scenario, url);
        int reversible = first.reversible();
        for (int boundary : first.boundaries()) {
            boolean last = boundary >= reversible;
            if (last || extent.everyBoundary()) {
                PlanRun run = PlanRun.of(scenario, url);
                forward(run, 0, Math.min(boundary, reversible), false);
                back(run, Math.min(boundary, reversible), before);
            }
            if (last) {
                break;
            }
        }
        if (!scenario.madeGood().isEmpty()) {
            // Once more, on what the rollback has left.
            PlanRun again = PlanRun.of(scenario, url);
            forward(again, 0, again.reversible(), false);
            back(again, again.reversible(), before);
        }
        if (extent.everyAbort()) {
            for (int at = 0; at < reversible; at++) {
                if (first.moves().get(at) instanceof Move.Perform) {
                    abort(at, before);
                }
            }
        }
    }

    /** Breaks a step off and takes the run back from there: nobody knows what of the step has happened. */
    private void abort(int at, List<String> before) throws SQLException {
        makeGood();
        PlanRun run = PlanRun.of(scenario, url);
        forward(run, 0, at, false);
        Move.Perform move = (Move.Perform) run.moves().get(at);
        traffic.at(move.phase().name() + ", aborted");
        if (run.breakOff(move, Direction.FORWARD, at % 2 == 0 ? Way.KILLED_AT_THE_RECORD : Way.KILLED_AT_WORK)) {
            broken++;
        }
        traffic.goOn(extent.afterStep());
        back(run, at + 1, before);
    }

    private void forward(PlanRun run, int from, int to, boolean breaking) throws SQLException {
        for (int done = from; done < to; done++) {
            Move move = run.moves().get(done);
            traffic.at(move.phase().name().value());
            switch (move) {
                case Move.Deploy deploy -> rollOut(run, done, deploy);
                case Move.Perform perform -> {
                    if (run.perform(perform, Direction.FORWARD, breaking ? next() : Way.NOT_AT_ALL)) {
                        broken++;
                    }
                    traffic.goOn(extent.afterStep());
                }
            }
            prove(
                    run,
                    done + 1,
                    "after move " + (done + 1) + " in " + move.phase().name());
        }
    }

    private Way next() {
        return List.of(Way.KILLED_AT_THE_RECORD, Way.KILLED_AT_WORK, Way.STOPPED)
                .get(ways++ % 3);
    }

    private void rollOut(PlanRun run, int done, Move.Deploy move) throws SQLException {
        Code code = scenario.deployed().getOrDefault(move.milestone(), deployed.element());
        Code old = deployed.element();
        deployed.push(code);
        if (!old.equals(code)) {
            traffic.deploy(old, code);
            traffic.goOn(extent.whileMixed());
            prove(run, done, "while " + old.version() + " and " + code.version() + " ran");
        }
        deploy(code);
        execute(scenario.errands().get(move.milestone()), Scenario.Errand::up);
        traffic.goOn(extent.afterStep());
    }

    private void execute(Scenario.@Nullable Errand errand, Function<Scenario.Errand, String> sql) throws SQLException {
        if (errand != null) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql.apply(errand));
            }
        }
    }

    private void deploy(Code code) throws SQLException {
        traffic.deploy(code);
    }

    private void makeGood() throws SQLException {
        traffic.atRest(() -> {
            Life.prepare(connection, scenario.madeGood());
            return true;
        });
    }

    private void back(PlanRun run, int from, List<String> before) throws SQLException {
        for (int done = from - 1; done >= 0; done--) {
            Move move = run.moves().get(done);
            traffic.at("back from " + move.phase().name());
            switch (move) {
                case Move.Deploy(var _, Milestone milestone) -> {
                    Code newer = deployed.pop();
                    execute(scenario.errands().get(milestone), Scenario.Errand::down);
                    traffic.deploy(newer, deployed.element());
                    traffic.goOn(extent.afterStep());
                    deploy(deployed.element());
                }
                case Move.Perform perform -> {
                    if (deployed.element().equals(scenario.before())) {
                        traffic.forgetAllBut(scenario.before());
                    }
                    run.perform(perform, Direction.BACKWARD, Way.NOT_AT_ALL);
                }
            }
            traffic.goOn(extent.afterStep());
        }
        takenBack++;
        synced = 0;
        traffic.atRest(() -> {
            verification.proveKept(scenario.before(), "after a rollback");
            return true;
        });
        List<String> left = CatalogueShape.of(connection);
        // Where nothing had been done yet, there is nothing to leave.
        boolean untouched = !scenario.madeGood().isEmpty() && Set.copyOf(left).equals(Set.copyOf(shape("")));
        compare("what a rollback from move " + from + " of " + run + " leaves", untouched ? left : before, left);
    }

    private void prove(PlanRun run, int done, String when) throws SQLException {
        traffic.atRest(() -> {
            boolean newShape = !run.pending(PhaseType.EXPAND, done);
            boolean oldShape = !run.oldIsGone(done, scenario.lastOfOld());
            verification.proveKept(oldShape ? scenario.before() : scenario.after(), when);
            if (newShape && synced == 0) {
                synced = traffic.operations();
            }
            if (newShape && !run.pending(PhaseType.BACKFILL, done)) {
                verification.proveEqual(scenario.after(), 0, when);
                for (String query : oldShape ? scenario.differences() : List.<String>of()) {
                    verification.proveNone(query, when);
                }
            } else if (newShape && scenario.freshRowsAgree()) {
                verification.proveEqual(scenario.after(), synced, when);
            }
            return true;
        });
    }

    /** What the catalogue says of a fresh database to which this was done at once. */
    private List<String> shape(String sql) throws SQLException {
        try (Connection fresh = DriverManager.getConnection(databases.get())) {
            prepare(fresh, scenario.schema());
            prepare(fresh, sql);
            return CatalogueShape.of(fresh);
        }
    }

    private void compare(String what, List<String> must, List<String> is) {
        must.stream().filter(line -> !is.contains(line)).forEach(line -> faults.add(what + " lacks: " + line));
        is.stream().filter(line -> !must.contains(line)).forEach(line -> faults.add(what + " has: " + line));
    }

    /** In schema {@code lockstep} there is the ledger, the backup where the plan asks for one, and nothing else. */
    private void leftovers() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('lockstep')
                          AND relkind NOT IN ('i', 't') AND relname NOT IN ('format', 'fence', 'ledger')
                        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('lockstep')""")) {
            while (rows.next()) {
                if (scenario.plan().contains("backup:") && rows.getString(1).startsWith("backup")) {
                    continue;
                }
                faults.add("left in schema lockstep: " + rows.getString(1));
            }
        }
    }

    private Report report() {
        Map<String, Stalls.Longest> longest = traffic.longest();
        longest.remove(WARM_UP);
        longest.remove("before");
        Stalls.Longest idle = longest.remove(IDLE);
        faults.addAll(traffic.faults());
        faults.addAll(verification.faults());
        return new Report(
                scenario,
                traffic.operations(),
                traffic.failed(),
                stalls.deadlocks(),
                verification.lost(),
                verification.diverged() + traffic.wrong(),
                idle == null ? Duration.ZERO : idle.took(),
                bystander.longest(),
                longest,
                takenBack,
                broken,
                budget,
                faults);
    }

    @Override
    public void close() throws SQLException {
        traffic.close();
        bystander.close();
        connection.close();
    }
}
