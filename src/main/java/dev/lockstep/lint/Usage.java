package dev.lockstep.lint;

/** Whether a statement mentions something. Where there is a doubt it does. */
public sealed interface Usage {
    /**
     * It does.
     *
     * @param how in what way, to stand behind "it": {@code reads every column}
     */
    record Mentions(String how) implements Usage {}

    record DoesNot() implements Usage {}

    /**
     * The statement cannot be read.
     *
     * @param reason to stand behind "because"
     */
    record Unreadable(String reason) implements Usage {}
}
