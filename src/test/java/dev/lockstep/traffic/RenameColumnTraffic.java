package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;
import java.util.Map;

/** {@code account.name} becomes {@code full_name}, and the counter {@code visits} becomes {@code hits} with it. */
record RenameColumnTraffic() implements Scenario {
    private static final Code NEW = new Code(
            "1.7.0",
            Accounts.ACCOUNT.with(Field.text("name").nullable().in("full_name")).counting("hits"),
            Accounts.PURCHASE);

    @Override
    public ChangeKind kind() {
        return ChangeKind.RENAME_COLUMN;
    }

    @Override
    public String plan() {
        return """
                changes:
                  - renameColumn: {table: account, from: name, to: full_name}
                  - renameColumn: {table: account, from: visits, to: hits}
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
        return """
                ALTER TABLE account RENAME COLUMN name TO full_name;
                ALTER TABLE account RENAME COLUMN visits TO hits;
                """;
    }

    @Override
    public List<String> differences() {
        return List.of("SELECT id FROM account WHERE name IS DISTINCT FROM full_name OR visits IS DISTINCT FROM hits");
    }

    @Override
    public boolean replicaWrites() {
        return true;
    }

    /** The same, and the application keeps both names equal. */
    static Scenario byTheApplication() {
        Field name = Field.text("name").nullable();
        return Story.of(ChangeKind.RENAME_COLUMN, "- renameColumn: {table: account, from: name, to: full_name}", """
                        ALTER TABLE account ADD COLUMN full_name text;
                        COMMENT ON COLUMN account.full_name IS 'As the customer writes it';
                        ALTER TABLE account DROP COLUMN name;
                        CREATE INDEX account_name_idx ON account (full_name);
                        CREATE INDEX account_city_idx ON account (city) WHERE full_name IS NOT NULL;
                        """)
                .variant("sync: Application")
                .planned("sync: Application")
                .at(Milestone.DUAL_WRITE, code("1.5.0", name.in("name", "full_name")))
                .at(Milestone.READ_NEW, code("1.6.0", name.in("full_name", "name")))
                .at(Milestone.NEW_ONLY, code("1.7.0", name.in("full_name")))
                .syncedByApplication();
    }

    private static Code code(String version, Field name) {
        return new Code(version, Accounts.ACCOUNT.with(name), Accounts.PURCHASE);
    }

    /** The same, and for a second the old name is only hidden. */
    static Scenario hiddenFirst() {
        return Story.of(
                        ChangeKind.RENAME_COLUMN,
                        "- renameColumn: {table: account, from: name, to: full_name}",
                        "ALTER TABLE account RENAME COLUMN name TO full_name")
                .variant("revert window")
                .planned("contract: {revertWindowSeconds: 1}")
                .at(
                        Milestone.NEW_ONLY,
                        code("1.7.0", Field.text("name").nullable().in("full_name")))
                .oldEndsWith("hide");
    }

    /**
     * The same where the table has a trigger of its own, which sorts after nearly every name and trims what clients write. The
     * team lets it use the new name before the contract, as the plan asks.
     */
    record WithOwnTrigger() implements Scenario {
        private static final Binding PADDED = new Binding("(? || '  ')", java.sql.Types.VARCHAR);

        private static final Code OLD = new Code(
                "1.4.0", Accounts.ACCOUNT.with(Field.text("name").nullable().as(PADDED)), Accounts.PURCHASE);

        private static final Code NEW = new Code(
                "1.7.0",
                Accounts.ACCOUNT.with(Field.text("name").nullable().as(PADDED).in("full_name")),
                Accounts.PURCHASE);

        private static final String FUNCTION = """
                CREATE OR REPLACE FUNCTION zz_trim() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  NEW.%1$s := btrim(NEW.%1$s);
                  RETURN NEW;
                END $$;
                """;

        @Override
        public ChangeKind kind() {
            return ChangeKind.RENAME_COLUMN;
        }

        @Override
        public String variant() {
            return "own trigger";
        }

        @Override
        public String schema() {
            return Accounts.SCHEMA + FUNCTION.formatted("name") + """
                    CREATE TRIGGER zz_trim BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION zz_trim();
                    """;
        }

        @Override
        public String plan() {
            return """
                    changes:
                      - renameColumn: {table: account, from: name, to: full_name}
                    """;
        }

        @Override
        public Code before() {
            return OLD;
        }

        @Override
        public Map<Milestone, Code> deployed() {
            return Map.of(Milestone.NEW_ONLY, NEW);
        }

        @Override
        public Map<Milestone, Errand> errands() {
            return Map.of(Milestone.NEW_ONLY, new Errand(FUNCTION.formatted("full_name"), FUNCTION.formatted("name")));
        }

        @Override
        public Code after() {
            return NEW;
        }

        @Override
        public String plain() {
            return "ALTER TABLE account RENAME COLUMN name TO full_name; " + FUNCTION.formatted("full_name");
        }

        @Override
        public List<String> differences() {
            return List.of("SELECT id FROM account WHERE name IS DISTINCT FROM full_name");
        }
    }
}
