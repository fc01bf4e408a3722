package dev.lockstep.plan;

import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.Backup;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.ContractRules;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.Sync;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.Window.WhenClosed;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Valid plans, the same for the same seed. */
final class RandomPlans {
    private static final List<String> NAMES =
            List.of("users", "Order", "größe", "a.b", "with\"quote", "\"quoted\"", "two words", "select", "x");
    private static final List<String> SQL =
            List.of("lower(name)", "'it''s'", "select 1;\nselect 2", "ünïcödé", " padded ", "#not: a comment", "0");

    private static final Identifier OTHER = new Identifier("full_name");

    private final Random random;

    RandomPlans(long seed) {
        this.random = new Random(seed);
    }

    PlanDocument next() {
        return new PlanDocument(new PlanKey(label("space"), label("plan")), spec());
    }

    private PlanSpec spec() {
        Work work = random.nextBoolean() ? new Work.Changes(some(this::change)) : new Work.Phases(some(this::phase));
        return new PlanSpec(
                new DatabaseName(label("db")),
                random.nextBoolean() ? "" : sql(),
                work,
                several(this::workload),
                approvals(work),
                random.nextInt(86_401),
                random.nextBoolean()
                        ? LockBudget.standard()
                        : new LockBudget(10 + random.nextInt(9_991), 1 + random.nextInt(86_400), blockerRule()),
                random.nextBoolean()
                        ? BackfillPace.standard()
                        : new BackfillPace(
                                1 + random.nextInt(1_000),
                                random.nextInt(96),
                                oneOf(UserTriggers.values()),
                                random.nextInt(86_401),
                                oneOf(BatchCommit.values()),
                                maybe(() -> oneOf(Speed.FULL, Speed.GENTLE)),
                                maybe(this::limits),
                                1 + random.nextInt(16),
                                new RowRules(
                                        random.nextBoolean(),
                                        maybe(() -> new RowRules.SetAside(table(), 1 + random.nextInt(100_000))),
                                        random.nextInt(1_001))),
                oneOf(Sync.values()),
                new ContractRules(random.nextInt(2_592_001), random.nextBoolean()),
                random.nextBoolean() ? new Backup.None() : new Backup.ToTable(3_600 + random.nextInt(100_000)),
                maybe(() -> new ConsumerRules(true, several(_ -> sessions()))),
                maybe(() -> windows(work)));
    }

    /** All with one rule for when they close, or silent about it, as two rules for one phase are refused. */
    private Windows windows(Work work) {
        WhenClosed rule = oneOf(WhenClosed.values());
        return new Windows(some(number -> new Window(
                "window-" + number,
                random.nextBoolean()
                        ? List.of()
                        : phases(work).stream()
                                .filter(_ -> random.nextBoolean())
                                .toList(),
                random.nextBoolean() ? Window.EVERY_DAY : some(_ -> oneOf(DayOfWeek.values())),
                LocalTime.of(random.nextInt(24), random.nextInt(60)),
                LocalTime.of(random.nextInt(24), random.nextInt(60)),
                ZoneId.of(oneOf("UTC", "Europe/Berlin", "Australia/Lord_Howe")),
                maybe(() -> rule))));
    }

    private BackfillLimits limits() {
        Map<Limit, Integer> numbers = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            maybe(() -> random.nextInt(limit.most() + 1)).ifPresent(number -> numbers.put(limit, number));
        }
        numbers.put(Limit.WAL_RATE, 1);
        return new BackfillLimits(
                numbers,
                several(number -> new BackfillLimits.SqlCheck(
                        "query-" + number, sql(), random.nextInt(1_000) - 500, random.nextBoolean())),
                several(number -> new BackfillLimits.HttpCheck(
                        "http-" + number, "https://checks.example.com/" + number, 10 + random.nextInt(9_991))));
    }

    private Change addColumn(boolean lookup) {
        return new Change.AddColumn(
                table(),
                column(),
                sql(),
                random.nextBoolean(),
                maybe(this::sql),
                lookup ? Optional.empty() : maybe(this::sql),
                maybe(this::sql),
                lookup
                        ? maybe(() -> new Lookup(
                                table(),
                                List.of(new Lookup.Match(column(), OTHER)),
                                column(),
                                oneOf(Lookup.Missing.values())))
                        : Optional.empty());
    }

    private BlockerRule blockerRule() {
        return random.nextBoolean()
                ? new BlockerRule.Wait()
                : new BlockerRule.Stop(random.nextBoolean(), 1 + random.nextInt(100), 1 + random.nextInt(100));
    }

    private List<Approval> approvals(Work work) {
        return phases(work).stream()
                .filter(_ -> random.nextBoolean())
                .map(phase -> new Approval(phase, 1 + random.nextInt(10)))
                .toList();
    }

    private static List<PhaseName> phases(Work work) {
        return switch (work) {
            case Work.Changes _ -> List.of(new PhaseName("contract"), new PhaseName("expand"));
            case Work.Phases(List<DeclaredPhase> declared) ->
                declared.stream().map(DeclaredPhase::name).toList();
        };
    }

    private Change change(int number) {
        return switch (oneOf(ChangeKind.values())) {
            case ADD_COLUMN -> addColumn(random.nextBoolean());
            case DROP_COLUMN -> new Change.DropColumn(table(), column());
            case RENAME_COLUMN -> new Change.RenameColumn(table(), column(), OTHER);
            case CHANGE_COLUMN_TYPE ->
                new Change.ChangeColumnType(
                        table(), column(), sql(), maybe(() -> OTHER), maybe(this::sql), maybe(this::sql));
            case SET_NOT_NULL -> new Change.SetNotNull(table(), column());
            case DROP_NOT_NULL -> new Change.DropNotNull(table(), column());
            case SET_DEFAULT -> new Change.SetDefault(table(), column(), sql());
            case DROP_DEFAULT -> new Change.DropDefault(table(), column());
            case ADD_INDEX -> new Change.AddIndex(table(), column(), random.nextBoolean(), indexBody());
            case DROP_INDEX -> new Change.DropIndex(table(), column());
            case REINDEX -> new Change.Reindex(table(), maybe(this::column));
            case ADD_FOREIGN_KEY ->
                new Change.AddForeignKey(
                        table(),
                        column(),
                        List.of(column(), OTHER),
                        table(),
                        List.of(OTHER, column()),
                        oneOf(ReferentialAction.values()),
                        oneOf(ReferentialAction.values()));
            case ADD_CHECK -> new Change.AddCheck(table(), column(), sql());
            case ADD_UNIQUE -> new Change.AddUnique(table(), column(), List.of(column(), OTHER));
            case ADD_PRIMARY_KEY -> new Change.AddPrimaryKey(table(), maybe(this::column), List.of(column()));
            case DROP_CONSTRAINT -> new Change.DropConstraint(table(), column());
            case RENAME_TABLE -> new Change.RenameTable(table(), OTHER, oneOf(TableRenaming.values()));
            case DROP_TABLE -> new Change.DropTable(table());
            case CREATE_TABLE -> createTable();
            case ADD_ENUM_VALUE -> new Change.AddEnumValue(table(), sql(), neighbour());
            case COMMENT -> new Change.Comment(table(), maybe(this::column), random.nextBoolean() ? "" : sql());
            case SQL ->
                new Change.Sql(
                        oneOf(PhaseType.EXPAND, PhaseType.BACKFILL, PhaseType.CONTRACT), sqlStep("step-" + number));
        };
    }

    private IndexBody indexBody() {
        return random.nextBoolean()
                ? new IndexBody.Definition(sql())
                : new IndexBody.Columns(
                        List.of(column(), OTHER),
                        random.nextBoolean() ? List.of() : List.of(column()),
                        maybe(this::sql));
    }

    private Change createTable() {
        return new Change.CreateTable(
                table(),
                List.of(
                        new Change.NewColumn(column(), sql(), random.nextBoolean(), maybe(this::sql)),
                        new Change.NewColumn(OTHER, sql(), random.nextBoolean(), maybe(this::sql))),
                random.nextBoolean() ? List.of() : List.of(OTHER),
                random.nextBoolean() ? List.of() : List.of(sql()),
                random.nextBoolean()
                        ? List.of()
                        : List.of(new Change.TableGrant(column(), List.of("SELECT", "INSERT"))),
                maybe(this::sql));
    }

    private Neighbour neighbour() {
        return switch (random.nextInt(3)) {
            case 0 -> new Neighbour.Before(sql());
            case 1 -> new Neighbour.After(sql());
            default -> new Neighbour.Last();
        };
    }

    private DeclaredPhase phase(int number) {
        PhaseType type = oneOf(PhaseType.values());
        PhaseName name = new PhaseName("phase-" + number);
        return type == PhaseType.DEPLOY
                ? new DeclaredPhase(name, type, Optional.of(oneOf(Milestone.values())), List.of())
                : new DeclaredPhase(name, type, maybe(() -> oneOf(Milestone.values())), some(this::step));
    }

    private DeclaredPhase.Step step(int number) {
        return random.nextBoolean()
                ? new DeclaredPhase.Step.Sql(sqlStep("step-" + number))
                : new DeclaredPhase.Step.Backfill(
                        "step-" + number,
                        table(),
                        column(),
                        sql(),
                        sql(),
                        random.nextBoolean()
                                ? List.of()
                                : some(_ -> column()).stream().distinct().toList());
    }

    private SqlStep sqlStep(String name) {
        boolean transaction = random.nextBoolean();
        Optional<String> verify = transaction ? maybe(this::sql) : Optional.of(sql());
        List<TableName> tables = several(_ -> table()).stream().distinct().toList();
        return new SqlStep(name, sql(), maybe(this::sql), verify, transaction, tables);
    }

    private WorkloadSpec workload(int number) {
        Map<Milestone, Versions> versions = new EnumMap<>(Milestone.class);
        for (Milestone milestone : Milestone.values()) {
            maybe(this::versions).ifPresent(known -> versions.put(milestone, known));
        }
        WorkloadName name = new WorkloadName("workload-" + number);
        return random.nextInt(8) == 0
                ? new WorkloadSpec(name, new Runner.External(), plain(versions), external())
                : new WorkloadSpec(
                        name, runner(number), versions, random.nextBoolean() ? EvidenceSpec.standard() : evidence());
    }

    /** Of what ends by itself nobody can ask for capabilities, so those are left to the others. */
    private Runner runner(int number) {
        Runner.Place where = new Runner.Place(maybe(() -> new ClusterName(label("cluster"))), label("space"));
        return random.nextInt(4) == 0
                ? new Runner.Pods(where, selector(number))
                : new Runner.Controller(
                        oneOf(
                                Runner.Kind.DEPLOYMENT,
                                Runner.Kind.STATEFUL_SET,
                                Runner.Kind.DAEMON_SET,
                                Runner.Kind.REPLICA_SET,
                                Runner.Kind.ROLLOUT),
                        where,
                        "app.v" + number);
    }

    private PodSelector selector(int number) {
        return new PodSelector(
                Map.of("app", "app-" + number),
                several(at -> random.nextBoolean()
                        ? new PodSelector.Expression(
                                "key-" + at,
                                oneOf(PodSelector.Operator.IN, PodSelector.Operator.NOT_IN),
                                some(value -> "value-" + value))
                        : new PodSelector.Expression(
                                "key-" + at,
                                oneOf(PodSelector.Operator.EXISTS, PodSelector.Operator.DOES_NOT_EXIST),
                                List.of())));
    }

    private static Map<Milestone, Versions> plain(Map<Milestone, Versions> versions) {
        Map<Milestone, Versions> plain = new EnumMap<>(Milestone.class);
        versions.forEach((milestone, _) -> plain.put(milestone, new Versions.Ordinal(">=42")));
        return plain;
    }

    private EvidenceSpec external() {
        EvidenceSpec standard = EvidenceSpec.standard();
        return new EvidenceSpec(
                standard.container(),
                standard.label(),
                standard.http(),
                standard.minimumKinds(),
                standard.fromProcess(),
                maybe(this::sessions),
                standard.minimum());
    }

    private Versions versions() {
        Versions version = oneOf(
                new Versions.Range(">=1." + random.nextInt(9) + ".0"),
                new Versions.AnyOf(some(number -> "build-" + number)),
                new Versions.Ordinal(">=" + random.nextInt(99)));
        Versions digests = new Versions.Digests(some(number -> "sha256:" + ("" + number).repeat(64)));
        Versions capabilities = new Versions.Capabilities(some(number -> "users.name:" + number));
        return oneOf(
                version,
                version,
                capabilities,
                new Versions.All(List.of(version, digests)),
                new Versions.All(List.of(version, capabilities)),
                new Versions.All(List.of(version, digests, capabilities)));
    }

    private SessionSpec sessions() {
        Optional<SessionPattern> name = maybe(() -> new SessionPattern("app/{version}"));
        return new SessionSpec(
                name,
                name.isPresent() ? maybe(() -> new SessionPattern("app_*")) : Optional.of(new SessionPattern("app")));
    }

    private EvidenceSpec evidence() {
        return new EvidenceSpec(
                maybe(() -> label("main")),
                oneOf("version", "example.com/code.version", EvidenceSpec.DEFAULT_LABEL),
                maybe(() -> new HttpProbe(
                        1 + random.nextInt(65_535),
                        oneOf("/", "/version?full=true", "/a%20b"),
                        oneOf("", "/", "/build/version", "/a~1b/~0"),
                        1 + random.nextInt(10_000),
                        maybe(() -> "/capabilities"))),
                1 + random.nextInt(EvidenceSpec.MOST_KINDS),
                random.nextBoolean(),
                maybe(this::sessions),
                maybe(() -> new WorkloadSpec.Minimum(EvidenceRank.IMAGE_TAG, oneOf(EvidenceRank.values()))));
    }

    private TableName table() {
        return new TableName(new Identifier(oneOf("public", "sales", "Odd.schema")), column());
    }

    private Identifier column() {
        return new Identifier(NAMES.get(random.nextInt(NAMES.size())));
    }

    private String sql() {
        return SQL.get(random.nextInt(SQL.size()));
    }

    private String label(String stem) {
        return stem + "-" + random.nextInt(1_000);
    }

    private <T> Optional<T> maybe(Supplier<T> value) {
        return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
    }

    private <T> List<T> some(IntFunction<T> make) {
        return new ArrayList<>(
                IntStream.rangeClosed(0, random.nextInt(4)).mapToObj(make).toList());
    }

    private <T> List<T> several(IntFunction<T> make) {
        return IntStream.range(0, random.nextInt(4)).mapToObj(make).toList();
    }

    @SafeVarargs
    private <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
