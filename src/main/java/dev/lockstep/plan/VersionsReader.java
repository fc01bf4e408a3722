package dev.lockstep.plan;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads which code versions have reached which milestone. */
final class VersionsReader {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** No blanks, because a process may list its capabilities with blanks between them. */
    private static final Pattern CAPABILITY = Pattern.compile("[\\x21-\\x7e]{1,200}");

    private VersionsReader() {}

    static Optional<Map<Milestone, Versions>> versions(Fields fields) {
        Map<Milestone, Versions> all = new EnumMap<>(Milestone.class);
        for (Milestone milestone : Milestone.values()) {
            fields.optional(milestone.label(), VersionsReader::codeVersions)
                    .ifPresent(versions -> all.put(milestone, versions));
        }
        return fields.whole(() -> all);
    }

    private static Optional<Versions> codeVersions(Node node) {
        if (node.value() instanceof List<?>) {
            return exactly(node);
        }
        return node.value() instanceof Map<?, ?>
                ? node.object(VersionsReader::schemes)
                : node.text().map(Versions.Range::new);
    }

    private static Optional<Versions> schemes(Fields fields) {
        List<Versions> parts = new ArrayList<>();
        fields.optional("range", node -> node.text().map(Versions.Range::new)).ifPresent(parts::add);
        fields.optional("anyOf", VersionsReader::exactly).ifPresent(parts::add);
        fields.optional("ordinal", node -> node.text().map(Versions.Ordinal::new))
                .ifPresent(parts::add);
        if (parts.size() > 1) {
            fields.findings()
                    .addBeside(
                            fields.path("range"),
                            "A version is compared in one way only; give one of range, anyOf and ordinal.");
        }
        fields.optional(
                        "digests",
                        node -> distinct(node, DIGEST, "sha256: and 64 hexadecimal digits")
                                .map(Versions.Digests::new))
                .ifPresent(parts::add);
        fields.optional(
                        "capabilities",
                        node -> distinct(
                                        node,
                                        CAPABILITY,
                                        "1 to 200 characters without blanks, such as users.full_name:write")
                                .map(Versions.Capabilities::new))
                .ifPresent(parts::add);
        if (fields.given().isEmpty()) {
            fields.findings()
                    .add(fields.path("range"), "Is missing; give one of range, anyOf, ordinal, digests, capabilities.");
        }
        return fields.whole(() -> parts.size() == 1 ? parts.getFirst() : new Versions.All(parts));
    }

    private static Optional<Versions> exactly(Node node) {
        Findings.Distinct distinct = node.findings().new Distinct();
        return node.someOf(one -> claimed(one, one.text(), distinct)).map(Versions.AnyOf::new);
    }

    private static Optional<List<String>> distinct(Node node, Pattern pattern, String expected) {
        Findings.Distinct distinct = node.findings().new Distinct();
        return node.someOf(one -> claimed(one, WorkloadReader.matching(one, pattern, expected), distinct));
    }

    private static Optional<String> claimed(Node one, Optional<String> text, Findings.Distinct distinct) {
        text.ifPresent(known -> distinct.claim(known, one.path()));
        return text;
    }
}
