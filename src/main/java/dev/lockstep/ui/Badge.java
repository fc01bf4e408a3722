package dev.lockstep.ui;

import dev.lockstep.engine.PhaseView;
import dev.lockstep.engine.StepView;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.lifecycle.RunStatus;
import java.util.Locale;

/**
 * A state as a shape, a word and a colour; never as a colour alone.
 *
 * @param label for people
 * @param tone names the colour
 * @param icon names the shape in {@code icons.svg}
 */
public record Badge(String label, Tone tone, String icon) {
    /** What a state means for whoever looks. */
    public enum Tone {
        /** Nothing happens, and nothing has to. */
        QUIET,
        /** Something happens. */
        ACTIVE,
        /** Something is in the way. */
        HELD,
        /** A person has to do something. */
        PERSON,
        GOOD,
        BAD;

        /** The class in the style sheet. */
        public String css() {
            return "tone-" + name().toLowerCase(Locale.ROOT);
        }
    }

    static Badge of(RunStatus status) {
        return switch (status) {
            case PENDING -> new Badge("Not started", Tone.QUIET, "waiting");
            case RUNNING -> new Badge("Running", Tone.ACTIVE, "running");
            case HELD -> new Badge("Held", Tone.HELD, "held");
            case AWAITING_APPROVAL -> new Badge("Awaiting approval", Tone.PERSON, "person");
            case PAUSED -> new Badge("Paused", Tone.QUIET, "paused");
            case SUCCEEDED -> new Badge("Succeeded", Tone.GOOD, "done");
            case FAILED -> new Badge("Failed", Tone.BAD, "failed");
            case ROLLING_BACK -> new Badge("Rolling back", Tone.HELD, "back");
            case ROLLED_BACK -> new Badge("Rolled back", Tone.QUIET, "back");
        };
    }

    static Badge of(PhaseView.State state) {
        return switch (state) {
            case WAITING -> new Badge("To come", Tone.QUIET, "waiting");
            case HELD -> new Badge("Held", Tone.HELD, "held");
            case AWAITING_APPROVAL -> new Badge("Awaiting approval", Tone.PERSON, "person");
            case RUNNING -> new Badge("Running", Tone.ACTIVE, "running");
            case DONE -> new Badge("Done", Tone.GOOD, "done");
            case FAILED -> new Badge("Failed", Tone.BAD, "failed");
            case TAKEN_BACK -> new Badge("Taken back", Tone.QUIET, "back");
        };
    }

    static Badge of(StepView.State state) {
        return switch (state) {
            case WAITING -> new Badge("To come", Tone.QUIET, "waiting");
            case RUNNING -> new Badge("Running", Tone.ACTIVE, "running");
            case DONE -> new Badge("Done", Tone.GOOD, "done");
            case FAILED -> new Badge("Failed", Tone.BAD, "failed");
            case TAKEN_BACK -> new Badge("Taken back", Tone.QUIET, "back");
        };
    }

    static Badge of(PodObservation.Condition condition) {
        return switch (condition) {
            case PENDING -> new Badge("Pending", Tone.QUIET, "waiting");
            case RUNNING -> new Badge("Running", Tone.ACTIVE, "running");
            case NOT_READY -> new Badge("Not ready", Tone.HELD, "held");
            case TERMINATING -> new Badge("Terminating", Tone.HELD, "ending");
            case UNREACHABLE -> new Badge("Unreachable", Tone.BAD, "failed");
            case GONE -> new Badge("Ended", Tone.QUIET, "done");
        };
    }
}
