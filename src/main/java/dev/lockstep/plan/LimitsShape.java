package dev.lockstep.plan;

import static dev.lockstep.plan.Shapes.DNS_LABEL;
import static dev.lockstep.plan.Shapes.SAYING;
import static dev.lockstep.plan.Shapes.fields;
import static dev.lockstep.plan.Shapes.keyed;
import static dev.lockstep.plan.Shapes.optional;
import static dev.lockstep.plan.Shapes.pattern;
import static dev.lockstep.plan.Shapes.required;

import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Rule;
import java.util.ArrayList;
import java.util.List;

/** What the limits of a backfill look like in a plan. */
final class LimitsShape {
    private static final int MOST_CHECKS = 50;
    private static final Shape NUMBER = new Shape.Whole(-Integer.MAX_VALUE, Integer.MAX_VALUE);

    private LimitsShape() {}

    static Shape limits() {
        List<Field> all = new ArrayList<>();
        for (Limit limit : Limit.values()) {
            all.add(optional(
                    limit.label(),
                    new Shape.Whole(0, limit.most()),
                    purpose(limit) + " 0 looks away; the database's configuration, or " + limit.standard()
                            + ", counts where nothing is said."));
        }
        all.add(optional("queries", keyed("name", query(), 0, MOST_CHECKS), "SQL queries of one number each."));
        all.add(optional(
                "http", keyed("name", http(), 0, MOST_CHECKS), "Addresses that answer 200 while all is well."));
        return new Shape.Fields(all, List.of());
    }

    private static String purpose(Limit limit) {
        return switch (limit) {
            case FOREGROUND_WAITS -> "Of the application's statements at work, percent that wait.";
            case COMMIT_WAITS -> "Percent of the time in which a commit waits much longer than is usual for the disk.";
            case LOCK_WAITS -> "Milliseconds that a session of somebody else has waited for a lock of Lockstep's.";
            case REPLICA_LAG -> "Seconds that a standby's replay is behind.";
            case REPLICA_BYTES -> "Megabytes of log that a standby's replay is behind.";
            case SLOT_BYTES -> "Megabytes of log that a replication slot makes the server keep.";
            case WAL_RATE -> "Megabytes of log that the whole server writes each second.";
            case ARCHIVE_BACKLOG -> "Finished segments of the log that wait to be archived.";
            case CHECKPOINTS -> "Checkpoints in a minute that began because the log had grown.";
            case DEAD_ROWS -> "Percent of dead rows in the table while a vacuum works on it.";
            case HEAP_GROWTH -> "Percent by which the table has grown since the backfill began.";
            case SNAPSHOT_AGE -> "Age in seconds of the oldest snapshot.";
        };
    }

    private static Shape query() {
        return fields(
                List.of(new Rule(
                        "has(self.most) != has(self.least)",
                        "say either most (the number must not be above it) or least (it must not be below it)")),
                required("name", DNS_LABEL, "The name under which it is shown, such as free-disk."),
                required("sql", SAYING, "A query of one number."),
                optional("most", NUMBER, "The number must not be above this."),
                optional("least", NUMBER, "The number must not be below this."));
    }

    private static Shape http() {
        return fields(
                required("name", DNS_LABEL, "The name under which it is shown."),
                required("url", pattern(2_000, "^https?://.+"), "The address, without a password in it."),
                optional(
                        "timeoutMilliseconds",
                        new Shape.Whole(10, 10_000),
                        "How long it may take to answer; 2000 where nothing is said."));
    }
}
