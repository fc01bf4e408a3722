package dev.lockstep.target;

import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.Limit;
import dev.lockstep.schema.TableName;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The signals that a backfill of a table listens to. */
final class Signals {
    private Signals() {}

    static List<Signal> of(BackfillLimits limits, TableName table) {
        List<Signal> signals = new ArrayList<>();
        add(signals, limits, Limit.FOREGROUND_WAITS, ForegroundWaits::new);
        add(signals, limits, Limit.COMMIT_WAITS, CommitWaits::new);
        add(signals, limits, Limit.LOCK_WAITS, LockWaits::new);
        int lagSeconds = limits.number(Limit.REPLICA_LAG);
        int lagMegabytes = limits.number(Limit.REPLICA_BYTES);
        if (lagSeconds > 0 || lagMegabytes > 0) {
            signals.add(new ReplicaLag(lagSeconds, lagMegabytes));
        }
        add(signals, limits, Limit.SLOT_BYTES, SlotLag::new);
        add(signals, limits, Limit.WAL_RATE, WalRate::new);
        add(signals, limits, Limit.ARCHIVE_BACKLOG, ArchiverBacklog::new);
        add(signals, limits, Limit.CHECKPOINTS, CheckpointPressure::new);
        add(signals, limits, Limit.DEAD_ROWS, limit -> new DeadRows(table, limit));
        add(signals, limits, Limit.HEAP_GROWTH, limit -> new HeapGrowth(table, limit));
        add(signals, limits, Limit.SNAPSHOT_AGE, OldestSnapshot::new);
        limits.queries().forEach(check -> signals.add(new QuerySignal(check)));
        limits.http().forEach(check -> signals.add(new HttpSignal(check, client(check.timeoutMilliseconds()))));
        return signals;
    }

    private static void add(List<Signal> signals, BackfillLimits limits, Limit limit, IntFunction<Signal> signal) {
        int number = limits.number(limit);
        if (number > 0) {
            signals.add(signal.apply(number));
        }
    }

    private static HttpClient client(int timeoutMilliseconds) {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(timeoutMilliseconds))
                .build();
    }
}
