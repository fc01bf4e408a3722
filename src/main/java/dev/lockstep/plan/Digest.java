package dev.lockstep.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * SHA-256 of a plan's canonical form without its windows. What a person approves is bound to it (G43): what will be done, and
 * not at which hours, which may change while a run goes on.
 *
 * @param value 64 lower-case hexadecimal digits
 */
public record Digest(String value) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    public Digest {
        if (!SHA_256.matcher(value).matches()) {
            throw new IllegalArgumentException("a digest is 64 lower-case hexadecimal digits, not \"" + value + "\"");
        }
    }

    /** The digest of this plan's spec; its name and namespace do not count, so that a copy has the same digest. */
    public static Digest of(PlanSpec spec) {
        byte[] canonical =
                CanonicalJson.write(PlanTree.of(spec.within(Optional.empty()))).getBytes(StandardCharsets.UTF_8);
        try {
            return new Digest(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(canonical)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
