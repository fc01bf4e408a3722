package dev.lockstep.lifecycle;

import dev.lockstep.gate.Verdict;

/** What was seen of the current phase's gate just now. */
public sealed interface Sighting {
    /** Nobody has looked. */
    record None() implements Sighting {}

    record Seen(Verdict verdict, Next.Freshness freshness) implements Sighting {}
}
