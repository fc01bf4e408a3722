package dev.lockstep.target;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Rehearsed.Traits;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What hangs on a column (P33): definitions from a copy on which the change was tried out, names and what a copy does not
 * get from the table itself. Inside the transaction of a {@link RehearsalStage}.
 *
 * @param indexes the table's index for each of the copy's, by name; only valid ones
 * @param statistics the table's extended statistics for each of the copy's, by name
 */
record CarriedParts(
        Connection connection,
        long table,
        long copy,
        Map<String, Identifier> indexes,
        Map<String, TableName> statistics) {
    /**
     * LIKE makes the copy's indexes and statistics in the order of the table's numbers, and gives them names of its own.
     *
     * @throws SQLException also when the copy is not like the table
     */
    static CarriedParts pair(Connection connection, TableName table, String copy) throws SQLException {
        long from = oid(connection, table.sql());
        long to = oid(connection, copy);
        return new CarriedParts(connection, from, to, indexes(connection, from, to), statistics(connection, from, to));
    }

    private static long oid(Connection connection, String relation) throws SQLException {
        return new Query(connection, "SELECT ?::regclass::oid::bigint").one(row -> row.getLong(1), relation);
    }

    private static Map<String, Identifier> indexes(Connection connection, long from, long to) throws SQLException {
        record Made(String name, boolean valid, String shape) {}
        Query query = new Query(connection, """
                SELECT c.relname, i.indisvalid AND i.indisready AS valid,
                       concat_ws(' ', i.indisunique, i.indisprimary, i.indnatts, i.indclass, i.indoption, i.indcollation,
                         pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) AS shape
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = ?::oid AND i.indislive ORDER BY i.indexrelid""");
        Query.RowReader<Made> made =
                row -> new Made(row.getString("relname"), row.getBoolean("valid"), row.getString("shape"));
        List<Made> originals = query.list(made, from);
        List<Made> copies = query.list(made, to);
        if (!originals.stream()
                .map(Made::shape)
                .toList()
                .equals(copies.stream().map(Made::shape).toList())) {
            throw new SQLException("an empty copy of the table has other indexes than the table", "55000");
        }
        Map<String, Identifier> pairs = new HashMap<>();
        for (int place = 0; place < copies.size(); place++) {
            if (originals.get(place).valid()) {
                pairs.put(
                        copies.get(place).name(),
                        new Identifier(originals.get(place).name()));
            }
        }
        return pairs;
    }

    private static Map<String, TableName> statistics(Connection connection, long from, long to) throws SQLException {
        Query query = new Query(connection, """
                SELECT n.nspname, s.stxname FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
                WHERE s.stxrelid = ?::oid ORDER BY s.oid""");
        Query.RowReader<TableName> name = row -> HangingParts.name(row, "nspname", "stxname");
        List<TableName> originals = query.list(name, from);
        List<TableName> copies = query.list(name, to);
        if (originals.size() != copies.size()) {
            throw new SQLException("an empty copy of the table has other statistics than the table", "55000");
        }
        Map<String, TableName> pairs = new HashMap<>();
        for (int place = 0; place < copies.size(); place++) {
            pairs.put(copies.get(place).name().value(), originals.get(place));
        }
        return pairs;
    }

    /** The files that hold the copy and its indexes: a rewrite gives new ones, even where there is nothing to write. */
    Map<String, Long> files() throws SQLException {
        record File(String name, long file) {}
        return new Query(connection, """
                        SELECT relname, relfilenode::bigint AS file FROM pg_class
                        WHERE oid = ?::oid OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ?::oid)""")
                .list(row -> new File(row.getString("relname"), row.getLong("file")), copy, copy).stream()
                        .collect(Collectors.toMap(File::name, File::file));
    }

    /** What there would be, once all has been done to the copy. */
    Rehearsed.Played read(Rehearsal rehearsal, boolean instant, boolean addedInstantly) throws SQLException {
        TableReader copied = new TableReader(connection, copy);
        Column column = copied.columns().stream()
                .filter(each -> each.name().equals(rehearsal.as()))
                .findFirst()
                .orElseThrow(() -> new SQLException("the copy has lost column " + rehearsal.as(), "55000"));
        List<Index> carried = new IndexReader(connection, copy)
                .indexes().stream()
                        .filter(index -> index.columns().contains(rehearsal.as()))
                        .flatMap(index -> named(index).stream())
                        .toList();
        List<Constraint> checks = copied.constraints().stream()
                .filter(each -> each.kind() == Constraint.Kind.CHECK)
                .filter(each -> each.columns().contains(rehearsal.as()))
                .toList();
        HangingParts hanging = new HangingParts(connection, table, rehearsal.column());
        List<Rehearsed.Statistics> kept = statistics(rehearsal.as());
        return new Rehearsed.Played(
                instant,
                addedInstantly,
                column,
                traits(rehearsal),
                carried,
                checks,
                hanging.foreignKeys(),
                kept,
                hanging.numbering(),
                hanging.remarks(
                        Stream.concat(
                                        carried.stream().map(Index::name),
                                        checks.stream().map(Constraint::name))
                                .toList(),
                        kept));
    }

    /** Under the name that the table's own index has. */
    private Optional<Index> named(Index index) {
        return Optional.ofNullable(indexes.get(index.name().value()))
                .map(name -> new Index(
                        name,
                        index.columns(),
                        index.definition(),
                        index.unique(),
                        index.primary(),
                        true,
                        index.constraint().map(_ -> name),
                        index.shape()));
    }

    /** Storage and compression from the copy, because a change of type begins anew with both. */
    private Traits traits(Rehearsal rehearsal) throws SQLException {
        return new Query(connection, """
                        SELECT col_description(a.attrelid, a.attnum) AS comment,
                               nullif(a.attstattarget, -1)::int AS target,
                               CASE WHEN c.attstorage <> t.typstorage THEN
                                 CASE c.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED'
                                   ELSE 'MAIN' END END AS storage,
                               CASE c.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
                               coalesce(a.attoptions, '{}') AS options
                        FROM pg_attribute a, pg_attribute c JOIN pg_type t ON t.oid = c.atttypid
                        WHERE a.attrelid = ?::oid AND a.attname = ? AND c.attrelid = ?::oid AND c.attname = ?""")
                .one(
                        CarriedParts::traits,
                        table,
                        rehearsal.column().value(),
                        copy,
                        rehearsal.as().value());
    }

    private static Traits traits(ResultSet row) throws SQLException {
        return new Traits(
                Query.text(row, "comment"),
                Optional.ofNullable(row.getObject("target", Integer.class)),
                Query.text(row, "storage"),
                Query.text(row, "compression"),
                Query.texts(row, "options").stream()
                        .map(option -> option.split("=", 2))
                        .collect(Collectors.toMap(option -> option[0], option -> option[1])));
    }

    private List<Rehearsed.Statistics> statistics(Identifier column) throws SQLException {
        record Kept(String name, List<String> kinds, String on) {}
        List<Kept> mentioning = new Query(connection, """
                        SELECT s.stxname, pg_get_statisticsobjdef_columns(s.oid) AS on,
                               ARRAY(SELECT CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END
                                     FROM unnest(s.stxkind) AS k WHERE k IN ('d', 'f', 'm')) AS kinds
                        FROM pg_statistic_ext s
                        WHERE s.stxrelid = ?::oid AND EXISTS (
                          SELECT FROM pg_depend d JOIN pg_attribute a
                            ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                          WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
                            AND d.refobjid = s.stxrelid AND a.attname = ?)
                        ORDER BY s.oid""")
                .list(
                        row -> new Kept(row.getString("stxname"), Query.texts(row, "kinds"), row.getString("on")),
                        copy,
                        column.value());
        List<Rehearsed.Statistics> kept = new ArrayList<>();
        for (Kept each : mentioning) {
            TableName name = statistics.get(each.name());
            if (name != null) {
                kept.add(new Rehearsed.Statistics(name, each.kinds(), each.on(), target(name)));
            }
        }
        return kept;
    }

    private Optional<Integer> target(TableName name) throws SQLException {
        return new Query(connection, """
                        SELECT nullif(s.stxstattarget, -1)::int FROM pg_statistic_ext s
                        JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname = ? AND s.stxname = ?""")
                .one(
                        row -> Optional.ofNullable(row.getObject(1, Integer.class)),
                        name.schema().value(),
                        name.name().value());
    }
}
