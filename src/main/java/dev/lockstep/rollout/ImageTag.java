package dev.lockstep.rollout;

import java.util.Optional;

/** The tag in an image's name. */
final class ImageTag {
    private ImageTag() {}

    /**
     * The tag of {@code [registry[:port]/]name[:tag][@digest]}. Without tag and digest the runtime takes {@code latest}; a
     * digest alone says exactly which bytes run, but not which version they are.
     */
    static Optional<String> of(String image) {
        int digest = image.indexOf('@');
        String named = digest < 0 ? image : image.substring(0, digest);
        // A colon before the last slash belongs to the registry's port.
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        if (colon >= 0) {
            return Optional.of(named.substring(colon + 1));
        }
        return digest < 0 ? Optional.of("latest") : Optional.empty();
    }
}
