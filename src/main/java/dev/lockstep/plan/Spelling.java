package dev.lockstep.plan;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses what was meant by a word that is not known. */
final class Spelling {
    private Spelling() {}

    /** The known word that differs least, if it differs little enough to be a slip. */
    static Optional<String> nearest(String word, Collection<String> known) {
        int tolerated = Math.max(1, word.length() / 3);
        return known.stream()
                .min(Comparator.comparingInt((String candidate) -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(candidate -> distance(word, candidate) <= tolerated);
    }

    /** Says which words are known, and which of them was probably meant. */
    static String hint(String word, Collection<String> known) {
        String choices = known.isEmpty() ? "" : " Known here: " + String.join(", ", known) + ".";
        return nearest(word, known)
                .map(meant -> " Did you mean \"" + meant + "\"?" + choices)
                .orElse(choices);
    }

    /** Levenshtein's distance; a difference in case alone is none. */
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] above = new int[b.length() + 1];
        for (int column = 0; column <= b.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= a.length(); row++) {
            int[] current = new int[b.length() + 1];
            current[0] = row;
            for (int column = 1; column <= b.length(); column++) {
                int replaced = above[column - 1] + (a.charAt(row - 1) == b.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[b.length()];
    }
}
