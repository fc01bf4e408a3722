package dev.lockstep.demo;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what the database acknowledged to the pods with what it holds, while they go on. Where both columns are there,
 * both must hold it, which is so once the backfill is done.
 */
final class TrafficCheck {
    private final Connection connection;

    /**
     * Over this connection.
     *
     * @param connection to the shop, as a role that reads every row; the caller closes it
     */
    TrafficCheck(Connection connection) {
        this.connection = connection;
    }

    /**
     * The outcome.
     *
     * @param compared how many acknowledged rows were looked at
     * @param lost one sentence for each row that does not hold what was acknowledged
     * @param unequal rows in which the old and the new column differ; 0 when there is only one
     */
    record Finding(long compared, List<String> lost, long unequal) {
        Finding {
            lost = List.copyOf(lost);
        }

        boolean isClean() {
            return lost.isEmpty() && unequal == 0;
        }
    }

    Finding check(TrafficLedger ledger) throws SQLException {
        List<String> columns = columns();
        List<String> lost = new ArrayList<>();
        long compared = 0;
        for (Lane lane : ledger.lanes()) {
            compared += lane.look((acknowledged, uncertain) -> {
                for (String column : columns) {
                    lost.addAll(compare(column, acknowledged, uncertain));
                }
                return acknowledged.size();
            });
        }
        return new Finding(compared, lost, columns.size() == 2 ? unequal() : 0);
    }

    /**
     * A checksum of the ids and names of all rows that no pod ever writes; the same before and after, unless something
     * else changed them.
     */
    String checksum(int seededUsers) throws SQLException {
        // While both are there, the old one: the new one is not filled before the backfill's end.
        String column = columns().getFirst();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT md5(string_agg(id || '=' || %s, ',' ORDER BY id)) FROM users
                 WHERE id <= ? AND (id - 1) %% ? >= ?""".formatted(column))) {
            select.setInt(1, seededUsers);
            select.setInt(2, Lane.LANES);
            select.setInt(3, TrafficLedger.HANDED_OUT);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** Those of the two that are there; the old one first. */
    List<String> columns() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                        SELECT attname FROM pg_attribute
                         WHERE attrelid = 'public.users'::regclass AND attname IN ('name', 'full_name') AND NOT attisdropped
                         ORDER BY attnum""");
                ResultSet row = select.executeQuery()) {
            List<String> columns = new ArrayList<>();
            while (row.next()) {
                columns.add(row.getString(1));
            }
            return columns;
        }
    }

    private List<String> compare(String column, Map<Long, String> acknowledged, Map<Long, String> uncertain)
            throws SQLException {
        Map<Long, String> held = held(column, acknowledged);
        List<String> lost = new ArrayList<>();
        acknowledged.forEach((row, value) -> {
            String is = held.getOrDefault(row, "nothing");
            if (!is.equals(value) && !is.equals(uncertain.get(row))) {
                lost.add("users.%s of row %d should be \"%s\" and is \"%s\"".formatted(column, row, value, is));
            }
        });
        return lost;
    }

    private Map<Long, String> held(String column, Map<Long, String> acknowledged) throws SQLException {
        Array ids = connection.createArrayOf("bigint", acknowledged.keySet().toArray());
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id, %s FROM users WHERE id = ANY (?)".formatted(column))) {
            select.setArray(1, ids);
            try (ResultSet row = select.executeQuery()) {
                Map<Long, String> held = new HashMap<>();
                while (row.next()) {
                    held.put(row.getLong(1), String.valueOf(row.getString(2)));
                }
                return held;
            }
        }
    }

    private long unequal() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT count(*) FROM users WHERE name IS DISTINCT FROM full_name");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
