package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action;
import dev.lockstep.change.Walk;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the rows of each kind of relation are walked, and that keys of any type come to an end with all rows filled once. */
class ScanChoicePostgresTest {
    private static final String PENDING = "full_name IS DISTINCT FROM name";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private StepOutcome fill(String table, UserTriggers triggers, String... key) {
        return bench.does(
                "fill-" + table + key.length + triggers.label().toLowerCase(Locale.ROOT),
                new Action.Backfill(
                        TableName.parse(table),
                        List.of(new Action.Fill(new Identifier("full_name"), "name", PENDING)),
                        triggers,
                        Stream.of(key).map(Identifier::new).toList()));
    }

    /** What is said beforehand is what is done. */
    private void fills(String table, UserTriggers triggers, List<String> key, int rows, String how) {
        Targets.CatalogueReading.Read before = (Targets.CatalogueReading.Read) bench.read(TableName.parse(table));
        String told = switch (Walk.of(
                        before.catalogue(),
                        TableName.parse(table),
                        key.stream().map(Identifier::new).toList(),
                        triggers)
                .orElseThrow()) {
            case Walk.ByBlocks(String why) -> why;
            case Walk.ByKey(var _, String why) -> why;
            case Walk.Impossible impossible -> impossible.reason();
        };
        StepOutcome outcome = fill(table, triggers, key.toArray(String[]::new));
        assertThat(outcome).isInstanceOfSatisfying(StepOutcome.Completed.class, done -> {
            assertThat(done.summary().rows()).isEqualTo(rows);
            assertThat(done.summary().notes().getFirst()).contains(how).isEqualTo(told);
            assertThat(done.summary().notes()).noneMatch(note -> note.contains("another pass"));
        });
        assertThat(bench.value("SELECT count(*) FROM " + table + " WHERE " + PENDING))
                .isEqualTo("0");
    }

    private static void refused(StepOutcome outcome, String message, String remedy) {
        assertThat(outcome).isInstanceOfSatisfying(StepOutcome.Failed.class, failed -> {
            assertThat(failed.message()).contains(message);
            assertThat(failed.remedy()).contains(remedy);
        });
    }

    private void users(String columns, String key, String values) {
        bench.sql(
                "CREATE TABLE users (" + columns + ", name text NOT NULL, full_name text, PRIMARY KEY (" + key + "))");
        bench.sql("INSERT INTO users SELECT " + values + ", 'user ' || n FROM generate_series(1, 900) AS n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', textBlock = """
                    a uuid ~ md5(n::text)::uuid
                    a text COLLATE "en-x-icu" ~ chr(32 + n % 90) || md5(n::text)
                    a text ~ repeat('''', n % 3) || repeat(chr(92), n % 4) || n || 'é'
                    a varchar(40) COLLATE "C" ~ CASE n WHEN 1 THEN '' ELSE upper(md5(n::text)) END
                    a char(9) ~ n::text
                    a timestamptz ~ '2026-03-29 00:00Z'::timestamptz + n * '7 min 1.000001 s'::interval
                    a timestamp ~ CASE n WHEN 1 THEN '-infinity' WHEN 2 THEN 'infinity' ELSE '1900-01-01'::timestamp + n * '1 us'::interval END
                    a numeric ~ CASE n WHEN 1 THEN 'NaN' ELSE (n - 400) * 1.000000000000000000000000000001 END
                    a double precision ~ CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE sqrt(n) - 15 END
                    a bytea ~ decode(md5(n::text), 'hex')
                    a int[] ~ ARRAY[n % 7, n]
                    a inet ~ '10.0.0.0'::inet + n
                    a interval ~ n * '1 month 3 days'::interval
                    """)
    void walksAKeyOfAnyTypeToItsEnd(String column, String value) {
        users(column, "a", value);
        fills("users", UserTriggers.SKIP, List.of("a"), 900, "by the key that the plan names");
    }

    @Test
    void walksAKeyOfSeveralColumns() {
        users("a text COLLATE \"C\", b date, c int", "a, b, c", "(n % 3)::text, date '2026-01-01' + n % 11, n");
        fills("users", UserTriggers.SKIP, List.of("a", "b", "c"), 900, "by the key that the plan names");
    }

    @Test
    void goesByBlocksWhereRowsHaveThem() {
        users("a int", "a", "n");
        fills("users", UserTriggers.SKIP, List.of(), 900, "Walked by blocks");
    }

    @Test
    void refusesAKeyThatNoIndexServes() {
        users("a int, b int", "a", "n, n");
        refused(fill("users", UserTriggers.SKIP, "b"), "No index of users begins with", "Leave backfill.key out");
        refused(fill("users", UserTriggers.FIRE, "nothing"), "does not have all the columns", "case counts");
    }

    @Test
    void aPartitionedTableIsWalkedAsAWholeOnlyByAKey() {
        bench.sql("CREATE TABLE users (a int, name text, full_name text, PRIMARY KEY (a)) PARTITION BY HASH (a)");
        bench.sql("CREATE TABLE users_0 PARTITION OF users FOR VALUES WITH (MODULUS 2, REMAINDER 0)");
        bench.sql("CREATE TABLE users_1 PARTITION OF users FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        bench.sql("INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 900) AS n");
        refused(fill("users", UserTriggers.SKIP), "is a partitioned table", "backfill.key");
        fills("users", UserTriggers.SKIP, List.of("a"), 900, "is a partitioned table");
    }

    @Test
    void aViewIsWalkedByAKeyAndByItsTriggersOnlyWhereTheyFire() {
        users("a int", "a", "n");
        bench.sql("CREATE VIEW part AS SELECT * FROM users WHERE a > 100");
        refused(fill("part", UserTriggers.SKIP), "part is a view", "backfill.key");
        fills("part", UserTriggers.SKIP, List.of("a"), 800, "is a view");
        bench.sql("CREATE VIEW joined AS SELECT u.a, u.name, u.full_name FROM users u, (SELECT 1) AS one");
        bench.sql("""
                CREATE FUNCTION joined() RETURNS trigger LANGUAGE plpgsql AS
                  $$BEGIN UPDATE users SET full_name = NEW.full_name WHERE a = NEW.a; RETURN NEW; END$$;
                CREATE TRIGGER joined INSTEAD OF UPDATE ON joined FOR EACH ROW EXECUTE FUNCTION joined();
                """);
        refused(fill("joined", UserTriggers.SKIP, "a"), "cannot update its rows", "userTriggers: Fire");
        fills("joined", UserTriggers.FIRE, List.of("a"), 100, "is a view");
    }

    @Test
    void aForeignTableIsWalkedByAKey() {
        users("a int, b text", "a, b", "n, n::text");
        bench.sql("CREATE EXTENSION postgres_fdw");
        bench.sql("CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '"
                + Postgres.port() + "', dbname '" + bench.value("SELECT current_database()") + "')");
        bench.sql("CREATE USER MAPPING FOR CURRENT_USER SERVER self OPTIONS (user 'postgres')");
        bench.sql("CREATE FOREIGN TABLE far (a int, b text, name text, full_name text) SERVER self"
                + " OPTIONS (table_name 'users')");
        refused(fill("far", UserTriggers.SKIP), "far is a foreign table", "backfill.key");
        fills("far", UserTriggers.SKIP, List.of("a", "b"), 900, "is a foreign table");
        bench.sql("UPDATE users SET full_name = NULL");
        fills("far", UserTriggers.SKIP, List.of("a"), 900, "is a foreign table");
    }

    @Test
    void namesTheRowThatFailsByItsKey() {
        users("a text", "a", "'key ' || n");
        bench.pace = new BackfillPace(40, 0, UserTriggers.SKIP, 0, BatchCommit.SYNCHRONOUS);
        StepOutcome outcome = bench.does(
                "fails",
                new Action.Backfill(
                        TableName.parse("users"),
                        List.of(new Action.Fill(
                                new Identifier("full_name"),
                                "CASE WHEN a = 'key 77' THEN (1 / (length(a) - 6))::text ELSE name END",
                                PENDING)),
                        UserTriggers.SKIP,
                        List.of(new Identifier("a"))));
        refused(outcome, "a key 77", "Mend the value");
    }

    @Test
    void aMaterialisedViewIsRefused() {
        users("a int", "a", "n");
        bench.sql("CREATE MATERIALIZED VIEW kept AS SELECT * FROM users");
        refused(fill("kept", UserTriggers.SKIP), "a materialised view", "beneath it");
        refused(fill("kept", UserTriggers.FIRE, "a"), "cannot update its rows", "beneath it");
    }
}
