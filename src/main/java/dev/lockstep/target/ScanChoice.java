package dev.lockstep.target;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses how a backfill goes through its rows, by what the catalogue says about them: by blocks where the rows lie in the
 * blocks of one heap, else by a key.
 */
final class ScanChoice {
    private final Connection connection;
    private final BatchWork work;

    ScanChoice(Connection connection, BatchWork work) {
        this.connection = connection;
        this.work = work;
    }

    /** What was chosen. */
    sealed interface Chosen {
        record By(Scan scan) implements Chosen {}

        record Refused(StepOutcome.Failed why) implements Chosen {}
    }

    /**
     * What the rows are in.
     *
     * @param parent whether other tables inherit from it
     * @param heap whether rows have their places in blocks
     * @param updatable whether the server can pass an UPDATE on to what holds the rows
     */
    private record Relation(String kind, boolean parent, boolean heap, boolean updatable, int server) {
        static Relation read(ResultSet row) throws SQLException {
            return new Relation(
                    row.getString("relkind"),
                    row.getBoolean("parent"),
                    row.getBoolean("heap"),
                    row.getBoolean("updatable"),
                    row.getInt("server"));
        }

        boolean plain() {
            return kind.equals("r") && !parent;
        }

        String words() {
            return switch (kind) {
                case "r" -> parent ? "a table that others inherit from" : "a table";
                case "p" -> "a partitioned table";
                case "f" -> "a foreign table";
                case "v" -> "a view";
                case "m" -> "a materialised view";
                default -> "no table";
            };
        }
    }

    Chosen choose() throws SQLException {
        Relation relation = new Query(connection, """
                        SELECT c.relkind, EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS parent,
                               coalesce(m.amname = 'heap', false) AS heap,
                               pg_relation_is_updatable(c.oid, ?) & 4 <> 0 AS updatable,
                               current_setting('server_version_num')::int AS server
                        FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam WHERE c.oid = ?::regclass""")
                .one(
                        Relation::read,
                        work.userTriggers() == UserTriggers.FIRE,
                        work.table().sql());
        if (!work.key().isEmpty()) {
            return byAskedKey(relation);
        }
        if (!relation.plain()) {
            return refused(
                    work.table() + " is " + relation.words()
                            + ", so its rows do not lie in the blocks of one table, and" + " no key is named to go by.",
                    remedy(relation));
        }
        if (relation.heap() && relation.server() >= 140_000) {
            return new Chosen.By(new Scan.Blocks(
                    "Walked by blocks, as " + work.table() + " is one table whose rows have their places in blocks."));
        }
        return byFoundKey(relation);
    }

    private static String remedy(Relation relation) {
        return switch (relation.kind()) {
            case "r", "p" ->
                "Backfill each partition by a step of its own, or name the columns of a key in backfill.key.";
            case "f", "v" ->
                "Name columns that order its rows in backfill.key, none of them ever NULL and as good as unique, or"
                        + " backfill the table beneath it.";
            default -> "Backfill the table beneath it.";
        };
    }

    private Chosen byAskedKey(Relation relation) throws SQLException {
        if (!relation.updatable()) {
            return refused(
                    work.table() + " is " + relation.words() + ", and the server cannot update its rows.",
                    relation.kind().equals("v")
                            ? "Backfill the table beneath it. If INSTEAD OF triggers of the view are to do it, say"
                                    + " backfill.userTriggers: Fire in the plan."
                            : "Backfill the table beneath it.");
        }
        List<Scan.KeyColumn> columns = columns(work.key());
        if (columns.size() < work.key().size()) {
            return refused(
                    work.table() + " does not have all the columns of backfill.key ("
                            + work.key().stream().map(Identifier::value).collect(Collectors.joining(", ")) + ").",
                    "Mend backfill.key; case counts.");
        }
        boolean indexed = (!relation.kind().equals("r") && !relation.kind().equals("p")) || indexed(work.key());
        if (!indexed) {
            return refused(
                    "No index of " + work.table() + " begins with the columns of backfill.key ("
                            + work.key().stream().map(Identifier::value).collect(Collectors.joining(", "))
                            + "), in this order, so each batch would read the whole table.",
                    relation.plain()
                            ? "Leave backfill.key out, then it goes by blocks."
                            : "Name the columns of an index.");
        }
        return new Chosen.By(new Scan.Keys(
                columns,
                "Walked by the key that the plan names, as " + work.table() + " is " + relation.words() + "."));
    }

    private Chosen byFoundKey(Relation relation) throws SQLException {
        String why = relation.heap()
                ? "server version " + relation.server() + " cannot read ranges of blocks"
                : "its rows have no places in blocks";
        List<Identifier> key = bestKey();
        if (key.isEmpty()) {
            return refused(
                    work.table() + " cannot be walked: " + why + ", and there is no primary key and no unique index of"
                            + " columns that are NOT NULL.",
                    "Add a primary key, or a unique index of NOT NULL columns, and retry.");
        }
        return new Chosen.By(new Scan.Keys(columns(key), "Walked by its key, as " + why + "."));
    }

    private Chosen refused(String message, String remedy) {
        return new Chosen.Refused(new StepOutcome.Failed(ErrorCode.SQL_FAILED, message, remedy));
    }

    private List<Scan.KeyColumn> columns(List<Identifier> names) throws SQLException {
        return new Query(connection, """
                        SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type
                        FROM unnest(?::text[]) WITH ORDINALITY AS k(name, place)
                        JOIN pg_attribute a ON a.attrelid = ?::regclass AND a.attname = k.name AND NOT a.attisdropped
                        ORDER BY k.place""")
                .list(
                        row -> new Scan.KeyColumn(new Identifier(row.getString("attname")), row.getString("type")),
                        connection.createArrayOf(
                                "text", names.stream().map(Identifier::value).toArray()),
                        work.table().sql());
    }

    /** Indexes that give rows in the order of their columns' own comparison, all in one direction. */
    private static final String ORDERED = """
            SELECT i.*, ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                              WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS names
            FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
            WHERE i.indrelid = ?::regclass AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
              AND m.amname = 'btree'
              AND (SELECT bool_and(o.opcdefault AND (k.coll = 0 OR k.coll = a.attcollation)
                                   AND k.direction = i.indoption[0])
                   FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
                          AS k(attnum, opclass, coll, direction)
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                   JOIN pg_opclass o ON o.oid = k.opclass)""";

    private boolean indexed(List<Identifier> key) throws SQLException {
        Object names = connection.createArrayOf(
                "text", key.stream().map(Identifier::value).toArray());
        return new Query(
                        connection,
                        "SELECT EXISTS (SELECT FROM (" + ORDERED + ") AS i WHERE names[1:" + key.size()
                                + "] = ?::text[])")
                .one(row -> row.getBoolean(1), work.table().sql(), names);
    }

    /** The primary key, or the unique index with the fewest columns; empty where there is none without NULLs. */
    private List<Identifier> bestKey() throws SQLException {
        Optional<List<String>> names = new Query(connection, "SELECT names FROM (" + ORDERED + ") AS i" + """
                         WHERE i.indisunique AND NOT EXISTS (
                           SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = ANY (i.names)
                                                        AND NOT a.attnotnull)
                         ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1""")
                .first(row -> Query.texts(row, "names"), work.table().sql());
        return names.orElse(List.of()).stream().map(Identifier::new).toList();
    }
}
