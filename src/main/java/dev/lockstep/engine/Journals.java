package dev.lockstep.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What has been read of runs' journals, for those who look at the same runs again and again: each look reads only what came
 * after the last one. Thread-safe; two who look at one run take turns.
 */
final class Journals {
    /** So many runs are known at a time, those that were looked at last; a history takes some kilobytes. */
    static final int KEPT = 500;

    private final Runs runs;
    private final Map<RunId, Known> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Known> eldest) {
            return size() > KEPT;
        }
    });

    Journals(Runs runs) {
        this.runs = runs;
    }

    /** One run's history, and whose turn it is. */
    private static final class Known {
        private final ReentrantLock turn = new ReentrantLock();
        private History history;

        Known(History history) {
            this.history = history;
        }
    }

    /**
     * Reads on to the end of the run's journal.
     *
     * @param look takes what it wants of the history, and keeps no hold of it
     */
    <T> T read(StoredRun run, Function<History, T> look) {
        Known mine = known.computeIfAbsent(run.id(), _ -> new Known(new History(run.script())));
        mine.turn.lock();
        try {
            if (!readOn(run.id(), mine.history)) {
                mine.history = new History(run.script());
                mine.history.read(runs.journal(run.id(), 0));
            }
            return look.apply(mine.history);
        } catch (LockstepException e) {
            // What came may have been read by half.
            known.remove(run.id(), mine);
            throw e;
        } finally {
            mine.turn.unlock();
        }
    }

    /**
     * The newest entry that is known is read once more: a store that does not have it was restored to an earlier moment, and
     * nothing that is known of its journals is true.
     *
     * @return false when that is so
     */
    private boolean readOn(RunId run, History history) {
        Optional<JournalEntry> last = history.last();
        if (last.isEmpty()) {
            history.read(runs.journal(run, 0));
            return true;
        }
        List<JournalEntry> more = runs.journal(run, last.get().sequence() - 1);
        if (more.isEmpty() || !more.getFirst().equals(last.get())) {
            return false;
        }
        history.read(more.subList(1, more.size()));
        return true;
    }
}
