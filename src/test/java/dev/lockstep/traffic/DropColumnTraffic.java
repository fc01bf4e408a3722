package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.Map;

/** {@code account.points} goes, with its index. */
record DropColumnTraffic() implements Scenario {
    private static final Code NEW = new Code("1.7.0", Accounts.ACCOUNT.forgetting("points"), Accounts.PURCHASE);

    /** The same, and for a second the column is only hidden. */
    static Scenario hiddenFirst() {
        return Story.of(
                        ChangeKind.DROP_COLUMN,
                        "- dropColumn: {table: account, column: points}",
                        "ALTER TABLE account DROP COLUMN points")
                .variant("revert window")
                .planned("contract: {revertWindowSeconds: 1}")
                .on("CREATE INDEX account_points_idx ON account (points);")
                .at(Milestone.NEW_ONLY, NEW)
                .oldEndsWith("hide");
    }

    /** The same, and its values are kept. */
    static Scenario backedUp() {
        return Story.of(
                        ChangeKind.DROP_COLUMN,
                        "- dropColumn: {table: account, column: points}",
                        "ALTER TABLE account DROP COLUMN points")
                .variant("backup")
                .planned("backup: {to: Table, keepSeconds: 3600}")
                .at(Milestone.NEW_ONLY, NEW)
                .oldEndsWith("hide")
                .keeping("points");
    }

    @Override
    public ChangeKind kind() {
        return ChangeKind.DROP_COLUMN;
    }

    @Override
    public String schema() {
        return Accounts.SCHEMA + "CREATE INDEX account_points_idx ON account (points);";
    }

    @Override
    public String plan() {
        return """
                changes:
                  - dropColumn: {table: account, column: points}
                """;
    }

    @Override
    public Map<Milestone, Code> deployed() {
        return Map.of(Milestone.NEW_ONLY, NEW);
    }

    @Override
    public Code after() {
        return NEW;
    }

    @Override
    public String plain() {
        return "ALTER TABLE account DROP COLUMN points";
    }
}
