package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Whether the server's log is archived as fast as it is written. What is not archived stays on its disk. */
final class ArchiverBacklog implements Signal {
    private static final double FAILING = 2;

    private final int limitFiles;

    ArchiverBacklog(int limitFiles) {
        this.limitFiles = limitFiles;
    }

    private record Archiver(boolean on, boolean failing, boolean visible) {}

    @Override
    public String name() {
        return "archiver";
    }

    @Override
    public String remedy() {
        return "See in the server's log why archive_command or archive_library fails or is slow; what is not archived fills"
                + " the server's disk.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        Archiver archiver = new Query(connection, """
                        SELECT current_setting('archive_mode') <> 'off' AS archiving,
                               failed_count > 0 AND coalesce(last_failed_time > last_archived_time, true) AS failing,
                               has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS visible
                        FROM pg_stat_archiver""")
                .one(row -> new Archiver(
                        row.getBoolean("archiving"), row.getBoolean("failing"), row.getBoolean("visible")));
        if (!archiver.on()) {
            return List.of();
        }
        if (archiver.failing()) {
            return List.of(felt(FAILING, "The last attempt to archive a segment of the log failed."));
        }
        if (!archiver.visible()) {
            return List.of(
                    felt(0, "Archiving does not fail."),
                    new Reading.NotVisible(
                            name(),
                            "How many segments of the log wait to be archived is not visible to Lockstep's role; GRANT"
                                    + " pg_monitor shows it. Whether archiving fails was looked at."));
        }
        long ready = new Query(connection, "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")
                .one(row -> row.getLong(1));
        return List.of(felt(
                (double) ready / limitFiles,
                ready + " segments of the log wait to be archived (limit " + limitFiles + ")."));
    }

    private Reading felt(double pressure, String words) {
        return new Reading.Felt(name(), true, pressure, "the server's archiver", words);
    }
}
