package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;

/** {@code account} becomes {@code customer}. */
final class RenameTableTraffic {
    /** A view takes no COPY (P37), which {@code explain} says. */
    private static final Code OLD = new Code("1.4.0", Accounts.ACCOUNT.without(Shape.COPY), Accounts.PURCHASE);

    private static final Code NEW = new Code("1.7.0", Accounts.ACCOUNT.named("customer"), Accounts.PURCHASE);

    private RenameTableTraffic() {}

    /** Old code speaks to a view of the old name. */
    static Scenario byView() {
        return Story.of(
                        ChangeKind.RENAME_TABLE,
                        "- renameTable: {table: account, to: customer, via: View}",
                        "ALTER TABLE account RENAME TO customer")
                .variant("View")
                .by(OLD)
                .at(Milestone.NEW_ONLY, NEW)
                .oldEndsWith("drop-view");
    }
}
