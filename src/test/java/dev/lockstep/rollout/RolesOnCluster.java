package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.Cluster.PodIdentity;
import dev.lockstep.fixture.RealCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl apply -k} brings, and what its roles grant, where a real API server says so. */
class RolesOnCluster {
    @RegisterExtension
    static final RealCluster CLUSTER = new RealCluster();

    private static final KubernetesClient ADMIN = CLUSTER.connect();

    @AfterAll
    static void close() {
        ADMIN.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-webhook", "small", "cluster-wide", "admission-policy", "single-namespace"})
    void everyOverlayIsTaken(String overlay) {
        assertThat(RealCluster.done(
                        "apply",
                        "--dry-run=server",
                        "--server-side",
                        "--force-conflicts",
                        "--validate=strict",
                        "-k",
                        "k8s/overlays/" + overlay))
                .contains("deployment.apps/lockstep")
                .doesNotContain("would violate PodSecurity");
    }

    /** Its certificate and issuer are taken only where cert-manager is installed. */
    @Test
    void everythingOfTheOverlayForCertManagerIsTakenButCertManagersOwn() {
        RealCluster.Said said = RealCluster.kubectl(
                "apply",
                "--dry-run=server",
                "--server-side",
                "--force-conflicts",
                "--validate=strict",
                "-k",
                "k8s/overlays/cert-manager");
        assertThat(said.words()).contains("validatingwebhookconfiguration.admissionregistration.k8s.io/lockstep");
        assertThat(said.words().lines().filter(line -> line.contains("no matches for kind")))
                .allMatch(line -> line.contains("cert-manager.io"));
        assertThat(said.words()).doesNotContain("is invalid");
    }

    @Test
    void rolesGrantWhatTheySay() throws IOException {
        Set<String> rights = new TreeSet<>(PermissionsTest.granted(PermissionsTest.CLUSTER_WIDE));
        rights.addAll(PermissionsTest.granted(PermissionsTest.POLICY));
        rights.addAll(PermissionsTest.granted(Path.of("k8s/components/plans/rbac.yaml")));
        // What is for the people who write plans, by aggregation, and not for Lockstep.
        rights.removeIf(right ->
                right.matches("(create|delete|deletecollection|patch|update) (databases|migrationplans)[.].*"));
        rights.add("update migrationplans.lockstep.dev");
        assertThat(rights).isNotEmpty().allMatch(right -> allowed(right), "is granted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get secrets.",
                "list secrets.",
                "get configmaps.",
                "delete pods.",
                "create pods.",
                "update deployments.apps",
                "patch migrationplans.lockstep.dev",
                "delete migrationplans.lockstep.dev",
                "delete interlocks.lockstep.dev",
                "create clusterroles.rbac.authorization.k8s.io",
                "update validatingwebhookconfigurations.admissionregistration.k8s.io"
            })
    void rolesGrantNothingElse(String right) {
        assertThat(allowed(right)).isFalse();
    }

    private static boolean allowed(String right) {
        String verb = right.substring(0, right.indexOf(' '));
        String resource = right.substring(verb.length() + 1, right.indexOf('.'));
        String[] parts = resource.split("/", 2);
        return ADMIN.authorization()
                .v1()
                .subjectAccessReview()
                .create(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser(RealCluster.ACCOUNT)
                        .withNewResourceAttributes()
                        .withNamespace(RealCluster.SHOP)
                        .withVerb(verb)
                        .withResource(parts[0])
                        .withSubresource(parts.length == 1 ? "" : parts[1])
                        .withGroup(right.substring(right.indexOf('.') + 1))
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .getStatus()
                .getAllowed();
    }

    /** G4, with Lockstep's own rights: who a report is from, the cluster says. */
    @Test
    void vouchesForTheTokenOfAPodAndForNoOther() {
        ADMIN.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName("web")
                        .withNamespace(RealCluster.SHOP)
                        .endMetadata()
                        .build())
                .create();
        Pod pod = ADMIN.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("reporter")
                        .withNamespace(RealCluster.SHOP)
                        .endMetadata()
                        .withNewSpec()
                        .withServiceAccountName("web")
                        .withAutomountServiceAccountToken(false)
                        .addNewContainer()
                        .withName("app")
                        .withImage("registry.example/shop/web:1.5.0")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        try (KubernetesClient lockstep = CLUSTER.connectAsLockstep()) {
            PodTokens tokens = new PodTokens(lockstep, "lockstep");

            assertThat(tokens.identify(token(Optional.of(pod), "lockstep")))
                    .contains(new PodIdentity(
                            RealCluster.SHOP, "reporter", pod.getMetadata().getUid(), "web"));
            assertThat(tokens.identify(token(Optional.of(pod), "somebody-else")))
                    .isEmpty();
            assertThat(tokens.identify(token(Optional.empty(), "lockstep"))).isEmpty();
            assertThat(tokens.identify("no token")).isEmpty();
        } finally {
            ADMIN.resource(pod).withGracePeriod(0).delete();
        }
    }

    private static String token(Optional<Pod> pod, String audience) {
        TokenRequestBuilder wanted = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(List.of(audience))
                .endSpec();
        pod.ifPresent(bound -> wanted.editSpec()
                .withNewBoundObjectRef()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(bound.getMetadata().getName())
                .withUid(bound.getMetadata().getUid())
                .endBoundObjectRef()
                .endSpec());
        return RealCluster.token(ADMIN, RealCluster.SHOP, "web", wanted);
    }
}
