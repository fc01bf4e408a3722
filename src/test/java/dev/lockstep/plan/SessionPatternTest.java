package dev.lockstep.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionPatternTest {
    @ParameterizedTest(name = "{1} as {0}: {2}")
    @CsvSource(textBlock = """
            web/{version},    web/1.5.0,       1.5.0
            web/{version},    web/,
            web/{version},    web/1.5.0/x,     1.5.0/x
            web/{version}/*,  web/1.5.0/x,     1.5.0
            web/{version}/*,  web/1.5.0/x/y,   1.5.0
            *-{version},      a-b-1.5.0,       1.5.0
            web.{version},    webX1.5.0,
            (web)[{version}], (web)[1.5.0],    1.5.0
            web/{version},    WEB/1.5.0,
            web,              web,
            """)
    void versionIsReadFromTheName(String pattern, String name, String version) {
        assertThat(new SessionPattern(pattern).version(name)).isEqualTo(Optional.ofNullable(version));
    }

    @Test
    void patternWithoutAVersionOnlySaysWhoseItIs() {
        SessionPattern pattern = new SessionPattern("report*");

        assertThat(pattern.matches("reporting 7")).isTrue();
        assertThat(pattern.matches("a report")).isFalse();
        assertThat(pattern.namesVersion()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "{version}", "**", "*{version}*", "a{version}b{version}"})
    void patternThatIsEverybodysOrHasTwoVersionsIsNone(String pattern) {
        assertThatThrownBy(() -> new SessionPattern(pattern)).isInstanceOf(IllegalArgumentException.class);
    }
}
