package dev.lockstep.change;

import java.util.regex.Pattern;

/**
 * What an author's fragment of SQL says outside of strings, quoted names and comments: enough to see a reserved word, or that
 * the fragment is more than a part of one statement. It is no parser, and is asked nothing that would need one.
 */
record PlainSql(String text) {
    /** Comments, dollar-quoted and E-strings, plain strings, quoted names. An unfinished one is kept, and seen below. */
    private static final Pattern QUOTED = Pattern.compile(
            "--[^\\n]*|/\\*.*?\\*/|(\\$[\\p{Alpha}_]*\\$).*?\\1|\\b[eE]'(?:[^'\\\\]|\\\\.|'')*'|'(?:[^']|'')*'"
                    + "|\"(?:[^\"]|\"\")*\"",
            Pattern.DOTALL);

    /** Of a person's text. */
    static PlainSql of(String sql) {
        return new PlainSql(QUOTED.matcher(sql).replaceAll(" '' "));
    }

    /** Whether it contains this reserved word, which then means itself. */
    boolean says(String word) {
        return Pattern.compile("(?<![\\p{L}\\p{N}_$])" + Pattern.quote(word) + "(?![\\p{L}\\p{N}_$])", FLAGS)
                .matcher(text)
                .find();
    }

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

    /** Whether a statement goes on behind it as its author meant: it closes what it opens, and nothing more. */
    boolean isFragment() {
        int open = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (open < 0 || c == ';' || c == '"') {
                return false;
            }
        }
        return open == 0 && text.replace("''", "").indexOf('\'') < 0;
    }
}
