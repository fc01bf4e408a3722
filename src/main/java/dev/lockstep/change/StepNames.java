package dev.lockstep.change;

import java.util.HashSet;
import java.util.Set;

/** Gives every step of a run a name of its own. Confined to one compilation. */
public final class StepNames {
    private static final int MAX_LENGTH = 63;

    private final Set<String> taken = new HashSet<>();

    /** The wanted name where it is free, otherwise with the next free number behind it. */
    public String claim(String wanted) {
        String name = wanted;
        for (int number = 2; !taken.add(name); number++) {
            String suffix = "-" + number;
            name = wanted.substring(0, Math.min(wanted.length(), MAX_LENGTH - suffix.length())) + suffix;
        }
        return name;
    }
}
