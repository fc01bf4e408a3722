package dev.lockstep.rollout;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The digest in an image's name, or in what a runtime calls the image that it runs (G6). */
final class ImageDigest {
    private static final Pattern DIGEST = Pattern.compile("(?:.*@)?(sha256:[0-9a-f]{64})");

    private ImageDigest() {}

    /**
     * The digest of {@code [runtime://]name@sha256:…}. A bare {@code sha256:…} is the runtime's own id of an image that was
     * loaded and not pulled; it is a digest too, of the image's configuration, and a plan may name that.
     */
    static Optional<String> of(@Nullable String image) {
        if (image == null) {
            return Optional.empty();
        }
        Matcher matcher = DIGEST.matcher(image.startsWith("docker://") ? image.substring("docker://".length()) : image);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
