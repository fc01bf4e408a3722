package dev.lockstep.plan;

import dev.lockstep.schema.TableName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a backfill does about single rows, and about the room that it leaves behind.
 *
 * @param checkFirst whether a new column's expression is evaluated on every row, without writing, before the column is
 *     added (P31)
 * @param setAside where rows are put that the expression fails on; empty for failing with the first one
 * @param bloatCeilingPercent how much larger than at its beginning the table may become, in percent, before the backfill
 *     rests for a VACUUM: 1 to 1,000, or 0 for never
 */
public record RowRules(boolean checkFirst, Optional<SetAside> setAside, int bloatCeilingPercent) {
    /**
     * Where rows are put that an expression fails on.
     *
     * @param to a table that the plan makes, and takes away again at its end
     * @param atMost how many rows may be there; one more, and the step fails: 1 to 100,000
     */
    public record SetAside(TableName to, int atMost) {}

    /** Everything is checked first, nothing is set aside, and nothing is vacuumed. */
    public static RowRules standard() {
        return new RowRules(true, Optional.empty(), 0);
    }

    static Optional<SetAside> setAside(Fields fields) {
        Optional<TableName> to = fields.required("to", ChangeReader::table);
        Optional<Integer> atMost = fields.required("atMost", node -> node.integer(1, 100_000));
        return fields.whole(() -> new SetAside(to.orElseThrow(), atMost.orElseThrow()));
    }

    static Map<String, Object> tree(SetAside setAside) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("to", setAside.to().toString());
        tree.put("atMost", setAside.atMost());
        return tree;
    }
}
