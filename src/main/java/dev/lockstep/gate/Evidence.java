package dev.lockstep.gate;

import dev.lockstep.plan.EvidenceRank;
import java.time.Instant;

/**
 * An observed fact about the code that a pod runs.
 *
 * @param aspect what it speaks of
 * @param reported as it was read, unaltered
 * @param observedAt when it was read, not when it became true
 */
public record Evidence(Source source, Aspect aspect, String reported, Instant observedAt) {
    /** What a source says first of all: of an image its digest, of everything else the version. */
    public Evidence(Source source, String reported, Instant observedAt) {
        this(source, source == Source.IMAGE_DIGEST ? Aspect.DIGEST : Aspect.VERSION, reported, observedAt);
    }

    /** Where something was read, weakest first (G2). */
    public enum Source {
        /** The pod's label or annotation. */
        LABEL("label", EvidenceRank.LABEL),
        /** The tag of the container's image. */
        IMAGE_TAG("image tag", EvidenceRank.IMAGE_TAG),
        /** The digest of the image that the container runs, or is pinned to (G6). */
        IMAGE_DIGEST("image digest", EvidenceRank.IMAGE_DIGEST),
        /** The answer of the pod over HTTP. */
        HTTP("HTTP", EvidenceRank.PROCESS),
        /** What the process itself reported, signed in. */
        REPORT("own report", EvidenceRank.PROCESS),
        /** The pod's sessions, as the database sees them (G29). */
        SESSIONS("sessions", EvidenceRank.SESSIONS);

        private final String label;
        private final EvidenceRank rank;

        Source(String label, EvidenceRank rank) {
            this.label = label;
            this.rank = rank;
        }

        /** For people. */
        public String label() {
            return label;
        }

        /** How far it can be trusted. */
        public EvidenceRank rank() {
            return rank;
        }

        /** Whether the running process itself said so, and not only the pod's description. */
        public boolean fromProcess() {
            return rank.compareTo(EvidenceRank.PROCESS) >= 0;
        }
    }

    /** What evidence can speak of. */
    public enum Aspect {
        /** Which version the code is. */
        VERSION,
        /** Which bytes run: one digest, or several with blanks between them that name the same image (G6). */
        DIGEST,
        /** What the process says that it can do, with blanks between; empty when it says that it can do nothing (G9). */
        CAPABILITIES
    }
}
