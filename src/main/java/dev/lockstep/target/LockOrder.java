package dev.lockstep.target;

import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** In what order a step's locks are taken: everything once, nothing made stronger later, parents before children (P3). */
final class LockOrder {
    private LockOrder() {}

    /**
     * Each table once, where it is first named, in a mode that is as strong as all it is named with. Whoever makes a lock
     * stronger that others hold as well may wait for them while they wait for him.
     */
    static List<TableLock> withoutEscalation(List<TableLock> locks) {
        Map<TableName, LockMode> modes = new LinkedHashMap<>();
        locks.forEach(lock -> modes.merge(lock.table(), lock.mode(), LockOrder::both));
        return modes.entrySet().stream()
                .map(entry -> new TableLock(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The weakest mode that keeps out whatever one of these keeps out. */
    private static LockMode both(LockMode one, LockMode other) {
        return Stream.of(LockMode.values())
                .filter(mode -> mode.conflicts().containsAll(one.conflicts())
                        && mode.conflicts().containsAll(other.conflicts()))
                .findFirst()
                .orElse(LockMode.ACCESS_EXCLUSIVE);
    }

    /** How many tables these locks are on, with everything below them. */
    static int tables(Connection connection, List<TableLock> locks) throws SQLException {
        Object tables = connection.createArrayOf(
                "text", locks.stream().map(lock -> lock.table().sql()).toArray());
        return new Query(connection, """
                        WITH RECURSIVE tree AS (
                          SELECT to_regclass(w.name)::oid AS relation FROM unnest(?::text[]) AS w (name)
                          UNION
                          SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.relation)
                        SELECT count(relation) FROM tree""").one(row -> row.getInt(1), tables);
    }

    /** As given, except that a table comes after those that it is a partition or child of: as the server itself locks. */
    static List<TableLock> parentsFirst(Connection connection, List<TableLock> locks) throws SQLException {
        if (locks.size() < 2) {
            return locks;
        }
        Object tables = connection.createArrayOf(
                "text", locks.stream().map(lock -> lock.table().sql()).toArray());
        List<TableLock> ordered = new ArrayList<>();
        new Query(connection, """
                        WITH RECURSIVE up AS (
                          SELECT w.place, to_regclass(w.name)::oid AS relation, 0 AS depth
                          FROM unnest(?::text[]) WITH ORDINALITY AS w (name, place)
                          UNION ALL
                          SELECT u.place, i.inhparent, u.depth + 1
                          FROM up u JOIN pg_inherits i ON i.inhrelid = u.relation)
                        SELECT place FROM up GROUP BY place ORDER BY max(depth), place""").list(row -> ordered.add(locks.get(row.getInt("place") - 1)), tables);
        return ordered;
    }
}
