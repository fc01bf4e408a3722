package dev.lockstep.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.plan.ChangeKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The traffic proof, short, on the everyday server; the Maven profile {@code matrix} has the whole of it. */
class TrafficPostgresTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    @Fact({"P38", "P39"})
    void noStatementFailsAndNoWriteIsLost(Scenario scenario) throws Exception {
        Report report = Life.of(scenario, Extent.EVERYDAY, Postgres::freshDatabase);
        assertThat(report).as(report.toString()).matches(Report::proven, "is proven");
    }

    @Test
    @Fact("P4")
    void waitsForALongReaderWithoutMakingOthersWait() throws Exception {
        LongReader measured =
                LongReader.sits(new RenameColumnTraffic(), Duration.ofSeconds(4), Postgres::freshDatabase);
        assertThat(measured).as(measured.toString()).matches(LongReader::proven, "is proven");
    }

    @Test
    void everyKindOfChangeHasAScenario() {
        assertThat(Scenarios.all().stream().map(Scenario::kind)).contains(ChangeKind.values());
        assertThat(Scenarios.all())
                .allSatisfy(scenario ->
                        assertThat(PlanRun.kinds(scenario)).as(scenario.title()).contains(scenario.kind()));
        assertThat(Scenarios.all().stream().map(Scenario::title)).doesNotHaveDuplicates();
    }

    static List<Scenario> scenarios() {
        return Scenarios.chosen();
    }
}
