package dev.lockstep.rollout;

import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.engine.LockstepException;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReview;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * The validating webhook. Which of its two paths the API server asks depends on the namespace's label, by the selectors of
 * the ValidatingWebhookConfiguration, so that no namespace has to be read here. It has no sign-in, because API servers bring
 * none unless somebody configures them to; it tells nobody more than a refused deploy would.
 */
@Path("/admission/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AdmissionResource {
    private static final System.Logger LOG = System.getLogger(AdmissionResource.class.getName());
    private static final KubernetesSerialization SHAPES = new KubernetesSerialization();

    private final Admission admission;

    AdmissionResource(Admission admission) {
        this.admission = admission;
    }

    @POST
    @Path("{strictness}")
    @Consumes(MediaType.APPLICATION_JSON)
    @PermitAll
    @Operation(hidden = true)
    public Response review(@PathParam("strictness") String path, byte[] body) {
        Optional<Strictness> strictness = Strictness.of(path);
        if (strictness.isEmpty()) {
            return problem(Response.Status.NOT_FOUND, "There are /admission/v1/warn and /admission/v1/deny.");
        }
        try {
            AdmissionReview review = SHAPES.unmarshal(new ByteArrayInputStream(body), AdmissionReview.class);
            AdmissionRequest request = review == null ? null : review.getRequest();
            if (request == null || request.getUid() == null || request.getNamespace() == null) {
                return problem(
                        Response.Status.BAD_REQUEST,
                        "This is no AdmissionReview of admission.k8s.io/v1 with a request about a namespaced object.");
            }
            return Response.ok(SHAPES.asJson(new AdmissionReviewBuilder()
                            .withResponse(admission.review(request, strictness.get()))
                            .build()))
                    .build();
        } catch (LockstepException e) {
            // No answer is better than a wrong one: the webhook's failurePolicy says what becomes of the object.
            LOG.log(WARNING, "the API server was given no answer about an object: {0}", e.getMessage());
            return problem(Response.Status.SERVICE_UNAVAILABLE, e.getMessage());
        } catch (IllegalArgumentException | KubernetesClientException e) {
            return problem(Response.Status.BAD_REQUEST, "This is no AdmissionReview: " + e.getMessage());
        }
    }

    private static Response problem(Response.Status status, String sentence) {
        return Response.status(status)
                .type(MediaType.TEXT_PLAIN)
                .entity(sentence)
                .build();
    }
}
