package dev.lockstep.operator;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Constants as the API spells them. */
final class Words {
    /** Messages are for people; nobody reads more, and etcd keeps every character. */
    private static final int MOST_CHARACTERS = 2_000;

    private Words() {}

    /** {@code OLD_VERSION} as {@code OldVersion}. */
    static String of(Enum<?> constant) {
        return Stream.of(constant.name().split("_", -1))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** A reason that the API accepts, whatever a fault's code has in it. */
    static String reason(String code) {
        String letters = Stream.of(code.split("[^A-Za-z0-9]+", -1))
                .filter(word -> !word.isEmpty())
                .map(word -> word.equals(word.toUpperCase(Locale.ROOT))
                        ? word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT)
                        : Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
        return letters.isEmpty() || !Character.isLetter(letters.charAt(0)) ? "Fault" + letters : letters;
    }

    /** With a full stop, so that another one can follow. */
    static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS - 1) + "…";
    }
}
