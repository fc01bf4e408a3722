package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Images by their digests (G6). An image for several platforms has one digest for all of them, its index, and one for each;
 * which of them a runtime reports differs, so a plan may list both.
 */
record DigestSet(Set<String> members) implements Requirement {
    /** Enough to tell images apart in a sentence. */
    private static final int SHOWN = "sha256:".length() + 12;

    DigestSet {
        members = Set.copyOf(members);
    }

    static Parsed parse(List<String> digests) {
        return digests.isEmpty()
                ? new Parsed.Malformed("The set of digests is empty, so nothing could ever meet it. Name one at least.")
                : new Parsed.Understood(new DigestSet(Set.copyOf(digests)));
    }

    @Override
    public Set<Aspect> aspects() {
        return Set.of(Aspect.DIGEST);
    }

    /** Several digests with blanks between them name one and the same image. */
    @Override
    public Match test(Aspect aspect, String reported) {
        if (aspect != Aspect.DIGEST) {
            return Match.SILENT;
        }
        if (reported.isBlank()) {
            return Match.UNREADABLE;
        }
        return Stream.of(reported.strip().split("\\s+", -1)).anyMatch(members::contains)
                ? Match.MATCHES
                : Match.DIFFERS;
    }

    @Override
    public Match testCautiously(Aspect aspect, String reported) {
        return test(aspect, reported);
    }

    @Override
    public String description() {
        return members.stream()
                .sorted()
                .map(digest -> digest.length() > SHOWN ? digest.substring(0, SHOWN) + "…" : digest)
                .collect(Collectors.joining(", ", members.size() == 1 ? "image " : "one of the images ", ""));
    }
}
