package dev.lockstep.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.RealCluster;
import dev.lockstep.plan.PlanSamples;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The definitions, as a real API server understands them: its schemas, its rules and what it allows them to cost. */
class DefinitionsOnCluster {
    @RegisterExtension
    static final RealCluster CLUSTER = new RealCluster();

    private static final int PLANS = 60;
    private static final String CREATE =
            "/apis/lockstep.dev/v1alpha1/namespaces/shop/migrationplans?dryRun=All&fieldValidation=Strict";

    private static final KubernetesClient CLIENT = CLUSTER.connect();

    private final PlanSamples samples = new PlanSamples(42);

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrationplans", "databases", "interlocks"})
    void definitionIsServedAndStructural(String plural) {
        CustomResourceDefinition definition = CLIENT.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(plural + ".lockstep.dev")
                .get();
        assertThat(definition.getStatus().getConditions())
                .anySatisfy(condition -> {
                    assertThat(condition.getType()).isEqualTo("Established");
                    assertThat(condition.getStatus()).isEqualTo("True");
                })
                .noneSatisfy(condition -> assertThat(condition.getType()).isEqualTo("NonStructuralSchema"));
    }

    @Test
    void everyWorkedPlanIsTaken() throws IOException {
        for (String directory : List.of("plans", "k8s/examples")) {
            try (Stream<Path> files = Files.list(Path.of(directory))) {
                for (Path file : files.sorted().toList()) {
                    RealCluster.done("apply", "--dry-run=server", "--validate=strict", "-f", file.toString());
                }
            }
        }
    }

    @Test
    void everyPlanThatTheReaderTakesIsTaken() {
        for (int number = 0; number < PLANS; number++) {
            create(inShop(samples.next()));
        }
    }

    /** At every place of the schema, everything that it can refuse. */
    @Test
    void whatTheSchemaRefusesIsRefused() {
        Set<String> seen = new HashSet<>();
        for (int number = 0; number < PLANS; number++) {
            Map<String, Object> plan = inShop(samples.next());
            for (Breakage breakage : Breakage.of(Definitions.planSpec(), ReaderAndSchemaTest.tree(plan.get("spec")))) {
                if (seen.add(breakage.name())) {
                    assertRefused(plan, breakage.spec(), breakage.name());
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(300);
    }

    @Test
    void whatRulesRefuseIsRefusedInTheirWords() {
        Map<String, Object> plan = inShop(samples.next());
        ReaderAndSchemaTest.refusedByRules().forEach(spec -> assertRefused(plan, spec, spec.toString()));
        assertThatThrownBy(() -> create(with(plan, Map.of("databaseRef", Map.of("name", "shop")))))
                .hasMessageContaining("give either changes or phases");
    }

    @Test
    void namesThatNoPlanMayHaveAreRefused() {
        Map<String, Object> plan = new LinkedHashMap<>(samples.next());
        plan.put("metadata", Map.of("name", "has.dots", "namespace", "shop"));
        assertThatThrownBy(() -> create(plan)).hasMessageContaining("no dots");
    }

    @Test
    void everyFieldExplainsItself() {
        assertThat(RealCluster.done("explain", "mplan.spec.changes.renameColumn"))
                .contains("Renames a column");
        assertThat(RealCluster.done("explain", "mplan.status.conditions")).contains("lastTransitionTime");
        assertThat(RealCluster.done("explain", "lsdb.spec.credentialsSecretRef"))
                .contains("passwordKey");
    }

    private static void assertRefused(Map<String, Object> plan, Map<String, Object> spec, String what) {
        assertThatThrownBy(() -> create(with(plan, spec)))
                .describedAs(what)
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        refusal -> assertThat(refusal.getCode()).isIn(400, 422));
    }

    private static Map<String, Object> inShop(Map<String, Object> plan) {
        Map<String, Object> copy = new LinkedHashMap<>(plan);
        copy.put("metadata", Map.of("name", "sample", "namespace", "shop"));
        return copy;
    }

    private static Map<String, Object> with(Map<String, Object> plan, Map<String, Object> spec) {
        Map<String, Object> copy = new LinkedHashMap<>(plan);
        copy.put("spec", spec);
        return copy;
    }

    private static void create(Map<String, Object> plan) {
        CLIENT.raw(CREATE, "POST", plan);
    }
}
