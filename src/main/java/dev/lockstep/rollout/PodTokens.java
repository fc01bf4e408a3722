package dev.lockstep.rollout;

import dev.lockstep.engine.Cluster.PodIdentity;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks the cluster whose token something is (G4). Thread-safe. */
final class PodTokens {
    private static final Pattern SERVICE_ACCOUNT = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    private final KubernetesClient client;
    private final String audience;

    PodTokens(KubernetesClient client, String audience) {
        this.client = client;
        this.audience = audience;
    }

    /**
     * The pod that this token is bound to; empty when the cluster does not vouch for it, it was made for somebody else, or it
     * is bound to no pod.
     *
     * @throws LockstepException {@link ErrorCode#CLUSTER_UNREACHABLE} when the cluster could not be asked
     */
    Optional<PodIdentity> identify(String token) {
        if (token.isBlank()) {
            return Optional.empty();
        }
        TokenReview review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(audience)
                .endSpec()
                .build();
        try {
            return Optional.ofNullable(client.tokenReviews().create(review))
                    .map(TokenReview::getStatus)
                    .filter(this::vouchedFor)
                    .map(TokenReviewStatus::getUser)
                    .flatMap(PodTokens::pod);
        } catch (KubernetesClientException e) {
            throw new LockstepException(
                    ErrorCode.CLUSTER_UNREACHABLE, ApiFailure.sentence("have a token reviewed", e), e);
        }
    }

    /** A server that knows nothing of audiences leaves them out: its word is then about tokens for anybody. */
    private boolean vouchedFor(TokenReviewStatus status) {
        return Boolean.TRUE.equals(status.getAuthenticated())
                && status.getAudiences() != null
                && status.getAudiences().contains(audience);
    }

    private static Optional<PodIdentity> pod(UserInfo user) {
        Matcher account =
                SERVICE_ACCOUNT.matcher(Optional.ofNullable(user.getUsername()).orElse(""));
        Map<String, List<String>> extra = Optional.ofNullable(user.getExtra()).orElse(Map.of());
        Optional<String> name = only(extra.get(POD_NAME));
        Optional<String> uid = only(extra.get(POD_UID));
        return account.matches() && name.isPresent() && uid.isPresent()
                ? Optional.of(new PodIdentity(account.group(1), name.get(), uid.get(), account.group(2)))
                : Optional.empty();
    }

    private static Optional<String> only(@Nullable List<String> values) {
        return values != null && values.size() == 1 && !values.getFirst().isBlank()
                ? Optional.of(values.getFirst())
                : Optional.empty();
    }
}
