package dev.lockstep.target;

/** What a look at one signal brought. */
sealed interface Reading {
    /** The signal's stable name. */
    String signal();

    /**
     * It was read.
     *
     * @param lasting whether going on would do harm that stays when the backfill is over (a disk that fills up, a standby that
     *     is lost), and not only make somebody wait
     * @param pressure how much of the limit is used: 0 for nothing, 1 for all of it, more for more
     * @param object where it is felt, for example {@code standby eu-2}
     * @param words what is so, as a sentence with the figures of this moment
     */
    record Felt(String signal, boolean lasting, double pressure, String object, String words) implements Reading {
        /** The same, with one more sentence. */
        Felt saying(String more) {
            return new Felt(signal, lasting, pressure, object, words + " " + more);
        }
    }

    /**
     * It could not be read, which may come from the very trouble that it would have shown.
     *
     * @param words why, as a sentence
     */
    record Unread(String signal, String words) implements Reading {}

    /**
     * The database shows it to others only, or has nothing of the kind.
     *
     * @param words as a sentence with what would show it; empty where there is nothing that anybody would miss
     */
    record NotVisible(String signal, String words) implements Reading {}
}
