package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsed.ForeignKey;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Asks whether the foreign keys of a column can stand when it is as on the copy: types must compare. A copy of a table gets
 * no foreign keys, so each is tried on two empty tables that have nothing but its columns.
 *
 * @param copy on which the column has its new name and type
 */
record KeyRehearsal(Connection connection, Rehearsal rehearsal, String copy) {
    void play() throws SQLException {
        long table = new Query(connection, "SELECT ?::regclass::oid::bigint")
                .one(row -> row.getLong(1), rehearsal.table().sql());
        for (ForeignKey key : new HangingParts(connection, table, rehearsal.column()).foreignKeys()) {
            try (Statement statement = Query.plain(connection)) {
                statement.execute(make("lockstep_keys", key.referenced(), key.keys()));
                statement.execute(make("lockstep_references", key.table(), key.columns()));
                statement.execute("ALTER TABLE pg_temp.lockstep_keys ADD UNIQUE " + list(key.referenced(), key.keys()));
                statement.execute("ALTER TABLE pg_temp.lockstep_references ADD CONSTRAINT "
                        + key.name().sql() + " FOREIGN KEY " + list(key.table(), key.columns())
                        + " REFERENCES pg_temp.lockstep_keys " + list(key.referenced(), key.keys()));
                statement.execute("DROP TABLE pg_temp.lockstep_references, pg_temp.lockstep_keys");
            }
        }
    }

    private String make(String name, TableName of, List<Identifier> columns) {
        return "CREATE TEMPORARY TABLE " + name + " AS SELECT "
                + columns.stream().map(column -> name(of, column)).collect(Collectors.joining(", ")) + " FROM "
                + (ours(of) ? copy : of.sql()) + " WITH NO DATA";
    }

    private String list(TableName of, List<Identifier> columns) {
        return columns.stream().map(column -> name(of, column)).collect(Collectors.joining(", ", "(", ")"));
    }

    private String name(TableName of, Identifier column) {
        return (ours(of) && column.equals(rehearsal.column()) ? rehearsal.as() : column).sql();
    }

    private boolean ours(TableName table) {
        return table.equals(rehearsal.table());
    }
}
