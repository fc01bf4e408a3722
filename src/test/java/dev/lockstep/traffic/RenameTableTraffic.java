package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;

/** {@code account} becomes {@code customer}. */
final class RenameTableTraffic {
    /** A view takes no COPY (P37), which {@code explain} says. */
    private static final Code OLD = new Code("1.4.0", Accounts.ACCOUNT.without(Shape.COPY), Accounts.PURCHASE);

    private static final Code NEW = new Code("1.7.0", Accounts.ACCOUNT.named("customer"), Accounts.PURCHASE);

    private RenameTableTraffic() {}

    static List<Scenario> all() {
        return List.of(byView(), byCopy(), byTheApplication(), withDeletes(), withDeletesByTheApplication());
    }

    /** Old code speaks to a view of the old name. */
    private static Scenario byView() {
        return Story.of(
                        ChangeKind.RENAME_TABLE,
                        "- renameTable: {table: account, to: customer, via: View}",
                        "ALTER TABLE account RENAME TO customer")
                .variant("View")
                .by(OLD)
                .at(Milestone.NEW_ONLY, NEW)
                .oldEndsWith("drop-view");
    }

    /** Triggers keep a second table equal. */
    private static Scenario byCopy() {
        return Story.of(
                        ChangeKind.RENAME_TABLE,
                        "- renameTable: {table: account, to: customer, via: Copy}",
                        "ALTER TABLE account RENAME TO customer")
                .variant("Copy")
                .at(Milestone.NEW_ONLY, NEW);
    }

    /** The application writes both tables, in one transaction and always in the same order. */
    private static Scenario byTheApplication() {
        TableUse writesBoth = Accounts.ACCOUNT.writing("account", "customer");
        TableUse readsNew = Accounts.ACCOUNT.named("customer").writing("account", "customer");
        return Story.of(
                        ChangeKind.RENAME_TABLE,
                        "- renameTable: {table: account, to: customer, via: Copy}",
                        "ALTER TABLE account RENAME TO customer")
                .variant("Copy, sync: Application")
                .planned("sync: Application")
                .at(Milestone.DUAL_WRITE, new Code("1.5.0", writesBoth, Accounts.PURCHASE))
                .at(Milestone.READ_NEW, new Code("1.6.0", readsNew, Accounts.PURCHASE))
                .at(Milestone.NEW_ONLY, NEW)
                .syncedByApplication();
    }

    /** {@code purchase} becomes {@code sale}: rows of it are deleted all the time, also while they are copied. */
    private static Scenario withDeletes() {
        return purchases("Copy, with deletes")
                .at(Milestone.NEW_ONLY, new Code("1.7.0", Accounts.PURCHASE.named("sale"), Accounts.ACCOUNT));
    }

    private static Scenario withDeletesByTheApplication() {
        TableUse writesBoth = Accounts.PURCHASE.writing("purchase", "sale");
        TableUse readsNew = Accounts.PURCHASE.named("sale").writing("purchase", "sale");
        return purchases("Copy, with deletes, sync: Application")
                .planned("sync: Application")
                .at(Milestone.DUAL_WRITE, new Code("1.5.0", writesBoth, Accounts.ACCOUNT))
                .at(Milestone.READ_NEW, new Code("1.6.0", readsNew, Accounts.ACCOUNT))
                .at(Milestone.NEW_ONLY, new Code("1.7.0", Accounts.PURCHASE.named("sale"), Accounts.ACCOUNT))
                .syncedByApplication();
    }

    private static Story purchases(String variant) {
        return Story.of(
                        ChangeKind.RENAME_TABLE,
                        "- renameTable: {table: purchase, to: sale, via: Copy}",
                        "ALTER TABLE purchase RENAME TO sale")
                .variant(variant)
                .by(new Code("1.4.0", Accounts.PURCHASE, Accounts.ACCOUNT));
    }
}
