package dev.lockstep.store;

import dev.lockstep.change.Action;
import dev.lockstep.change.Departure;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.ClusterName;
import dev.lockstep.plan.ConsumerRules;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.EvidenceRank;
import dev.lockstep.plan.Limit;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.RowRules;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.SessionPattern;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Values of everything that the store keeps, with the characters that tend to get lost on the way. */
final class Samples {
    static final Instant NOON = Instant.parse("2025-06-01T12:00:00.123456Z");
    static final TableName USERS = TableName.parse("users");
    static final TableName ODD = new TableName(new Identifier("Odd.schema"), new Identifier("größe \"x\" 🙂"));

    static final Identifier NAME = new Identifier("name");
    private static final PhaseName CONTRACT = new PhaseName("contract");
    private static final Digest DIGEST = new Digest("0123456789abcdef".repeat(4));
    private static final Blocker BLOCKER = new Blocker(
            Blocker.Code.OLD_VERSION,
            "pod shop-web-1",
            "Deployment shop/shop-web",
            "It runs 1.4.0.",
            "Roll out 1.5.0.");
    private static final InTheWay SESSION =
            new InTheWay("session 4711", 4711, "report", "reader", "SELECT ?", "AccessShareLock on users");

    private static final Windows WINDOWS = new Windows(List.of(new Window(
            "nights",
            List.of(CONTRACT),
            List.of(DayOfWeek.MONDAY),
            LocalTime.of(22, 0),
            LocalTime.of(5, 30),
            ZoneId.of("Europe/Berlin"),
            Optional.of(Window.WhenClosed.FINISH))));

    private Samples() {}

    static PlanDocument plan(String name, TableName table) {
        return new PlanDocument(
                new PlanKey("shop", name),
                spec("a plan", new Work.Changes(List.of(new Change.DropColumn(table, NAME)))));
    }

    static PlanDocument described(PlanDocument plan, String description) {
        return new PlanDocument(plan.key(), spec(description, plan.spec().work()));
    }

    static StoredRun run(PlanDocument document, TableName... tables) {
        return new StoredRun(new RunId(UUID.randomUUID()), document, 1, script(), Set.of(tables), NOON);
    }

    static List<PlanDocument> plans() {
        DeclaredPhase phase = new DeclaredPhase(
                CONTRACT,
                PhaseType.CONTRACT,
                Optional.of(Milestone.NEW_ONLY),
                List.of(
                        new DeclaredPhase.Step.Sql(sqlStep()),
                        new DeclaredPhase.Step.Backfill("fill", ODD, NAME, "lower(name)", "name <> lower(name)")));
        return Stream.of(new Work.Changes(SampleChanges.all(sqlStep())), new Work.Phases(List.of(phase)))
                .map(work -> new PlanDocument(new PlanKey("shop", "everything"), spec("größer 🙂", work)))
                .toList();
    }

    static Script script() {
        TableLock lock = new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE);
        List<Action> actions = List.of(
                new Action.Transactional(List.of("ALTER TABLE users DROP COLUMN name"), List.of(lock), true),
                new Action.Standalone("REINDEX TABLE CONCURRENTLY users", List.of(lock)),
                new Action.BuildIndex(USERS, NAME, "CREATE INDEX CONCURRENTLY name ON users (name)"),
                new Action.DropIndex(USERS, NAME),
                new Action.RebuildIndex(USERS, NAME),
                new Action.Backfill(
                        USERS,
                        new Action.Fill(new Identifier("full_name"), "name", "full_name IS NULL"),
                        UserTriggers.FIRE),
                new Action.CopyRows(
                        USERS,
                        ODD,
                        List.of(NAME),
                        List.of(NAME, new Identifier("full_name")),
                        new Identifier("copying"),
                        Action.CopyRows.Rows.DIFFERING),
                new Action.DrainTransactions(USERS),
                new Action.Assertion("SELECT 'x'", "All is well.", "Mend it."),
                new Action.Backfill(
                        USERS,
                        List.of(new Action.Fill(NAME, "upper(name)", "name IS NULL")),
                        UserTriggers.SKIP,
                        List.of(),
                        Optional.of(new Action.SetAside(ODD, 3, "'x'", "name IS NULL", "SELECT 1")),
                        Optional.of("Walked by blocks.")),
                new Action.Survey(USERS, new Action.Survey.NoneWhere("name IS NULL"), "All have one.", "Mend it."),
                new Action.Survey(USERS, new Action.Survey.Counted("name IS NULL"), "All have one.", "Mend it."),
                new Action.Survey(USERS, new Action.Survey.Evaluates("upper(name)", 3), "It works.", "Mend it."),
                new Action.KeepValues(ODD, "x", List.of(NAME), List.of(new Action.Kept(NAME, NAME)), 3_600),
                new Action.ForgetValues("x"),
                new Action.CountUses(new Departure(ODD, Optional.of(NAME), false)),
                new Action.ProveUnused(new Departure(ODD, Optional.empty(), true), "count-uses", 30),
                new Action.RevertWindow(List.of("users.name"), 3_600));
        Stream<Step.Undo> undos = Stream.of(
                new Step.Undo.By(actions.getFirst()),
                new Step.Undo.Nothing(),
                new Step.Undo.Impossible("The old values are lost."));
        List<Step> steps = Stream.concat(
                        actions.stream()
                                .map(action ->
                                        new Step("step", "does it", action, new Step.Undo.Nothing(), "SELECT true")),
                        undos.map(undo -> new Step("step", "does it", actions.getLast(), undo, "SELECT true")))
                .toList();
        return new Script(
                DIGEST,
                List.of(
                        new Phase(
                                new PhaseName("new-only"),
                                PhaseType.DEPLOY,
                                Optional.of(Milestone.NEW_ONLY),
                                List.of()),
                        new Phase(CONTRACT, PhaseType.CONTRACT, Optional.empty(), steps)),
                Map.of(CONTRACT, 2, new PhaseName("new-only"), 1),
                30,
                Optional.of(WINDOWS));
    }

    static List<Event> events() {
        return List.of(
                new Event.Started("ana"),
                new Event.LeaseTaken("replica-1", 7),
                new Event.GateBlocked(CONTRACT, List.of(BLOCKER)),
                new Event.GateMatched(CONTRACT),
                new Event.GateOpened(CONTRACT, Direction.BACKWARD, Long.MAX_VALUE),
                new Event.FloorRaised(CONTRACT),
                new Event.Approved(CONTRACT, "ben", "schön \"so\"\n🙂", DIGEST),
                new Event.Rejected(CONTRACT, "ben", ""),
                new Event.PointOfNoReturnPassed(CONTRACT, "drop"),
                new Event.StepStarted("drop", Direction.FORWARD, 3, 7),
                new Event.StepCompleted(
                        "drop", Direction.FORWARD, new Event.StepSummary(200_000, 1_234, 17, List.of("One note."))),
                new Event.StepBlocked("drop", Direction.BACKWARD, List.of(BLOCKER), NOON.plusNanos(789)),
                new Event.StepInterrupted("drop", Direction.FORWARD),
                new Event.StepFailed("drop", Direction.FORWARD, new Stage.Fault("SQL_FAILED", "It broke.", "Mend it.")),
                new Event.PhaseCompleted(CONTRACT),
                new Event.Paced(Speed.PAUSED, "ana"),
                new Event.Rescheduled(WINDOWS, "ana"),
                new Event.WindowClosed(CONTRACT, BLOCKER),
                new Event.WindowOpened(CONTRACT),
                new Event.Attested(new WorkloadName("bi"), "1.5.0", "ana", "asked them", NOON.plusSeconds(60)),
                new Event.Suspended("ana"),
                new Event.Resumed("ana"),
                new Event.RetryRequested("ana"),
                new Event.Aborted("ana"),
                new Event.RollbackRequested("ana"),
                new Event.StepWaiting("drop", Direction.FORWARD, List.of(BLOCKER)),
                new Event.StepDelayed("drop", Direction.FORWARD, List.of(new Event.Delay(SESSION, 61_000, true)), 2),
                new Event.BlockerStopped("drop", Direction.FORWARD, SESSION, Event.Stop.TERMINATE, 60_000),
                new Event.RolledBack());
    }

    private static SqlStep sqlStep() {
        return new SqlStep(
                "raw", "SELECT 1;\nSELECT 'é'", Optional.of("SELECT 2"), Optional.empty(), false, List.of(USERS, ODD));
    }

    private static WorkloadSpec batch() {
        return new WorkloadSpec(
                new WorkloadName("batch"),
                new Runner.Pods(
                        new Runner.Place(Optional.of(new ClusterName("eu")), "shop"),
                        new PodSelector(
                                Map.of("app", "batch"),
                                List.of(new PodSelector.Expression(
                                        "tier", PodSelector.Operator.NOT_IN, List.of("a", "b"))))),
                Map.of(
                        Milestone.NEW_ONLY,
                        new Versions.All(List.of(
                                new Versions.Ordinal(">=42"),
                                new Versions.Digests(List.of("sha256:" + "0".repeat(64))),
                                new Versions.Capabilities(List.of("users.full_name:write"))))),
                new EvidenceSpec(
                        Optional.empty(),
                        "version",
                        Optional.of(new HttpProbe(8080, "/v", "/version", 500, Optional.of("/can"))),
                        3,
                        false,
                        Optional.of(new WorkloadSpec.SessionSpec(
                                Optional.of(new SessionPattern("batch/{version}")), Optional.empty())),
                        Optional.of(new WorkloadSpec.Minimum(EvidenceRank.IMAGE_TAG, EvidenceRank.SESSIONS))));
    }

    private static WorkloadSpec external() {
        return new WorkloadSpec(new WorkloadName("bi"), new Runner.External(), Map.of(), EvidenceSpec.standard());
    }

    private static PlanSpec spec(String description, Work work) {
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "shop-web",
                Map.of(
                        Milestone.DUAL_WRITE,
                        new Versions.Range(">=1.4.0"),
                        Milestone.NEW_ONLY,
                        new Versions.AnyOf(List.of("abc", "def"))),
                new EvidenceSpec(
                        Optional.of("web"), "version", Optional.of(new HttpProbe(8080, "/v", "/a~1b", 500)), 2, true));
        return new PlanSpec(
                new DatabaseName("shop"),
                description,
                work,
                List.of(web, batch(), external()),
                List.of(new Approval(CONTRACT, 2)),
                30,
                new LockBudget(
                        500,
                        900,
                        work instanceof Work.Phases
                                ? new PlanSpec.BlockerRule.Wait()
                                : new PlanSpec.BlockerRule.Stop(true, 10, 300)),
                new BackfillPace(
                        40,
                        20,
                        PlanSpec.UserTriggers.SKIP,
                        10,
                        PlanSpec.BatchCommit.ASYNCHRONOUS,
                        Optional.of(Speed.GENTLE),
                        Optional.of(new BackfillLimits(
                                Map.of(Limit.WAL_RATE, 20),
                                List.of(new BackfillLimits.SqlCheck("free-disk", "SELECT 7", 5, true)),
                                List.of(new BackfillLimits.HttpCheck("go", "http://ops.example.com/go", 500)))),
                        2,
                        new RowRules(false, Optional.of(new RowRules.SetAside(ODD, 7)), 40)),
                PlanSpec.Sync.APPLICATION,
                new PlanSpec.ContractRules(60, true),
                work instanceof Work.Phases ? new PlanSpec.Backup.None() : new PlanSpec.Backup.ToTable(3_600),
                Optional.of(new ConsumerRules(
                        true,
                        List.of(new WorkloadSpec.SessionSpec(
                                Optional.empty(), Optional.of(new SessionPattern("exporter")))))),
                Optional.of(WINDOWS));
    }
}
