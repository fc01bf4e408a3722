package dev.lockstep.ui;

import dev.lockstep.change.LockMode;
import java.util.stream.Stream;

/** Lock modes as people write them, and not as the catalogue does. */
final class LockWords {
    private LockWords() {}

    /** {@code AccessShareLock on users} as {@code ACCESS SHARE on users}; anything else as it is. */
    static String of(String what) {
        return Stream.of(LockMode.values())
                .filter(mode -> what.startsWith(mode.catalogueName() + " "))
                .findFirst()
                .map(mode -> mode.sql() + what.substring(mode.catalogueName().length()))
                .orElse(what);
    }
}
