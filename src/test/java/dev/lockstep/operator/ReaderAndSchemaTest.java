package dev.lockstep.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.PlanSamples;
import dev.lockstep.plan.Reading;
import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an API server takes for a plan, and what the reader takes for one, is the same. */
class ReaderAndSchemaTest {
    private static final int PLANS = 400;

    private final Schemas schemas = new Schemas(Definitions.plan());
    private final PlanSamples samples = new PlanSamples(42);

    @Test
    void takesEveryPlanThatTheReaderTakes() {
        for (int number = 0; number < PLANS; number++) {
            Map<String, Object> plan = samples.next();
            assertThat(schemas.complaints(plan)).describedAs("%s", plan).isEmpty();
        }
    }

    /** In every plan, at every place of the schema that it has, everything that the schema can refuse. */
    @Test
    void whatTheSchemaRefusesTheReaderRefuses() {
        Set<String> seen = new HashSet<>();
        for (int number = 0; number < PLANS; number++) {
            Map<String, Object> plan = samples.next();
            for (Breakage breakage : Breakage.of(Definitions.planSpec(), tree(plan.get("spec")))) {
                // Each kind of breakage at each place a few times; all of them in all plans would take minutes.
                if (seen.add(breakage.name() + number % 2)) {
                    Map<String, Object> broken = new LinkedHashMap<>(plan);
                    broken.put("spec", breakage.spec());
                    assertThat(schemas.complaints(broken))
                            .describedAs("%s is refused by the schema: %s", breakage.name(), broken)
                            .isNotEmpty();
                    assertThat(PlanReader.read(broken))
                            .describedAs("%s is refused by the reader: %s", breakage.name(), broken)
                            .isInstanceOf(Reading.Rejected.class);
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(700);
    }

    /** A field that only one of the two knows is found here: the samples have all that the reader knows. */
    @Test
    void samplesHaveEveryFieldOfTheSchema() {
        Set<String> used = new HashSet<>();
        for (int number = 0; number < PLANS; number++) {
            note("", Definitions.planSpec(), tree(samples.next().get("spec")), used);
        }
        List<String> all = new ArrayList<>();
        names("", Definitions.planSpec(), all);
        // Documents that are written carry approvals and windows at their top; that a phase may carry them is tried
        // elsewhere.
        all.removeAll(List.of(".suspend", ".phases[].approval", ".phases[].approval.count"));
        all.removeIf(name -> name.startsWith(".phases[].windows"));
        assertThat(used).containsAll(all);
        assertThat(all).contains(".changes[]." + ChangeKind.ADD_COLUMN.label() + ".fill");
    }

    @Test
    void aPhaseMayCarryItsApproval() {
        Map<String, Object> phase = Map.of(
                "name",
                "drop",
                "type",
                "Contract",
                "approval",
                Map.of("count", 2),
                "steps",
                List.of(Map.of("sql", Map.of("name", "go", "up", "SELECT 1"))));
        Map<String, Object> plan = new LinkedHashMap<>(samples.next());
        plan.put("spec", Map.of("databaseRef", Map.of("name", "shop"), "phases", List.of(phase)));

        assertThat(schemas.complaints(plan)).isEmpty();
        assertThat(PlanReader.read(plan)).isInstanceOf(Reading.Accepted.class);
    }

    @Test
    void rulesRefuseWhatOneObjectCanTell() {
        refusedByRules().forEach(this::assertRefused);
    }

    /** Specs whose fields are all right, and do not go together. */
    static Stream<Map<String, Object>> refusedByRules() {
        return Stream.of(workloadsThatAreRefused(), changesThatAreRefused(), phasesThatAreRefused())
                .flatMap(specs -> specs);
    }

    private static Stream<Map<String, Object>> workloadsThatAreRefused() {
        return Stream.of(
                        Map.of("kind", "Pod", "resource", "web"),
                        Map.of("kind", "Deployment"),
                        Map.of("kind", "External", "namespace", "shop"),
                        Map.of("kind", "External", "evidence", Map.of("label", "version")),
                        Map.of("kind", "Pod", "selector", Map.of()),
                        Map.of("kind", "Pod", "selector", Map.of("matchLabels", Map.of())),
                        Map.of("kind", "Deployment", "resource", "web", "evidence", Map.of("sessions", Map.of())))
                .map(workload -> {
                    Map<String, Object> named = new LinkedHashMap<>(workload);
                    named.put("name", "web");
                    return Map.of(
                            "databaseRef", Map.of("name", "shop"),
                            "changes", List.of(change("dropColumn", "column", "name")),
                            "workloads", List.of(named));
                });
    }

    private static Stream<Map<String, Object>> changesThatAreRefused() {
        return Stream.of(
                        change("renameColumn", "from", "name", "to", "name"),
                        change("changeColumnType", "column", "a", "type", "text", "to", "a"),
                        change("addIndex", "name", "i"),
                        change("addIndex", "name", "i", "definition", "(a)", "where", "true"),
                        change(
                                "addForeignKey",
                                "name",
                                "f",
                                "columns",
                                List.of("a", "b"),
                                "references",
                                "t",
                                "referencedColumns",
                                List.of("a")),
                        Map.of("addEnumValue", Map.of("type", "mood", "value", "x", "before", "y", "after", "z")),
                        Map.of("sql", Map.of("name", "s", "phase", "Expand", "up", "SELECT 1", "transaction", false)),
                        Map.of("sql", Map.of("name", "s", "phase", "Deploy", "up", "SELECT 1")))
                .map(change -> Map.of("databaseRef", Map.of("name", "shop"), "changes", List.of(change)));
    }

    private static Stream<Map<String, Object>> phasesThatAreRefused() {
        return Stream.of(
                Map.of("databaseRef", Map.of("name", "shop")),
                Map.of(
                        "databaseRef", Map.of("name", "shop"),
                        "phases", List.of(Map.of("name", "wait", "type", "Deploy"))),
                Map.of(
                        "databaseRef", Map.of("name", "shop"),
                        "phases", List.of(Map.of("name", "drop", "type", "Contract", "steps", List.of()))));
    }

    private static Map<String, Object> change(String kind, Object... fields) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("table", "users");
        for (int at = 0; at < fields.length; at += 2) {
            all.put((String) fields[at], fields[at + 1]);
        }
        return Map.of(kind, all);
    }

    private void assertRefused(Map<String, Object> spec) {
        Map<String, Object> plan = new LinkedHashMap<>(samples.next());
        plan.put("spec", spec);
        assertThat(schemas.complaints(plan)).describedAs("schema on %s", spec).isNotEmpty();
        assertThat(PlanReader.read(plan)).describedAs("reader on %s", spec).isInstanceOf(Reading.Rejected.class);
    }

    private static void names(String path, Shape shape, List<String> all) {
        for (Field field : Breakage.fields(shape)) {
            all.add(path + "." + field.name());
            names(path + "." + field.name(), field.shape(), all);
        }
        if (shape instanceof Shape.ListOf list) {
            names(path + "[]", list.element(), all);
        }
    }

    private static void note(String path, Shape shape, Object value, Set<String> used) {
        for (Field field : Breakage.fields(shape)) {
            if (tree(value).containsKey(field.name())) {
                used.add(path + "." + field.name());
                note(
                        path + "." + field.name(),
                        field.shape(),
                        Objects.requireNonNull(tree(value).get(field.name())),
                        used);
            }
        }
        if (shape instanceof Shape.ListOf list) {
            ((List<?>) value).forEach(element -> note(path + "[]", list.element(), element, used));
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> tree(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
