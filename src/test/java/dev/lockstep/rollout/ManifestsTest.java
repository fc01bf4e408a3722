package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code kubectl apply -k} brings into a cluster, as kubectl itself builds it. */
class ManifestsTest {
    private static final Path KUBECTL = Path.of("/usr/bin/kubectl");
    private static final Map<String, List<JsonNode>> BUILT = new TreeMap<>();

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(
                Files.isExecutable(KUBECTL), "kubectl is not installed; apt-get install kubernetes-client brings it");
        for (String overlay : List.of(
                "cluster-wide", "single-namespace", "cert-manager", "no-webhook", "admission-policy", "small")) {
            BUILT.put(overlay, built("k8s/overlays/" + overlay));
        }
        BUILT.put("the whole directory", built("k8s"));
    }

    private static List<JsonNode> built(String directory) throws IOException, InterruptedException {
        Path out = Files.createTempFile("kustomize", ".yaml");
        try {
            Process kubectl = new ProcessBuilder(KUBECTL.toString(), "kustomize", directory)
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(kubectl.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(kubectl.exitValue()).as("kubectl kustomize " + directory).isZero();
            List<JsonNode> documents = new ArrayList<>();
            YAMLMapper yaml = new YAMLMapper();
            try (var read = yaml.readerFor(JsonNode.class).<JsonNode>readValues(out.toFile())) {
                read.forEachRemaining(documents::add);
            }
            return documents;
        } finally {
            Files.delete(out);
        }
    }

    @Test
    void everyOverlayRunsAsRestrictedPodsMayRun() {
        BUILT.forEach((overlay, objects) -> {
            JsonNode pod = only(objects, "Deployment").at("/spec/template/spec");
            JsonNode container = pod.at("/containers/0");
            assertThat(pod.path("containers")).as(overlay).hasSize(1);
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean())
                    .as(overlay)
                    .isTrue();
            assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                    .isTrue();
            assertThat(container.at("/securityContext/capabilities/drop/0").asText())
                    .isEqualTo("ALL");
            assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
            assertThat(pod.path("volumes"))
                    .allSatisfy(volume -> assertThat(volume.has("hostPath")).isFalse());
        });
    }

    @Test
    void noRoleHasAWildcardOrReadsSecretsOrChangesWorkloads() {
        BUILT.forEach((overlay, objects) -> objects.stream()
                .filter(object -> object.path("kind").asText().endsWith("Role"))
                .flatMap(role -> role.findParents("verbs").stream())
                .forEach(rule -> {
                    assertThat(rule.toString()).as(overlay).doesNotContain("*", "secrets", "impersonate", "escalate");
                    if (rule.path("apiGroups").toString().matches(".*\"(apps|batch|argoproj.io)?\".*")) {
                        assertThat(rule.path("verbs"))
                                .allSatisfy(verb -> assertThat(verb.asText()).isIn("get", "list", "watch"));
                    }
                }));
    }

    @Test
    void livenessAsksForNothingButTheProcessAndReadinessForAllItNeeds() {
        BUILT.forEach((overlay, objects) -> {
            JsonNode container = only(objects, "Deployment").at("/spec/template/spec/containers/0");
            assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/q/health/live");
            assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/q/health/ready");
            int patience = only(objects, "Deployment")
                    .at("/spec/template/spec/terminationGracePeriodSeconds")
                    .asInt();
            int sleep = container.at("/lifecycle/preStop/exec/command/1").asInt();
            assertThat(patience).as(overlay).isGreaterThan(sleep + 2);
        });
    }

    @Test
    void webhookAsksOnlyAboutNamespacesThatWantItAndNeverAboutTheSystem() {
        for (String overlay : List.of("cluster-wide", "cert-manager")) {
            JsonNode configuration = only(BUILT.getOrDefault(overlay, List.of()), "ValidatingWebhookConfiguration");
            assertThat(configuration.path("webhooks")).hasSize(2).allSatisfy(webhook -> {
                assertThat(webhook.path("timeoutSeconds").asInt()).isEqualTo(5);
                assertThat(webhook.path("sideEffects").asText()).isEqualTo("NoneOnDryRun");
                assertThat(webhook.path("namespaceSelector").toString())
                        .contains("lockstep.dev/interlock", "NotIn", "kube-system", "\"lockstep\"");
                String mode = webhook.at("/namespaceSelector/matchExpressions/0/values/0")
                        .asText();
                assertThat(webhook.at("/clientConfig/service/path").asText())
                        .isEqualTo("/admission/v1/" + mode.toLowerCase(Locale.ROOT));
                assertThat(webhook.path("failurePolicy").asText()).isEqualTo(mode.equals("Deny") ? "Fail" : "Ignore");
                assertThat(webhook.path("rules").findValuesAsText("scope")).containsOnly("Namespaced");
            });
        }
        assertThat(BUILT.getOrDefault("no-webhook", List.of()))
                .noneMatch(object -> object.path("kind").asText().contains("Webhook"));
    }

    @Test
    void oneNamespaceNeedsNothingOfTheClusters() {
        assertThat(BUILT.getOrDefault("single-namespace", List.of()))
                .isNotEmpty()
                .allSatisfy(object -> {
                    assertThat(object.path("kind").asText()).doesNotStartWith("Cluster");
                    assertThat(object.at("/metadata/namespace").asText()).isEqualTo("shop");
                });
    }

    private static JsonNode only(List<JsonNode> objects, String kind) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return found.getFirst();
    }
}
