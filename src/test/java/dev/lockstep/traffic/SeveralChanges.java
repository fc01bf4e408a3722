package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;
import java.util.Map;

/** Six changes of two tables in one plan, with all that they need in one set of phases. */
record SeveralChanges() implements Scenario {
    private static final Field REGION = Field.of("region", Binding.TEXT, operation -> "operation " + operation);

    private static final Code DUAL_WRITE = new Code("1.5.0", Accounts.ACCOUNT.with(REGION), Accounts.PURCHASE);

    private static final Code NEW = new Code(
            "1.7.0",
            Accounts.ACCOUNT.with(
                    REGION,
                    Field.text("name").nullable().in("full_name"),
                    Field.of("points", Binding.BIGINT, operation -> String.valueOf(operation % 1000))
                            .in("score")),
            Accounts.PURCHASE.forgetting("note"));

    @Override
    public ChangeKind kind() {
        return ChangeKind.ADD_COLUMN;
    }

    @Override
    public String variant() {
        return "and five more in one plan";
    }

    @Override
    public String plan() {
        return """
                changes:
                  - addColumn:
                      {table: account, column: region, type: text, nullable: false, fill: "'region of ' || city"}
                  - renameColumn: {table: account, from: name, to: full_name}
                  - changeColumnType: {table: account, column: points, type: bigint, to: score}
                  - addIndex: {table: purchase, name: purchase_total_idx, columns: [total, account_id]}
                  - setDefault: {table: purchase, column: total, default: "0"}
                  - dropColumn: {table: purchase, column: note}
                """;
    }

    @Override
    public Map<Milestone, Code> deployed() {
        return Map.of(Milestone.DUAL_WRITE, DUAL_WRITE, Milestone.NEW_ONLY, NEW);
    }

    @Override
    public Code after() {
        return NEW;
    }

    @Override
    public String plain() {
        return """
                ALTER TABLE account ADD COLUMN region text;
                UPDATE account SET region = 'region of ' || city;
                ALTER TABLE account ALTER COLUMN region SET NOT NULL;
                ALTER TABLE account RENAME COLUMN name TO full_name;
                ALTER TABLE account ADD COLUMN score bigint NOT NULL DEFAULT 0;
                ALTER TABLE account DROP COLUMN points;
                CREATE INDEX purchase_total_idx ON purchase (total, account_id);
                ALTER TABLE purchase ALTER COLUMN total SET DEFAULT 0;
                ALTER TABLE purchase DROP COLUMN note;
                """;
    }

    @Override
    public String toString() {
        return title();
    }

    @Override
    public List<String> differences() {
        return List.of("SELECT id FROM account WHERE name IS DISTINCT FROM full_name OR points IS DISTINCT FROM score"
                + " OR region IS NULL");
    }
}
