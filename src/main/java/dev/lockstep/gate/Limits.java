package dev.lockstep.gate;

import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.semver4j.Range;
import org.semver4j.Semver;

/**
 * What one plan demands of a workload's code now, in a form that can be compared where nobody knows what a version is: as
 * texts in their order. Where it cannot say exactly the same as the interlock, it says less is allowed. Pure.
 *
 * @param floor what code must match, all of it
 * @param ceiling what code must not match, none of it
 * @param refuse whether no code at all can be told to fit
 */
public record Limits(List<Portable> floor, List<Portable> ceiling, boolean refuse) {
    private static final Pattern COMPARISON = Pattern.compile("(>=|<=|>|<|=)?(.+)");

    public Limits {
        floor = List.copyOf(floor);
        ceiling = List.copyOf(ceiling);
    }

    /** What is compared. */
    public enum Scheme {
        RANGE("Range"),
        ORDINAL("Ordinal"),
        SET("Set"),
        DIGESTS("Digests");

        private final String label;

        Scheme(String label) {
            this.label = label;
        }

        /** The spelling in objects of Kubernetes. */
        public String label() {
            return label;
        }
    }

    /**
     * One thing that is compared.
     *
     * @param needed whether code that says nothing of it is kept out
     * @param members of a set; a leading {@code v} before a digit is taken away
     * @param alternatives of a range: one must hold, with all its comparisons
     */
    public record Portable(Scheme scheme, boolean needed, List<String> members, List<List<Comparison>> alternatives) {
        public Portable {
            members = List.copyOf(members);
            alternatives = List.copyOf(alternatives);
        }
    }

    /**
     * A comparison with a version.
     *
     * @param operator {@code =}, {@code <}, {@code <=}, {@code >} or {@code >=}
     * @param key of a semantic version its three numbers with nine digits each; of a whole number eighteen digits
     */
    public record Comparison(String operator, String key) {}

    /** Empty when the plan keeps no code of this workload out now. */
    public static Optional<Limits> of(LivePlan plan, WorkloadSpec spec) {
        if (!Entrance.restricts(plan, spec)) {
            return Optional.empty();
        }
        Parts floor = new Parts(false);
        plan.floor()
                .ifPresent(
                        milestone -> spec.required(milestone).ifPresentOrElse(floor::add, () -> floor.refuse = true));
        Parts ceiling = new Parts(true);
        spec.versions().entrySet().stream()
                .filter(entry -> !plan.ready().contains(entry.getKey()))
                .sorted(Map.Entry.<Milestone, Versions>comparingByKey())
                .forEach(entry -> ceiling.add(entry.getValue()));
        return Optional.of(new Limits(floor.portable, ceiling.portable, floor.refuse || ceiling.refuse));
    }

    private static final class Parts {
        private final boolean ceiling;
        private final List<Portable> portable = new ArrayList<>();
        private boolean refuse;

        private Parts(boolean ceiling) {
            this.ceiling = ceiling;
        }

        void add(Versions versions) {
            switch (Requirement.parse(versions)) {
                case Parsed.Malformed _ -> refuse = true;
                case Parsed.Understood(Requirement requirement) -> add(requirement, true);
            }
        }

        private void add(Requirement requirement, boolean alone) {
            switch (requirement) {
                case VersionRange range -> portable.add(portable(range));
                case VersionOrdinal ordinal -> portable.add(portable(ordinal));
                case VersionSet(var members) ->
                    portable.add(new Portable(
                            Scheme.SET, true, members.stream().sorted().toList(), List.of()));
                case DigestSet(var members) ->
                    portable.add(new Portable(
                            // Below a ceiling it is enough that the version tells older code.
                            Scheme.DIGESTS,
                            alone || !ceiling,
                            members.stream().sorted().toList(),
                            List.of()));
                case CapabilitySet _ -> {
                    // Known once the process runs, and then the gate looks at it.
                }
                case AllRequirements(List<Requirement> parts) -> parts.forEach(part -> add(part, false));
            }
        }

        private Portable portable(VersionRange range) {
            return new Portable(
                    Scheme.RANGE,
                    true,
                    List.of(),
                    range.ranges().get().stream()
                            .flatMap(all -> alternative(all).stream())
                            .toList());
        }

        private Optional<List<Comparison>> alternative(List<Range> all) {
            List<Comparison> comparisons = new ArrayList<>();
            for (Range each : all) {
                Matcher text = COMPARISON.matcher(each.toString());
                if (!text.matches()) {
                    throw new IllegalStateException("no comparison: " + each);
                }
                String operator = Optional.ofNullable(text.group(1)).orElse("=");
                Semver version = each.getRangeVersion();
                boolean exactPrerelease =
                        operator.equals("=") && !version.getPreRelease().isEmpty();
                if (exactPrerelease && !ceiling) {
                    // No key tells one prerelease from another.
                    return Optional.empty();
                }
                comparisons.add(new Comparison(
                        version.getPreRelease().isEmpty() ? operator : aroundPrerelease(operator), key(version)));
            }
            return Optional.of(comparisons);
        }

        /** Every prerelease is before its release, so that only its numbers count. */
        private static String aroundPrerelease(String operator) {
            return switch (operator) {
                case ">" -> ">=";
                case "<=" -> "<";
                default -> operator;
            };
        }

        private static String key(Semver version) {
            return String.format(
                    Locale.ROOT, "%09d%09d%09d", version.getMajor(), version.getMinor(), version.getPatch());
        }

        private static Portable portable(VersionOrdinal ordinal) {
            return new Portable(
                    Scheme.ORDINAL,
                    true,
                    List.of(),
                    List.of(ordinal.bounds().stream()
                            .map(bound -> new Comparison(
                                    bound.operator(), String.format(Locale.ROOT, "%018d", bound.number())))
                            .toList()));
        }
    }
}
