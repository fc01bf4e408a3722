package dev.lockstep.ui;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.Actor;
import dev.lockstep.engine.ApprovalRules;
import dev.lockstep.engine.Decision;
import dev.lockstep.engine.Explainer;
import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.LockMonitor;
import dev.lockstep.engine.Locks;
import dev.lockstep.engine.Lookout;
import dev.lockstep.engine.Neighbours;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.engine.Views;
import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.Windows;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** The shop's rename of users.name, led by hand through every situation that a page can show. The clock is the story's. */
final class Shop implements InstantSource {
    static final PlanKey KEY = new PlanKey("shop", "rename-users-name");
    static final PhaseName CONTRACT = new PhaseName("contract");
    static final Viewer ADA = new Viewer("ada", true, Set.of("viewer", "author", "approver"));
    static final Viewer GUEST = new Viewer("guest", true, Set.of("viewer"));

    private static final Instant OPENING = Instant.parse("2025-03-01T14:00:00Z");

    private static final TableName USERS = TableName.parse("users");
    private static final PhaseName EXPAND = new PhaseName("expand");
    private static final PhaseName BACKFILL = new PhaseName("backfill");
    private static final PhaseName NEW_ONLY = new PhaseName("new-only");

    final MemoryPlans plans = new MemoryPlans();
    final MemoryRuns runs = new MemoryRuns();
    final StillCluster cluster = new StillCluster();
    final ShownLocks lockMonitor = new ShownLocks();
    final Operations operations;
    final Locks locks;
    private final RunId run = new RunId(UUID.fromString("6f1c2c1e-7b0f-4b0e-9f51-3a8f0d6d1d11"));
    private volatile Instant now = OPENING;
    private long sequence;

    Shop() {
        operations = new Operations(
                plans,
                runs,
                new Views(runs, new Lookout(cluster, runs, new Neighbours(new SilentTargets(), this), this)),
                new Explainer(new SilentTargets(), cluster, runs),
                this,
                new ApprovalRules(false));
        locks = new Locks(
                lockMonitor,
                plans,
                new Views(runs, new Lookout(cluster, runs, new Neighbours(new SilentTargets(), this), this)),
                this);
        opens();
    }

    /** Begins again, with a plan that nobody has started. */
    void opens() {
        now = OPENING;
        sequence = 0;
        plans.clear();
        runs.clear();
        lockMonitor.shows(new LockMonitor.Reading.Seen(List.of(), 0));
        plans.save(document(), "ben", Optional.empty(), now);
        pods("1.4.0", "1.4.0", "1.4.0");
    }

    @Override
    public Instant instant() {
        return now;
    }

    PlanPage page(Viewer viewer) {
        return PlanPage.of(view(), journal(), new PlanPage.Outline.Known(phases()), viewer, now);
    }

    PlanView view() {
        return operations.view(KEY);
    }

    List<JournalEntry> journal() {
        return operations.journal(KEY, 0);
    }

    Shop passes(Duration time) {
        now = now.plus(time);
        return this;
    }

    Shop hears(Event... events) {
        for (Event event : events) {
            Runs.Appended appended =
                    runs.append(run, sequence, new Runs.Authority.Command(), List.of(event), false, now);
            sequence = ((Runs.Appended.Done) appended).sequence();
            passes(Duration.ofMillis(400));
        }
        return this;
    }

    Shop starts() {
        StoredRun stored = new StoredRun(run, document(), 1, script(), Set.of(USERS), now);
        runs.begin(stored, List.of(new Event.Started("ada")), now);
        sequence = 1;
        plans.begun(KEY, run);
        return passes(Duration.ofSeconds(1)).hears(new Event.LeaseTaken("lockstep-0", 1), opened(EXPAND));
    }

    Shop expands() {
        return starts().does("add-full-name", 0, 38)
                .does("sync-full-name", 0, 61)
                .hears(new Event.PhaseCompleted(EXPAND), opened(BACKFILL));
    }

    /** Its first step cannot have its lock, because of a report. */
    Shop waitsForALock() {
        return starts().hears(
                        new Event.StepStarted("add-full-name", Direction.FORWARD, 1, 1),
                        new Event.StepWaiting(
                                "add-full-name",
                                Direction.FORWARD,
                                List.of(new Blocker(
                                        Blocker.Code.LOCK_NOT_ACQUIRED,
                                        "session 4711",
                                        "role shop",
                                        "Session 4711 (role shop, application nightly-report) has AccessShareLock on users.",
                                        "Have the application end its transaction."))));
    }

    /** The report has ended, and the step is done. */
    Shop getsItsLock() {
        InTheWay report = new InTheWay(
                "session 4711", 4711, "nightly-report", "shop", "SELECT * FROM users", "AccessShareLock on users");
        return hears(
                new Event.BlockerStopped("add-full-name", Direction.FORWARD, report, Event.Stop.TERMINATE, 258_000),
                new Event.StepDelayed(
                        "add-full-name", Direction.FORWARD, List.of(new Event.Delay(report, 61_000, true)), 0),
                new Event.StepCompleted("add-full-name", Direction.FORWARD, new StepSummary(0, 61_200, 41, List.of())));
    }

    Shop backfillsHalf() {
        expands()
                .does("drain-writers", 0, 1204)
                .hears(new Event.StepStarted("fill-full-name", Direction.FORWARD, 1, 1));
        passes(Duration.ofSeconds(17));
        Progress.Pace pace = new Progress.Pace(
                Speed.GOVERNED,
                0.41,
                Optional.of(new Progress.Throttle(
                        "replica-lag", "Standby eu-2 is 12 s and 190 MB behind (limit 10 s).", now.minusSeconds(9))));
        runs.report(
                run, new Progress("fill-full-name", 91_204, 0.4517, 5_371.4, Optional.of(21L), now, Optional.of(pace)));
        return this;
    }

    Shop backfills() {
        return expands()
                .does("drain-writers", 0, 1204)
                .does("fill-full-name", 200_000, 38_114)
                .does("index-full-name", 0, 2_310)
                .hears(new Event.PhaseCompleted(BACKFILL));
    }

    Shop isHeld() {
        return backfills()
                .hears(new Event.GateBlocked(
                        NEW_ONLY,
                        Stream.of("shop-web-7d9f6c-4kx2p", "shop-web-7d9f6c-m8w7q", "shop-web-7d9f6c-zt5hd")
                                .map(Shop::old)
                                .toList()))
                .passes(Duration.ofMinutes(4));
    }

    Shop raisesTheFloor() {
        isHeld();
        pods("1.5.0", "1.5.0", "1.5.0");
        hears(new Event.GateMatched(NEW_ONLY)).passes(Duration.ofSeconds(5));
        hears(opened(NEW_ONLY), new Event.PhaseCompleted(NEW_ONLY), new Event.GateMatched(CONTRACT));
        passes(Duration.ofSeconds(5));
        return hears(new Event.FloorRaised(CONTRACT));
    }

    Shop awaitsApproval() {
        raisesTheFloor().passes(Duration.ofSeconds(5));
        return hears(opened(CONTRACT)).passes(Duration.ofMinutes(2));
    }

    /** All code is new by day, and the contract is for the night. */
    Shop waitsForTheNight() {
        isHeld();
        pods("1.5.0", "1.5.0", "1.5.0");
        hears(new Event.GateMatched(NEW_ONLY)).passes(Duration.ofSeconds(5));
        Windows nights = new Windows(List.of(Scripts.window("nights", "22:00", "05:00", List.of("contract"))));
        return hears(
                        new Event.Rescheduled(nights, "ben"),
                        opened(NEW_ONLY),
                        new Event.PhaseCompleted(NEW_ONLY),
                        new Event.GateMatched(CONTRACT),
                        new Event.WindowClosed(
                                CONTRACT,
                                new Blocker(
                                        Blocker.Code.OUTSIDE_WINDOW,
                                        "phase contract",
                                        "the plan's windows",
                                        "Phase contract goes on only within its windows. Window nights is the next to"
                                                + " open, at 2025-03-01T22:00:00Z (Saturday 2025-03-01 22:00 in UTC).",
                                        "Nothing has to be done: it goes on by itself then.")))
                .passes(Duration.ofMinutes(2));
    }

    Shop passesTheReturn() {
        awaitsApproval();
        operations.decide(
                KEY,
                CONTRACT,
                Decision.APPROVE,
                "Checked with the web team.",
                document().digest(),
                new Actor("ada", true));
        sequence++;
        return does("drop-sync", 0, 44)
                .hears(
                        new Event.PointOfNoReturnPassed(CONTRACT, "drop-name"),
                        new Event.StepStarted("drop-name", Direction.FORWARD, 1, 1));
    }

    Shop succeeds() {
        return passesTheReturn()
                .hears(
                        new Event.StepCompleted("drop-name", Direction.FORWARD, new StepSummary(0, 52, 12, List.of())),
                        new Event.PhaseCompleted(CONTRACT));
    }

    /** A step done in one go. */
    Shop does(String step, long rows, long milliseconds) {
        hears(new Event.StepStarted(step, Direction.FORWARD, 1, 1));
        passes(Duration.ofMillis(milliseconds));
        return hears(new Event.StepCompleted(
                step, Direction.FORWARD, new StepSummary(rows, milliseconds, milliseconds > 1000 ? 0 : 3, List.of())));
    }

    void pods(String... versions) {
        List<PodObservation> pods = new ArrayList<>();
        List<String> names = List.of("4kx2p", "m8w7q", "zt5hd", "q2v9c");
        for (int at = 0; at < versions.length; at++) {
            boolean old = versions[at].equals("1.4.0");
            pods.add(new PodObservation(
                    "shop-web-" + (old ? "7d9f6c-" : "59bb7d-") + names.get(at),
                    "uid-" + at,
                    "ReplicaSet shop-web-" + (old ? "7d9f6c" : "59bb7d"),
                    old && Stream.of(versions).anyMatch("1.5.0"::equals)
                            ? PodObservation.Condition.TERMINATING
                            : PodObservation.Condition.RUNNING,
                    now.minusSeconds(95),
                    now.minusSeconds(94),
                    List.of(
                            new Evidence(Evidence.Source.LABEL, versions[at], now),
                            new Evidence(Evidence.Source.IMAGE_TAG, versions[at], now),
                            new Evidence(Evidence.Source.HTTP, versions[at], now)),
                    List.of()));
        }
        cluster.shows(new WorkloadObservation.Seen(
                new WorkloadName("web"),
                "uid",
                4,
                4,
                false,
                3,
                List.of(new Evidence(Evidence.Source.IMAGE_TAG, versions[versions.length - 1], now)),
                pods,
                now));
    }

    private static Event opened(PhaseName phase) {
        return new Event.GateOpened(phase, Direction.FORWARD, 1);
    }

    static Blocker old(String pod) {
        return new Blocker(
                Blocker.Code.OLD_VERSION,
                "pod " + pod,
                "Deployment shop/shop-web",
                "Pod " + pod + " reports 1.4.0 (label, image tag, HTTP); the gate wants >=1.5.0.",
                "Roll out >=1.5.0 to Deployment shop/shop-web and wait for this pod to end.");
    }

    static PlanDocument document() {
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "shop-web",
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                WorkloadSpec.EvidenceSpec.standard());
        return new PlanDocument(
                KEY,
                new PlanSpec(
                        new DatabaseName("shop"),
                        "users.name becomes users.full_name",
                        new PlanSpec.Work.Changes(List.of(
                                new Change.RenameColumn(USERS, new Identifier("name"), new Identifier("full_name")))),
                        List.of(web),
                        List.of(new PlanSpec.Approval(CONTRACT, 1)),
                        5,
                        PlanSpec.LockBudget.standard(),
                        PlanSpec.BackfillPace.standard(),
                        PlanSpec.Sync.TRIGGER,
                        PlanSpec.ContractRules.standard(),
                        new PlanSpec.Backup.None()));
    }

    private static Script script() {
        return new Script(document().digest(), phases(), Map.of(CONTRACT, 1), 5, Optional.empty());
    }

    static List<Phase> phases() {
        return List.of(
                new Phase(EXPAND, PhaseType.EXPAND, Optional.empty(), List.of(addColumn(), sync())),
                new Phase(BACKFILL, PhaseType.BACKFILL, Optional.empty(), List.of(drain(), fill(), index())),
                new Phase(NEW_ONLY, PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Phase(
                        CONTRACT,
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        List.of(dropSync(), dropColumn())));
    }

    private static Step addColumn() {
        return new Step(
                "add-full-name",
                "Add column full_name beside name",
                exclusive("ALTER TABLE public.users ADD COLUMN full_name text COLLATE \"C\""),
                new Undo.By(exclusive("ALTER TABLE public.users DROP COLUMN full_name")),
                "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.users'::regclass AND attname ="
                        + " 'full_name' AND NOT attisdropped)");
    }

    private static Step sync() {
        return new Step(
                "sync-full-name",
                "Keep name and full_name equal by a trigger, whichever is written",
                new Action.Transactional(
                        List.of(
                                "CREATE FUNCTION lockstep.sync_users_name() RETURNS trigger LANGUAGE plpgsql AS"
                                        + " $$\nBEGIN\n    NEW.full_name := NEW.name;\n    RETURN NEW;\nEND\n$$",
                                "CREATE TRIGGER zzz_lockstep_sync BEFORE INSERT OR UPDATE ON public.users\n    FOR EACH"
                                        + " ROW EXECUTE FUNCTION lockstep.sync_users_name()"),
                        List.of(new TableLock(USERS, LockMode.SHARE_ROW_EXCLUSIVE)),
                        false),
                new Undo.By(exclusive("DROP TRIGGER zzz_lockstep_sync ON public.users")),
                "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'zzz_lockstep_sync')");
    }

    private static Step drain() {
        return new Step(
                "drain-writers",
                "Wait for transactions that began before the trigger",
                new Action.DrainTransactions(USERS),
                new Undo.Nothing(),
                "SELECT NULL");
    }

    private static Step fill() {
        return new Step(
                "fill-full-name",
                "Copy name into full_name in every row",
                new Action.Backfill(
                        USERS,
                        List.of(new Action.Fill(
                                new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name")),
                        PlanSpec.UserTriggers.SKIP,
                        List.of(),
                        Optional.empty(),
                        Optional.of("Walked by blocks, as users is one table whose rows have their places in blocks.")),
                new Undo.Nothing(),
                "SELECT NOT EXISTS (SELECT FROM public.users WHERE full_name IS DISTINCT FROM name)");
    }

    private static Step index() {
        return new Step(
                "index-full-name",
                "Build the index on full_name that name has",
                new Action.BuildIndex(
                        USERS,
                        new Identifier("users_full_name_idx"),
                        "CREATE INDEX CONCURRENTLY users_full_name_idx ON public.users (full_name)"),
                new Undo.By(new Action.DropIndex(USERS, new Identifier("users_full_name_idx"))),
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.users_full_name_idx'::regclass");
    }

    private static Step dropSync() {
        return new Step(
                "drop-sync",
                "Remove the trigger that keeps both equal",
                exclusive("DROP TRIGGER zzz_lockstep_sync ON public.users"),
                new Undo.By(exclusive("CREATE TRIGGER zzz_lockstep_sync BEFORE INSERT OR UPDATE ON public.users")),
                "SELECT NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'zzz_lockstep_sync')");
    }

    private static Step dropColumn() {
        return new Step(
                "drop-name",
                "Drop column name",
                exclusive("ALTER TABLE public.users DROP COLUMN name"),
                new Undo.Impossible("Column name is gone with what only it held: its grants, comments and statistics."),
                "SELECT NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.users'::regclass AND attname ="
                        + " 'name' AND NOT attisdropped)");
    }

    private static Action exclusive(String statement) {
        return new Action.Transactional(
                List.of(statement), List.of(new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE)), false);
    }
}
