package dev.lockstep.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTreeTest {
    private static final long SEED = 20_250_117;
    private static final int PLANS = 2_000;

    @Test
    void whatIsWrittenReadsBackAsTheSamePlan() {
        RandomPlans plans = new RandomPlans(SEED);
        for (int at = 0; at < PLANS; at++) {
            PlanDocument document = plans.next();
            assertThat(PlanReader.read(PlanTree.of(document)))
                    .as("plan %d of seed %d", at, SEED)
                    .isEqualTo(new Reading.Accepted(document));
        }
    }

    @Test
    void digestDoesNotDependOnTheOrderOfFields() {
        RandomPlans plans = new RandomPlans(SEED);
        Random random = new Random(SEED);
        for (int at = 0; at < PLANS; at++) {
            PlanDocument document = plans.next();
            Object shuffled = shuffled(PlanTree.of(document), random);
            assertThat(PlanReader.read(shuffled))
                    .isInstanceOfSatisfying(
                            Reading.Accepted.class,
                            read -> assertThat(read.document().digest()).isEqualTo(document.digest()));
        }
    }

    @Test
    void digestsOfDifferentPlansDiffer() {
        RandomPlans plans = new RandomPlans(SEED);
        Map<PlanSpec, Digest> digests = new HashMap<>();
        for (int at = 0; at < PLANS; at++) {
            PlanDocument document = plans.next();
            digests.put(document.spec(), document.digest());
        }
        assertThat(digests.values()).doesNotHaveDuplicates();
    }

    @Test
    void leavingADefaultOutIsTheSameAsStatingIt() {
        Map<String, Object> brief = Map.of(
                "databaseRef", Map.of("name", "shop"),
                "changes", List.of(Map.of("addColumn", Map.of("table", "users", "column", "age", "type", "integer"))),
                "workloads", List.of(Map.of("name", "web", "kind", "Deployment", "resource", "shop-web")));
        Map<String, Object> stated = new LinkedHashMap<>(Map.of(
                "databaseRef", Map.of("name", "shop"),
                "description", "",
                "sync", "Trigger",
                "minStableSeconds", 30L,
                "lock", Map.of("budgetMilliseconds", 500, "deadlineSeconds", 900),
                "backfill", Map.of("batchMilliseconds", 20, "restPercent", 10, "userTriggers", "Skip"),
                "approvals", List.of()));
        stated.put(
                "changes",
                List.of(Map.of(
                        "addColumn",
                        Map.of("table", "public.users", "column", "age", "type", "integer", "nullable", true))));
        stated.put(
                "workloads",
                List.of(Map.of(
                        "name", "web",
                        "kind", "Deployment",
                        "resource", "shop-web",
                        "namespace", "shop",
                        "versions", Map.of(),
                        "evidence",
                                Map.of("label", "app.kubernetes.io/version", "minimumKinds", 2, "fromProcess", true))));
        assertThat(accepted(stated).digest()).isEqualTo(accepted(brief).digest());
    }

    private static PlanDocument accepted(Map<String, Object> spec) {
        Reading reading = PlanReader.read(Map.of(
                "apiVersion",
                PlanDocument.API_VERSION,
                "kind",
                PlanDocument.KIND,
                "metadata",
                Map.of("namespace", "shop", "name", "plan"),
                "spec",
                spec));
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        return ((Reading.Accepted) reading).document();
    }

    private static Object shuffled(Object tree, Random random) {
        return switch (tree) {
            case Map<?, ?> map -> {
                List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
                Collections.shuffle(entries, random);
                Map<Object, Object> other = new LinkedHashMap<>();
                entries.forEach(entry -> other.put(entry.getKey(), shuffled(entry.getValue(), random)));
                yield other;
            }
            case List<?> list ->
                list.stream().map(element -> shuffled(element, random)).toList();
            default -> tree;
        };
    }
}
