package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import java.sql.SQLException;
import java.util.List;

/**
 * The life of a plan on a real server: forward, back, and forward again to the end, compared with the plain statement. All
 * of them share two databases, which are empty before each.
 */
final class Lifecycle {
    private final String[] before;

    private Lifecycle(String... before) {
        this.before = before;
    }

    /** On a database made by these statements. */
    static Lifecycle on(String... before) {
        return new Lifecycle(before);
    }

    private static final class Pair {
        static final TestTarget TARGET = open();
        static final TestTarget PLAIN = open();

        private static TestTarget open() {
            try {
                return new TestTarget();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private TestTarget made(TestTarget target) throws SQLException {
        target.clear();
        target.sql(before);
        return target;
    }

    /** The database that the plan is for, as it is before. */
    TestTarget target() throws SQLException {
        return made(Pair.TARGET);
    }

    /** What the changes compile to there. */
    Compilation.Compiled compiles(Change... changes) throws SQLException {
        return target().compiled(Plans.plan(changes));
    }

    /** Why the changes cannot be done there, as {@code path: message}. */
    List<String> refuses(Change... changes) throws SQLException {
        return target().refusals(Plans.plan(changes));
    }

    /** The changes end like these statements, and what can be taken back leaves nothing. */
    Compilation.Compiled endsLike(List<String> statements, Change... changes) throws SQLException {
        TestTarget target = target();
        List<String> whole = target.schema();
        Compilation.Compiled plan = target.compiled(Plans.plan(changes));
        boolean reversible = plan.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .noneMatch(step -> step.undo() instanceof Undo.Impossible);
        if (reversible) {
            target.everything(plan);
            assertThat(target.schema()).as("forward").isNotEqualTo(whole);
            target.back();
            assertThat(target.schema()).as("back").isEqualTo(whole);
        }
        target.everything(target.compiled(Plans.plan(changes)));
        TestTarget plain = made(Pair.PLAIN);
        plain.sql(statements.toArray(String[]::new));
        assertThat(target.schema()).as("the end").isEqualTo(plain.schema());
        return plan;
    }
}
