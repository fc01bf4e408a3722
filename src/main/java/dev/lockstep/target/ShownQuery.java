package dev.lockstep.target;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Another session's statement as it may be shown. Literals can be passwords, tokens or people's data, and comments can hold
 * anything, so that neither reaches a journal, a page or a log: each literal becomes {@code ?}, comments go. What cannot be
 * told apart for certain counts as a literal. Pure.
 */
final class ShownQuery {
    private static final int LONGEST = 300;

    private static final Set<String> LITERAL_PREFIXES = Set.of("e", "b", "x", "n");

    private static final Pattern DOLLAR_TAG = Pattern.compile("\\$(?:[A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$");
    private static final Pattern NUMBER =
            Pattern.compile("0[xXoObB][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*");

    /** SET takes words without quotes as values too. */
    private static final Pattern SETTING = Pattern.compile(
            "^(\\s*SET\\s+(?:SESSION\\s+|LOCAL\\s+)?[\\w.\"]+\\s*(?:=|\\bTO\\b)\\s*).*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final String sql;
    private final StringBuilder shown = new StringBuilder();
    private int at;

    private ShownQuery(String sql) {
        this.sql = sql;
    }

    /** The text in one line, at most {@value #LONGEST} characters and a mark that it was cut. */
    static String of(String sql) {
        String masked = new ShownQuery(sql).masked().replaceAll("\\s+", " ").strip();
        Matcher setting = SETTING.matcher(masked);
        String line = setting.matches() ? setting.group(1) + "?" : masked;
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " …";
    }

    private String masked() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '\'') {
                literal(false);
            } else if (c == '"') {
                identifier();
            } else if (sql.startsWith("--", at)) {
                skipTo(sql.indexOf('\n', at), 0);
                shown.append(' ');
            } else if (sql.startsWith("/*", at)) {
                comment();
            } else {
                token(c);
            }
        }
        return shown.toString();
    }

    private void token(char c) {
        String tag = matches(DOLLAR_TAG);
        String word = matches(WORD);
        String number = matches(NUMBER);
        if (!tag.isEmpty()) {
            skipTo(sql.indexOf(tag, at + tag.length()), tag.length());
            shown.append('?');
        } else if (!word.isEmpty()) {
            word(word);
        } else if (c == '$') {
            parameter();
        } else if (!number.isEmpty()) {
            shown.append('?');
            at += number.length();
        } else {
            shown.append(c);
            at++;
        }
    }

    private String matches(Pattern pattern) {
        Matcher matcher = pattern.matcher(sql).region(at, sql.length());
        return matcher.lookingAt() ? matcher.group() : "";
    }

    /** A word, unless it is the beginning of a literal such as {@code E'…'}. */
    private void word(String word) {
        at += word.length();
        if (sql.startsWith("'", at) && LITERAL_PREFIXES.contains(word.toLowerCase(Locale.ROOT))) {
            literal(word.equalsIgnoreCase("e"));
        } else if (sql.startsWith("&'", at) && word.equalsIgnoreCase("u")) {
            at++;
            literal(false);
        } else {
            shown.append(word);
        }
    }

    private void literal(boolean escapes) {
        shown.append('?');
        for (at++; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (c == '\\' && escapes) {
                at++;
            } else if (c == '\\' && at + 1 < sql.length() && sql.charAt(at + 1) == '\'') {
                // With standard_conforming_strings off the literal goes on here, otherwise it ends: nobody can tell.
                at = sql.length();
                shown.append(" …");
            } else if (c == '\'' && at + 1 < sql.length() && sql.charAt(at + 1) == '\'') {
                at++;
            } else if (c == '\'') {
                at++;
                return;
            }
        }
    }

    private void identifier() {
        int end = sql.indexOf('"', at + 1);
        int stop = end < 0 ? sql.length() : end + 1;
        shown.append(sql, at, stop);
        at = stop;
    }

    private void parameter() {
        shown.append('$');
        at++;
        while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
            shown.append(sql.charAt(at++));
        }
    }

    /** Comments nest. */
    private void comment() {
        int depth = 0;
        do {
            if (sql.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < sql.length());
        shown.append(' ');
    }

    private void skipTo(int found, int length) {
        at = found < 0 ? sql.length() : found + length;
    }
}
