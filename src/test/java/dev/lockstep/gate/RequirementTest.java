package dev.lockstep.gate;

import static dev.lockstep.gate.Requirement.Match.DIFFERS;
import static dev.lockstep.gate.Requirement.Match.MATCHES;
import static dev.lockstep.gate.Requirement.Match.SILENT;
import static dev.lockstep.gate.Requirement.Match.UNREADABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Requirement.Match;
import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Versions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {

    @ParameterizedTest(name = "{1} in {0}: {2}, cautiously {3}")
    @CsvSource(delimiter = ';', textBlock = """
            >=1.5.0         ; 1.5.0          ; MATCHES    ; MATCHES
            >=1.5.0         ; 1.4.9          ; DIFFERS    ; DIFFERS
            >=1.5.0         ; 1.10.0         ; MATCHES    ; MATCHES
            >=1.5.0         ; v1.5.0         ; MATCHES    ; MATCHES
            >=v1.5.0        ; 1.5.0          ; MATCHES    ; MATCHES
            >=1.5.0         ; 1.5.0+build.7  ; MATCHES    ; MATCHES
            =1.5.0          ; 1.5.0+build.7  ; MATCHES    ; MATCHES
            >=1.5.0         ; 1.5.0-rc.1     ; DIFFERS    ; MATCHES
            >=1.5           ; 1.5.0-rc.1     ; DIFFERS    ; MATCHES
            1.5.x           ; 1.5.0-rc.1     ; DIFFERS    ; MATCHES
            >=1.5.0         ; 1.6.0-rc.1     ; MATCHES    ; MATCHES
            >=1.5.0         ; 1.6.0-rc.1+b.2 ; MATCHES    ; MATCHES
            >=1.5.0         ; 1.4.0-rc.1     ; DIFFERS    ; DIFFERS
            >=1.5.0-rc.1    ; 1.5.0-rc.1     ; MATCHES    ; MATCHES
            >=1.5.0-rc.2    ; 1.5.0-rc.1     ; DIFFERS    ; MATCHES
            =1.5.0-rc.1     ; 1.5.0-rc.1     ; MATCHES    ; MATCHES
            >=1.5.0 <2.0.0  ; 2.0.0-rc.1     ; DIFFERS    ; MATCHES
            >=1.5.0 <2.0.0  ; 1.9.0-rc.1     ; MATCHES    ; MATCHES
            ^1.5.0          ; 1.9.9          ; MATCHES    ; MATCHES
            ^1.5.0          ; 2.0.0          ; DIFFERS    ; DIFFERS
            ~1.5            ; 1.6.0          ; DIFFERS    ; DIFFERS
            >1.5            ; 1.5.9          ; DIFFERS    ; DIFFERS
            1.5.0 - 1.7.0   ; 1.7.0          ; MATCHES    ; MATCHES
            1.5.0 - 1.7.0   ; 1.7.1          ; DIFFERS    ; DIFFERS
            1.4.7 || >=1.5  ; 1.4.7          ; MATCHES    ; MATCHES
            1.4.7 || >=1.5  ; 1.4.8          ; DIFFERS    ; DIFFERS
            >=   1.5.0      ; 1.5.0          ; MATCHES    ; MATCHES
            >=1.5.0         ; latest         ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 4f2d9ab        ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 1234567        ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 1.5            ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 1.5.0.0        ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 01.5.0         ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 1.5.0 oops     ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; vv1.5.0        ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 1.5.0-01       ; UNREADABLE ; UNREADABLE
            >=1.5.0         ; 99999999999.0.0; UNREADABLE ; UNREADABLE
            """)
    @Fact("G8")
    void versionInRange(String range, String reported, Match surely, Match cautiously) {
        Requirement requirement = understood(new Versions.Range(range));

        assertThat(requirement.test(reported)).isEqualTo(surely);
        assertThat(requirement.testCautiously(reported)).isEqualTo(cautiously);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "\u0000"})
    void nothingReportedIsUnreadable(String reported) {
        assertThat(understood(new Versions.Range(">=1.5.0")).test(reported)).isEqualTo(UNREADABLE);
        assertThat(understood(new Versions.AnyOf(List.of("4f2d9ab"))).test(" ")).isEqualTo(UNREADABLE);
    }

    /** semver4j alone drops what it does not know, or takes it for "everything". */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "latest",
                "latest.integration",
                "abc",
                ">=abc",
                ">=",
                ">=1.5.0 oops",
                "oops >=1.5.0",
                ">=1.5.0 &&",
                ">=1.5.0 ||",
                "||",
                ">=1.5.0 | <1",
                ">=1.5.0,<2.0.0",
                "=>1.5.0",
                "!=1.5.0",
                ">=01.5.0",
                ">=1.5.0.1",
                "[1.0,2.0]",
                ">=1.5.0-rc..1",
                ">=99999999999999999999.0.0",
                "1.5.0+build",
                ">=1.5.0-01"
            })
    void whatIsNoRangeIsRefusedWithAReason(String range) {
        assertThat(Requirement.parse(new Versions.Range(range)))
                .isInstanceOfSatisfying(
                        Parsed.Malformed.class,
                        malformed -> assertThat(malformed.reason())
                                .contains("\"" + range + "\"")
                                .endsWith("."));
    }

    @Test
    void tooLongARangeIsRefusedBeforeItIsRead() {
        assertThat(Requirement.parse(new Versions.Range("1.5.0 ".repeat(1_000_000))))
                .isInstanceOf(Parsed.Malformed.class);
    }

    @Test
    @Fact("G8")
    void exactSetComparesTextExceptForALeadingV() {
        Requirement requirement = understood(new Versions.AnyOf(List.of("4f2d9ab", "v1.5.0", "variant")));

        assertThat(requirement.test("4f2d9ab")).isEqualTo(MATCHES);
        assertThat(requirement.test("1.5.0")).isEqualTo(MATCHES);
        assertThat(requirement.test("v1.5.0")).isEqualTo(MATCHES);
        assertThat(requirement.test("variant")).isEqualTo(MATCHES);
        assertThat(requirement.test("ariant")).isEqualTo(DIFFERS);
        assertThat(requirement.test("4f2d9abc")).isEqualTo(DIFFERS);
        assertThat(requirement.test("1.5.0+b")).isEqualTo(DIFFERS);
        assertThat(requirement.test("latest")).isEqualTo(UNREADABLE);
        assertThat(requirement.description()).isEqualTo("one of 1.5.0, 4f2d9ab, variant");
    }

    @Test
    void exactSetOfNothingOrOfAMovingTagIsRefused() {
        assertThat(Requirement.parse(new Versions.AnyOf(List.of()))).isInstanceOf(Parsed.Malformed.class);
        assertThat(Requirement.parse(new Versions.AnyOf(List.of("4f2d9ab", " "))))
                .isInstanceOf(Parsed.Malformed.class);
        assertThat(Requirement.parse(new Versions.AnyOf(List.of("Latest")))).isInstanceOf(Parsed.Malformed.class);
    }

    /** G8: a build's number has an order, and nothing beside it. */
    @ParameterizedTest(name = "{1} in {0}: {2}")
    @CsvSource(delimiter = ';', textBlock = """
            >=42        ; 42         ; MATCHES
            >=42        ; 41         ; DIFFERS
            >=42        ; 100        ; MATCHES
            >=42        ; v43        ; MATCHES
            >42         ; 42         ; DIFFERS
            42          ; 42         ; MATCHES
            = 42        ; 43         ; DIFFERS
            <=42        ; 42         ; MATCHES
            >=42 <100   ; 99         ; MATCHES
            >=42 <100   ; 100        ; DIFFERS
            >=42        ; 042        ; UNREADABLE
            >=42        ; 42-rc.1    ; UNREADABLE
            >=42        ; 42+build   ; UNREADABLE
            >=42        ; 42.0       ; UNREADABLE
            >=42        ; -43        ; UNREADABLE
            >=42        ; latest     ; UNREADABLE
            >=42        ; 4f2d9ab    ; UNREADABLE
            >=42        ; ''         ; UNREADABLE
            """)
    @Fact("G8")
    void ordinal(String declared, String reported, Match match) {
        Requirement requirement = understood(new Versions.Ordinal(declared));

        assertThat(requirement.test(reported)).isEqualTo(match);
        assertThat(requirement.testCautiously(reported)).isEqualTo(match);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v42", ">=1.5", ">=", ">=42 || <7", ">=42 <100 <50", "=>42", ">=9999999999999999999"})
    void whatComparesNoWholeNumbersIsRefused(String declared) {
        assertThat(Requirement.parse(new Versions.Ordinal(declared)))
                .isInstanceOfSatisfying(
                        Parsed.Malformed.class,
                        malformed -> assertThat(malformed.reason()).contains("\"" + declared + "\""));
    }

    /** G6: the index and the image of one platform name the same thing, and a plan may list either. */
    @Test
    @Fact("G6")
    void digestsCompareTheImageAndSayNothingOfVersions() {
        String index = "sha256:" + "a".repeat(64);
        String platform = "sha256:" + "b".repeat(64);
        Requirement requirement = understood(new Versions.Digests(List.of(index)));

        assertThat(requirement.test(Aspect.DIGEST, index)).isEqualTo(MATCHES);
        assertThat(requirement.test(Aspect.DIGEST, index + " " + platform)).isEqualTo(MATCHES);
        assertThat(requirement.test(Aspect.DIGEST, platform)).isEqualTo(DIFFERS);
        assertThat(requirement.test(Aspect.DIGEST, "")).isEqualTo(UNREADABLE);
        assertThat(requirement.test(Aspect.VERSION, "1.5.0")).isEqualTo(SILENT);
        assertThat(requirement.description()).isEqualTo("image sha256:aaaaaaaaaaaa…");
    }

    /** G9, G10: all of it, or it is not ready; any of it, and it may already need the new shape. */
    @Test
    @Fact({"G9", "G10"})
    void capabilitiesAreMetByAllOfThemAndSuspectedByAny() {
        Requirement requirement = understood(new Versions.Capabilities(List.of("users:read", "users:write")));

        assertThat(requirement.test(Aspect.CAPABILITIES, "users:write other users:read"))
                .isEqualTo(MATCHES);
        assertThat(requirement.test(Aspect.CAPABILITIES, "users:write")).isEqualTo(DIFFERS);
        assertThat(requirement.testCautiously(Aspect.CAPABILITIES, "users:write"))
                .isEqualTo(MATCHES);
        assertThat(requirement.testCautiously(Aspect.CAPABILITIES, "other")).isEqualTo(DIFFERS);
        assertThat(requirement.test(Aspect.CAPABILITIES, "")).isEqualTo(DIFFERS);
        assertThat(requirement.test(Aspect.VERSION, "9.9.9")).isEqualTo(SILENT);
    }

    @Test
    void severalSchemesEachSpeakOfTheirOwnAspect() {
        Requirement requirement = understood(new Versions.All(
                List.of(new Versions.Range(">=1.5.0"), new Versions.Capabilities(List.of("users:write")))));

        assertThat(requirement.aspects()).containsExactlyInAnyOrder(Aspect.VERSION, Aspect.CAPABILITIES);
        assertThat(requirement.test(Aspect.VERSION, "1.5.0")).isEqualTo(MATCHES);
        assertThat(requirement.test(Aspect.VERSION, "1.4.0")).isEqualTo(DIFFERS);
        assertThat(requirement.test(Aspect.CAPABILITIES, "")).isEqualTo(DIFFERS);
        assertThat(requirement.test(Aspect.DIGEST, "sha256:0")).isEqualTo(SILENT);
        assertThat(Requirement.parse(new Versions.All(List.of(new Versions.Range("oops")))))
                .isInstanceOf(Parsed.Malformed.class);
    }

    private static Requirement understood(Versions versions) {
        assertThat(Requirement.parse(versions)).isInstanceOf(Parsed.Understood.class);
        return ((Parsed.Understood) Requirement.parse(versions)).requirement();
    }
}
