package dev.lockstep.plan;

import static dev.lockstep.plan.Shapes.ANY_TEXT;
import static dev.lockstep.plan.Shapes.DNS_LABEL;
import static dev.lockstep.plan.Shapes.SAYING;
import static dev.lockstep.plan.Shapes.TRUTH;
import static dev.lockstep.plan.Shapes.fields;
import static dev.lockstep.plan.Shapes.list;
import static dev.lockstep.plan.Shapes.optional;
import static dev.lockstep.plan.Shapes.pattern;
import static dev.lockstep.plan.Shapes.required;
import static dev.lockstep.plan.Shapes.word;

import dev.lockstep.plan.Shape.Rule;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import java.util.List;
import java.util.Optional;

/** What workloads and evidence look like in a plan. */
final class WorkloadShape {
    static final int MOST_WORKLOADS = 100;

    private static final int MOST_LABELS = 50;
    private static final int MOST_VALUES = 100;
    private static final int MOST_KNOWN = 100;

    private static final Shape POINTER = pattern(500, "^(/([^~/]|~[01])*)*$");

    private static final String VERSIONS =
            " A range of semantic versions (\">=1.5.0\"), a list of exact versions, or an"
                    + " object with one of range, anyOf and ordinal and, besides, digests and capabilities.";

    private WorkloadShape() {}

    static Shape workload() {
        return fields(
                List.of(
                        new Rule(
                                "self.kind == 'External' ? !has(self.resource) && !has(self.selector) &&"
                                        + " !has(self.__namespace__) && !has(self.cluster) : self.kind == 'Pod' ?"
                                        + " has(self.selector) && !has(self.resource) : has(self.resource) &&"
                                        + " !has(self.selector)",
                                "a Pod workload has a selector, an External one neither resource, selector, namespace"
                                        + " nor cluster, and any other a resource and no selector"),
                        new Rule(
                                "self.kind != 'External' || !has(self.evidence) || !(has(self.evidence.container) ||"
                                        + " has(self.evidence.label) || has(self.evidence.http) ||"
                                        + " has(self.evidence.minimumKinds) || has(self.evidence.fromProcess) ||"
                                        + " has(self.evidence.minimum))",
                                "of what no cluster shows only the database can testify: an External workload's"
                                        + " evidence may have sessions and nothing else")),
                required("name", DNS_LABEL, "The workload's name in this plan."),
                required(
                        "kind",
                        new Shape.Word(Runner.Kind.spellings().toList()),
                        "What runs it: a kind of Kubernetes object, Pod (whatever the selector finds), or External (no"
                                + " cluster shows it; somebody attests what it runs)."),
                optional(
                        "resource",
                        pattern(253, "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
                        "The object's name, such as shop-web. Not for Pod and External."),
                optional("namespace", DNS_LABEL, "The object's namespace; the plan's own where nothing is said."),
                optional(
                        "cluster",
                        DNS_LABEL,
                        "The cluster, as Lockstep's configuration names it; the one Lockstep itself uses where nothing"
                                + " is said."),
                optional("selector", selector(), "Which pods belong to it. Only for Pod."),
                optional("versions", versions(), "Which code versions have reached which milestone."),
                optional("evidence", evidence(), "Where proof of its version comes from, and how much is wanted."));
    }

    private static Shape versions() {
        return fields(
                optional(
                        Milestone.DUAL_WRITE.label(),
                        new Shape.Several(),
                        "The versions that cope with both shapes and write the new one." + VERSIONS),
                optional(
                        Milestone.READ_NEW.label(),
                        new Shape.Several(),
                        "The versions that read the new shape and still write both." + VERSIONS),
                optional(
                        Milestone.NEW_ONLY.label(),
                        new Shape.Several(),
                        "The versions that do not touch the old shape any more." + VERSIONS));
    }

    private static Shape selector() {
        Shape expression = fields(
                List.of(new Rule(
                        "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 :"
                                + " !has(self.values)",
                        "In and NotIn need values; Exists and DoesNotExist take none")),
                required("key", SAYING, "The label's key."),
                required(
                        "operator",
                        word(PodSelector.Operator.values(), PodSelector.Operator::label),
                        "In, NotIn, Exists or DoesNotExist, as in Kubernetes."),
                optional("values", list(ANY_TEXT, 0, MOST_VALUES), "The label's values, for In and NotIn."));
        return fields(
                List.of(new Rule(
                        "has(self.matchExpressions) || (has(self.matchLabels) && size(self.matchLabels) > 0)",
                        "an empty selector would find every pod of the namespace; name a label")),
                optional("matchLabels", new Shape.Texts(MOST_LABELS), "Labels with exactly these values."),
                optional("matchExpressions", list(expression, 1, MOST_LABELS), "Further conditions on labels."));
    }

    private static Shape evidence() {
        return fields(
                optional("container", DNS_LABEL, "The container whose image counts, when the pod has more than one."),
                optional(
                        "label",
                        pattern(
                                317,
                                "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$"),
                        "The pod label, or annotation, that names the version; " + EvidenceSpec.DEFAULT_LABEL
                                + " where nothing is said."),
                optional("http", http(), "Where to ask the process itself."),
                optional(
                        "minimumKinds",
                        new Shape.Whole(1, EvidenceSpec.MOST_KINDS),
                        "How many different kinds of evidence must agree before a contract; 2 where nothing is said."),
                optional(
                        "fromProcess",
                        TRUTH,
                        "Whether one kind must come from the running process or the database; true where nothing is"
                                + " said."),
                optional("sessions", sessions(), "By what the database knows its sessions."),
                optional(
                        "minimum",
                        fields(
                                optional("deploy", rank(), "At gates before deploys."),
                                optional("contract", rank(), "At gates before contracts.")),
                        "How strong the strongest evidence must be; Label, which is any, where nothing is said."));
    }

    private static Shape rank() {
        return word(EvidenceRank.values(), EvidenceRank::label);
    }

    private static Shape http() {
        return fields(
                required("port", new Shape.Whole(1, 65_535), "The port at the pod's own address."),
                required("path", pattern(2_000, "^/[!\"$-~]*$"), "The path, such as /version."),
                optional(
                        "pointer",
                        POINTER,
                        "JSON pointer to the version in the answer, such as /build/version; the whole body where"
                                + " nothing is said."),
                optional(
                        "timeoutMilliseconds",
                        new Shape.Whole(1, 10_000),
                        "How long it may take to answer; 1000 where nothing is said."),
                optional("capabilities", POINTER, "JSON pointer to what the process says it can do."));
    }

    private static Shape sessions() {
        return fields(
                List.of(new Rule(
                        "has(self.applicationName) || has(self.role)",
                        "say by applicationName, role or both which sessions these are")),
                optional(
                        "applicationName",
                        new Shape.Text(1, 72, Optional.of("\\S")),
                        "What application_name looks like: * stands for anything, {version} for the code version."),
                optional(
                        "role",
                        new Shape.Text(1, 72, Optional.of("\\S")),
                        "What the role looks like: * stands for anything, {version} for the code version."));
    }

    static Shape consumers() {
        return fields(
                Shapes.standard(
                        "unlisted",
                        word("Warn", "Hold"),
                        "Warn",
                        "Whether consumers that no workload explains are only shown (Warn) or hold the gates (Hold)."),
                optional(
                        "known",
                        list(sessions(), 0, MOST_KNOWN),
                        "Sessions that are known and may stay, such as a report's."));
    }
}
