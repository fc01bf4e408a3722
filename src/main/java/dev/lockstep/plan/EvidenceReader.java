package dev.lockstep.plan;

import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.plan.WorkloadSpec.Minimum;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads where proof of a workload's version comes from. */
final class EvidenceReader {
    private static final Pattern LABEL_KEY = Pattern.compile(
            "((?=[^/]{1,253}/)[a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
    private static final Pattern HTTP_PATH = Pattern.compile("/[\\x21-\\x7e&&[^#]]*");
    private static final Pattern JSON_POINTER = Pattern.compile("(/([^~/]|~[01])*)*");

    private static final Minimum ANY = new Minimum(EvidenceRank.LABEL, EvidenceRank.LABEL);

    private EvidenceReader() {}

    static Optional<EvidenceSpec> evidence(Fields fields) {
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
                node -> WorkloadReader.matching(
                        node, LABEL_KEY, "the key of a label, such as " + EvidenceSpec.DEFAULT_LABEL));
        Optional<HttpProbe> http = fields.optional("http", node -> node.object(EvidenceReader::http));
        int minimumKinds =
                fields.or("minimumKinds", standard.minimumKinds(), node -> node.integer(1, EvidenceSpec.MOST_KINDS));
        boolean fromProcess = fields.or("fromProcess", standard.fromProcess(), Node::truth);
        Optional<SessionSpec> sessions = fields.optional("sessions", node -> node.object(EvidenceReader::sessions));
        // What asks for nothing is the same plan as one that is silent.
        Optional<Minimum> minimum = fields.optional("minimum", node -> node.object(EvidenceReader::minimum))
                .filter(asked -> !asked.equals(ANY));
        return fields.whole(
                () -> new EvidenceSpec(container, label, http, minimumKinds, fromProcess, sessions, minimum));
    }

    /** Of what no cluster shows, only the database can see something. */
    static Optional<EvidenceSpec> external(Fields fields) {
        EvidenceSpec standard = EvidenceSpec.standard();
        Optional<SessionSpec> sessions = fields.optional("sessions", node -> node.object(EvidenceReader::sessions));
        return fields.whole(() -> new EvidenceSpec(
                standard.container(),
                standard.label(),
                standard.http(),
                standard.minimumKinds(),
                standard.fromProcess(),
                sessions,
                standard.minimum()));
    }

    static Optional<SessionSpec> sessions(Fields fields) {
        Optional<SessionPattern> name = fields.optional("applicationName", node -> node.parsed(SessionPattern::new));
        Optional<SessionPattern> role = fields.optional("role", node -> node.parsed(SessionPattern::new));
        if (!fields.has("applicationName") && !fields.has("role")) {
            fields.findings()
                    .add(
                            fields.path("applicationName"),
                            "Is missing; say by applicationName, role or both which sessions these are.");
        }
        return fields.whole(() -> new SessionSpec(name, role));
    }

    static Optional<ConsumerRules> consumers(Fields fields) {
        SequencedMap<String, Boolean> holds = new LinkedHashMap<>(Map.of("Warn", false));
        holds.put("Hold", true);
        boolean hold = fields.or("unlisted", false, node -> node.oneOf(holds));
        List<SessionSpec> known =
                fields.or("known", List.of(), node -> node.list(one -> one.object(EvidenceReader::sessions)));
        return fields.whole(() -> new ConsumerRules(hold, known));
    }

    private static Optional<Minimum> minimum(Fields fields) {
        SequencedMap<String, EvidenceRank> ranks =
                PlanReader.choices(Stream.of(EvidenceRank.values()), EvidenceRank::label);
        EvidenceRank deploy = fields.or("deploy", ANY.deploy(), node -> node.oneOf(ranks));
        EvidenceRank contract = fields.or("contract", ANY.contract(), node -> node.oneOf(ranks));
        return fields.whole(() -> new Minimum(deploy, contract));
    }

    private static Optional<HttpProbe> http(Fields fields) {
        Optional<Integer> port = fields.required("port", node -> node.integer(1, 65_535));
        Optional<String> path = fields.required(
                "path",
                node -> WorkloadReader.matching(node, HTTP_PATH, "a path that begins with a slash, such as /version"));
        String pointer = fields.or("pointer", "", EvidenceReader::pointer);
        int timeout = fields.or(
                "timeoutMilliseconds", HttpProbe.DEFAULT_TIMEOUT_MILLISECONDS, node -> node.integer(1, 10_000));
        Optional<String> capabilities = fields.optional("capabilities", EvidenceReader::pointer);
        return fields.whole(
                () -> new HttpProbe(port.orElseThrow(), path.orElseThrow(), pointer, timeout, capabilities));
    }

    private static Optional<String> pointer(Node node) {
        return WorkloadReader.matching(node, JSON_POINTER, "a JSON pointer (RFC 6901), such as /build/version");
    }
}
