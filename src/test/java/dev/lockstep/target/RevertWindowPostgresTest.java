package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RevertWindowPostgresTest {
    private static final Action HOUR = new Action.RevertWindow(List.of("users.name", "users.email"), 3_600);

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private static ObjectAssert<StepOutcome.Blocked> held(StepOutcome outcome) {
        return assertThat(outcome).asInstanceOf(type(StepOutcome.Blocked.class));
    }

    /** As if the step had been entered that much earlier. */
    private void later(Duration by) {
        bench.sql("UPDATE lockstep.ledger SET cursor = jsonb_build_object('began_microseconds',"
                + " (cursor ->> 'began_microseconds')::bigint - " + by.toNanos() / 1_000 + ")");
    }

    @Test
    void holdsUntilTheTimeIsUpAndSaysUntilWhenAndWhatToDo() {
        held(bench.does("window", HOUR)).satisfies(blocked -> {
            assertThat(blocked.retryAfter()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
            assertThat(blocked.blockers()).singleElement().satisfies(blocker -> {
                assertThat(blocker.code()).isEqualTo(Blocker.Code.REVERT_WINDOW);
                assertThat(blocker.message())
                        .matches("The revert window ends at \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\..*")
                        .contains("users.name, users.email");
                assertThat(blocker.remedy()).contains("a rollback brings the old shape back in a moment");
            });
        });
    }

    @Test
    void begunOnceItIsNotProlongedByARestartOrAnotherReplica() {
        StepOutcome first = bench.does("window", HOUR);
        later(Duration.ofMinutes(40));
        held(bench.targets.execute(bench.order(Bench.step("window", HOUR), Direction.FORWARD, 2), bench))
                .satisfies(blocked -> {
                    assertThat(blocked.retryAfter()).isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20));
                    assertThat(blocked.blockers())
                            .as("the end that people were told moves only because the test moved the beginning")
                            .isNotEqualTo(((StepOutcome.Blocked) first).blockers());
                });
        assertThat(bench.does("window", HOUR))
                .as("the replica that was replaced")
                .isInstanceOf(StepOutcome.FencedOut.class);
    }

    @Test
    void theSameWordsAreSaidEachTimeItIsLookedAt() {
        assertThat(((StepOutcome.Blocked) bench.does("window", HOUR)).blockers())
                .isEqualTo(((StepOutcome.Blocked) bench.does("window", HOUR)).blockers());
    }

    @Test
    void isDoneOnceTheTimeIsUp() {
        bench.does("window", HOUR);
        later(Duration.ofHours(1));
        assertThat(bench.does("window", HOUR))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done -> assertThat(done.summary().notes())
                        .singleElement()
                        .asString()
                        .startsWith("The old shape was hidden from "));
        assertThat(bench.value("SELECT state FROM lockstep.ledger")).isEqualTo("Done");
    }
}
