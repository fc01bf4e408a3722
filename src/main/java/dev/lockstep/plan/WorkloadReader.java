package dev.lockstep.plan;

import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.plan.WorkloadSpec.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what runs code against the database, and where proof of its version comes from. */
final class WorkloadReader {
    private static final Pattern OBJECT_NAME = Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
    private static final Pattern LABEL_KEY = Pattern.compile(
            "((?=[^/]{1,253}/)[a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
    private static final Pattern HTTP_PATH = Pattern.compile("/[\\x21-\\x7e&&[^#]]*");
    private static final Pattern JSON_POINTER = Pattern.compile("(/([^~/]|~[01])*)*");

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
        Optional<Kind> kind =
                fields.required("kind", node -> node.oneOf(PlanReader.choices(Stream.of(Kind.values()), Kind::label)));
        Optional<String> resource = fields.required(
                "resource", node -> matching(node, OBJECT_NAME, "the name of a Kubernetes object, such as shop-web"));
        String namespace = fields.or("namespace", planNamespace, WorkloadReader::namespace);
        kind.ifPresent(known -> resource.ifPresent(
                object -> objects.claim(known.label() + " " + namespace + "/" + object, fields.path("resource"))));
        Map<Milestone, Versions> versions =
                fields.or("versions", Map.of(), node -> node.object(WorkloadReader::versions));
        EvidenceSpec evidence =
                fields.or("evidence", EvidenceSpec.standard(), node -> node.object(WorkloadReader::evidence));
        return fields.whole(() -> new WorkloadSpec(
                name.orElseThrow(), kind.orElseThrow(), namespace, resource.orElseThrow(), versions, evidence));
    }

    private static Optional<Map<Milestone, Versions>> versions(Fields fields) {
        Map<Milestone, Versions> all = new EnumMap<>(Milestone.class);
        for (Milestone milestone : Milestone.values()) {
            fields.optional(milestone.label(), WorkloadReader::codeVersions)
                    .ifPresent(versions -> all.put(milestone, versions));
        }
        return fields.whole(() -> all);
    }

    private static Optional<Versions> codeVersions(Node node) {
        if (node.value() instanceof List<?>) {
            Findings.Distinct distinct = node.findings().new Distinct();
            return node.someOf(one -> {
                        Optional<String> version = one.text();
                        version.ifPresent(known -> distinct.claim(known, one.path()));
                        return version;
                    })
                    .map(Versions.AnyOf::new);
        }
        if (node.value() instanceof Map<?, ?>) {
            return node.refuse("Must be a range such as \">=1.5.0\", or a list of exact versions, and is an object.");
        }
        return node.text().map(Versions.Range::new);
    }

    private static Optional<EvidenceSpec> evidence(Fields fields) {
        EvidenceSpec standard = EvidenceSpec.standard();
        Optional<String> container = fields.optional(
                "container",
                node -> node.parsed(text -> {
                    Names.requireDnsLabel("container name", text);
                    return text;
                }));
        String label = fields.or(
                "label",
                standard.label(),
                node -> matching(node, LABEL_KEY, "the key of a label, such as " + EvidenceSpec.DEFAULT_LABEL));
        Optional<HttpProbe> http = fields.optional("http", node -> node.object(WorkloadReader::http));
        int minimumKinds = fields.or("minimumKinds", standard.minimumKinds(), node -> node.integer(1, 4));
        boolean fromProcess = fields.or("fromProcess", standard.fromProcess(), Node::truth);
        return fields.whole(() -> new EvidenceSpec(container, label, http, minimumKinds, fromProcess));
    }

    private static Optional<HttpProbe> http(Fields fields) {
        Optional<Integer> port = fields.required("port", node -> node.integer(1, 65_535));
        Optional<String> path = fields.required(
                "path", node -> matching(node, HTTP_PATH, "a path that begins with a slash, such as /version"));
        String pointer = fields.or(
                "pointer",
                "",
                node -> matching(node, JSON_POINTER, "a JSON pointer (RFC 6901), such as /build/version"));
        int timeout = fields.or(
                "timeoutMilliseconds", HttpProbe.DEFAULT_TIMEOUT_MILLISECONDS, node -> node.integer(1, 10_000));
        return fields.whole(() -> new HttpProbe(port.orElseThrow(), path.orElseThrow(), pointer, timeout));
    }

    private static Optional<String> namespace(Node node) {
        return node.parsed(text -> new PlanKey(text, "any").namespace());
    }

    private static Optional<String> matching(Node node, Pattern pattern, String expected) {
        return node.anyText()
                .flatMap(text -> pattern.matcher(text).matches()
                        ? Optional.of(text)
                        : node.refuse("Must be " + expected + ", and is \"" + Node.quoted(text) + "\"."));
    }
}
