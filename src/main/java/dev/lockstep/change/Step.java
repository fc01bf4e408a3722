package dev.lockstep.change;

/**
 * One action in a phase.
 *
 * @param name unique in its run; a DNS label; part of the connection's {@code application_name}
 * @param title what it does, for a person, without a full stop
 * @param done a query of one boolean that sees by the catalogue or the rows whether the action has had its effect; NULL
 *     where neither keeps a trace of it, so that only the ledger knows
 */
public record Step(String name, String title, Action action, Undo undo, String done) {
    /** What takes a step back. */
    public sealed interface Undo {
        /** Another action, run when the run is rolled back. */
        record By(Action action) implements Undo {}

        /** The step changed nothing that would have to be taken back. */
        record Nothing() implements Undo {}

        /**
         * Nothing can: what the step removed is lost. The first such step of a run is its point of no return.
         *
         * @param why what is lost, as a sentence
         */
        record Impossible(String why) implements Undo {}
    }
}
