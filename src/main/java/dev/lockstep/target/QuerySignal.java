package dev.lockstep.target;

import dev.lockstep.plan.BackfillLimits.SqlCheck;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** A number of the user's own, by a query that can only read. */
final class QuerySignal implements Signal {
    /** Far over the limit, or over one of zero: as much as anything can be. */
    private static final double MOST = 4;

    private final SqlCheck check;

    QuerySignal(SqlCheck check) {
        this.check = check;
    }

    @Override
    public String name() {
        return check.name();
    }

    @Override
    public String remedy() {
        return "This query is the plan's or the configuration's own (backfill.limits.queries); whoever wrote it knows what to"
                + " do.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        Optional<BigDecimal> answer = answer(connection);
        if (answer.isEmpty()) {
            return List.of(new Reading.Unread(
                    name(), "The query " + name() + " gives no number; it must give one row with one number."));
        }
        double number = answer.get().doubleValue();
        String so = check.least() ? "no less than " : "no more than ";
        return List.of(new Reading.Felt(
                name(),
                true,
                pressure(number),
                "query " + name(),
                "The query " + name() + " gives " + answer.get().toPlainString() + "; " + so + check.limit()
                        + " is right."));
    }

    private double pressure(double number) {
        double limit = check.limit();
        boolean broken = check.least() ? number < limit : number > limit;
        if (limit <= 0 || number <= 0) {
            // There is no share of nothing, or of less.
            return broken ? MOST : 0;
        }
        double share = check.least() ? limit / number : number / limit;
        return broken ? Math.clamp(share, 1.1, MOST) : share;
    }

    private Optional<BigDecimal> answer(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            statement.execute("SET TRANSACTION READ ONLY");
            // As a part of a query, so that nothing else than a query can stand there by mistake.
            String inner = check.sql().strip().replaceAll(";+$", "");
            try (ResultSet rows = statement.executeQuery("SELECT * FROM (\n" + inner + "\n) AS answer LIMIT 1")) {
                return rows.next() ? Optional.ofNullable(rows.getBigDecimal(1)) : Optional.empty();
            }
        } finally {
            ShortTransaction.end(connection);
        }
    }
}
