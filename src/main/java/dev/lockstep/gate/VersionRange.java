package dev.lockstep.gate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.semver4j.Range;
import org.semver4j.RangesList;
import org.semver4j.RangesListFactory;
import org.semver4j.Semver;

/**
 * A range of semantic versions. What a range means is semver4j's; what is a range at all is decided here, because semver4j
 * passes over what it does not know ({@code >=1.5.0 oops}) and takes {@code >=oops} for a range that everything satisfies.
 */
record VersionRange(String text, RangesList ranges) implements VersionScheme {
    private static final String NUMBER = "(?:0|[1-9]\\d{0,8})";
    private static final String PART = "(?:" + NUMBER + "|[xX*])";
    private static final String PRERELEASE = "(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)";
    private static final String COMPLETE = "v?" + NUMBER + "\\." + NUMBER + "\\." + NUMBER + PRERELEASE + "?";
    private static final String PARTIAL = "(?:" + COMPLETE + "|v?" + NUMBER + "(?:\\." + PART + "){0,2})";
    private static final String COMPARISON = "(?:>=|<=|>|<|=|\\^|~)? ?" + PARTIAL;
    private static final String ALTERNATIVE =
            "(?:" + PARTIAL + " - " + PARTIAL + "|" + COMPARISON + "(?: " + COMPARISON + ")*)";
    private static final Pattern GRAMMAR = Pattern.compile(ALTERNATIVE + "(?: ?\\|\\| ?" + ALTERNATIVE + ")*");
    private static final Pattern VERSION = Pattern.compile(COMPLETE + "(?:\\+[0-9A-Za-z.-]+)?");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** No plan needs more, and a pattern is no parser for a novel. */
    private static final int LONGEST = 200;

    static Parsed parse(String declared) {
        if (declared.length() > LONGEST) {
            return new Parsed.Malformed("A version range of " + declared.length()
                    + " characters is too long; the most is " + LONGEST + ". Write an exact set of versions instead.");
        }
        String text = SPACES.matcher(declared.strip()).replaceAll(" ");
        if (!GRAMMAR.matcher(text).matches()) {
            return new Parsed.Malformed("\"" + declared + "\" is not a range of semantic versions."
                    + " Write for example \">=1.5.0\" or \">=1.5.0 <2.0.0\";"
                    + " for versions without an order, such as commit hashes, write an exact set.");
        }
        RangesList ranges = RangesListFactory.create(text);
        if (ranges.get().isEmpty() || ranges.get().stream().anyMatch(List::isEmpty)) {
            return new Parsed.Malformed("\"" + declared + "\" holds no comparison that means anything."
                    + " Write for example \">=1.5.0\".");
        }
        return new Parsed.Understood(new VersionRange(text, ranges));
    }

    @Override
    public Match testVersion(String reported) {
        return version(reported)
                .map(version -> surely(version) ? Match.MATCHES : Match.DIFFERS)
                .orElse(Match.UNREADABLE);
    }

    @Override
    public Match testVersionCautiously(String reported) {
        return version(reported)
                .map(version -> surely(version) || surely(version.withClearedPreRelease()) || inOrder(version)
                        ? Match.MATCHES
                        : Match.DIFFERS)
                .orElse(Match.UNREADABLE);
    }

    @Override
    public String description() {
        return text;
    }

    /** semver4j's own answer lets a prerelease in only where the range names a prerelease of the same release. */
    private boolean surely(Semver version) {
        if (version.satisfies(ranges)) {
            return true;
        }
        Semver release = version.withClearedPreRelease();
        return ranges.get().stream().anyMatch(all -> inOrder(all, version) && inOrder(all, release));
    }

    private boolean inOrder(Semver version) {
        return ranges.get().stream().anyMatch(all -> inOrder(all, version));
    }

    private static boolean inOrder(List<Range> all, Semver version) {
        return all.stream().allMatch(range -> range.isSatisfiedBy(version));
    }

    private static Optional<Semver> version(String reported) {
        String text = reported.strip();
        return text.length() <= LONGEST && VERSION.matcher(text).matches()
                ? Optional.ofNullable(Semver.parse(text)).map(Semver::withClearedBuild)
                : Optional.empty();
    }
}
