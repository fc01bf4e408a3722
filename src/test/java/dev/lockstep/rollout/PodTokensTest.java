package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.Cluster.PodIdentity;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.fixture.Fact;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** G4. */
class PodTokensTest {

    private static final Map<String, List<String>> POD = Map.of(
            "authentication.kubernetes.io/pod-name", List.of("shop-web-1-a"),
            "authentication.kubernetes.io/pod-uid", List.of("uid-a"));
    private static final String ACCOUNT = "system:serviceaccount:shop:web";

    private ApiServer api;
    private KubernetesCluster cluster;

    @BeforeEach
    void start() {
        api = new ApiServer();
        cluster = new KubernetesCluster(api.client(), Clock.systemUTC(), RolloutSettings.standard());
    }

    @AfterEach
    void stop() {
        cluster.close();
        api.close();
    }

    @Test
    @Fact("G4")
    void namesThePodThatTheTokenIsBoundTo() {
        answer(true, ACCOUNT, POD, "lockstep");

        assertThat(cluster.authenticate("token")).contains(new PodIdentity("shop", "shop-web-1-a", "uid-a", "web"));
    }

    @Test
    void tokenThatTheClusterDoesNotVouchForIsNobodys() {
        answer(false, ACCOUNT, POD, "lockstep");

        assertThat(cluster.authenticate("token")).isEmpty();
    }

    /** A token that a pod has for the API server itself, or for another service, is not for us. */
    @Test
    @Fact("G4")
    void tokenForSomebodyElseIsNobodys() {
        answer(true, ACCOUNT, POD, "vault");
        assertThat(cluster.authenticate("token")).isEmpty();

        answer(true, ACCOUNT, POD);
        assertThat(cluster.authenticate("token")).isEmpty();
    }

    @Test
    void tokenThatIsBoundToNoPodIsNobodys() {
        answer(true, ACCOUNT, Map.of(), "lockstep");
        assertThat(cluster.authenticate("token")).isEmpty();

        answer(true, ACCOUNT, Map.of("authentication.kubernetes.io/pod-name", List.of("shop-web-1-a")), "lockstep");
        assertThat(cluster.authenticate("token")).isEmpty();

        answer(true, "jane@example.com", POD, "lockstep");
        assertThat(cluster.authenticate("token")).isEmpty();
    }

    @Test
    void emptyTokenIsNobodysWithoutAsking() {
        assertThat(cluster.authenticate(" ")).isEqualTo(Optional.empty());
    }

    @Test
    void clusterThatDoesNotAnswerIsNoRefusal() {
        api.goAway();

        assertThatThrownBy(() -> cluster.authenticate("token"))
                .isInstanceOfSatisfying(
                        LockstepException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE))
                .hasMessage("Lockstep could not have a token reviewed: the cluster's API does not answer.");
        api.comeBack();
    }

    private void answer(boolean authenticated, String user, Map<String, List<String>> extra, String... audiences) {
        TokenReview review = new TokenReviewBuilder()
                .withNewStatus()
                .withAuthenticated(authenticated)
                .withAudiences(audiences)
                .withNewUser()
                .withUsername(user)
                .withExtra(extra)
                .endUser()
                .endStatus()
                .build();
        api.server()
                .expect()
                .post()
                .withPath("/apis/authentication.k8s.io/v1/tokenreviews")
                .andReturn(201, review)
                .once();
    }
}
