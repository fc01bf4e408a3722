package dev.lockstep.plan;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern for an {@code application_name} or a role: {@code *} stands for any characters, and {@code {version}} for the
 * code version (G29). Everything else is itself; upper and lower case differ.
 *
 * @param text as the plan writes it
 */
public record SessionPattern(String text) {
    private static final String VERSION = "{version}";

    /** PostgreSQL cuts both kinds of name there. */
    private static final int LONGEST = 63;

    public SessionPattern {
        if (text.isBlank() || text.length() > LONGEST + VERSION.length()) {
            throw new IllegalArgumentException("a pattern for sessions has 1 to " + LONGEST + " characters");
        }
        if (text.indexOf(VERSION) != text.lastIndexOf(VERSION)) {
            throw new IllegalArgumentException("{version} may stand in a pattern only once");
        }
        if (text.replace(VERSION, "").replace("*", "").isBlank()) {
            throw new IllegalArgumentException("\"" + text + "\" would be every session; give it a word of its own");
        }
    }

    /** Whether a match says which version it is. */
    public boolean namesVersion() {
        return text.contains(VERSION);
    }

    /** Whether this name is one of these. */
    public boolean matches(String name) {
        return matcher(name).matches();
    }

    /** The version that this name says; empty when it does not match or the pattern names none. */
    public Optional<String> version(String name) {
        Matcher matcher = matcher(name);
        return namesVersion() && matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private Matcher matcher(String name) {
        StringBuilder regex = new StringBuilder();
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            boolean version = text.startsWith(VERSION, at);
            if (version || text.charAt(at) == '*') {
                regex.append(Pattern.quote(text.substring(from, at))).append(version ? "(.+?)" : ".*");
                at += version ? VERSION.length() - 1 : 0;
                from = at + 1;
            }
        }
        return Pattern.compile(regex.append(Pattern.quote(text.substring(from))).toString(), Pattern.DOTALL)
                .matcher(name);
    }

    @Override
    public String toString() {
        return text;
    }
}
