package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import java.sql.SQLException;
import java.util.List;

/** The life of a plan on a real server: forward, back, and forward again to the end, compared with the plain statement. */
final class Lifecycle {
    private final String[] before;

    private Lifecycle(String... before) {
        this.before = before;
    }

    /** On a database made by these statements. */
    static Lifecycle on(String... before) {
        return new Lifecycle(before);
    }

    static PlanSpec plan(Change... changes) {
        return Plans.plan(new Work.Changes(List.of(changes)), List.of(Plans.web(Milestone.NEW_ONLY)));
    }

    /** What the changes compile to there. */
    Compilation compiles(Change... changes) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(before);
            return Compiler.compile(plan(changes), target.catalogue(plan(changes)));
        }
    }

    List<String> refuses(Change... changes) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(before);
            return Plans.refusals(plan(changes), target.catalogue(plan(changes)));
        }
    }

    /** The changes end like these statements, and what can be taken back leaves nothing. */
    Compilation.Compiled endsLike(List<String> plain, Change... changes) throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget other = new TestTarget()) {
            target.sql(before);
            other.sql(before);
            List<String> whole = target.schema();
            PlanSpec spec = plan(changes);
            Compilation.Compiled plan = Plans.compiled(spec, target.catalogue(spec));
            boolean reversible = plan.phases().stream()
                    .flatMap(phase -> phase.steps().stream())
                    .noneMatch(step -> step.undo() instanceof Undo.Impossible);
            if (reversible) {
                target.everything(plan);
                assertThat(target.schema()).as("forward").isNotEqualTo(whole);
                target.back();
                assertThat(target.schema()).as("back").isEqualTo(whole);
            }
            target.everything(Plans.compiled(spec, target.catalogue(spec)));
            other.sql(plain.toArray(String[]::new));
            assertThat(target.schema()).as("the end").isEqualTo(other.schema());
            return plan;
        }
    }
}
