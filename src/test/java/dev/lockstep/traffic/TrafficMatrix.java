package dev.lockstep.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole of the traffic proof: every scenario on every version of PostgreSQL that Lockstep is for. Run by the Maven
 * profile {@code matrix}, which brings the servers; the table that comes out goes to {@code target/traffic-proof.md}, and the
 * longest statement of each phase to {@code target/traffic-proof-details.txt}.
 *
 * <p>{@code -Dtraffic.only=a|b} leaves it at the scenarios whose title contains a or b
 * ({@code a long reader} for the reader), and {@code -Dmatrix.versions=16,17}
 * at these versions.
 */
class TrafficMatrix {
    private static final Path BINARIES = Path.of("target", "postgres");
    private static final Path DETAILS = Path.of("target", "traffic-proof-details.txt");
    private static final Path TABLE = Path.of("target", "traffic-proof.md");
    private static final String VERSIONS = System.getProperty("matrix.versions", "14,15,16,17,18");
    private static final Duration READER_SITS = Duration.ofSeconds(60);

    private static final List<String> ROWS = new ArrayList<>();
    private static final List<String> READERS = new ArrayList<>();

    @ParameterizedTest(name = "PostgreSQL {0}")
    @MethodSource("versions")
    void noStatementFailsAndNoWriteIsLost(int version) throws Exception {
        List<String> faults = new ArrayList<>();
        try (Server server = Server.start(BINARIES, version)) {
            for (Scenario scenario : Scenarios.chosen()) {
                faults.addAll(life(scenario, version, server));
            }
            if (Scenarios.wanted("a long reader")) {
                faults.addAll(reader(version, server));
            }
        }
        assertThat(faults).isEmpty();
    }

    static List<Integer> versions() {
        return Stream.of(VERSIONS.split(",", -1)).map(Integer::valueOf).toList();
    }

    private static List<String> reader(int version, Server server) throws SQLException, IOException {
        LongReader reader = LongReader.sits(new RenameColumnTraffic(), READER_SITS, server::freshDatabase);
        READERS.add("| %d | %d | %d ms | %d ms | %d ms | %d ms | %d ms |"
                .formatted(
                        version,
                        reader.failed(),
                        reader.idle().toMillis(),
                        reader.elsewhere().toMillis(),
                        reader.longest().took().toMillis(),
                        reader.allowed().toMillis(),
                        reader.after().toMillis()));
        write();
        return reader.proven() ? List.of() : List.of("PostgreSQL " + version + ", " + reader);
    }

    private static List<String> life(Scenario scenario, int version, Server server) throws SQLException, IOException {
        try {
            Report report = Life.of(scenario, Extent.WHOLE, server::freshDatabase);
            detail("PostgreSQL " + version + ", " + report);
            ROWS.add("| %s | %d | %d | %d | %d | %d | %d | %d ms | %d ms | %d ms | %d ms | %d | %d |"
                    .formatted(
                            scenario.title(),
                            version,
                            report.operations(),
                            report.failed(),
                            report.deadlocks(),
                            report.lost(),
                            report.diverged(),
                            report.baseline().toMillis(),
                            report.elsewhere().toMillis(),
                            report.stall().toMillis(),
                            report.allowed().toMillis(),
                            report.takenBack(),
                            report.broken()));
            write();
            return report.proven() ? List.of() : List.of("PostgreSQL " + version + ", " + report);
        } catch (AssertionError e) {
            ROWS.add("| %s | %d | did not run: %s |".formatted(scenario.title(), version, e.getMessage()));
            write();
            return List.of("PostgreSQL " + version + ", " + scenario.title() + ": " + e.getMessage());
        }
    }

    private static void detail(String text) throws IOException {
        Files.writeString(DETAILS, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @AfterAll
    static void write() throws IOException {
        Files.writeString(
                TABLE, """
                | change | PostgreSQL | operations | failed requests | deadlocks, tried again | lost writes | diverged rows | longest idle | longest elsewhere | longest stall | allowed | taken back | broken off |
                |---|---|---|---|---|---|---|---|---|---|---|---|---|
                %s

                | PostgreSQL | failed requests | longest idle | longest elsewhere | longest stall | allowed | done after the reader's end |
                |---|---|---|---|---|---|---|
                %s
                """.formatted(String.join("\n", ROWS.stream().sorted().toList()), String.join("\n", READERS)));
    }
}
