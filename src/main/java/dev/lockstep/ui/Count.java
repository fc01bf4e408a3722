package dev.lockstep.ui;

import java.util.Locale;

/** Numbers with their nouns. */
final class Count {
    private Count() {}

    /** With a comma between thousands. */
    static String of(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 pod}, {@code 3 pods}. */
    static String of(long number, String noun) {
        return of(number) + " " + (number == 1 ? noun : noun + "s");
    }
}
