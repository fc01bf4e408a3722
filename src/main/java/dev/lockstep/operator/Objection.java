package dev.lockstep.operator;

/**
 * Why an object does not lead to what it asks for.
 *
 * @param reason in one word
 * @param object what is in the way
 * @param message what is so and what a person can do, as sentences
 */
record Objection(Kind kind, String reason, String object, String message) {
    /** What it takes to get over it. */
    enum Kind {
        /** Somebody has to change this object. */
        REFUSED,
        /** It goes by itself once something else changes. */
        HELD
    }

    static Objection refused(String reason, String object, String message) {
        return new Objection(Kind.REFUSED, reason, object, message);
    }

    static Objection held(String reason, String object, String message) {
        return new Objection(Kind.HELD, reason, object, message);
    }
}
