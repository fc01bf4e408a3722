package dev.lockstep.benchmark;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the sync trigger of a rename costs an application's update of one row by its key, on one connection, in short rounds
 * that alternate between a table with the trigger and an equal one without. A commit does not wait for the disk here: that
 * would take far longer than what is to be seen. What an application's update takes whose commit does wait is measured
 * beside it.
 */
final class SyncTriggerCost {
    private static final int ROWS = 50_000;
    private static final int ROUNDS = 41;
    private static final int UPDATES = 500;

    private final Databases databases;

    SyncTriggerCost(Databases databases) {
        this.databases = databases;
    }

    /** A single-row update. */
    enum Update {
        /** Of another column, in a row that is filled. */
        ELSEWHERE("UPDATE %s SET touched = touched + 1 WHERE id = ?", true),
        /** Of another column, in a row that the backfill has not reached. */
        ELSEWHERE_BEFORE("UPDATE %s SET touched = touched + 1 WHERE id = ?", false),
        /** Of the column. */
        OF_THE_COLUMN("UPDATE %s SET name = 'user ' || clock_timestamp() WHERE id = ?", true);

        private final String statement;
        private final boolean filled;

        Update(String statement, boolean filled) {
            this.statement = statement;
            this.filled = filled;
        }
    }

    /**
     * By how much an update takes longer with the trigger: 0.02 for 2 %.
     *
     * @param unwaited where no commit waits for the disk
     * @param waited the same time, as a share of an update whose commit waits for the disk
     */
    record Overhead(double unwaited, double waited) {}

    Map<Update, Overhead> measure() {
        TableShape shape = new TableShape(ROWS, TableShape.Width.WIDE, 85, 1);
        Map<Update, Overhead> overheads = new EnumMap<>(Update.class);
        for (Update update : Update.values()) {
            String url = databases.restored(shape);
            PlannedFill fill = PlannedFill.of(url, Method.WITH_TRIGGER.spec(), UUID.randomUUID());
            fill.prepare();
            if (update.filled) {
                fill.fill(1);
            }
            try (Sql sql = Sql.open(url)) {
                // With the same columns and values, so that only the trigger differs.
                sql.run("CREATE TABLE plain (LIKE users INCLUDING ALL)");
                sql.run("INSERT INTO plain SELECT * FROM users");
                sql.run("SET synchronous_commit = off");
                sql.run("VACUUM (FULL, ANALYZE) users, plain");
                sql.run("CHECKPOINT");
                overheads.put(update, overhead(sql.connection(), update.statement));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        databases.forget(shape);
        return overheads;
    }

    private static Overhead overhead(Connection connection, String text) throws SQLException {
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        try (PreparedStatement on = connection.prepareStatement(text.formatted("users"));
                PreparedStatement off = connection.prepareStatement(text.formatted("plain"))) {
            round(on);
            round(off);
            for (int round = 0; round < ROUNDS; round++) {
                // Which of them goes first changes, too.
                if (round % 2 == 0) {
                    with.add(round(on));
                    without.add(round(off));
                } else {
                    without.add(round(off));
                    with.add(round(on));
                }
            }
        }
        double plain = Median.of(without, taken -> taken);
        double more = Median.of(with, taken -> taken) - plain;
        return new Overhead(more / plain, more / durable(connection, text));
    }

    private static double durable(Connection connection, String text) throws SQLException {
        try (Statement setting = connection.createStatement();
                PreparedStatement off = connection.prepareStatement(text.formatted("plain"))) {
            setting.execute("SET synchronous_commit = on");
            return round(off);
        }
    }

    /** The median time of an update, in nanoseconds. */
    private static double round(PreparedStatement update) throws SQLException {
        double[] taken = new double[UPDATES];
        for (int number = 0; number < UPDATES; number++) {
            update.setLong(1, ThreadLocalRandom.current().nextLong(1, ROWS + 1L));
            long began = System.nanoTime();
            update.executeUpdate();
            taken[number] = System.nanoTime() - began;
        }
        return Median.of(taken);
    }
}
