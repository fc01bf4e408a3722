package dev.lockstep.ui;

import dev.lockstep.engine.LockMonitor;
import dev.lockstep.plan.DatabaseName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Locks as a test wants them to be. */
final class ShownLocks implements LockMonitor {
    private static final String WANTED = "AccessExclusiveLock on users";

    private volatile Reading reading = new Reading.Seen(List.of(), 0);

    void shows(Reading now) {
        reading = now;
    }

    @Override
    public Reading look(DatabaseName database, List<PatientStep> patient) {
        return database.value().equals("shop") ? reading : new Reading.Unknown(List.of(new DatabaseName("shop")));
    }

    /** A report that holds up a migration of somebody else, readers behind that, and Lockstep, which keeps out of it. */
    static Reading.Seen crowd() {
        return new Reading.Seen(
                List.of(
                        session(
                                4711,
                                "nightly-report",
                                "idle in transaction",
                                "SELECT o.id, u.email FROM orders o JOIN users u ON u.id = o.user_id WHERE u.country = ? AND"
                                        + " o.created_at > ?",
                                Optional.empty()),
                        session(
                                4802,
                                "psql",
                                "active",
                                "ALTER TABLE users ADD COLUMN note text",
                                wait(WANTED, 61, "4711", "AccessShareLock on users")),
                        session(
                                4810,
                                "shop-web-7d9f6c-4kx2p",
                                "active",
                                "SELECT * FROM users WHERE id = $1",
                                wait("AccessShareLock on users", 58, "4802", "a place before it in the queue")),
                        session(
                                4811,
                                "shop-web-7d9f6c-m8w7q",
                                "active",
                                "UPDATE users SET name = $1 WHERE id = $2",
                                wait("RowExclusiveLock on users", 12, "4802", "a place before it in the queue")),
                        own("lockstep/6f1c2c1e/add-full-name", wait(WANTED, 0, "4711", "AccessShareLock on users")),
                        new LockMonitor.Session(
                                "prepared order-66",
                                Kind.PREPARED,
                                0,
                                "order-66",
                                "billing",
                                "",
                                "",
                                Optional.empty(),
                                Optional.of(Duration.ofHours(26)),
                                Optional.empty()),
                        session(
                                4822,
                                "billing-worker",
                                "active",
                                "UPDATE invoices SET paid = ? WHERE id = $1",
                                wait(
                                        "a row of invoices that the other transaction has changed",
                                        733,
                                        "prepared order-66",
                                        "its transaction open"))),
                0);
    }

    private static Session own(String name, Optional<Wait> wait) {
        return new Session(name, Kind.PATIENT_STEP, 0, name, "", "", "", Optional.empty(), Optional.empty(), wait);
    }

    private static Session session(int pid, String application, String state, String query, Optional<Wait> wait) {
        return new Session(
                String.valueOf(pid),
                Kind.SESSION,
                pid,
                application,
                "shop",
                state,
                query,
                Optional.of(Duration.ofSeconds(pid == 4711 ? 252 : 62)),
                Optional.of(Duration.ofSeconds(pid == 4711 ? 258 : 62)),
                wait);
    }

    private static Optional<Wait> wait(String wants, int seconds, String by, String has) {
        return Optional.of(new Wait(
                wants,
                seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)),
                List.of(new Grip(by, has))));
    }
}
