package dev.lockstep.lifecycle;

/** What became of an event. */
public sealed interface Transition {
    record To(RunState state) implements Transition {}

    /**
     * The event makes no sense now.
     *
     * @param reason as a sentence for whoever asked for it
     */
    record Refused(String reason) implements Transition {}
}
