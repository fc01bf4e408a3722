package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupPostgresTest {
    private static final Identifier ID = new Identifier("id");
    private static final Identifier HIDDEN = new Identifier("hidden");
    private static final Identifier PHONE = new Identifier("phone");
    private static final Action.KeepValues KEEP = new Action.KeepValues(
            Bench.USERS, "users.phone", List.of(ID), List.of(new Action.Kept(HIDDEN, PHONE)), 3_600);
    private static final Step STEP = new Step(
            "keep-values", "keep", KEEP, new Step.Undo.By(new Action.ForgetValues("users.phone")), "SELECT NULL");

    private final Bench bench = new Bench();

    @BeforeEach
    void users() {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, hidden varchar(20), note text)");
        bench.sql("INSERT INTO users SELECT n, CASE WHEN n % 3 > 0 THEN 'p' || n END, repeat('x', 400)"
                + " FROM generate_series(1, 3000) AS n");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private TableName copy() {
        return Backups.table("users.phone", bench.run);
    }

    private void keeps() {
        assertThat(bench.forward(STEP)).isInstanceOf(StepOutcome.Completed.class);
    }

    @Test
    void everyValueCanBeRestoredByItsKey() {
        String before = bench.value("SELECT md5(string_agg(id || coalesce(hidden, '-'), ',' ORDER BY id)) FROM users");
        keeps();
        bench.sql("ALTER TABLE users DROP COLUMN hidden");
        assertThat(bench.value("SELECT source || ' ' || rows FROM lockstep.backup WHERE keep_until > now()"))
                .isEqualTo("users.phone 3000");

        // What the operator's guide says.
        bench.sql("ALTER TABLE users ADD COLUMN phone varchar(20)");
        bench.sql("UPDATE users SET phone = kept.phone FROM " + copy().sql() + " AS kept WHERE kept.id = users.id");
        assertThat(bench.value("SELECT md5(string_agg(id || coalesce(phone, '-'), ',' ORDER BY id)) FROM users"))
                .isEqualTo(before);
    }

    @Test
    void rowsThatMoveBehindTheCursorAreNotLost() {
        bench.stop = true;
        assertThat(bench.forward(STEP)).isInstanceOf(StepOutcome.Interrupted.class);
        bench.stop = false;
        bench.sql("DELETE FROM users WHERE id <= 500");
        bench.sql("VACUUM users");
        bench.sql("UPDATE users SET note = 'moved' WHERE id > 2900");
        assertThat(bench.value("SELECT count(*) > 0 FROM users WHERE id > 2900 AND ctid < '(64,0)'"))
                .as("rows went where the copy has been already")
                .isEqualTo("t");
        keeps();
        assertThat(bench.value("SELECT count(*) FROM users LEFT JOIN " + copy().sql() + " AS kept USING (id)"
                        + " WHERE kept.id IS NULL OR kept.phone IS DISTINCT FROM users.hidden"))
                .isEqualTo("0");
    }

    @Test
    void goesOnWhereItWasInterrupted() {
        bench.stop = true;
        assertThat(bench.forward(STEP)).isInstanceOf(StepOutcome.Interrupted.class);
        bench.stop = false;
        keeps();
        keeps();
        assertThat(bench.value("SELECT count(*) FROM " + copy().sql())).isEqualTo("3000");
    }

    @Test
    void everyPartitionIsCopied() {
        bench.sql("DROP TABLE users");
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, hidden varchar(20)) PARTITION BY RANGE (id)");
        bench.sql("CREATE TABLE low PARTITION OF users FOR VALUES FROM (0) TO (100)");
        bench.sql("CREATE TABLE high PARTITION OF users FOR VALUES FROM (100) TO (9000)");
        bench.sql("INSERT INTO users SELECT n, n FROM generate_series(1, 3000) AS n");
        keeps();
        assertThat(bench.value("SELECT count(*) FROM users JOIN " + copy().sql() + " AS kept USING (id)"
                        + " WHERE kept.phone = users.hidden"))
                .isEqualTo("3000");
    }

    @Test
    void aWholeTableNeedsNoKey() {
        bench.sql("CREATE TABLE log (line text); INSERT INTO log SELECT n FROM generate_series(1, 50) AS n");
        Identifier line = new Identifier("line");
        assertThat(bench.does(
                        "keep-log",
                        new Action.KeepValues(
                                TableName.parse("log"), "log", List.of(), List.of(new Action.Kept(line, line)), 3_600)))
                .isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT count(*) FROM "
                        + Backups.table("log", bench.run).sql()))
                .isEqualTo("50");
    }

    @Test
    void nobodyElseMayReadIt() {
        bench.sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC");
        keeps();
        assertThat(bench.value(
                        "SELECT coalesce(string_agg(acl::text, ','), 'none') FROM pg_class, unnest(relacl) AS acl"
                                + " WHERE oid = '" + copy().sql() + "'::regclass AND acl::text LIKE '=%'"))
                .isEqualTo("none");
    }

    @Test
    void goesWithARollback() {
        keeps();
        assertThat(bench.backward(STEP)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT to_regclass('" + copy().sql()
                        + "') IS NULL AND NOT EXISTS (SELECT FROM lockstep.backup)"))
                .isEqualTo("t");
    }

    @Test
    void isDroppedWhenItsTimeIsOverAndNeverBefore() throws Exception {
        DatabaseName shop = new DatabaseName("shop");
        assertThat(bench.targets.dropExpiredBackups(shop)).isEmpty();
        keeps();
        assertThat(bench.targets.dropExpiredBackups(shop)).isEmpty();
        bench.sql("UPDATE lockstep.backup SET keep_until = now() - interval '1 second'");
        try (Connection reader = bench.connect()) {
            reader.setAutoCommit(false);
            Bench.run(reader, "SELECT FROM " + copy().sql());
            assertThat(bench.targets.dropExpiredBackups(shop))
                    .as("somebody is reading it")
                    .isEmpty();
            reader.rollback();
        }
        assertThat(bench.targets.dropExpiredBackups(shop))
                .singleElement()
                .asString()
                .startsWith("users.phone in ");
        assertThat(bench.value("SELECT count(*) FROM lockstep.backup")).isEqualTo("0");
    }
}
