package dev.lockstep.rollout;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.engine.BreakGlass;
import dev.lockstep.engine.BreakGlassRecord;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.gate.Entrance;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import java.time.InstantSource;
import java.util.Optional;

/** Where it is noted that somebody let code in against the interlock. */
record GlassCase(BreakGlassRecord record, InstantSource clock) {
    /** On the object or, so that its pods carry it too, on its pod template; its value is the reason. */
    static final String ANNOTATION = "lockstep.dev/break-glass";

    private static final System.Logger LOG = System.getLogger(GlassCase.class.getName());
    private static final int LONGEST = 1_000;

    /**
     * Notes it, unless the request only asks what would be. A store that is away does not stop an emergency: then the log
     * and the API server's own audit keep it.
     */
    void broken(AdmissionRequest request, Applicant applicant, Admission.Objection objection, String reason) {
        if (Boolean.TRUE.equals(request.getDryRun())) {
            return;
        }
        BreakGlass broken = new BreakGlass(
                request.getUid(),
                clock.instant(),
                user(request),
                reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST) + "…",
                AdmissionAnswers.what(request, applicant),
                Entrance.said(objection.evidence()),
                objection.notice().plan().plan(),
                objection.notice().plan().phase(),
                objection.verdict());
        LOG.log(
                WARNING,
                "plan={0} phase={1} {2} was let in although it is {3}: {4} broke the glass: {5}",
                broken.plan(),
                broken.phase(),
                broken.object(),
                broken.verdict(),
                broken.user(),
                broken.reason());
        try {
            record.keep(broken);
        } catch (LockstepException e) {
            LOG.log(ERROR, "only this log knows of request {0}: {1}", broken.request(), e.getMessage());
        }
    }

    private static String user(AdmissionRequest request) {
        return Optional.ofNullable(request.getUserInfo())
                .map(UserInfo::getUsername)
                .filter(name -> !name.isBlank())
                .orElse("somebody whom the API server does not name");
    }
}
