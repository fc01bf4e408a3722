package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Change.AddColumn;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.RowRules;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole life of rows that a fill fails on. */
class SetAsidePostgresTest {
    private static final TableName ASIDE = TableName.parse("users_aside");

    private final Bench bench = new Bench();
    private List<Step> steps = List.of();
    private long fence = 1;

    @BeforeEach
    void users() {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, age text, name text)");
        bench.sql(
                "INSERT INTO users SELECT n, CASE WHEN n % 1000 = 7 THEN 'old' ELSE (n % 90)::text END, repeat('x', 50)"
                        + " FROM generate_series(1, 3000) AS n");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private static PlanSpec spec(boolean nullable, int atMost, boolean checkFirst) {
        AddColumn years = new AddColumn(
                Bench.USERS,
                new Identifier("years"),
                "int",
                nullable,
                Optional.empty(),
                Optional.of("CAST(age AS int)"),
                Optional.empty());
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "shop-web",
                Map.of(Milestone.DUAL_WRITE, new Versions.Range(">=1.0.0")),
                WorkloadSpec.EvidenceSpec.standard());
        return new PlanSpec(
                new DatabaseName("shop"),
                "a test",
                new Work.Changes(List.of(years)),
                List.of(web),
                List.of(),
                0,
                PlanSpec.LockBudget.standard(),
                BackfillPace.standard()
                        .with(new RowRules(checkFirst, Optional.of(new RowRules.SetAside(ASIDE, atMost)), 0)),
                PlanSpec.Sync.TRIGGER,
                PlanSpec.ContractRules.standard(),
                new PlanSpec.Backup.None());
    }

    private void compile(PlanSpec spec) {
        CatalogueReading.Read read =
                (CatalogueReading.Read) bench.targets.read(spec.database(), Compiler.inquiry(spec));
        assertThat(Compiler.compile(spec, read.catalogue())).isInstanceOf(Compilation.Compiled.class);
        List<Step> all = new ArrayList<>();
        for (Phase phase : ((Compilation.Compiled) Compiler.compile(spec, read.catalogue())).phases()) {
            all.addAll(phase.steps());
        }
        steps = all;
    }

    private StepOutcome does(String name, Direction direction) {
        Step step = steps.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        return bench.targets.execute(bench.order(step, direction, fence++, steps.indexOf(step)), bench);
    }

    private void upTo(String last) {
        for (Step step : steps) {
            assertThat(does(step.name(), Direction.FORWARD)).as(step.name()).isInstanceOf(StepOutcome.Completed.class);
            if (step.name().equals(last)) {
                return;
            }
        }
        throw new AssertionError(
                "no step " + last + " in " + steps.stream().map(Step::name).toList());
    }

    private String aside() {
        return bench.value("SELECT string_agg(row_key ->> 'id', ' ' ORDER BY row_key) || ' ' || min(sqlstate) || ' '"
                + " || min(message) FROM users_aside");
    }

    @Test
    void failingRowsArePutAsideAndTheOthersAreFilledAndTheContractWaits() {
        compile(spec(false, 10, true));
        upTo("fill");
        assertThat(aside()).isEqualTo("7 1007 2007 22P02 invalid input syntax for type integer: \"old\"");
        assertThat(bench.value("SELECT count(*) FROM users WHERE years = CAST(age AS int) AND age <> 'old'"))
                .isEqualTo("2997");
        assertThat(bench.value("SELECT count(*) FROM users WHERE years IS NULL"))
                .isEqualTo("3");
        assertThat(does("aside-settled", Direction.FORWARD))
                .asInstanceOf(type(StepOutcome.Blocked.class))
                .satisfies(blocked -> assertThat(blocked.blockers().getFirst().message())
                        .contains("users {\"id\": 7}: invalid input syntax"));
        // One is mended, one is written by hand, one is gone.
        bench.sql("UPDATE users SET age = '44' WHERE id = 7");
        assertThat(bench.value("SELECT years FROM users WHERE id = 7")).isEqualTo("44");
        bench.sql("UPDATE users SET years = 1 WHERE id = 1007");
        bench.sql("DELETE FROM users WHERE id = 2007");
        for (Step step : steps.subList(steps.indexOf(named("aside-settled")), steps.size())) {
            assertThat(does(step.name(), Direction.FORWARD)).as(step.name()).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(bench.value("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass"
                        + " AND attname = 'years'"))
                .isEqualTo("t");
        assertThat(bench.value("SELECT to_regclass('users_aside')")).isEqualTo("null");
        assertThat(bench.value("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'users'::regclass"))
                .isEqualTo("0");
    }

    private Step named(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRowMayStayNullWhereAPersonAcceptsIt() {
        compile(spec(true, 10, true));
        upTo("fill");
        assertThat(does("aside-settled", Direction.FORWARD)).isInstanceOf(StepOutcome.Blocked.class);
        bench.sql("UPDATE users_aside SET accepted = true");
        assertThat(does("aside-settled", Direction.FORWARD)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(does("try-rest", Direction.FORWARD)).isInstanceOf(StepOutcome.Completed.class);
        // What nobody has decided about is found: written since, neither filled nor listed.
        bench.sql("INSERT INTO users VALUES (9000, 'ancient', 'z')");
        assertThat(does("try-rest", Direction.FORWARD))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("id 9000: "));
    }

    @Test
    void theApplicationMayWriteARowThatTheFillFailsOn() {
        compile(spec(true, 10, true));
        upTo("fill");
        bench.sql("UPDATE users SET name = 'y' WHERE id = 7");
        bench.sql("INSERT INTO users VALUES (9000, 'ancient', 'z')");
        assertThat(bench.value("SELECT count(*) FROM users WHERE id IN (7, 9000) AND years IS NULL"))
                .isEqualTo("2");
        bench.sql("INSERT INTO users VALUES (9001, '18', 'z')");
        assertThat(bench.value("SELECT years FROM users WHERE id = 9001")).isEqualTo("18");
    }

    @Test
    void oneMoreThanAllowedFailsTheStepAndKeepsTheBound() {
        compile(spec(true, 2, false));
        upTo("add-column");
        assertThat(does("fill", Direction.FORWARD))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> {
                    assertThat(failed.message())
                            .contains("fails on more than 2 rows of users")
                            .contains("users_aside");
                    assertThat(failed.remedy()).contains("mend these rows");
                });
        assertThat(bench.value("SELECT count(*) FROM users_aside")).isEqualTo("2");
        bench.sql("UPDATE users SET age = '3' WHERE id IN (7, 1007)");
        assertThat(does("fill", Direction.FORWARD)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT count(*) FROM users WHERE years IS NULL"))
                .isEqualTo("1");
    }

    @Test
    void theFirstLookAlreadyFailsWhereMoreWouldBeSetAsideThanMayBe() {
        compile(spec(true, 2, true));
        assertThat(does("try-fill", Direction.FORWARD))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message())
                        .contains("fails on 3 rows of users, and no more than 2 may be set aside")
                        .contains("id 7: "));
        assertThat(bench.value("SELECT count(*) FROM pg_attribute WHERE attname = 'years'"))
                .isEqualTo("0");
    }

    @Test
    void aStepThatIsBrokenOffAnywhereSetsEachRowAsideOnce() {
        bench.sql("INSERT INTO users SELECT n, CASE WHEN n % 10 = 7 THEN 'old' ELSE '1' END, repeat('x', 50)"
                + " FROM generate_series(3001, 6000) AS n");
        compile(spec(true, 1_000, false));
        upTo("drain");
        // Its session is ended in the middle of it, again and again, as by a crash.
        CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> {
            for (int kill = 0; kill < 3; kill++) {
                int before = kill;
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> Integer.parseInt(bench.value("SELECT count(*) FROM users_aside")) > 40 * before);
                bench.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE application_name LIKE 'lockstep/%/fill'");
            }
        });
        StepOutcome outcome = does("fill", Direction.FORWARD);
        while (!(outcome instanceof StepOutcome.Completed)) {
            assertThat(outcome).isInstanceOf(StepOutcome.Blocked.class);
            outcome = does("fill", Direction.FORWARD);
        }
        killer.cancel(true);
        assertThat(bench.value("SELECT count(*) FROM users_aside")).isEqualTo("303");
        assertThat(bench.value("SELECT count(*) FROM users WHERE years IS NULL AND age <> 'old'"))
                .isEqualTo("0");
    }

    @Test
    void aRollbackTakesTheTableAway() {
        compile(spec(true, 10, true));
        upTo("fill");
        for (Step step : steps.subList(0, steps.indexOf(named("fill"))).reversed()) {
            if (step.undo() instanceof Step.Undo.By) {
                assertThat(does(step.name(), Direction.BACKWARD)).isInstanceOf(StepOutcome.Completed.class);
            }
        }
        assertThat(bench.value("SELECT to_regclass('users_aside')")).isEqualTo("null");
        assertThat(bench.value("SELECT count(*) FROM pg_attribute WHERE attname = 'years'"))
                .isEqualTo("0");
    }

    @Test
    void aTableOfThatNameIsNeverTakenOver() {
        bench.sql("CREATE TABLE users_aside (id int)");
        compile(spec(true, 10, true));
        assertThat(does("try-fill", Direction.FORWARD)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(does("set-aside", Direction.FORWARD))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("\"users_aside\" already exists"));
        assertThat(does("set-aside", Direction.BACKWARD)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT to_regclass('users_aside')")).isEqualTo("users_aside");
    }

    @Test
    void anErrorThatIsNoRowsFaultIsNotSetAside() {
        compile(spec(true, 10, false));
        upTo("drain");
        Action.Backfill fill = (Action.Backfill) named("fill").action();
        Action.Backfill broken = new Action.Backfill(
                fill.table(),
                List.of(new Action.Fill(new Identifier("years"), "no_such_function(age)", "years IS NULL")),
                fill.userTriggers(),
                List.of(),
                fill.setAside());
        assertThat(bench.targets.execute(bench.order(Bench.step("broken", broken), Direction.FORWARD, fence++), bench))
                .isInstanceOf(StepOutcome.Failed.class);
        assertThat(bench.value("SELECT count(*) FROM users_aside")).isEqualTo("0");
    }
}
