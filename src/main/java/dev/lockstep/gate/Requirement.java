package dev.lockstep.gate;

import dev.lockstep.plan.Versions;
import java.util.List;

/**
 * Which code versions have reached a milestone, understood. Pure and immutable.
 *
 * <p>A <b>range</b> is one or more comparisons of semantic versions ({@code >=1.5.0}, {@code >=1.5.0 <2.0.0}, {@code ^1.5},
 * {@code 1.5.x}, {@code 1.5.0 - 1.9.0}, alternatives with {@code ||}). Build metadata and a leading {@code v} of what is
 * reported do not matter. A prerelease satisfies a range only when its release does so as well, in semantic order:
 * {@code 1.6.0-rc.1} satisfies {@code >=1.5.0}, {@code 1.5.0-rc.1} does not, and {@code 2.0.0-rc.1} does not satisfy
 * {@code <2.0.0}; to let a release candidate in, name it: {@code >=1.5.0-rc.1}. What is no complete semantic version
 * ({@code latest}, {@code 1.5}, a commit hash) has no place in any order and cannot be read (G1, G8).
 *
 * <p>An <b>exact set</b> compares the text; only a leading {@code v} before a digit does not matter. The tag {@code latest}
 * says nothing of what runs, and cannot be read.
 */
public sealed interface Requirement permits VersionRange, VersionSet {
    /** Reads what a plan says. */
    static Parsed parse(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> VersionRange.parse(text);
            case Versions.AnyOf(List<String> members) -> VersionSet.parse(members);
        };
    }

    /**
     * Whether this version has surely reached the milestone.
     *
     * @param reported as it was read, unaltered
     */
    Match test(String reported);

    /**
     * Whether this version may have reached the milestone, for those who must be sure that it has not. Differs from
     * {@link #test} for a prerelease: {@code 1.5.0-rc.1} is not surely in {@code >=1.5.0}, but its code may well be.
     *
     * @param reported as it was read, unaltered
     */
    Match testCautiously(String reported);

    /** For people, to stand after "runs". */
    String description();

    /** What {@link #parse} made of a plan's text. */
    sealed interface Parsed {
        record Understood(Requirement requirement) implements Parsed {}

        /**
         * It has no meaning.
         *
         * @param reason why not, and what to write instead, as sentences
         */
        record Malformed(String reason) implements Parsed {}
    }

    /** How a reported version stands to a requirement. */
    enum Match {
        MATCHES,
        DIFFERS,
        /** It cannot be compared; it never passes (G1). */
        UNREADABLE
    }
}
