package dev.lockstep.plans;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.change.Action;
import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.engine.Targets.LedgerReading;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Reading;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every plan in {@code plans/} does what it says on the demo's tables, and can be taken back as far as it says. */
class WorkedPlansPostgresTest {
    /** What a catalogue looks like to an application, whatever the order in which things were made. */
    private static final String SHAPE = """
            SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (
                SELECT format('column %s.%s %s notnull=%s default=%s comment=%s', c.relname, a.attname,
                              format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                              col_description(c.oid, a.attnum)) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'public'::regnamespace
                UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc
                WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'lockstep'))
            ) shape""";

    @ParameterizedTest(name = "{0}")
    @MethodSource("plans")
    void runsIsTakenBackAndRunsAgain(Path file) throws Exception {
        PlanDocument plan = read(file);
        String url = shop();
        String before = shape(url);
        JdbcTargets targets = new JdbcTargets(
                Map.of(plan.spec().database(), new TargetConnection(url, "", () -> "")), Clock.systemUTC());

        List<Step> steps = compile(plan, targets);
        RunId first = new RunId(UUID.randomUUID());
        List<Step> reversible = steps.stream()
                .takeWhile(step -> !(step.undo() instanceof Step.Undo.Impossible))
                .toList();
        for (Step step : reversible) {
            forward(plan, targets, url, first, steps.indexOf(step), step);
        }
        for (Step step : reversible.reversed()) {
            if (!(step.undo() instanceof Step.Undo.Nothing)) {
                execute(plan, targets, first, steps.indexOf(step), step, Direction.BACKWARD, 2);
            }
        }
        boolean widened = steps.stream().anyMatch(step -> step.name().equals("alter-type"));
        if (widened) {
            // A wider type stays, as its plan says.
            assertThat(shape(url)).isNotEqualTo(before).doesNotContain("lockstep");
            return;
        }
        assertThat(shape(url)).as("what a rollback leaves of %s", file).isEqualTo(before);

        RunId second = new RunId(UUID.randomUUID());
        for (Step step : compile(plan, targets)) {
            forward(plan, targets, url, second, steps.indexOf(step), step);
            assertThat(answer(url, step.done()))
                    .as("what tells whether step %s is done", step.name())
                    .isNotEqualTo("f");
        }
        assertThat(shape(url))
                .as("%s leaves no function or trigger of its own", file)
                .doesNotContain("lockstep");
        // G40: whatever kind of step it was, the next one finds it there.
        assertThat(targets.ledger(plan.spec().database()))
                .isInstanceOfSatisfying(
                        LedgerReading.Read.class,
                        ledger -> assertThat(ledger.done().get(second))
                                .containsExactlyInAnyOrderElementsOf(
                                        steps.stream().map(Step::name).toList()));
        // An index built anew looks as it did.
        boolean changes = !steps.stream().allMatch(step -> step.action() instanceof Action.RebuildIndex);
        assertThat(shape(url).equals(before)).as("%s changes nothing", file).isEqualTo(!changes);
    }

    static List<Path> plans() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("plans"))) {
            List<Path> all = files.sorted().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(5);
            return all;
        }
    }

    private static PlanDocument read(Path file) throws IOException {
        return switch (PlanReader.read(new YAMLMapper().readValue(file.toFile(), Object.class))) {
            case Reading.Accepted(PlanDocument document) -> document;
            case Reading.Rejected(var violations, var _) -> throw new AssertionError(file + ": " + violations);
        };
    }

    private static List<Step> compile(PlanDocument plan, JdbcTargets targets) {
        CatalogueReading reading = targets.read(plan.spec().database(), Compiler.inquiry(plan.spec()));
        assertThat(reading).isInstanceOf(CatalogueReading.Read.class);
        return switch (Compiler.compile(plan.spec(), ((CatalogueReading.Read) reading).catalogue())) {
            case Compilation.Compiled(List<Phase> phases, var _) -> {
                List<Step> steps = new ArrayList<>();
                phases.forEach(phase -> steps.addAll(phase.steps()));
                yield steps;
            }
            case Compilation.Refused(var violations) -> throw new AssertionError(violations.toString());
        };
    }

    /** Does the step; before a revert window it waits as long as the plan says, in a hurry. */
    private static void forward(PlanDocument plan, JdbcTargets targets, String url, RunId run, int ordinal, Step step)
            throws SQLException {
        if (step.action() instanceof Action.RevertWindow(var _, int seconds)) {
            assertThat(targets.execute(order(plan, run, ordinal, step, Direction.FORWARD, 1), new Unhurried()))
                    .isInstanceOf(StepOutcome.Blocked.class);
            answer(
                    url,
                    "UPDATE lockstep.ledger SET cursor = jsonb_build_object('began_microseconds',"
                            + " (cursor ->> 'began_microseconds')::bigint - " + seconds + " * 1000000::bigint)"
                            + " WHERE step = '" + step.name() + "' AND state = 'Running' RETURNING 1");
        }
        execute(plan, targets, run, ordinal, step, Direction.FORWARD, 1);
    }

    private static void execute(
            PlanDocument plan,
            JdbcTargets targets,
            RunId run,
            int ordinal,
            Step step,
            Direction direction,
            long fence) {
        assertThat(targets.execute(order(plan, run, ordinal, step, direction, fence), new Unhurried()))
                .as("%s %s", direction, step.name())
                .isInstanceOf(StepOutcome.Completed.class);
    }

    private static StepOrder order(
            PlanDocument plan, RunId run, int ordinal, Step step, Direction direction, long fence) {
        return new StepOrder(
                plan.spec().database(),
                run,
                ordinal,
                step,
                direction,
                1,
                fence,
                plan.spec().locks(),
                plan.spec().backfill());
    }

    /** The demo's tables, small. */
    private static String shop() throws SQLException, IOException {
        String url = Postgres.freshDatabase();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                InputStream script = WorkedPlansPostgresTest.class.getResourceAsStream("/demo/shop.sql")) {
            statement.execute("SET demo.users = 2000; SET demo.orders = 3000");
            statement.execute("DO $$ BEGIN CREATE ROLE shop_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            assertThat(script).isNotNull();
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        return url;
    }

    private static String shape(String url) throws SQLException {
        return answer(url, SHAPE);
    }

    private static String answer(String url, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private static final class Unhurried implements StepMonitor {
        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {}

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }
}
