package dev.lockstep.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whole numbers with an order, such as a build's (G8). */
record VersionOrdinal(String text, List<Bound> bounds) implements VersionScheme {
    private static final String NUMBER = "(?:0|[1-9]\\d{0,17})";
    private static final Pattern COMPARISON = Pattern.compile("(>=|<=|>|<|=)? ?(" + NUMBER + ")");
    private static final Pattern GRAMMAR = Pattern.compile("(?:" + COMPARISON + ")(?: (?:" + COMPARISON + "))?");
    private static final Pattern REPORTED = Pattern.compile("v?(" + NUMBER + ")");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    VersionOrdinal {
        bounds = List.copyOf(bounds);
    }

    /** One comparison with a number. */
    record Bound(String operator, long number) {
        boolean holds(long reported) {
            return switch (operator) {
                case ">=" -> reported >= number;
                case "<=" -> reported <= number;
                case ">" -> reported > number;
                case "<" -> reported < number;
                default -> reported == number;
            };
        }
    }

    static Parsed parse(String declared) {
        String text = SPACES.matcher(declared.strip()).replaceAll(" ");
        if (text.length() > 100 || !GRAMMAR.matcher(text).matches()) {
            return new Parsed.Malformed("\"" + declared.strip() + "\" does not compare whole numbers."
                    + " Write for example \">=42\" or \">=42 <100\".");
        }
        List<Bound> bounds = new ArrayList<>();
        Matcher each = COMPARISON.matcher(text);
        while (each.find()) {
            bounds.add(new Bound(Optional.ofNullable(each.group(1)).orElse("="), Long.parseLong(each.group(2))));
        }
        return new Parsed.Understood(new VersionOrdinal(text, bounds));
    }

    @Override
    public Match testVersion(String reported) {
        Matcher number = REPORTED.matcher(reported.strip());
        if (!number.matches()) {
            return Match.UNREADABLE;
        }
        long known = Long.parseLong(number.group(1));
        return bounds.stream().allMatch(bound -> bound.holds(known)) ? Match.MATCHES : Match.DIFFERS;
    }

    /** There is nothing between two whole numbers. */
    @Override
    public Match testVersionCautiously(String reported) {
        return testVersion(reported);
    }

    @Override
    public String description() {
        return "number " + text;
    }
}
