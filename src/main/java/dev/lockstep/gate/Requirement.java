package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.plan.Versions;
import java.util.List;
import java.util.Set;

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
 *
 * <p>An <b>ordinal</b> compares whole numbers ({@code >=42}, {@code >=42 <100}); a leading {@code v} does not matter. What has
 * anything else in it, a prerelease or build metadata too, is no number and cannot be read.
 *
 * <p><b>Digests</b> compare the image that runs, and <b>capabilities</b> what the process says that it can do; a version
 * says nothing about either, and is silent there.
 */
public sealed interface Requirement permits VersionScheme, DigestSet, CapabilitySet, AllRequirements {
    /** Reads what a plan says. */
    static Parsed parse(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> VersionRange.parse(text);
            case Versions.AnyOf(List<String> members) -> VersionSet.parse(members);
            case Versions.Ordinal(String text) -> VersionOrdinal.parse(text);
            case Versions.Digests(List<String> digests) -> DigestSet.parse(digests);
            case Versions.Capabilities(List<String> names) -> CapabilitySet.parse(names);
            case Versions.All(List<Versions> parts) -> AllRequirements.parse(parts);
        };
    }

    /** What has to be known of a pod before it can meet this: of each at least one piece of evidence. */
    Set<Aspect> aspects();

    /**
     * Whether this has surely reached the milestone; {@code SILENT} when it speaks of something else.
     *
     * @param reported as it was read, unaltered
     */
    Match test(Aspect aspect, String reported);

    /** {@link #testCautiously(String)} for any aspect. */
    Match testCautiously(Aspect aspect, String reported);

    /**
     * Whether this version has surely reached the milestone.
     *
     * @param reported as it was read, unaltered
     */
    default Match test(String reported) {
        return test(Aspect.VERSION, reported);
    }

    /**
     * Whether this version may have reached the milestone, for those who must be sure that it has not. Differs from
     * {@link #test} for a prerelease: {@code 1.5.0-rc.1} is not surely in {@code >=1.5.0}, but its code may well be.
     *
     * @param reported as it was read, unaltered
     */
    default Match testCautiously(String reported) {
        return testCautiously(Aspect.VERSION, reported);
    }

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
        UNREADABLE,
        /** It speaks of something else, and so neither for nor against. */
        SILENT
    }
}
