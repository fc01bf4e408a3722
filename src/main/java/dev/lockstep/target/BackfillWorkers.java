package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/** Takes a pass's shares, one after the other or several at once, each in a session of its own. */
final class BackfillWorkers {
    private final Attempt attempt;
    private final BatchWork work;
    private final Connection first;
    private final BackfillTally tally;
    private final BackfillRest rest;

    BackfillWorkers(Attempt attempt, BatchWork work, Connection first, BackfillTally tally, BackfillRest rest) {
        this.attempt = attempt;
        this.work = work;
        this.first = first;
        this.tally = tally;
        this.rest = rest;
    }

    /** How one worker ended. */
    private sealed interface End {
        record Outcome(Optional<StepOutcome> outcome) implements End {}

        record Broken(SQLException e) implements End {}
    }

    /**
     * Goes through what is left of the pass.
     *
     * @return why it could not; empty when all shares are over
     * @throws SQLException the first worker's to fail, when all have ended
     */
    Optional<StepOutcome> walk(Pass pass, int workers) throws SQLException {
        Queue<Integer> open =
                new ConcurrentLinkedQueue<>(IntStream.range(0, pass.shares().size())
                        .filter(share -> !pass.shares().get(share).over())
                        .boxed()
                        .toList());
        tally.begins(pass);
        if (workers == 1 || open.size() <= 1) {
            return work(pass, open, first);
        }
        return together(pass, open, Math.min(workers, open.size()));
    }

    private Optional<StepOutcome> together(Pass pass, Queue<Integer> open, int workers) throws SQLException {
        // In the order in which they ended: what comes after the first bad end is its consequence.
        List<End> ends = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int worker = 1; worker < workers; worker++) {
            threads.add(Thread.ofVirtual()
                    .name("lockstep-backfill-" + worker)
                    .start(() -> ended(ends, () -> inOwnSession(pass, open))));
        }
        ended(ends, () -> work(pass, open, first));
        threads.forEach(this::join);
        for (End end : ends) {
            switch (end) {
                case End.Broken(SQLException e) -> throw e;
                case End.Outcome(Optional<StepOutcome> outcome) -> {
                    if (outcome.isPresent()) {
                        return outcome;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** What a worker does until there is nothing left for it. */
    @FunctionalInterface
    private interface Shift {
        Optional<StepOutcome> run() throws SQLException;
    }

    private void ended(List<End> ends, Shift shift) {
        End end;
        try {
            end = new End.Outcome(shift.run());
        } catch (SQLException e) {
            end = new End.Broken(e);
        } catch (RuntimeException e) {
            end = new End.Broken(new SQLException("a worker of the backfill failed: " + e, "XX000", e));
        }
        synchronized (ends) {
            ends.add(end);
        }
        if (!(end instanceof End.Outcome(var outcome)) || outcome.isPresent()) {
            attempt.halt();
        }
    }

    /** The others end with their batch, once this thread is told to stop. */
    private void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
                attempt.halt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<StepOutcome> inOwnSession(Pass pass, Queue<Integer> open) throws SQLException {
        try (Connection connection = attempt.open()) {
            Optional<StepOutcome> unfit = BackfillSession.prepare(connection, work);
            return unfit.isPresent() ? unfit : work(pass, open, connection);
        }
    }

    private Optional<StepOutcome> work(Pass pass, Queue<Integer> open, Connection connection) throws SQLException {
        BackfillWorker worker = new BackfillWorker(attempt, work, connection, tally, rest);
        for (Integer share = open.poll(); share != null; share = open.poll()) {
            Optional<StepOutcome> ended = worker.walk(pass, share);
            if (ended.isPresent()) {
                return ended;
            }
        }
        return Optional.empty();
    }
}
