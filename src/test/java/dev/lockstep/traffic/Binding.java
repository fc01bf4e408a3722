package dev.lockstep.traffic;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;

/**
 * A type as the driver binds it.
 *
 * @param placeholder what stands for the value in a statement
 * @param jdbc from {@link Types}
 */
record Binding(String placeholder, int jdbc) {
    static final Binding TEXT = new Binding("?", Types.VARCHAR);
    static final Binding INTEGER = new Binding("?", Types.INTEGER);
    static final Binding BIGINT = new Binding("?", Types.BIGINT);
    static final Binding NUMERIC = new Binding("?", Types.NUMERIC);
    static final Binding BOOLEAN = new Binding("?", Types.BOOLEAN);

    /** A type that the driver does not know and the statement casts to. */
    static Binding cast(String sql) {
        return new Binding("CAST(? AS " + sql + ")", Types.VARCHAR);
    }

    void bind(PreparedStatement statement, int at, Optional<String> value) throws SQLException {
        if (value.isEmpty()) {
            statement.setNull(at, jdbc);
            return;
        }
        switch (jdbc) {
            case Types.INTEGER -> statement.setInt(at, Integer.parseInt(value.get()));
            case Types.BIGINT -> statement.setLong(at, Long.parseLong(value.get()));
            case Types.NUMERIC -> statement.setBigDecimal(at, new BigDecimal(value.get()));
            case Types.BOOLEAN -> statement.setBoolean(at, value.get().equals("t"));
            default -> statement.setString(at, value.get());
        }
    }
}
