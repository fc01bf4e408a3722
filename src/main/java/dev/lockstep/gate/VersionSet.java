package dev.lockstep.gate;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** An exact set. */
record VersionSet(Set<String> members) implements VersionScheme {
    VersionSet {
        members = Set.copyOf(members);
    }

    static Parsed parse(List<String> versions) {
        if (versions.isEmpty()) {
            return new Parsed.Malformed(
                    "The set of versions is empty, so nothing could ever meet it. Name one at least.");
        }
        for (String version : versions) {
            if (version.isBlank() || isMoving(version)) {
                return new Parsed.Malformed("\"" + version + "\" does not say what code it is."
                        + " Name versions, image tags or commit hashes that always mean the same code.");
            }
        }
        return new Parsed.Understood(
                new VersionSet(versions.stream().map(VersionSet::normal).collect(Collectors.toUnmodifiableSet())));
    }

    @Override
    public Match testVersion(String reported) {
        if (reported.isBlank() || isMoving(reported)) {
            return Match.UNREADABLE;
        }
        return members.contains(normal(reported)) ? Match.MATCHES : Match.DIFFERS;
    }

    @Override
    public Match testVersionCautiously(String reported) {
        return testVersion(reported);
    }

    @Override
    public String description() {
        return members.size() == 1
                ? members.iterator().next()
                : members.stream().sorted().collect(Collectors.joining(", ", "one of ", ""));
    }

    /** Whoever reads this tag tomorrow gets other code (G6). */
    private static boolean isMoving(String version) {
        return version.strip().equalsIgnoreCase("latest");
    }

    private static String normal(String version) {
        String text = version.strip();
        boolean prefixed = text.length() > 1 && text.charAt(0) == 'v' && Character.isDigit(text.charAt(1));
        return prefixed ? text.substring(1) : text;
    }
}
