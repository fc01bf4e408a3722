package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.RunId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Checks that nobody has changed a run's journal behind Lockstep's back. */
@ApplicationScoped
public class JournalAudit {
    private final Transactions transactions;

    JournalAudit(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Computes the run's whole chain anew and compares it with the one that is kept. Blocks. */
    public Chain verify(RunId run) {
        Kept kept = transactions.call(session -> session.find(RunHead.class, run.value())
                .onItem()
                .ifNull()
                .failWith(() -> new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + run + "."))
                .chain(head -> JournalRow.after(session, run, 0).map(rows -> new Kept(head, rows))));
        return compare(kept.head(), kept.rows());
    }

    private static Chain compare(RunHead head, List<JournalRow> rows) {
        String previous = HashChain.START;
        long expected = 1;
        for (JournalRow row : rows) {
            if (row.id.sequence() != expected) {
                return new Chain.Broken(expected, "This entry is missing.");
            }
            if (!row.previousHash.equals(previous)) {
                return new Chain.Broken(expected, "This entry does not continue the one before it.");
            }
            if (!row.hash.equals(row.link())) {
                return new Chain.Broken(expected, "This entry's content was changed after it was written.");
            }
            previous = row.hash;
            expected++;
        }
        return head.hash.equals(previous)
                ? new Chain.Intact(rows.size(), previous)
                : new Chain.Broken(expected, "The journal's end was cut off.");
    }

    private record Kept(RunHead head, List<JournalRow> rows) {}

    /** What {@link #verify} found. */
    public sealed interface Chain {
        /**
         * Every entry is as it was written.
         *
         * @param newest the newest entry's hash; worth keeping elsewhere, since it vouches for all before it
         */
        record Intact(long entries, String newest) implements Chain {}

        /**
         * The journal was tampered with.
         *
         * @param sequence the first entry that is not as it was written
         * @param reason as a sentence
         */
        record Broken(long sequence, String reason) implements Chain {}
    }
}
