package dev.lockstep.change;

import static dev.lockstep.change.Plans.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Change.AddEnumValue;
import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddEnumValueRecipePostgresTest {
    private static final TableName TYPE = TableName.parse("\"Odd.one\".Mood");

    private TestTarget target;

    @BeforeEach
    void open() throws SQLException {
        target = new TestTarget();
        target.sql(
                "CREATE SCHEMA \"Odd.one\"",
                "CREATE TYPE \"Odd.one\".\"Mood\" AS ENUM ('it''s \\bad', 'fine')",
                "CREATE TABLE days (mood \"Odd.one\".\"Mood\")");
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static PlanSpec adding(Change... changes) {
        return plan(new Work.Changes(List.of(changes)), List.of());
    }

    private static AddEnumValue value(String value, Neighbour place) {
        return new AddEnumValue(TYPE, value, place);
    }

    private List<String> values() throws SQLException {
        return target.rows("SELECT pg_catalog.unnest(enum_range(NULL::\"Odd.one\".\"Mood\"))");
    }

    @Test
    void addsValuesWhereTheyAreWantedAndLaterOnesMayStandBesideEarlierOnes() throws SQLException {
        PlanSpec plan = adding(
                value("so \\ so", new Neighbour.After("it's \\bad")),
                value("so, so", new Neighbour.Before("so \\ so")),
                value("best", new Neighbour.Last()));
        target.everything(target.compiled(plan));
        assertThat(values()).containsExactly("it's \\bad", "so, so", "so \\ so", "fine", "best");
        target.sql("INSERT INTO days VALUES ('so, so')");
    }

    @Test
    @Fact("P45")
    void aRollbackLeavesTheValueSaysSoAndTheSamePlanRunsAgain() throws SQLException {
        PlanSpec plan = adding(value("soso", new Neighbour.Before("fine")));
        Compilation.Compiled first = target.compiled(plan);
        assertThat(first.notes()).anyMatch(note -> note.contains("stays when the run is rolled back"));
        target.everything(first);
        target.back();
        assertThat(values()).containsExactly("it's \\bad", "soso", "fine");
        Compilation.Compiled second = target.compiled(plan);
        assertThat(second.notes()).anyMatch(note -> note.contains("is there already"));
        target.everything(second);
        assertThat(values()).containsExactly("it's \\bad", "soso", "fine");
    }

    @Test
    void refusesAMissingTypeOrNeighbourAndAValueAtAnotherPlace() {
        assertThat(target.refusals(adding(
                        new AddEnumValue(TableName.parse("mood"), "x", new Neighbour.Last()),
                        value("x", new Neighbour.Before("Fine")),
                        value("fine", new Neighbour.Before("it's \\bad")),
                        value("é".repeat(32), new Neighbour.Last()))))
                .satisfiesExactly(
                        type -> assertThat(type)
                                .startsWith("spec.changes[0].addEnumValue.type: There is no enumeration mood")
                                .contains("\"Odd.one\".Mood"),
                        neighbour -> assertThat(neighbour)
                                .startsWith("spec.changes[1].addEnumValue.before: ")
                                .contains("has no value Fine. It has it's \\bad, fine."),
                        place -> assertThat(place).contains("has fine already, at another place"),
                        length -> assertThat(length).contains("longer than the 63 bytes"));
    }
}
