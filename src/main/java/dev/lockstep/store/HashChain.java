package dev.lockstep.store;

import dev.lockstep.engine.RunId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/**
 * Each journal entry's hash covers its content and the hash before it, so a change to any entry breaks every later link.
 * Whoever can write to the store can also compute a whole new chain; a copy of the newest hash kept elsewhere shows that.
 */
final class HashChain {
    /** The hash before the first entry. */
    static final String START = "0".repeat(64);

    private HashChain() {}

    /** What PostgreSQL keeps of a moment: microseconds. */
    static Instant kept(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * @param at as {@link #kept}
     * @param event as {@link StoreJson#canonical}
     * @return 64 lower-case hexadecimal digits
     */
    static String link(String previous, RunId run, long sequence, Instant at, String event) {
        // The first four have no line break in them, so no two different entries give the same text.
        String content = String.join("\n", previous, run.toString(), Long.toString(sequence), at.toString(), event);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
