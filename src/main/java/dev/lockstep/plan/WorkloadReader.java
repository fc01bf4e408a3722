package dev.lockstep.plan;

import dev.lockstep.plan.Runner.Kind;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what runs code against the database. */
final class WorkloadReader {
    private static final Pattern OBJECT_NAME = Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

    private final String planNamespace;
    private final Findings.Distinct names;
    private final Findings.Distinct objects;

    WorkloadReader(String planNamespace, Fields spec) {
        this.planNamespace = planNamespace;
        this.names = spec.findings().new Distinct();
        this.objects = spec.findings().new Distinct();
    }

    Optional<List<WorkloadSpec>> all(Node node) {
        return node.list(one -> one.object(this::workload));
    }

    private Optional<WorkloadSpec> workload(Fields fields) {
        Optional<WorkloadName> name = fields.required("name", node -> node.parsed(WorkloadName::new));
        name.ifPresent(known -> names.claim(known, fields.path("name")));
        Optional<String> kind =
                fields.required("kind", node -> node.oneOf(PlanReader.choices(Kind.spellings(), Function.identity())));
        if (kind.isEmpty()) {
            // Without it nobody knows which of these belong here, and one finding is enough.
            List.of("cluster", "namespace", "resource", "selector")
                    .forEach(field -> fields.optional(field, _ -> Optional.empty()));
        }
        Optional<Runner> runner = kind.flatMap(known -> runner(known, fields));
        boolean external = kind.filter(Runner.External.LABEL::equals).isPresent();
        Map<Milestone, Versions> versions =
                fields.or("versions", Map.of(), node -> node.object(VersionsReader::versions));
        EvidenceSpec evidence = fields.or(
                "evidence",
                EvidenceSpec.standard(),
                node -> node.object(external ? EvidenceReader::external : EvidenceReader::evidence));
        runner.ifPresent(known -> provable(known, versions, evidence, fields));
        return fields.whole(() -> new WorkloadSpec(name.orElseThrow(), runner.orElseThrow(), versions, evidence));
    }

    /** What belongs to another kind is not asked for, and so refused. */
    private Optional<Runner> runner(String kind, Fields fields) {
        if (kind.equals(Runner.External.LABEL)) {
            return Optional.of(new Runner.External());
        }
        Runner.Place where = new Runner.Place(
                fields.optional("cluster", node -> node.parsed(ClusterName::new)),
                fields.or("namespace", planNamespace, WorkloadReader::namespace));
        if (kind.equals(Kind.POD_LABEL)) {
            return fields.required("selector", node -> node.object(WorkloadReader::selector))
                    .map(selector -> claimed(new Runner.Pods(where, selector), fields.path("selector")));
        }
        Optional<String> resource = fields.required(
                "resource", node -> matching(node, OBJECT_NAME, "the name of a Kubernetes object, such as shop-web"));
        return resource.flatMap(name -> Kind.labelled(kind)
                .map(known -> claimed(new Runner.Controller(known, where, name), fields.path("resource"))));
    }

    private Runner claimed(Runner runner, String path) {
        objects.claim(runner.object(), path);
        return runner;
    }

    /** A requirement that nothing could ever show would hold its gate for good. */
    private static void provable(
            Runner runner, Map<Milestone, Versions> versions, EvidenceSpec evidence, Fields fields) {
        versions.forEach((milestone, wanted) -> {
            String path = fields.path("versions") + "." + milestone.label();
            boolean silent = runner instanceof Runner.External
                    || (runner instanceof Runner.Controller(Kind kind, var _, var _) && kind.runsToCompletion());
            if (silent && wants(wanted, Versions.Capabilities.class)) {
                fields.findings()
                        .addBeside(
                                path,
                                "Capabilities are what a running process reports, and of " + runner.object()
                                        + " there may be none to ask; name versions or digests.");
            }
            if (runner instanceof Runner.External && wants(wanted, Versions.Digests.class)) {
                fields.findings().addBeside(path, "Nobody sees which image an external consumer runs; name versions.");
            }
            if (wanted instanceof Versions.Digests && (evidence.minimumKinds() > 1 || evidence.fromProcess())) {
                fields.findings()
                        .addBeside(
                                path,
                                "Only one kind of evidence, the image's digest, can be compared with digests, and"
                                        + " the contract wants more. Name versions as well (range, anyOf or ordinal),"
                                        + " or set evidence.minimumKinds to 1 and evidence.fromProcess to false.");
            }
        });
    }

    private static boolean wants(Versions versions, Class<? extends Versions> kind) {
        return kind.isInstance(versions)
                || (versions instanceof Versions.All(List<Versions> parts)
                        && parts.stream().anyMatch(kind::isInstance));
    }

    private static Optional<PodSelector> selector(Fields fields) {
        Map<String, String> labels = fields.or("matchLabels", Map.of(), WorkloadReader::labels);
        List<PodSelector.Expression> expressions = fields.or(
                "matchExpressions", List.of(), node -> node.someOf(one -> one.object(WorkloadReader::expression)));
        if (!fields.has("matchExpressions") && labels.isEmpty()) {
            fields.findings()
                    .add(
                            fields.path("matchLabels"),
                            "Is missing; an empty selector would find every pod of the namespace.");
        }
        return fields.whole(() -> new PodSelector(labels, expressions));
    }

    private static Optional<Map<String, String>> labels(Node node) {
        return node.object(fields -> {
            Map<String, String> labels = new LinkedHashMap<>();
            fields.given()
                    .forEach(name -> fields.optional(name, Node::anyText).ifPresent(value -> labels.put(name, value)));
            return fields.whole(() -> labels);
        });
    }

    private static Optional<PodSelector.Expression> expression(Fields fields) {
        Optional<String> key = fields.required("key", Node::text);
        Optional<PodSelector.Operator> operator = fields.required(
                "operator",
                node -> node.oneOf(
                        PlanReader.choices(Stream.of(PodSelector.Operator.values()), PodSelector.Operator::label)));
        boolean takesValues = operator.map(PodSelector.Operator::takesValues).orElse(fields.has("values"));
        List<String> values = takesValues
                ? fields.required("values", node -> node.someOf(Node::anyText)).orElse(List.of())
                : List.of();
        return fields.whole(() -> new PodSelector.Expression(key.orElseThrow(), operator.orElseThrow(), values));
    }

    private static Optional<String> namespace(Node node) {
        return node.parsed(text -> new PlanKey(text, "any").namespace());
    }

    static Optional<String> matching(Node node, Pattern pattern, String expected) {
        return node.anyText()
                .flatMap(text -> pattern.matcher(text).matches()
                        ? Optional.of(text)
                        : node.refuse("Must be " + expected + ", and is \"" + Node.quoted(text) + "\"."));
    }
}
