package dev.lockstep.plan;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in a document. Each question about its value gives an answer, or adds a finding and gives none, so that a
 * reading goes on and finds everything.
 */
record Node(String path, @Nullable Object value, Findings findings) {
    /** Longer words are cut in messages. */
    private static final int QUOTED_CHARACTERS = 60;

    Optional<Fields> object() {
        return value instanceof Map<?, ?> map ? Optional.of(new Fields(this, map)) : mismatch("an object with fields");
    }

    /** Reads an object's fields. */
    <T> Optional<T> object(Function<Fields, Optional<T>> read) {
        return object().flatMap(read);
    }

    /** Reads every element; those with a finding are left out. */
    <T> Optional<List<T>> list(Function<Node, Optional<T>> read) {
        if (!(value instanceof List<?> elements)) {
            return mismatch("a list");
        }
        List<T> all = new ArrayList<>();
        for (int at = 0; at < elements.size(); at++) {
            read.apply(new Node(path + "[" + at + "]", elements.get(at), findings))
                    .ifPresent(all::add);
        }
        return Optional.of(all);
    }

    /** As {@link #list}, with at least one element. */
    <T> Optional<List<T>> someOf(Function<Node, Optional<T>> read) {
        return value instanceof List<?> elements && elements.isEmpty()
                ? refuse("The list is empty; give at least one element.")
                : list(read);
    }

    /** Any text, also an empty one. */
    Optional<String> anyText() {
        if (!(value instanceof String text)) {
            return value instanceof Number || value instanceof Boolean
                    ? refuse("Must be a text, and is " + described() + "; put it in quotes: \"" + value + "\".")
                    : mismatch("a text");
        }
        // PostgreSQL keeps neither, so such a plan could be accepted but not stored.
        return text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)
                ? refuse("Contains a NUL character or half of a surrogate pair; take it out.")
                : Optional.of(text);
    }

    /** A text that says something. */
    Optional<String> text() {
        Optional<String> text = anyText();
        return text.isPresent() && text.orElseThrow().isBlank()
                ? refuse("Is empty; give it a value, or leave the field out where it is optional.")
                : text;
    }

    /** A text that its type's own rule accepts. */
    <T> Optional<T> parsed(Function<String, T> parse) {
        Optional<String> text = text();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text.orElseThrow()));
        } catch (IllegalArgumentException e) {
            return refuse(sentence(String.valueOf(e.getMessage())));
        }
    }

    /** A whole number in this range, both ends included. */
    Optional<Integer> integer(int least, int most) {
        if (!(value instanceof Integer || value instanceof Long || value instanceof BigInteger)) {
            return mismatch("a whole number from " + least + " to " + most);
        }
        BigInteger number = new BigInteger(value.toString());
        return number.compareTo(BigInteger.valueOf(least)) < 0 || number.compareTo(BigInteger.valueOf(most)) > 0
                ? refuse("Must be from " + least + " to " + most + ", and is " + quoted(number.toString()) + ".")
                : Optional.of(number.intValueExact());
    }

    Optional<Boolean> truth() {
        return value instanceof Boolean truth ? Optional.of(truth) : mismatch("true or false, without quotes");
    }

    /** One of these words. */
    <T> Optional<T> oneOf(SequencedMap<String, T> choices) {
        Optional<String> word = text();
        if (word.isEmpty()) {
            return Optional.empty();
        }
        T choice = choices.get(word.orElseThrow());
        return choice != null
                ? Optional.of(choice)
                : refuse("\"" + quoted(word.orElseThrow()) + "\" is not known."
                        + Spelling.hint(word.orElseThrow(), choices.sequencedKeySet()));
    }

    /** An object with exactly one field, whose name says what the field's value is. */
    <T> Optional<T> variant(SequencedMap<String, Function<Node, Optional<T>>> kinds) {
        Optional<Fields> fields = object();
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        List<String> given = fields.orElseThrow().given();
        if (given.size() == 1 && !kinds.containsKey(given.getFirst())) {
            // Not only beside the point: without it, nothing is known of this part.
            return new Node(path + "." + given.getFirst(), null, findings)
                    .refuse(Fields.unknown(given.getFirst(), kinds.sequencedKeySet()));
        }
        List<T> read = new ArrayList<>();
        for (Map.Entry<String, Function<Node, Optional<T>>> kind : kinds.entrySet()) {
            fields.orElseThrow().optional(kind.getKey(), kind.getValue()).ifPresent(read::add);
        }
        if (given.size() != 1) {
            findings.add(
                    path,
                    given.isEmpty()
                            ? "Says nothing; give it one of " + String.join(", ", kinds.sequencedKeySet()) + "."
                            : "Has " + String.join(" and ", given) + " together; make each an element of its own.");
        }
        if (read.isEmpty()) {
            findings.gap();
        }
        return fields.orElseThrow().whole(read::getFirst);
    }

    <T> Optional<T> refuse(String message) {
        findings.add(path, message);
        return Optional.empty();
    }

    private <T> Optional<T> mismatch(String expected) {
        return refuse(
                value == null
                        ? "Has no value; it must be " + expected + "."
                        : "Must be " + expected + ", and is " + described() + ".");
    }

    private String described() {
        return switch (value) {
            case null -> "nothing";
            case String text -> "the text \"" + quoted(text) + "\"";
            case Boolean truth -> truth.toString();
            case Number number -> "the number " + quoted(number.toString());
            case List<?> _ -> "a list";
            default -> "an object";
        };
    }

    static String quoted(String text) {
        return text.length() <= QUOTED_CHARACTERS ? text : text.substring(0, QUOTED_CHARACTERS) + "…";
    }

    private static String sentence(String message) {
        String end = message.endsWith(".") ? "" : ".";
        return message.substring(0, 1).toUpperCase(Locale.ROOT) + message.substring(1) + end;
    }
}
