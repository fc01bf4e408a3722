package dev.lockstep.rollout;

import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.engine.InterlockBoard.Posting;
import dev.lockstep.gate.Limits;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.gate.Requirement;
import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What plans say, in the words of the kind {@code Interlock}: plain maps, lists and texts, as the API server keeps them. */
final class InterlockRules {
    private static final int MOST_SHOWN = 500;
    private static final Pattern LINE_BREAKS = Pattern.compile("\\R+");

    private InterlockRules() {}

    /** The rules of each namespace that has any, in an order that does not depend on when they were made. */
    static Map<String, List<Map<String, Object>>> of(Posting posting) {
        Map<String, List<Map<String, Object>>> byNamespace = new TreeMap<>();
        for (Notice notice : posting.notices()) {
            for (WorkloadSpec spec : notice.plan().workloads()) {
                spec.runner()
                        .place()
                        .filter(where -> where.cluster().isEmpty())
                        .ifPresent(where -> Limits.of(notice.plan(), spec)
                                .ifPresent(limits -> byNamespace
                                        .computeIfAbsent(where.namespace(), _ -> new ArrayList<>())
                                        .add(rule(notice, spec, limits))));
            }
        }
        byNamespace
                .values()
                .forEach(rules -> rules.sort((one, other) -> order(one).compareTo(order(other))));
        return byNamespace;
    }

    private static String order(Map<String, Object> rule) {
        return String.join(
                " ",
                String.valueOf(rule.get("plan")),
                String.valueOf(rule.get("workload")),
                String.valueOf(rule.get("message")));
    }

    private static Map<String, Object> rule(Notice notice, WorkloadSpec spec, Limits limits) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("workload", spec.name().value());
        rule.put("plan", notice.plan().plan().toString());
        switch (spec.runner()) {
            case Runner.Controller(Runner.Kind kind, var _, String name) -> {
                rule.put("kind", kind.label());
                rule.put("name", name);
            }
            case Runner.Pods(var _, PodSelector selector) -> {
                rule.put("kind", Runner.Kind.POD_LABEL);
                rule.put("name", "");
                rule.put("selector", conditions(selector));
            }
            case Runner.External _ -> throw new IllegalStateException("it has no place");
        }
        rule.put("label", spec.evidence().label());
        rule.put("container", spec.evidence().container().orElse(""));
        rule.put("message", message(notice, spec));
        rule.put(
                "floor",
                limits.floor().stream().map(InterlockRules::requirement).toList());
        rule.put(
                "ceiling",
                limits.ceiling().stream().map(InterlockRules::requirement).toList());
        rule.put("refuse", limits.refuse());
        return rule;
    }

    private static List<Map<String, Object>> conditions(PodSelector selector) {
        List<Map<String, Object>> conditions = new ArrayList<>();
        new TreeMap<>(selector.matchLabels())
                .forEach(
                        (key, value) -> conditions.add(Map.of("key", key, "operator", "In", "values", List.of(value))));
        selector.matchExpressions()
                .forEach(each -> conditions.add(
                        Map.of("key", each.key(), "operator", each.operator().label(), "values", each.values())));
        return conditions;
    }

    private static Map<String, Object> requirement(Limits.Portable portable) {
        return Map.of(
                "scheme",
                portable.scheme().label(),
                "needed",
                portable.needed(),
                "members",
                portable.members(),
                "alternatives",
                portable.alternatives().stream()
                        .<Map<String, Object>>map(all -> Map.of(
                                "comparisons",
                                all.stream()
                                        .map(each -> Map.of("operator", operator(each), "key", each.key()))
                                        .toList()))
                        .toList());
    }

    private static String operator(Limits.Comparison comparison) {
        return switch (comparison.operator()) {
            case "<" -> "Less";
            case "<=" -> "LessOrEqual";
            case ">" -> "Greater";
            case ">=" -> "GreaterOrEqual";
            default -> "Equal";
        };
    }

    private static String message(Notice notice, WorkloadSpec spec) {
        LivePlan plan = notice.plan();
        List<String> wanted = new ArrayList<>();
        Optional<Milestone> floor = plan.floor();
        floor.flatMap(spec::required)
                .map(versions -> "It must be " + words(versions)
                        + ", because what older code needs of the schema is gone or about to go.")
                .ifPresent(wanted::add);
        spec.versions().entrySet().stream()
                .filter(entry -> !plan.ready().contains(entry.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> "It must not be " + words(entry.getValue())
                        + " yet, because what newer code needs of the schema is not there; wait for the plan's phase "
                        + entry.getKey().label() + ".")
                .forEach(wanted::add);
        return "Lockstep keeps this code of " + spec.name() + " out, or cannot tell which it is. "
                + String.join(" ", wanted) + " Plan " + plan.plan() + " on database " + notice.database()
                + " has wanted this since " + notice.since()
                + ". What runs already goes on running. In an emergency, set the annotation " + GlassCase.ANNOTATION
                + " in the pod template to the reason.";
    }

    /** An API server tells nobody of a message that is longer than 5 KiB or has a line break in it. */
    private static String shown(String description) {
        String line = LINE_BREAKS.matcher(description).replaceAll(" ");
        return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN - 1) + "…";
    }

    private static String words(Versions versions) {
        return switch (Requirement.parse(versions)) {
            case Parsed.Understood(Requirement requirement) -> shown(requirement.description());
            case Parsed.Malformed _ -> "what the plan says, which has no meaning";
        };
    }
}
