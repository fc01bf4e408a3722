package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/**
 * A kind of object that is read from the API.
 *
 * @param label its {@code kind}
 * @param apiVersion group and version
 * @param plural as in the API's paths
 * @param optional whether a cluster that does not know the kind simply has none of it
 */
record ObjectKind<T extends HasMetadata>(
        String label, String apiVersion, String plural, boolean optional, Access<T> access) {
    private static final String ARGO = "argoproj.io";

    static final ObjectKind<Pod> PODS =
            builtIn("Pod", "v1", "pods", (client, namespace) -> client.pods().inNamespace(namespace));
    static final ObjectKind<Deployment> DEPLOYMENTS = builtIn(
            "Deployment",
            "apps/v1",
            "deployments",
            (client, namespace) -> client.apps().deployments().inNamespace(namespace));
    static final ObjectKind<ReplicaSet> REPLICA_SETS = builtIn(
            "ReplicaSet",
            "apps/v1",
            "replicasets",
            (client, namespace) -> client.apps().replicaSets().inNamespace(namespace));
    static final ObjectKind<StatefulSet> STATEFUL_SETS = builtIn(
            "StatefulSet",
            "apps/v1",
            "statefulsets",
            (client, namespace) -> client.apps().statefulSets().inNamespace(namespace));
    static final ObjectKind<DaemonSet> DAEMON_SETS = builtIn(
            "DaemonSet",
            "apps/v1",
            "daemonsets",
            (client, namespace) -> client.apps().daemonSets().inNamespace(namespace));
    static final ObjectKind<Job> JOBS = builtIn(
            "Job",
            "batch/v1",
            "jobs",
            (client, namespace) -> client.batch().v1().jobs().inNamespace(namespace));
    static final ObjectKind<CronJob> CRON_JOBS = builtIn(
            "CronJob",
            "batch/v1",
            "cronjobs",
            (client, namespace) -> client.batch().v1().cronjobs().inNamespace(namespace));
    /** Through the generic API, so that Argo's own types are not needed (G20). */
    static final ObjectKind<GenericKubernetesResource> ROLLOUTS = argo("Rollout", "rollouts", false);

    static final ObjectKind<GenericKubernetesResource> EXPERIMENTS = argo("Experiment", "experiments", true);

    /** How it is reached. */
    @FunctionalInterface
    interface Access<T extends HasMetadata> {
        NonNamespaceOperation<T, ? extends KubernetesResourceList<T>, ? extends Resource<T>> in(
                KubernetesClient client, String namespace);
    }

    /** Where a namespace's objects of this kind are listed, without the server's address. */
    String path(String namespace) {
        return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion + "/namespaces/" + namespace + "/" + plural;
    }

    private static <T extends HasMetadata> ObjectKind<T> builtIn(
            String label, String apiVersion, String plural, Access<T> access) {
        return new ObjectKind<>(label, apiVersion, plural, false, access);
    }

    private static ObjectKind<GenericKubernetesResource> argo(String label, String plural, boolean optional) {
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(ARGO)
                .withVersion("v1alpha1")
                .withKind(label)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
        return new ObjectKind<>(
                label,
                ARGO + "/v1alpha1",
                plural,
                optional,
                (client, namespace) ->
                        client.genericKubernetesResources(context).inNamespace(namespace));
    }
}
