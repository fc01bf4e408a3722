package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which room may know what. Imports point one way: edges → engine → pure rooms, adapters → engine and pure rooms. */
class ArchitectureTest {

    private static final JavaClasses SCANNED =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.lockstep");

    private static final Path SOURCES = Path.of("src", "main", "java");

    /** Rooms that decide; each may import the ones {@link #theOneWay} lists for it. */
    private static final List<String> PURE = List.of("plan", "schema", "change", "lint", "gate", "lifecycle");

    private static final List<String> ADAPTERS = List.of("store", "target", "rollout", "tool");

    private static final List<String> EDGES = List.of("operator", "api", "ui");

    private static final List<String> PURE_AND_ENGINE = join(PURE, List.of("engine"));

    private static final List<String> HOUSE =
            join(join(PURE_AND_ENGINE, join(ADAPTERS, EDGES)), List.of("app", "demo"));

    @Test
    void scanFoundEverySourceFile() throws IOException {
        Set<String> found = SCANNED.stream().map(JavaClass::getName).collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<String> written = files.filter(file -> file.toString().endsWith(".java"))
                    .map(ArchitectureTest::className)
                    .toList();
            assertThat(written).isNotEmpty();
            assertThat(found).containsAll(written);
        }
    }

    @Test
    void everyClassIsInARoomOfTheHouse() {
        classes()
                .should()
                .resideInAnyPackage(packages(HOUSE))
                .because("a package that is not in the design is a drawer for what found no place")
                .check(SCANNED);
    }

    @Test
    void importsPointOneWay() {
        theOneWay().check(SCANNED);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("dev.lockstep.(*)..").should().beFreeOfCycles().check(SCANNED);
    }

    @Test
    void pureRoomsKnowOnlyTheJdkAndJSpecify() {
        classes()
                .that()
                .resideInAnyPackage(packages(List.of("plan", "schema", "change", "lifecycle")))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages(PURE, "java..", "org.jspecify.."))
                .check(SCANNED);
    }

    @Test
    void gateKnowsVersionRangesAsWell() {
        classes()
                .that()
                .resideInAPackage("dev.lockstep.gate..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages(PURE, "java..", "org.jspecify..", "org.semver4j.."))
                .check(SCANNED);
    }

    @Test
    void lintKnowsTheParserAsWell() {
        classes()
                .that()
                .resideInAPackage("dev.lockstep.lint..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages(
                        PURE,
                        "java..",
                        "org.jspecify..",
                        // The parser is WebAssembly and answers in JSON.
                        "com.dylibso.chicory..",
                        "com.fasterxml.jackson.core..",
                        "com.fasterxml.jackson.databind.."))
                .check(SCANNED);
    }

    @Test
    void deciderKnowsNoFramework() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(PURE_AND_ENGINE))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "jakarta..",
                        "org.eclipse.microprofile..",
                        "io.smallrye..",
                        "io.vertx..",
                        "org.hibernate..")
                .because("what decides is tested with plain values, and outlives the framework")
                .check(SCANNED);
    }

    @Test
    void jdbcStaysWithTheTarget() {
        noClasses()
                .that()
                // The demo's pods are JDBC applications.
                .resideOutsideOfPackages(packages(List.of("target", "tool", "demo")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..")
                .because("JDBC blocks, and only those rooms know they are on a virtual thread")
                .check(SCANNED);
    }

    @Test
    void kubernetesStaysWithTheRollout() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages(List.of("rollout", "operator", "demo")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8..")
                .check(SCANNED);
    }

    @Test
    void timeIsGivenNotAsked() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages(List.of("app", "demo")))
                .should()
                .accessTargetWhere(asksTheMachineForTheTime())
                .because("a test must be able to say what time it is")
                .check(SCANNED);
    }

    /** Rooms that nobody has built yet are tolerated here, and only here. */
    private static ArchRule theOneWay() {
        LayeredArchitecture house =
                layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
        for (String room : HOUSE) {
            house = house.layer(room).definedBy("dev.lockstep." + room + "..");
        }
        house = house.whereLayer("schema")
                .mayNotAccessAnyLayer()
                // A plan names tables and columns, and no name reaches SQL except as an Identifier.
                .whereLayer("plan")
                .mayOnlyAccessLayers("schema")
                .whereLayer("change")
                .mayOnlyAccessLayers("plan", "schema")
                .whereLayer("lint")
                .mayOnlyAccessLayers("plan", "schema")
                .whereLayer("gate")
                .mayOnlyAccessLayers("plan")
                .whereLayer("lifecycle")
                .mayOnlyAccessLayers("plan", "change", "gate")
                .whereLayer("engine")
                .mayOnlyAccessLayers(PURE.toArray(String[]::new));
        for (String room : join(ADAPTERS, EDGES)) {
            house = house.whereLayer(room).mayOnlyAccessLayers(PURE_AND_ENGINE.toArray(String[]::new));
        }
        return house.whereLayer("demo").mayNotBeAccessedByAnyLayer().allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaAccess<?>> asksTheMachineForTheTime() {
        return DescribedPredicate.describe("asks the machine for the time", access -> {
            if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
                return false;
            }
            JavaClass owner = target.getOwner();
            List<JavaClass> parameters = target.getRawParameterTypes();
            return switch (target.getName()) {
                case "currentTimeMillis" -> owner.isEquivalentTo(System.class);
                case "now" ->
                    owner.getPackageName().startsWith("java.time")
                            && parameters.stream().noneMatch(type -> type.isEquivalentTo(Clock.class));
                case "system", "systemUTC", "systemDefaultZone", "tickMillis", "tickSeconds", "tickMinutes" ->
                    owner.isEquivalentTo(Clock.class);
                case "<init>" -> owner.isEquivalentTo(Date.class) && parameters.isEmpty();
                default -> false;
            };
        });
    }

    private static String className(Path source) {
        String path = SOURCES.relativize(source).toString();
        return path.substring(0, path.length() - ".java".length())
                .replace(source.getFileSystem().getSeparator(), ".");
    }

    private static List<String> join(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static String[] packages(List<String> rooms, String... others) {
        Stream<String> ours = rooms.stream().map(room -> "dev.lockstep." + room + "..");
        return Stream.concat(ours, Stream.of(others)).toArray(String[]::new);
    }
}
