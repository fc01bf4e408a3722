package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlTextTest {
    @Test
    void literalsSurviveQuotesAndBackslashes() {
        assertThat(SqlText.literal("it's")).isEqualTo("'it''s'");
        assertThat(SqlText.literal("a\\'b")).isEqualTo("E'a\\\\''b'");
    }

    @Test
    void bodiesChooseATagThatTheyDoNotContain() {
        assertThat(SqlText.body("x $lockstep$ y")).isEqualTo("$lockstep2$\nx $lockstep$ y\n$lockstep2$");
    }

    @Test
    void commentsAtTheEndDoNotSwallowTheParenthesis() {
        assertThat(SqlText.enclosed("a -- b")).isEqualTo("(a -- b\n)");
    }
}
