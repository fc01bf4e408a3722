package dev.lockstep.rollout;

import dev.lockstep.engine.InterlockBoard.Notice;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponse;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponseBuilder;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers to the API server, in words for whoever sent the object. */
final class AdmissionAnswers {
    /** The API server may cut what is longer. */
    private static final int LONGEST_WARNING = 256;

    private AdmissionAnswers() {}

    static AdmissionResponse passed(AdmissionRequest request, List<String> warnings) {
        return new AdmissionResponseBuilder()
                .withUid(request.getUid())
                .withAllowed(true)
                .withWarnings(warnings)
                .build();
    }

    static AdmissionResponse warned(AdmissionRequest request, Applicant applicant, Admission.Objection objection) {
        return new AdmissionResponseBuilder(passed(
                        request,
                        warnings("Lockstep would keep " + what(request, applicant) + " out. " + objection.why() + " "
                                + where(objection.notice())
                                + " It is let in because this namespace has the label lockstep.dev/interlock=Warn.")))
                .withAuditAnnotations(audit(objection))
                .build();
    }

    static AdmissionResponse glassBroken(
            AdmissionRequest request, Applicant applicant, Admission.Objection objection, String reason) {
        return new AdmissionResponseBuilder(passed(
                        request,
                        warnings("Lockstep lets " + what(request, applicant) + " in, because "
                                + GlassCase.ANNOTATION
                                + " is set; who did so and why is kept. Take the annotation away when this is over. "
                                + objection.why() + " " + where(objection.notice()))))
                .withAuditAnnotations(audit(objection))
                .addToAuditAnnotations("break-glass", reason)
                .build();
    }

    static AdmissionResponse refused(AdmissionRequest request, Applicant applicant, Admission.Objection objection) {
        return new AdmissionResponseBuilder()
                .withUid(request.getUid())
                .withAllowed(false)
                .withStatus(new StatusBuilder()
                        .withCode(HttpURLConnection.HTTP_FORBIDDEN)
                        .withReason("Forbidden")
                        .withMessage(
                                "Lockstep keeps " + what(request, applicant) + " out. " + objection.why() + " "
                                        + where(objection.notice())
                                        + " What runs already goes on running, and nothing was changed. In an emergency, set the"
                                        + " annotation " + GlassCase.ANNOTATION
                                        + " in the pod template to the reason: it is let in then, and who did so and why is kept.")
                        .build())
                .withAuditAnnotations(audit(objection))
                .build();
    }

    /** For people: {@code CREATE Deployment shop/shop-web}. */
    static String what(AdmissionRequest request, Applicant applicant) {
        String name = Optional.ofNullable(applicant.metadata().getName())
                .or(() -> Optional.ofNullable(applicant.metadata().getGenerateName())
                        .map(prefix -> prefix + "…"))
                .orElse("…");
        return request.getOperation() + " " + applicant.kind() + " " + request.getNamespace() + "/" + name;
    }

    private static String where(Notice notice) {
        return "Plan " + notice.plan().plan() + " on database " + notice.database() + " is at phase "
                + notice.plan().phase() + ", and "
                + (notice.plan().floor().isPresent() ? "has kept older code out" : "has had a say in this") + " since "
                + notice.since() + ".";
    }

    private static Map<String, String> audit(Admission.Objection objection) {
        return Map.of(
                "verdict", objection.verdict(),
                "plan", objection.notice().plan().plan().toString(),
                "phase", objection.notice().plan().phase().value(),
                "workload", objection.spec().name().value());
    }

    /** One for each sentence, so that none is cut in its middle. */
    static List<String> warnings(String text) {
        List<String> warnings = new ArrayList<>();
        for (String sentence : text.split("(?<=[.;:]) ", -1)) {
            String rest = sentence;
            while (rest.length() > LONGEST_WARNING) {
                int blank = rest.lastIndexOf(' ', LONGEST_WARNING);
                int end = blank > 0 ? blank : LONGEST_WARNING;
                warnings.add(rest.substring(0, end));
                rest = rest.substring(end).strip();
            }
            warnings.add(rest);
        }
        return warnings;
    }
}
