package dev.lockstep.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlanReaderTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void readsThePlanOfTheDesign() throws JsonProcessingException {
        Reading reading = read("""
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: rename-users-name, namespace: shop, labels: {team: shop}, annotations: {note: ""}}
                spec:
                  databaseRef: {name: shop}
                  description: users.name becomes users.full_name
                  changes:
                    - renameColumn: {table: users, from: name, to: full_name}
                  workloads:
                    - name: web
                      kind: Deployment
                      resource: shop-web
                      versions: {new-only: ">=1.5.0"}
                  approvals:
                    - phase: contract
                      count: 1
                """);
        assertThat(reading)
                .isEqualTo(new Reading.Accepted(new PlanDocument(
                        new PlanKey("shop", "rename-users-name"),
                        new PlanSpec(
                                new DatabaseName("shop"),
                                "users.name becomes users.full_name",
                                new Work.Changes(List.of(new Change.RenameColumn(
                                        TableName.parse("users"),
                                        new Identifier("name"),
                                        new Identifier("full_name")))),
                                List.of(new WorkloadSpec(
                                        new WorkloadName("web"),
                                        Runner.Kind.DEPLOYMENT,
                                        "shop",
                                        "shop-web",
                                        Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                                        EvidenceSpec.standard())),
                                List.of(new Approval(new PhaseName("contract"), 1)),
                                30,
                                PlanSpec.LockBudget.standard(),
                                PlanSpec.BackfillPace.standard(),
                                PlanSpec.Sync.TRIGGER,
                                PlanSpec.ContractRules.standard(),
                                new PlanSpec.Backup.None()))));
    }

    @Test
    void approvalOfADeclaredPhaseIsAnApprovalOfThePlan() throws JsonProcessingException {
        String phase = "{name: tidy, type: Contract, approval: {count: 2}, steps: [{sql: {name: one, up: select 1}}]}";
        assertThat(read(spec("phases: [" + phase + "]")))
                .isInstanceOfSatisfying(
                        Reading.Accepted.class,
                        read -> assertThat(read.document().spec().approvals())
                                .containsExactly(new Approval(new PhaseName("tidy"), 2)));
    }

    @Test
    void findsEverythingAtOnce() throws JsonProcessingException {
        assertThat(violations(read("""
                                        apiVersion: v1
                                        kind: Plan
                                        metadata: {name: "Not A Name"}
                                        spec:
                                          databaseRef: {nam: shop}
                                          changes:
                                            - renameColumn: {table: users, from: 7, to: full_name}
                                            - addColumn: {table: users, colum: x, type: integer}
                                          minStableSeconds: -1
                                          colour: red
                                        """)))
                .extracting(Violation::path)
                .containsExactly(
                        "apiVersion",
                        "kind",
                        "metadata.namespace",
                        "metadata.name",
                        "spec.databaseRef.name",
                        "spec.databaseRef.nam",
                        "spec.changes[0].renameColumn.from",
                        "spec.changes[1].addColumn.column",
                        "spec.changes[1].addColumn.colum",
                        "spec.minStableSeconds",
                        "spec.colour");
    }

    @ParameterizedTest
    @MethodSource({"documents", "work", "declaredPhases", "workloads", "settings"})
    void refuses(String document, String path, String message) throws JsonProcessingException {
        assertThat(violations(read(document)))
                .anySatisfy(violation -> {
                    assertThat(violation.path()).isEqualTo(path);
                    assertThat(violation.message()).contains(message).endsWith(".");
                })
                .as("nothing else is said about one mistake")
                .hasSize(1);
    }

    static Stream<Arguments> documents() {
        String head = "apiVersion: lockstep.dev/v1alpha1\nkind: MigrationPlan\nmetadata: {name: p, namespace: n}\n";
        String spec = "spec: {databaseRef: {name: shop}, changes: [{dropColumn: {table: t, column: c}}]}\n";
        return Stream.of(
                argumentSet("an empty document", "", "", "Has no value; it must be an object"),
                argumentSet("a list", "[]", "", "Must be an object with fields, and is a list"),
                argumentSet("a text", "hello", "", "is the text \"hello\""),
                argumentSet("no spec", head, "spec", "Is missing"),
                argumentSet("spec is null", head + "spec:\n", "spec", "Has no value"),
                argumentSet("an unknown field", head + spec + "status: {}\n", "status", "no field \"status\""),
                argumentSet(
                        "another kind",
                        head.replace("MigrationPlan", "Job") + spec,
                        "kind",
                        "Must be \"MigrationPlan\""),
                argumentSet(
                        "another version",
                        head.replace("v1alpha1", "v9") + spec,
                        "apiVersion",
                        "is \"lockstep.dev/v9\""),
                argumentSet(
                        "a bad name",
                        head.replace("name: p", "name: P") + spec,
                        "metadata.name",
                        "\"P\" is not a valid"),
                argumentSet(
                        "no namespace", head.replace(", namespace: n", "") + spec, "metadata.namespace", "Is missing"),
                argumentSet(
                        "a label that is a number",
                        head.replace("name: p", "name: p, labels: {a: 1}") + spec,
                        "metadata.labels.a",
                        "put it in quotes: \"1\""));
    }

    static Stream<Arguments> work() {
        return Stream.of(
                work(
                        "an unknown table field",
                        "dropColumn: {table: t, column: c, colour: x}",
                        "dropColumn.colour",
                        "Known here: table, column"),
                work("a missing field", "dropColumn: {table: t}", "dropColumn.column", "Is missing"),
                work("a number for a name", "dropColumn: {table: t, column: 5}", "dropColumn.column", "quotes: \"5\""),
                work("an empty name", "dropColumn: {table: '', column: c}", "dropColumn.table", "Is empty"),
                work(
                        "a table of three parts",
                        "dropColumn: {table: a.b.c, column: c}",
                        "dropColumn.table",
                        "is not a table name"),
                work(
                        "a name that is too long",
                        "dropColumn: {table: t, column: " + "x".repeat(64) + "}",
                        "dropColumn.column",
                        "longer than the 63 bytes"),
                work("a NUL in SQL", "addColumn: {table: t, column: c, type: \"a\\0b\"}", "addColumn.type", "NUL"),
                work(
                        "a number as default",
                        "addColumn: {table: t, column: c, type: int, default: 0}",
                        "addColumn.default",
                        "put it in quotes: \"0\""),
                work(
                        "a text for a truth value",
                        "addColumn: {table: t, column: c, type: int, nullable: 'no'}",
                        "addColumn.nullable",
                        "true or false"),
                work(
                        "a list for a text",
                        "addColumn: {table: t, column: c, type: [int]}",
                        "addColumn.type",
                        "Must be a text, and is a list"),
                work(
                        "a rename to itself",
                        "renameColumn: {table: t, from: a, to: a}",
                        "renameColumn.to",
                        "has already"),
                work(
                        "SQL that must not be in a transaction without a check",
                        "sql: {phase: Expand, name: s, up: x, transaction: false}",
                        "sql.verify",
                        "Is missing"),
                work("SQL in a Deploy phase", "sql: {phase: Deploy, name: s, up: x}", "sql.phase", "only waits"),
                work(
                        "a misspelt phase type",
                        "sql: {phase: Expnd, name: s, up: x}",
                        "sql.phase",
                        "Did you mean \"Expand\"? Known here: Expand, Backfill, Deploy, Contract"),
                work(
                        "a step name that is none",
                        "sql: {phase: Expand, name: a_b, up: x}",
                        "sql.name",
                        "not a valid step name"),
                work(
                        "a table named twice",
                        "sql: {phase: Expand, name: s, up: x, tables: [t, public.t]}",
                        "sql.tables[1]",
                        "spec.changes[0].sql.tables[0]"),
                work("a misspelt change", "renameColum: {table: t}", "renameColum", "Did you mean \"renameColumn\"?"),
                work("nothing", "{}", "", "Says nothing; give it one of addColumn, dropColumn"),
                work(
                        "two changes in one",
                        "{dropColumn: {table: t, column: c}, renameColumn: {table: t, from: a, to: b}}",
                        "",
                        "dropColumn and renameColumn together"),
                argumentSet("an element without a value", spec("changes: [null]"), "spec.changes[0]", "Has no value"),
                argumentSet("no change", spec("changes: []"), "spec.changes", "The list is empty"),
                argumentSet("changes that are no list", spec("changes: {}"), "spec.changes", "Must be a list"),
                argumentSet(
                        "two SQL changes of one name in one phase",
                        spec(
                                "changes: [{sql: {phase: Expand, name: s, up: x}}, {sql: {phase: Expand, name: s, up: y}}]"),
                        "spec.changes[1].sql.name",
                        "stands at spec.changes[0].sql.name already"),
                argumentSet("neither changes nor phases", spec("description: x"), "spec", "neither changes nor phases"),
                argumentSet(
                        "both changes and phases",
                        spec(
                                "changes: [{dropColumn: {table: t, column: c}}]\n  phases: [{name: d, type: Deploy, require: new-only}]"),
                        "spec",
                        "both changes and phases"));
    }

    private static Arguments work(String name, String change, String path, String message) {
        String flow = change.startsWith("{") ? change : "{" + change + "}";
        String full = "spec.changes[0]" + (path.isEmpty() ? "" : "." + path);
        return argumentSet(name, spec("changes: [" + flow + "]"), full, message);
    }

    static Stream<Arguments> declaredPhases() {
        String sql = "{sql: {name: s, up: x}}";
        String backfill = "{backfill: {name: s, table: t, column: c, value: v, where: w}}";
        return Stream.of(
                phases(
                        "a misspelt type",
                        "{name: a, type: Expnd, steps: [%s]}".formatted(sql),
                        "[0].type",
                        "\"Expand\""),
                phases(
                        "a bad name",
                        "{name: A, type: Expand, steps: [%s]}".formatted(sql),
                        "[0].name",
                        "valid phase name"),
                phases(
                        "one name twice",
                        "{name: a, type: Expand, steps: [%s]}, {name: a, type: Contract, steps: [%s]}"
                                .formatted(sql, sql),
                        "[1].name",
                        "spec.phases[0].name"),
                phases(
                        "one step name twice",
                        "{name: a, type: Backfill, steps: [%s, %s]}".formatted(sql, backfill),
                        "[0].steps[1].backfill.name",
                        "spec.phases[0].steps[0].sql.name"),
                phases("no step", "{name: a, type: Expand}", "[0].steps", "There is no step"),
                phases("an empty list of steps", "{name: a, type: Expand, steps: []}", "[0].steps", "There is no step"),
                phases(
                        "steps in a Deploy phase",
                        "{name: a, type: Deploy, require: new-only, steps: [%s]}".formatted(sql),
                        "[0].steps",
                        "only waits"),
                phases(
                        "a Deploy phase that waits for nothing",
                        "{name: a, type: Deploy}",
                        "[0].require",
                        "dual-write or new-only"),
                phases(
                        "a misspelt milestone",
                        "{name: a, type: Deploy, require: newonly}",
                        "[0].require",
                        "Did you mean \"new-only\"? Known here: dual-write, read-new, new-only"),
                phases(
                        "a misspelt step",
                        "{name: a, type: Expand, steps: [{backfil: {}}]}",
                        "[0].steps[0].backfil",
                        "Did you mean \"backfill\"?"),
                phases(
                        "a backfill that has no end",
                        "{name: a, type: Backfill, steps: [{backfill: {name: s, table: t, column: c, value: v}}]}",
                        "[0].steps[0].backfill.where",
                        "Is missing"),
                phases(
                        "a key that has a column twice",
                        ("{name: a, type: Backfill, steps: [{backfill: {name: s, table: t, column: c, value: v, where: w,"
                                + " key: [id, id]}}]}"),
                        "[0].steps[0].backfill.key[1]",
                        "id"),
                phases(
                        "no approval",
                        "{name: a, type: Expand, approval: {count: 0}, steps: [%s]}".formatted(sql),
                        "[0].approval.count",
                        "from 1 to 10, and is 0"),
                argumentSet(
                        "an approval of a phase that is not there",
                        spec(
                                "phases: [{name: tidy-up, type: Contract, steps: [%s]}]\n  approvals: [{phase: tidyup, count: 1}]"
                                        .formatted(sql)),
                        "spec.approvals[0].phase",
                        "There is no phase \"tidyup\". Did you mean \"tidy-up\"?"),
                argumentSet(
                        "an approval in two places",
                        spec(
                                "phases: [{name: a, type: Contract, approval: {count: 1}, steps: [%s]}]\n  approvals: [{phase: a, count: 2}]"
                                        .formatted(sql)),
                        "spec.approvals[0].phase",
                        "spec.phases[0].approval"));
    }

    private static Arguments phases(String name, String phases, String path, String message) {
        return argumentSet(name, spec("phases: [" + phases + "]"), "spec.phases" + path, message);
    }

    static Stream<Arguments> workloads() {
        String web = "name: web, kind: Deployment, resource: shop-web";
        return Stream.of(
                workload("no kind", "name: web, resource: shop-web", "kind", "Is missing"),
                workload(
                        "an unknown kind",
                        "name: web, kind: deployment, resource: shop-web",
                        "kind",
                        "Did you mean \"Deployment\"?"),
                workload(
                        "a bad name", "name: w_b, kind: Deployment, resource: shop-web", "name", "valid workload name"),
                workload(
                        "no object name",
                        "name: web, kind: Deployment, resource: Shop Web",
                        "resource",
                        "name of a Kubernetes object"),
                workload("a bad namespace", web + ", namespace: a.b", "namespace", "not a valid namespace"),
                workload(
                        "an unknown milestone",
                        web + ", versions: {new_only: '1'}",
                        "versions.new_only",
                        "Did you mean \"new-only\"?"),
                workload(
                        "a version that YAML reads as a number",
                        web + ", versions: {new-only: 1.5}",
                        "versions.new-only",
                        "put it in quotes: \"1.5\""),
                workload(
                        "no version at all",
                        web + ", versions: {new-only: []}",
                        "versions.new-only",
                        "The list is empty"),
                workload(
                        "a version twice", web + ", versions: {new-only: [a, a]}", "versions.new-only[1]", "only once"),
                workload(
                        "versions of an unknown scheme",
                        web + ", versions: {new-only: {min: '1', range: '>=1'}}",
                        "versions.new-only.min",
                        "Known here: range, anyOf, ordinal, digests, capabilities"),
                workload(
                        "versions of no scheme",
                        web + ", versions: {new-only: {}}",
                        "versions.new-only.range",
                        "Is missing"),
                workload(
                        "versions compared in two ways",
                        web + ", versions: {new-only: {range: '>=1', ordinal: '>=1'}}",
                        "versions.new-only.range",
                        "in one way only"),
                workload(
                        "a digest that is none",
                        web + ", versions: {new-only: {range: '>=1', digests: [4f2d9ab]}}",
                        "versions.new-only.digests[0]",
                        "64 hexadecimal digits"),
                workload(
                        "a capability with a blank",
                        web + ", versions: {new-only: {capabilities: [a b]}}",
                        "versions.new-only.capabilities[0]",
                        "without blanks"),
                workload(
                        "digests where a contract wants two kinds of evidence",
                        web + ", versions: {new-only: {digests: ['sha256:" + "0".repeat(64) + "']}}",
                        "versions.new-only",
                        "Only one kind of evidence"),
                workload(
                        "capabilities of what may have no process to ask",
                        "name: tidy, kind: CronJob, resource: tidy, versions: {new-only: {capabilities: [a]}}",
                        "versions.new-only",
                        "there may be none to ask"),
                workload(
                        "an external consumer by digest",
                        "name: bi, kind: External, versions: {new-only: {range: '>=1', digests: ['sha256:"
                                + "0".repeat(64) + "']}}",
                        "versions.new-only",
                        "Nobody sees which image"),
                workload(
                        "an external consumer with a resource",
                        "name: bi, kind: External, resource: bi",
                        "resource",
                        "There is no field \"resource\" here"),
                workload(
                        "an external consumer in a namespace",
                        "name: bi, kind: External, namespace: n",
                        "namespace",
                        "There is no field \"namespace\" here"),
                workload(
                        "an external consumer that is asked over HTTP",
                        "name: bi, kind: External, evidence: {http: {port: 80, path: /v}}",
                        "evidence.http",
                        "There is no field \"http\" here"),
                workload("pods without a selector", "name: p, kind: Pod", "selector", "Is missing"),
                workload(
                        "pods with a resource",
                        "name: p, kind: Pod, selector: {matchLabels: {app: p}}, resource: p",
                        "resource",
                        "There is no field \"resource\" here"),
                workload(
                        "a selector that finds everything",
                        "name: p, kind: Pod, selector: {}",
                        "selector.matchLabels",
                        "would find every pod"),
                workload(
                        "a selector with values that mean nothing",
                        "name: p, kind: Pod, selector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
                        "selector.matchExpressions[0].values",
                        "There is no field \"values\" here"),
                workload(
                        "a selector without its values",
                        "name: p, kind: Pod, selector: {matchExpressions: [{key: a, operator: In}]}",
                        "selector.matchExpressions[0].values",
                        "Is missing"),
                workload(
                        "a StatefulSet with a selector",
                        "name: s, kind: StatefulSet, resource: s, selector: {matchLabels: {app: s}}",
                        "selector",
                        "There is no field \"selector\" here"),
                workload("a bad cluster", web + ", cluster: E U", "cluster", "valid cluster name"),
                workload(
                        "sessions by nothing",
                        web + ", evidence: {sessions: {}}",
                        "evidence.sessions.applicationName",
                        "Is missing"),
                workload(
                        "sessions that are everybody's",
                        web + ", evidence: {sessions: {role: '*'}}",
                        "evidence.sessions.role",
                        "would be every session"),
                workload(
                        "a minimum that is none",
                        web + ", evidence: {minimum: {contract: process}}",
                        "evidence.minimum.contract",
                        "Did you mean \"Process\"?"),
                workload(
                        "a label that is no key",
                        web + ", evidence: {label: 'a b'}",
                        "evidence.label",
                        "key of a label"),
                workload(
                        "a container that is none",
                        web + ", evidence: {container: A}",
                        "evidence.container",
                        "valid container name"),
                workload(
                        "too many kinds of evidence",
                        web + ", evidence: {minimumKinds: 7}",
                        "evidence.minimumKinds",
                        "from 1 to 6, and is 7"),
                workload("no port", web + ", evidence: {http: {path: /v}}", "evidence.http.port", "Is missing"),
                workload(
                        "a port that is none",
                        web + ", evidence: {http: {port: 65536, path: /v}}",
                        "evidence.http.port",
                        "65535"),
                workload(
                        "a fraction",
                        web + ", evidence: {http: {port: 80.5, path: /v}}",
                        "evidence.http.port",
                        "a whole number from 1 to 65535, and is the number 80.5"),
                workload(
                        "a path without a slash",
                        web + ", evidence: {http: {port: 80, path: v}}",
                        "evidence.http.path",
                        "begins with a slash"),
                workload(
                        "a path with a line end",
                        web + ", evidence: {http: {port: 80, path: \"/v\\r\\nHost: x\"}}",
                        "evidence.http.path",
                        "begins with a slash"),
                workload(
                        "a pointer that is none",
                        web + ", evidence: {http: {port: 80, path: /v, pointer: a/b}}",
                        "evidence.http.pointer",
                        "RFC 6901"),
                workload(
                        "a timeout of nothing",
                        web + ", evidence: {http: {port: 80, path: /v, timeoutMilliseconds: 0}}",
                        "evidence.http.timeoutMilliseconds",
                        "from 1 to 10000"),
                argumentSet(
                        "one name twice",
                        change("workloads: [{%s}, {name: web, kind: Deployment, resource: other}]".formatted(web)),
                        "spec.workloads[1].name",
                        "\"web\" stands at spec.workloads[0].name already"),
                argumentSet(
                        "one object twice",
                        change("workloads: [{%s}, {name: api, kind: Deployment, resource: shop-web, namespace: n}]"
                                .formatted(web)),
                        "spec.workloads[1].resource",
                        "\"Deployment n/shop-web\" stands at spec.workloads[0].resource already"));
    }

    private static Arguments workload(String name, String workload, String path, String message) {
        return argumentSet(name, change("workloads: [{" + workload + "}]"), "spec.workloads[0]." + path, message);
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                argumentSet(
                        "a misspelt field",
                        change("minStableSecond: 3"),
                        "spec.minStableSecond",
                        "Did you mean \"minStableSeconds\"?"),
                argumentSet(
                        "a number beyond every range",
                        change("minStableSeconds: 99999999999999999999"),
                        "spec.minStableSeconds",
                        "from 0 to 86400"),
                argumentSet(
                        "a budget that is too small",
                        change("lock: {budgetMilliseconds: 9}"),
                        "spec.lock.budgetMilliseconds",
                        "from 10 to 10000, and is 9"),
                argumentSet(
                        "a deadline of nothing",
                        change("lock: {deadlineSeconds: 0}"),
                        "spec.lock.deadlineSeconds",
                        "from 1 to 86400"),
                argumentSet(
                        "a batch without time",
                        change("backfill: {batchMilliseconds: 0}"),
                        "spec.backfill.batchMilliseconds",
                        "from 1 to 1000"),
                argumentSet(
                        "a backfill that only rests",
                        change("backfill: {restPercent: 96}"),
                        "spec.backfill.restPercent",
                        "from 0 to 95"),
                argumentSet(
                        "more workers than anybody has room for",
                        change("backfill: {workers: 17}"),
                        "spec.backfill.workers",
                        "from 1 to 16, and is 17"),
                argumentSet(
                        "a backfill that begins paused",
                        change("backfill: {speed: Paused}"),
                        "spec.backfill.speed",
                        "Known here: Full, Governed, Gentle"),
                argumentSet(
                        "a limit of more than everything",
                        change("backfill: {limits: {foregroundWaitPercent: 101}}"),
                        "spec.backfill.limits.foregroundWaitPercent",
                        "from 0 to 100"),
                argumentSet(
                        "a limit that nobody knows",
                        change("backfill: {limits: {replicaLagSecond: 3}}"),
                        "spec.backfill.limits.replicaLagSecond",
                        "Did you mean"),
                argumentSet(
                        "a query whose number is held against nothing",
                        change("backfill: {limits: {queries: [{name: disk, sql: select 1}]}}"),
                        "spec.backfill.limits.queries[0].most",
                        "either most"),
                argumentSet(
                        "a check with a name that cannot be shown",
                        change("backfill: {limits: {http: [{name: Free Disk, url: \"http://a/\"}]}}"),
                        "spec.backfill.limits.http[0].name",
                        "such as free-disk"),
                argumentSet(
                        "a check at no address",
                        change("backfill: {limits: {http: [{name: disk, url: \"ftp://a/\"}]}}"),
                        "spec.backfill.limits.http[0].url",
                        "write http://host:port/path"),
                argumentSet(
                        "a query and a check of one name",
                        change(
                                "backfill: {limits: {queries: [{name: disk, sql: select 1, most: 2}], http: [{name: disk,"
                                        + " url: \"http://a/\"}]}}"),
                        "spec.backfill.limits.http[0].name",
                        "stands at spec.backfill.limits.queries[0].name already"),
                argumentSet(
                        "unknown trigger mode",
                        change("backfill: {userTriggers: Ignore}"),
                        "spec.backfill.userTriggers",
                        "Known here: Skip, Fire"),
                argumentSet("unknown sync", change("sync: Magic"), "spec.sync", "Known here: Trigger, Application"),
                argumentSet(
                        "an approval without a count",
                        change("approvals: [{phase: contract}]"),
                        "spec.approvals[0].count",
                        "Is missing"),
                argumentSet(
                        "eleven approvals",
                        change("approvals: [{phase: contract, count: 11}]"),
                        "spec.approvals[0].count",
                        "from 1 to 10"),
                argumentSet(
                        "an approval twice",
                        change("approvals: [{phase: contract, count: 1}, {phase: contract, count: 2}]"),
                        "spec.approvals[1].phase",
                        "spec.approvals[0].phase"),
                argumentSet(
                        "approvals that were commented out", change("approvals:"), "spec.approvals", "Has no value"),
                argumentSet(
                        "a bad database name",
                        change("databaseRef: {name: Shop}").replaceFirst("databaseRef: \\{name: shop}\\n  ", ""),
                        "spec.databaseRef.name",
                        "valid database name"));
    }

    private static String change(String more) {
        return spec("changes: [{dropColumn: {table: t, column: c}}]\n  " + more);
    }

    private static String spec(String work) {
        return "apiVersion: lockstep.dev/v1alpha1\nkind: MigrationPlan\nmetadata: {name: p, namespace: n}\nspec:\n"
                + "  databaseRef: {name: shop}\n  " + work + "\n";
    }

    private static Reading read(String yaml) throws JsonProcessingException {
        return PlanReader.read(yaml.isEmpty() ? null : YAML.readValue(yaml, Object.class));
    }

    private static List<Violation> violations(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Rejected.class);
        return ((Reading.Rejected) reading).violations();
    }
}
