package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;

/** Indexes and constraints, made and dropped under coupons that code goes on writing. */
final class IndexChanges {
    private static final TableUse COUPON = TableUse.of(
                    "coupon",
                    Field.of("account_id", Binding.BIGINT, operation -> String.valueOf(1 + operation % 4)),
                    Field.text("code"),
                    Field.of("worth", Binding.NUMERIC, operation -> operation % 90 + ".50"))
            .finding();

    /** Neither a key nor a reference nor a check. Its column {@code id} may be NULL, as far as the database knows. */
    private static final String BARE = """
            CREATE SEQUENCE coupon_numbers;
            CREATE TABLE coupon (id bigint DEFAULT nextval('coupon_numbers'), account_id bigint, code text,
                                 worth numeric(10,2));
            INSERT INTO coupon SELECT nextval('coupon_numbers'), 1 + n % 2000, 'seed ' || n, n % 70
            FROM generate_series(1, 2500) AS n;
            GRANT SELECT, INSERT, UPDATE, DELETE ON coupon TO traffic_app;
            GRANT USAGE ON SEQUENCE coupon_numbers TO traffic_app;
            """;

    private static final String KEYED = BARE + "ALTER TABLE coupon ADD PRIMARY KEY (id);";

    /** The same in two partitions. */
    private static final String PARTITIONED = """
            CREATE SEQUENCE coupon_numbers;
            CREATE TABLE coupon (id bigint DEFAULT nextval('coupon_numbers') PRIMARY KEY, account_id bigint, code text,
                                 worth numeric(10,2)) PARTITION BY HASH (id);
            CREATE TABLE coupon_even PARTITION OF coupon FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE coupon_odd PARTITION OF coupon FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            INSERT INTO coupon SELECT nextval('coupon_numbers'), 1 + n % 2000, 'seed ' || n, n % 70
            FROM generate_series(1, 2500) AS n;
            GRANT SELECT, INSERT, UPDATE, DELETE ON coupon TO traffic_app;
            GRANT USAGE ON SEQUENCE coupon_numbers TO traffic_app;
            """;

    private static final Code CODE = new Code("1.4.0", COUPON, Accounts.ACCOUNT, Accounts.PURCHASE);

    private IndexChanges() {}

    static List<Scenario> all() {
        return List.of(
                addIndex(),
                dropIndex(),
                reindex(),
                addForeignKey(),
                addCheck(),
                addUnique(),
                addPrimaryKey(),
                dropConstraint(),
                partitionedIndex(),
                partitionedForeignKey(),
                partitionedColumn());
    }

    private static Scenario addIndex() {
        return Story.of(ChangeKind.ADD_INDEX, """
                        - addIndex: {table: coupon, name: coupon_worth_idx, columns: [worth], include: [code], where: worth > 5}
                        - addIndex: {table: coupon, name: coupon_code_idx, definition: "(lower(code) DESC)"}
                        """, """
                        CREATE INDEX coupon_worth_idx ON coupon (worth) INCLUDE (code) WHERE worth > 5;
                        CREATE INDEX coupon_code_idx ON coupon (lower(code) DESC);
                        """).on(KEYED).by(CODE);
    }

    private static Scenario dropIndex() {
        return Story.of(
                        ChangeKind.DROP_INDEX,
                        "- dropIndex: {table: coupon, name: coupon_code_idx}",
                        "DROP INDEX coupon_code_idx")
                .on(KEYED + "CREATE INDEX coupon_code_idx ON coupon (code) WITH (fillfactor = 80);")
                .by(CODE);
    }

    private static Scenario reindex() {
        return Story.of(ChangeKind.REINDEX, "- reindex: {table: coupon}", "")
                .on(KEYED + "CREATE INDEX coupon_code_idx ON coupon (code);")
                .by(CODE);
    }

    private static Scenario addForeignKey() {
        return Story.of(ChangeKind.ADD_FOREIGN_KEY, """
                        - addForeignKey:
                            table: coupon
                            name: coupon_account_fkey
                            columns: [account_id]
                            references: account
                            referencedColumns: [id]
                            onDelete: Cascade
                        """, """
                        ALTER TABLE coupon ADD CONSTRAINT coupon_account_fkey
                        FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
                        """).on(KEYED).by(CODE);
    }

    private static Scenario partitionedIndex() {
        return Story.of(
                        ChangeKind.ADD_INDEX,
                        "- addIndex: {table: coupon, name: coupon_code_idx, columns: [code]}",
                        "CREATE INDEX coupon_code_idx ON coupon (code)")
                .variant("partitioned")
                .on(PARTITIONED)
                .by(CODE);
    }

    private static Scenario partitionedForeignKey() {
        return Story.of(
                        ChangeKind.ADD_FOREIGN_KEY,
                        "- addForeignKey: {table: coupon, name: coupon_account_fkey, columns: [account_id],"
                                + " references: account, referencedColumns: [id]}",
                        "ALTER TABLE coupon ADD CONSTRAINT coupon_account_fkey"
                                + " FOREIGN KEY (account_id) REFERENCES account (id)")
                .variant("partitioned")
                .on(PARTITIONED)
                .by(CODE);
    }

    private static Scenario partitionedColumn() {
        Field region = Field.of("region", Binding.TEXT, operation -> "operation " + operation);
        return Story.of(
                        ChangeKind.ADD_COLUMN,
                        "- addColumn: {table: coupon, column: region, type: text, nullable: false,"
                                + " fill: \"'region of ' || code\"}",
                        "ALTER TABLE coupon ADD COLUMN region text; UPDATE coupon SET region = 'region of ' || code;"
                                + " ALTER TABLE coupon ALTER COLUMN region SET NOT NULL")
                .variant("partitioned")
                .on(PARTITIONED)
                .by(CODE)
                .at(Milestone.DUAL_WRITE, new Code("1.5.0", COUPON.with(region), Accounts.ACCOUNT, Accounts.PURCHASE))
                .never("SELECT id FROM coupon WHERE region IS NULL");
    }

    private static Scenario addCheck() {
        return Story.of(
                        ChangeKind.ADD_CHECK,
                        "- addCheck: {table: coupon, name: coupon_worth_something, expression: \"worth >= 0 AND code <> ''\"}",
                        "ALTER TABLE coupon ADD CONSTRAINT coupon_worth_something CHECK (worth >= 0 AND code <> '')")
                .on(KEYED)
                .by(CODE);
    }

    private static Scenario addUnique() {
        return Story.of(
                        ChangeKind.ADD_UNIQUE,
                        "- addUnique: {table: coupon, name: coupon_code_key, columns: [code]}",
                        "ALTER TABLE coupon ADD CONSTRAINT coupon_code_key UNIQUE (code)")
                .on(KEYED)
                .by(CODE);
    }

    /** Only with the key there is something that {@code ON CONFLICT} could name. */
    private static Scenario addPrimaryKey() {
        return Story.of(
                        ChangeKind.ADD_PRIMARY_KEY,
                        "- addPrimaryKey: {table: coupon, columns: [id]}",
                        "ALTER TABLE coupon ADD PRIMARY KEY (id)")
                .on(BARE)
                .by(new Code("1.4.0", COUPON.without(Shape.UPSERT), Accounts.ACCOUNT, Accounts.PURCHASE))
                .then(new Code("1.5.0", COUPON, Accounts.ACCOUNT, Accounts.PURCHASE));
    }

    private static Scenario dropConstraint() {
        return Story.of(ChangeKind.DROP_CONSTRAINT, """
                        - dropConstraint: {table: coupon, name: coupon_account_fkey}
                        - dropConstraint: {table: coupon, name: coupon_worth_check}
                        - dropConstraint: {table: coupon, name: coupon_code_key}
                        """, """
                        ALTER TABLE coupon DROP CONSTRAINT coupon_account_fkey, DROP CONSTRAINT coupon_worth_check,
                                           DROP CONSTRAINT coupon_code_key
                        """)
                .on(KEYED + """
                        ALTER TABLE coupon ADD CONSTRAINT coupon_account_fkey
                                               FOREIGN KEY (account_id) REFERENCES account (id),
                                           ADD CONSTRAINT coupon_worth_check CHECK (worth >= 0),
                                           ADD CONSTRAINT coupon_code_key UNIQUE (code);
                        """)
                .by(CODE)
                .at(Milestone.NEW_ONLY, new Code("1.7.0", COUPON, Accounts.ACCOUNT, Accounts.PURCHASE));
    }
}
