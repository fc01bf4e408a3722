package dev.lockstep.rollout;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** What to tell a person when the API server did not do as asked: the same words for the same fault. */
final class ApiFailure {
    private ApiFailure() {}

    /** @param doing what was tried, to stand after "Lockstep could not" */
    static String sentence(String doing, KubernetesClientException failure) {
        return "Lockstep could not " + doing + ": "
                + switch (failure.getCode()) {
                    case HttpURLConnection.HTTP_UNAUTHORIZED ->
                        "the cluster's API does not accept its credentials any more (401). Renew them.";
                    case HttpURLConnection.HTTP_FORBIDDEN ->
                        "the cluster's API does not permit it (403). Give Lockstep's service account the role in k8s/components/cluster-wide/rbac.yaml.";
                    // No status: there was no answer at all.
                    case HttpURLConnection.HTTP_NOT_FOUND ->
                        "the cluster knows no objects of this kind (404). Is what brings the kind installed there?";
                    case -1, 0 -> "the cluster's API does not answer.";
                    default -> "the cluster's API answered with status " + failure.getCode() + ".";
                };
    }
}
