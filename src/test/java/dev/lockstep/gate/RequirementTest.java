package dev.lockstep.gate;

import static dev.lockstep.gate.Requirement.Match.DIFFERS;
import static dev.lockstep.gate.Requirement.Match.MATCHES;
import static dev.lockstep.gate.Requirement.Match.UNREADABLE;
import static org.assertj.core.api.Assertions.assertThat;

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

    private static Requirement understood(Versions versions) {
        assertThat(Requirement.parse(versions)).isInstanceOf(Parsed.Understood.class);
        return ((Parsed.Understood) Requirement.parse(versions)).requirement();
    }
}
