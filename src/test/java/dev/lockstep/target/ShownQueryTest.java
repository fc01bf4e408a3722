package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShownQueryTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT * FROM users WHERE email = 'a@b.c' AND id = 42 | SELECT * FROM users WHERE email = ? AND id = ?",
                "select 'it''s', events_1.x1, $1, 1.5e-3, 0xff from t2 | select ?, events_1.x1, $1, ?, ? from t2",
                "SELECT E'a\\'b' , b'01', X'ff', U&'\\0061', n'x' | SELECT ? , ?, ?, ?, ?",
                "SELECT \"O'Neill\" FROM \"T 1\" WHERE a = 'x' | SELECT \"O'Neill\" FROM \"T 1\" WHERE a = ?",
                "DO $$BEGIN PERFORM 'secret'; END$$ | DO ?",
                "SELECT $x$ it's $y$ secret $x$, 1 | SELECT ?, ?",
                "/* token=secret /* nested */ */ SELECT 1 -- secret | SELECT ?",
                "ALTER ROLE app PASSWORD 'secret' | ALTER ROLE app PASSWORD ?",
                "SET LOCAL my.token = secret, more | SET LOCAL my.token = ?",
                "SET app.key TO secret | SET app.key TO ?",
                "UPDATE t SET a = b WHERE c = 1 | UPDATE t SET a = b WHERE c = ?"
            })
    void showsAStatementWithoutItsLiteralsAndComments(String sql, String shown) {
        assertThat(ShownQuery.of(sql)).isEqualTo(shown);
    }

    /** The server cuts long statements, wherever that is; and old servers may take a backslash for an escape. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'secret",
                "SELECT $$secret",
                "SELECT E'\\",
                "SELECT 1 /* secret",
                "SELECT 'a\\' || 'secret' || '",
                "SELECT 'a\\' OR x = 'secret'"
            })
    void whatCannotBeToldApartIsNotShown(String sql) {
        assertThat(ShownQuery.of(sql)).doesNotContain("secret").startsWith("SELECT ?");
    }

    @Test
    void longStatementsAreCut() {
        assertThat(ShownQuery.of("SELECT " + "a, ".repeat(400))).hasSize(302).endsWith(" …");
    }
}
