package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIGroupBuilder;
import io.fabric8.kubernetes.api.model.APIGroupListBuilder;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.APIVersionsBuilder;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscoveryBuilder;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the simulated API server says about itself, which is where kubectl begins. */
final class Discovery {
    private static final List<String> VERBS = List.of("create", "delete", "get", "list", "patch", "update", "watch");

    private static final String LOCKSTEP = "lockstep.dev";
    private static final String LOCKSTEP_VERSION = "v1alpha1";

    private static final Map<String, KubernetesResource> ANSWERS = answers(
            "/api",
            new APIVersionsBuilder().withVersions("v1").build(),
            "/api/v1",
            resources(
                    "v1",
                    resource("pods", "pod", "Pod", "po"),
                    resource("pods/status", "", "Pod"),
                    resource("events", "event", "Event", "ev"),
                    resource("secrets", "secret", "Secret")),
            "/apis",
            new APIGroupListBuilder()
                    .withGroups(group("apps"), group("authentication.k8s.io"), group("coordination.k8s.io"), lockstep())
                    .build(),
            "/apis/apps",
            group("apps"),
            "/apis/apps/v1",
            resources(
                    "apps/v1",
                    resource("deployments", "deployment", "Deployment", "deploy"),
                    resource("deployments/status", "", "Deployment"),
                    resource("replicasets", "replicaset", "ReplicaSet", "rs"),
                    resource("replicasets/status", "", "ReplicaSet")),
            "/apis/authentication.k8s.io",
            group("authentication.k8s.io"),
            "/apis/authentication.k8s.io/v1",
            resources(
                    "authentication.k8s.io/v1",
                    new APIResourceBuilder(resource("tokenreviews", "tokenreview", "TokenReview"))
                            .withNamespaced(false)
                            .withVerbs("create")
                            .build()),
            "/apis/coordination.k8s.io",
            group("coordination.k8s.io"),
            "/apis/coordination.k8s.io/v1",
            resources("coordination.k8s.io/v1", resource("leases", "lease", "Lease")),
            "/apis/" + LOCKSTEP,
            lockstep(),
            "/apis/" + LOCKSTEP + "/" + LOCKSTEP_VERSION,
            resources(
                    LOCKSTEP + "/" + LOCKSTEP_VERSION,
                    resource("migrationplans", "migrationplan", "MigrationPlan", "mplan"),
                    resource("migrationplans/status", "", "MigrationPlan"),
                    resource("databases", "database", "Database", "lsdb"),
                    resource("databases/status", "", "Database")));

    /** The version of Kubernetes that this resembles. */
    private static final String VERSION = """
        {"major": "1", "minor": "32", "gitVersion": "v1.32.0-lockstep-simulated", "gitCommit": "", "gitTreeState": "",
         "buildDate": "2025-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64"}\
        """;

    private Discovery() {}

    static boolean knows(String path) {
        return path.equals("/version") || ANSWERS.containsKey(path);
    }

    /** The JSON answer; only for paths that it knows. */
    static String answer(String path) {
        return path.equals("/version")
                ? VERSION
                : Serialization.asJson(Objects.requireNonNull(ANSWERS.get(path), path));
    }

    private static KubernetesResource resources(String groupVersion, APIResource... resources) {
        return new APIResourceListBuilder()
                .withGroupVersion(groupVersion)
                .withResources(resources)
                .build();
    }

    private static APIResource resource(String name, String singular, String kind, String... shortNames) {
        return new APIResourceBuilder()
                .withName(name)
                .withSingularName(singular)
                .withKind(kind)
                .withNamespaced(true)
                .withVerbs(VERBS)
                .withShortNames(shortNames)
                .build();
    }

    /** Paths and what is answered there, in turn. */
    private static Map<String, KubernetesResource> answers(Object... pairs) {
        Map<String, KubernetesResource> all = new HashMap<>();
        for (int at = 0; at < pairs.length; at += 2) {
            all.put((String) pairs[at], (KubernetesResource) pairs[at + 1]);
        }
        return Map.copyOf(all);
    }

    private static APIGroup lockstep() {
        return group(LOCKSTEP, LOCKSTEP_VERSION);
    }

    private static APIGroup group(String name) {
        return group(name, "v1");
    }

    private static APIGroup group(String name, String version) {
        var v1 = new GroupVersionForDiscoveryBuilder()
                .withGroupVersion(name + "/" + version)
                .withVersion(version)
                .build();
        return new APIGroupBuilder()
                .withName(name)
                .withVersions(v1)
                .withPreferredVersion(v1)
                .build();
    }
}
