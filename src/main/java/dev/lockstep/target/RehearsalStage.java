package dev.lockstep.target;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsal.Retyping;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Rehearsed.Over;
import dev.lockstep.schema.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tries out on empty temporary copies of tables what would become of a column. Each rehearsal is one transaction that is
 * rolled back; the real tables are only read. Leaves the connection without a transaction.
 */
final class RehearsalStage {
    private static final Identifier PROBE = new Identifier("lockstep_probe");

    private final Connection connection;

    RehearsalStage(Connection connection) {
        this.connection = connection;
    }

    Map<Rehearsal, Rehearsed> play(Set<Rehearsal> rehearsals, Catalogue catalogue) throws SQLException {
        Map<Rehearsal, Rehearsed> played = new HashMap<>();
        for (Rehearsal rehearsal : rehearsals) {
            Optional<Table> table = catalogue
                    .table(rehearsal.table())
                    .filter(each -> each.kind() == Table.Kind.ORDINARY)
                    .filter(each -> each.column(rehearsal.column()).isPresent());
            if (table.isPresent()) {
                played.put(rehearsal, play(rehearsal, table.get()));
            }
        }
        return played;
    }

    private Rehearsed play(Rehearsal rehearsal, Table table) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            statement.execute("SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '20s'");
            return new Play(statement, rehearsal, table).play();
        } catch (Stumbled stumbled) {
            return new Rehearsed.Refused(stumbled.over, stumbled.words);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** The server refused something. */
    private static final class Stumbled extends Exception {
        private static final long serialVersionUID = 1;

        private final Over over;
        private final String words;

        Stumbled(Over over, SQLException e) {
            super(e);
            this.over = over;
            this.words = SqlFailure.words(e);
        }
    }

    /** One rehearsal on its copy. */
    private final class Play {
        private final Statement statement;
        private final Rehearsal rehearsal;
        private final Table table;
        private final String copy;
        private final String column;

        Play(Statement statement, Rehearsal rehearsal, Table table) {
            this.statement = statement;
            this.rehearsal = rehearsal;
            this.table = table;
            this.copy = "pg_temp." + rehearsal.table().name().sql();
            this.column = rehearsal.column().sql();
        }

        Rehearsed play() throws SQLException, Stumbled {
            // Under the table's own name, so that an expression may say users.name.
            attempt(
                    Over.COPY,
                    "CREATE TEMPORARY TABLE " + rehearsal.table().name().sql() + " (LIKE "
                            + rehearsal.table().sql() + " INCLUDING ALL)");
            CarriedParts parts = paired();
            Map<String, Long> before = parts.files();
            attempt(
                    Over.TYPE,
                    add(
                            rehearsal.as(),
                            rehearsal.retyping().map(Retyping::type).orElseGet(this::type),
                            Optional.empty()));
            boolean addedInstantly = parts.files().equals(before);
            attempt(Over.TYPE, drop(rehearsal.as()));
            boolean instant = true;
            if (rehearsal.retyping().isPresent()) {
                expressions(rehearsal.retyping().get());
                before = parts.files();
                retype(rehearsal.retyping().get());
                instant = parts.files().equals(before);
            }
            attempt(
                    Over.HANGING,
                    "ALTER TABLE " + copy + " RENAME COLUMN " + column + " TO "
                            + rehearsal.as().sql());
            foreignKeys();
            // With this path every expression that the server prints names its schemas.
            statement.execute("SET LOCAL search_path = pg_catalog");
            return parts.read(rehearsal, instant, addedInstantly);
        }

        private CarriedParts paired() throws SQLException, Stumbled {
            try {
                return CarriedParts.pair(connection, rehearsal.table(), copy);
            } catch (SQLException e) {
                throw stumbled(Over.COPY, e);
            }
        }

        private void foreignKeys() throws SQLException, Stumbled {
            try {
                new KeyRehearsal(connection, rehearsal, copy).play();
            } catch (SQLException e) {
                throw stumbled(Over.HANGING, e);
            }
        }

        /**
         * As generated columns, because the server takes only such expressions there as give the same value for the same
         * row whoever evaluates them: what depends on a session's settings would leave the columns apart, and a trigger
         * does not see generated columns (P19).
         */
        private void expressions(Retyping retyping) throws SQLException, Stumbled {
            if (retyping.both()) {
                attempt(Over.TYPE, add(rehearsal.as(), retyping.type(), Optional.empty()));
                String down = retyping.down().orElse(rehearsal.as().sql());
                settled(Over.DOWN, cast(down, baseType()), baseType());
                attempt(Over.TYPE, drop(rehearsal.as()));
            }
            settled(Over.UP, up(retyping), retyping.type());
        }

        /** Gives the same value for the same row, whoever evaluates it. */
        private void settled(Over over, String expression, String type) throws SQLException, Stumbled {
            Savepoint here = connection.setSavepoint();
            try {
                statement.execute(add(PROBE, type, Optional.of(expression)));
                attempt(over, drop(PROBE));
            } catch (SQLException e) {
                boolean mutable = SqlFailure.state(e).equals("42P17");
                connection.rollback(here);
                if (!mutable || !new EnumCasts(connection, copy).only(expression)) {
                    throw stumbled(over, e);
                }
            }
        }

        /** The default as the server converts it, except where the author says how values are converted. */
        private void retype(Retyping retyping) throws SQLException, Stumbled {
            Optional<String> given = given();
            Optional<String> converted =
                    given.isPresent() && retyping.up().isPresent() ? constant(given.get(), retyping) : Optional.empty();
            if (converted.isPresent()) {
                attempt(Over.DEFAULT, alter("DROP DEFAULT"));
            }
            String alteration = alter("TYPE " + retyping.type() + " USING " + up(retyping));
            Savepoint here = connection.setSavepoint();
            try {
                statement.execute(alteration);
            } catch (SQLException e) {
                connection.rollback(here);
                if (given.isEmpty() || converted.isPresent()) {
                    throw stumbled(Over.HANGING, e);
                }
                attempt(Over.DEFAULT, alter("DROP DEFAULT"));
                attempt(Over.HANGING, alteration);
                String value = constant(given.get(), retyping).orElseGet(() -> cast(given.get(), retyping.type()));
                attempt(Over.DEFAULT, alter("SET DEFAULT " + value));
            }
            if (converted.isPresent()) {
                attempt(Over.DEFAULT, alter("SET DEFAULT " + converted.get()));
            }
        }

        private Optional<String> given() {
            return switch (table.column(rehearsal.column()).orElseThrow().defaultValue()) {
                case DefaultValue.Stable(String expression) -> Optional.of(expression);
                case DefaultValue.Volatile(String expression) -> Optional.of(expression);
                case DefaultValue.None _, DefaultValue.Identity _, DefaultValue.Generated _ -> Optional.empty();
            };
        }

        /** The new value of a default that is always the same; empty where it is not. */
        private Optional<String> constant(String given, Retyping retyping) throws SQLException, Stumbled {
            Savepoint here = connection.setSavepoint();
            try {
                statement.execute(add(PROBE, baseType(), Optional.of(cast(given, baseType()))));
                statement.execute(drop(PROBE));
            } catch (SQLException _) {
                connection.rollback(here);
                return Optional.empty();
            }
            String query = "SELECT pg_catalog.format('%L::%s', CAST((" + up(retyping)
                    + ") AS pg_catalog.text), pg_catalog.format_type(t.type, NULL)) FROM (SELECT "
                    + cast(given, baseType())
                    + " AS " + column + ") AS " + rehearsal.table().name().sql()
                    + ", (SELECT CAST(pg_catalog.to_regtype(" + literal(retyping.type())
                    + ") AS pg_catalog.oid) AS type) t";
            try {
                return Optional.of(new Query(connection, query).one(row -> row.getString(1)));
            } catch (SQLException e) {
                throw stumbled(Over.DEFAULT, e);
            }
        }

        private String up(Retyping retyping) {
            return cast(retyping.up().orElse(column), retyping.type());
        }

        private String type() {
            return table.column(rehearsal.column()).orElseThrow().type();
        }

        private String baseType() {
            return table.column(rehearsal.column()).orElseThrow().baseType();
        }

        private String add(Identifier name, String type, Optional<String> generated) {
            return "ALTER TABLE " + copy + " ADD COLUMN " + name.sql() + " " + type
                    + generated
                            .map(value -> " GENERATED ALWAYS AS (" + value + ") STORED")
                            .orElse("");
        }

        private String drop(Identifier name) {
            return "ALTER TABLE " + copy + " DROP COLUMN " + name.sql();
        }

        private String alter(String what) {
            return "ALTER TABLE " + copy + " ALTER COLUMN " + column + " " + what;
        }

        private void attempt(Over over, String sql) throws SQLException, Stumbled {
            try {
                statement.execute(sql);
            } catch (SQLException e) {
                throw stumbled(over, e);
            }
        }
    }

    /** Only what the server says to the statement itself; that it could not be asked is no answer. */
    private static Stumbled stumbled(Over over, SQLException e) throws SQLException {
        if (SqlFailure.of(e) != SqlFailure.STATEMENT) {
            throw e;
        }
        return new Stumbled(over, e);
    }

    private static String cast(String expression, String type) {
        return "CAST((" + expression + "\n) AS " + type + ")";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
