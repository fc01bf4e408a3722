package dev.lockstep.plan;

/**
 * How much a database may feel of a backfill before it goes slower. Each is a whole number; 0 means that nobody looks. What a
 * plan does not say is said by the database's configuration, and what that does not say by {@link #standard}.
 */
public enum Limit {
    /** Of the application's statements at work, those that wait for locks, buffers or disks, in percent. */
    FOREGROUND_WAITS("foregroundWaitPercent", 50, 100),
    /** Of the time, that in which a commit waits for the disk much longer than is usual there, in percent. */
    COMMIT_WAITS("commitWaitPercent", 2, 100),
    /** The longest that a session of somebody else has waited for a lock of ours, in milliseconds. */
    LOCK_WAITS("lockWaitMilliseconds", 100, 60_000),
    /** How far a standby's replay is behind, in seconds. */
    REPLICA_LAG("replicaLagSeconds", 10, 86_400),
    /** How far a standby's replay is behind, in megabytes of log. */
    REPLICA_BYTES("replicaLagMegabytes", 0, 1_000_000),
    /** How much log a replication slot makes the server keep, in megabytes. */
    SLOT_BYTES("slotLagMegabytes", 2_048, 10_000_000),
    /** How much log the whole server writes, in megabytes per second. */
    WAL_RATE("walMegabytesPerSecond", 0, 100_000),
    /** Finished segments of the log that wait to be archived. */
    ARCHIVE_BACKLOG("archiveBacklogFiles", 64, 1_000_000),
    /** Checkpoints that began because the log had grown, not because it was time, in the last minute. */
    CHECKPOINTS("requestedCheckpointsPerMinute", 6, 60),
    /** Dead rows of the table while a vacuum works on it, in percent of its rows. */
    DEAD_ROWS("deadRowsPercent", 0, 1_000),
    /** How much larger the table is than at the backfill's begin, in percent, while it still grows. */
    HEAP_GROWTH("heapGrowthPercent", 150, 1_000),
    /** The age of the oldest snapshot, which keeps dead rows from being removed, in seconds. */
    SNAPSHOT_AGE("oldestSnapshotSeconds", 3_600, 604_800);

    private final String label;
    private final int standard;
    private final int most;

    Limit(String label, int standard, int most) {
        this.label = label;
        this.standard = standard;
        this.most = most;
    }

    /** The name of the field, in plans and in the configuration. */
    public String label() {
        return label;
    }

    /** What counts where nobody says otherwise. */
    public int standard() {
        return standard;
    }

    /** The largest that makes sense. */
    public int most() {
        return most;
    }
}
