package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import dev.lockstep.target.RowWalk.Span;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Finds every row of a piece that an expression fails on, with the server's words (P31). An error ends its statement, so a
 * piece is evaluated as a whole; one that fails by halves, which costs little, as each try ends at its first bad row; and a
 * block that fails row by row, in a temporary function that catches the error. The function alone, for every row of a piece
 * that fails, takes ten times as long as the expression itself: the documents have the figures.
 */
final class FailingRows {
    /** Values, constraints and what functions raise: what another row need not share. */
    static final Set<String> OF_ROWS = Set.of("22", "23", "P0");

    private final Connection connection;
    private final TableName table;
    private final String expression;
    private boolean ready;

    FailingRows(Connection connection, TableName table, String expression) {
        this.connection = connection;
        this.table = table;
        this.expression = expression;
    }

    /** A row, by the name that a person knows it by, and why. */
    record Failure(String row, String why) {
        String words() {
            return row + ": " + why;
        }
    }

    /** Whether another row might not have this error. */
    static boolean ofRow(SQLException e) {
        String state = SqlFailure.state(e);
        return state.length() == 5 && OF_ROWS.contains(state.substring(0, 2));
    }

    /** @param counted gets the number of rows in the piece */
    List<Failure> in(RowWalk walk, String name, LongConsumer counted) throws SQLException {
        List<Failure> failures = new ArrayList<>();
        Optional<Span> span = walk.span();
        if (span.isPresent()) {
            search(walk, span.get(), name, counted, failures);
        } else if (fails(walk, walk.piece(), counted)) {
            failures.addAll(rowByRow(walk, walk.piece(), name, counted));
        }
        return failures;
    }

    private void search(RowWalk walk, Span span, String name, LongConsumer counted, List<Failure> failures)
            throws SQLException {
        if (!fails(walk, walk.piece(span), counted)) {
            return;
        }
        if (span.one()) {
            failures.addAll(rowByRow(walk, walk.piece(span), name, counted));
            return;
        }
        for (Span half : span.halves()) {
            search(walk, half, name, counted, failures);
        }
    }

    /** Whether the expression fails on a row there; where it does not, the rows are counted. */
    private boolean fails(RowWalk walk, String piece, LongConsumer counted) throws SQLException {
        try {
            counted.accept(walk.ask(statement -> count(statement, piece)));
            return false;
        } catch (SQLException e) {
            if (ofRow(e)) {
                return true;
            }
            throw e;
        }
    }

    private List<Failure> rowByRow(RowWalk walk, String piece, String name, LongConsumer counted) throws SQLException {
        prepare();
        return walk.ask(statement -> failures(statement, piece, name, counted));
    }

    private long count(Statement statement, String piece) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT pg_catalog.count(*), pg_catalog.count(" + expression + ")" + piece)) {
            row.next();
            return row.getLong(1);
        }
    }

    private List<Failure> failures(Statement statement, String piece, String name, LongConsumer counted)
            throws SQLException {
        List<Failure> failures = new ArrayList<>();
        long all = 0;
        try (ResultSet rows = statement.executeQuery(
                "SELECT " + name + ", pg_temp.lockstep_failure(" + table.name().sql() + ")" + piece)) {
            while (rows.next()) {
                all++;
                String why = rows.getString(2);
                if (why != null) {
                    failures.add(new Failure(rows.getString(1), why));
                }
            }
        }
        counted.accept(all);
        return failures;
    }

    /** The row is offered under the table's name, as everywhere. */
    private void prepare() throws SQLException {
        if (ready) {
            return;
        }
        try (Statement statement = Query.plain(connection)) {
            statement.execute(
                    """
                    CREATE OR REPLACE FUNCTION pg_temp.lockstep_failure(lockstep_row %1$s) RETURNS text
                    LANGUAGE plpgsql AS $lockstep_failure$
                    #variable_conflict use_column
                    BEGIN
                      PERFORM %2$s FROM (SELECT lockstep_row.*) AS %3$s;
                      RETURN NULL;
                    EXCEPTION WHEN OTHERS THEN
                      IF pg_catalog.left(SQLSTATE, 2) OPERATOR(pg_catalog.=) ANY (ARRAY['22', '23', 'P0']) THEN
                        RETURN SQLERRM || ' (SQLSTATE ' || SQLSTATE || ')';
                      END IF;
                      RAISE;
                    END
                    $lockstep_failure$""".formatted(table.sql(), expression, table.name().sql()));
        }
        ready = true;
    }
}
