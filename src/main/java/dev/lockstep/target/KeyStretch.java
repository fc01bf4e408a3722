package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rows whose key lies behind one value and not behind another. The values are compared, not looked up, so it does not
 * matter whether their rows are still there.
 *
 * @param after the last key that was done; empty at the beginning
 * @param upTo the last key of the stretch; empty until it is {@link #bounded}
 * @param until the last key of the share; empty where there was no row
 * @param rows how many rows the stretch should have
 * @param passed how many rows lie behind it, about
 * @param about how many rows there are, by the planner's estimate; 0 where it has none
 */
record KeyStretch(
        TableName table,
        Scan.Keys key,
        List<String> after,
        List<String> upTo,
        List<String> until,
        long rows,
        long passed,
        long about)
        implements Stretch {
    private static final int FIRST_ROWS = 200;
    private static final int MOST_ROWS = 50_000;

    KeyStretch {
        after = List.copyOf(after);
        upTo = List.copyOf(upTo);
        until = List.copyOf(until);
    }

    /** All rows that there are now. Those that come later with a higher key are not waited for, so it ends. */
    static KeyStretch share(Connection connection, TableName table, Scan.Keys key, long about) throws SQLException {
        String backwards = key.columns().stream()
                .map(column -> column.name().sql() + " DESC")
                .collect(Collectors.joining(", "));
        String notNull = key.columns().stream()
                .map(column -> column.name().sql() + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
        List<String> until = found(
                        connection,
                        key,
                        "FROM " + table.sql() + " WHERE " + notNull + " ORDER BY " + backwards + " LIMIT 1")
                .orElse(List.of());
        return new KeyStretch(table, key, List.of(), List.of(), until, FIRST_ROWS, 0, about);
    }

    /** Where an earlier attempt was; empty where it went by another key, or by none. */
    static Optional<KeyStretch> from(Cursor kept, TableName table, Scan.Keys key) {
        for (int i = 0; i < key.columns().size(); i++) {
            if (!kept.text("key." + i)
                    .equals(Optional.of(definition(key.columns().get(i))))) {
                return Optional.empty();
            }
        }
        return Optional.of(new KeyStretch(
                table,
                key,
                values(kept, "after.", key),
                List.of(),
                values(kept, "until.", key),
                kept.number("rows", FIRST_ROWS),
                kept.number("passed", 0),
                kept.number("about", 0)));
    }

    private static List<String> values(Cursor kept, String prefix, Scan.Keys key) {
        return Stream.iterate(0, i -> i + 1)
                .limit(key.columns().size())
                .flatMap(i -> kept.text(prefix + i).stream())
                .toList();
    }

    private static String definition(Scan.KeyColumn column) {
        return column.name().value() + " " + column.type();
    }

    @Override
    public Cursor kept() {
        Map<String, String> kept = new HashMap<>();
        for (int i = 0; i < key.columns().size(); i++) {
            kept.put("key." + i, definition(key.columns().get(i)));
        }
        for (int i = 0; i < after.size(); i++) {
            kept.put("after." + i, after.get(i));
        }
        for (int i = 0; i < until.size(); i++) {
            kept.put("until." + i, until.get(i));
        }
        kept.put("rows", String.valueOf(rows));
        kept.put("passed", String.valueOf(passed));
        kept.put("about", String.valueOf(about));
        return new Cursor(kept);
    }

    /** The next stretch, of about so many rows. */
    KeyStretch next(double size) {
        return new KeyStretch(
                table, key, upTo, List.of(), until, Math.clamp(Math.round(size), 1, MOST_ROWS), passed + rows, about);
    }

    @Override
    public boolean over() {
        return after.equals(until);
    }

    @Override
    public Stretch bounded(Connection connection) throws SQLException {
        return new KeyStretch(table, key, after, at(connection, rows).orElse(until), until, rows, passed, about);
    }

    /** The key of the row that is so many rows further; empty where the share has fewer. */
    private Optional<List<String>> at(Connection connection, long further) throws SQLException {
        return found(
                connection,
                key,
                "FROM " + table.sql() + " WHERE " + between(upTo.isEmpty() ? until : upTo) + " ORDER BY " + key.names()
                        + " OFFSET " + (further - 1) + " LIMIT 1");
    }

    private static Optional<List<String>> found(Connection connection, Scan.Keys key, String from) throws SQLException {
        return new Query(connection, "SELECT " + key.texts() + " " + from).first(row -> {
            List<String> values = new ArrayList<>();
            for (int i = 1; i <= key.columns().size(); i++) {
                values.add(row.getString(i));
            }
            return values;
        });
    }

    @Override
    public String condition(String pending) {
        return between(upTo) + " AND (" + pending + ")";
    }

    private String between(List<String> last) {
        return (after.isEmpty() ? "" : key.compared(">", after) + " AND ") + key.compared("<=", last);
    }

    @Override
    public boolean smallest() {
        return rows <= 1;
    }

    @Override
    public Stretch smaller() {
        return new KeyStretch(table, key, after, List.of(), until, Math.max(1, rows / 4), passed, about);
    }

    @Override
    public Stretch past() {
        // Before its end was looked up there is nothing to get past.
        return upTo.isEmpty() ? this : next(1);
    }

    @Override
    public List<Stretch> halves(Connection connection) throws SQLException {
        if (smallest()) {
            return List.of();
        }
        long half = rows / 2;
        Optional<List<String>> middle = at(connection, half).filter(key -> !key.equals(upTo));
        return middle.isEmpty()
                ? List.of()
                : List.of(
                        new KeyStretch(table, key, after, middle.get(), until, half, passed, about),
                        new KeyStretch(table, key, middle.get(), upTo, until, rows - half, passed + half, about));
    }

    @Override
    public String shown() {
        String from = after.isEmpty() ? "the first key" : "(" + String.join(", ", after) + ")";
        return "keys (" + key.names() + ") behind " + from
                + (upTo.isEmpty() ? "" : " up to (" + String.join(", ", upTo) + ")");
    }

    @Override
    public double fraction() {
        // An estimate is no proof: it never says that all is done.
        return over() ? 1 : about == 0 ? 0 : Math.min(0.99, (double) passed / about);
    }
}
