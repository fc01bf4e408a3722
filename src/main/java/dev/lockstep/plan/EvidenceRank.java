package dev.lockstep.plan;

/** How far evidence about a pod's code can be trusted, weakest first (G2). */
public enum EvidenceRank {
    /** The pod's label or annotation: whoever writes the manifest writes it (G5). */
    LABEL("Label"),
    /** The image's tag, which can be moved to another image (G6). */
    IMAGE_TAG("ImageTag"),
    /** The digest of the image that the container runs. */
    IMAGE_DIGEST("ImageDigest"),
    /** What the process itself says, over HTTP or by its own report. */
    PROCESS("Process"),
    /** The sessions that the database sees (G29). */
    SESSIONS("Sessions");

    private final String label;

    EvidenceRank(String label) {
        this.label = label;
    }

    /** The spelling in plans. */
    public String label() {
        return label;
    }
}
