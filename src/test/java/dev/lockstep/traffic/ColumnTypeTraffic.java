package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;

/** {@code account.points}, an integer, becomes a bigint; and what the server changes in an instant. */
final class ColumnTypeTraffic {
    private static final String INDEXED = "CREATE INDEX account_points_idx ON account (points);";

    private static final Field SCORE = Field.of("points", Binding.BIGINT, operation -> String.valueOf(operation % 1000))
            .in("score");

    private static final Code NEW = new Code("1.7.0", Accounts.ACCOUNT.with(SCORE), Accounts.PURCHASE);

    /** Numbers that no integer holds, which only code may write that knows that nobody reads one any more. */
    private static final Code LARGE = new Code(
            "1.8.0",
            Accounts.ACCOUNT.with(
                    Field.of("points", Binding.BIGINT, operation -> String.valueOf(10_000_000_000L + operation))),
            Accounts.PURCHASE);

    private static final String REPLACED = """
            ALTER TABLE account DROP COLUMN points;
            ALTER TABLE account ADD COLUMN %1$s bigint NOT NULL DEFAULT 0;
            CREATE INDEX account_points_idx ON account (%1$s);
            """;

    private ColumnTypeTraffic() {}

    static List<Scenario> all() {
        return List.of(underAnotherName(), byTheApplication(), inPlace(), instantly());
    }

    private static Scenario underAnotherName() {
        return Story.of(
                        ChangeKind.CHANGE_COLUMN_TYPE,
                        "- changeColumnType: {table: account, column: points, type: bigint, to: score}",
                        REPLACED.formatted("score"))
                .variant("to another name")
                .on(INDEXED)
                .at(Milestone.NEW_ONLY, NEW)
                .never("SELECT id FROM account WHERE points IS DISTINCT FROM score");
    }

    private static Scenario byTheApplication() {
        TableUse both = Accounts.ACCOUNT.with(SCORE.as(Binding.INTEGER).in("points", "score"));
        TableUse readsNew = Accounts.ACCOUNT.with(SCORE.as(Binding.INTEGER).in("score", "points"));
        return Story.of(
                        ChangeKind.CHANGE_COLUMN_TYPE,
                        "- changeColumnType: {table: account, column: points, type: bigint, to: score}",
                        REPLACED.formatted("score"))
                .variant("sync: Application")
                .planned("sync: Application")
                .on(INDEXED)
                .at(Milestone.DUAL_WRITE, new Code("1.5.0", both, Accounts.PURCHASE))
                .at(Milestone.READ_NEW, new Code("1.6.0", readsNew, Accounts.PURCHASE))
                .at(Milestone.NEW_ONLY, NEW)
                .syncedByApplication();
    }

    private static Scenario inPlace() {
        return Story.of(
                        ChangeKind.CHANGE_COLUMN_TYPE,
                        "- changeColumnType: {table: account, column: points, type: bigint}",
                        REPLACED.formatted("points"))
                .variant("in place")
                .on(INDEXED)
                .at(Milestone.NEW_ONLY, new Code("1.7.0", Accounts.ACCOUNT, Accounts.PURCHASE))
                .then(LARGE);
    }

    /** Taken back, it leaves the wider type: rewriting the table for it would not be worth what it does to its readers. */
    private static Scenario instantly() {
        String plain = "ALTER TABLE account ALTER COLUMN email TYPE varchar(320)";
        return Story.of(
                        ChangeKind.CHANGE_COLUMN_TYPE,
                        "- changeColumnType: {table: account, column: email, type: varchar(320)}",
                        plain)
                .variant("instantly")
                .leaving(plain)
                .madeGoodBy("ALTER TABLE account ALTER COLUMN email TYPE varchar(200)");
    }
}
