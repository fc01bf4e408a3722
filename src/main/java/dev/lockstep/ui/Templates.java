package dev.lockstep.ui;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;
import java.util.Optional;

/** The templates, with the types of what they are given; the build checks every expression in them. */
@CheckedTemplate(basePath = "ui")
final class Templates {
    private Templates() {}

    static native TemplateInstance plans(Frame frame, List<PlanRow> plans);

    static native TemplateInstance plan(Frame frame, PlanPage page, Optional<DemoPanel> demo);

    /** Only what changes while somebody looks. */
    static native TemplateInstance live(PlanPage page);

    static native TemplateInstance locks(Frame frame, LocksPage page);

    static native TemplateInstance confirm(Frame frame, Question question);

    static native TemplateInstance login(Frame frame, String next, boolean refused);

    static native TemplateInstance trouble(Frame frame, Trouble trouble);
}
