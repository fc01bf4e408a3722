package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;
import java.util.Map;

/** Accounts get columns. */
final class AddColumnTraffic {
    private AddColumnTraffic() {}

    /** {@code region}, never NULL, worked out from the city for rows that exist and for old code. */
    record Filled() implements Scenario {
        private static final Code NEW = new Code(
                "1.5.0",
                Accounts.ACCOUNT.with(Field.of("region", Binding.TEXT, operation -> "operation " + operation)),
                Accounts.PURCHASE);

        @Override
        public ChangeKind kind() {
            return ChangeKind.ADD_COLUMN;
        }

        @Override
        public String variant() {
            return "NOT NULL, filled";
        }

        @Override
        public String plan() {
            return """
                    changes:
                      - addColumn:
                          table: account
                          column: region
                          type: varchar(40)
                          nullable: false
                          fill: "'region of ' || city"
                          comment: Where the customer is served from
                    """;
        }

        @Override
        public Map<Milestone, Code> deployed() {
            return Map.of(Milestone.DUAL_WRITE, NEW);
        }

        @Override
        public Code after() {
            return NEW;
        }

        @Override
        public String plain() {
            return """
                    ALTER TABLE account ADD COLUMN region varchar(40);
                    UPDATE account SET region = 'region of ' || city;
                    ALTER TABLE account ALTER COLUMN region SET NOT NULL;
                    COMMENT ON COLUMN account.region IS 'Where the customer is served from';
                    """;
        }

        @Override
        public List<String> differences() {
            return List.of("SELECT id FROM account WHERE region IS NULL OR region NOT LIKE 'region of %'"
                    + " AND region NOT LIKE 'operation %'");
        }

        @Override
        public boolean replicaWrites() {
            return true;
        }
    }

    /** {@code tier}, with a constant default, and {@code nickname}, which may be NULL. */
    record Plain() implements Scenario {
        private static final Code NEW = new Code(
                "1.5.0",
                Accounts.ACCOUNT.with(
                        Field.of("tier", Binding.INTEGER, operation -> String.valueOf(operation % 9)),
                        Field.text("nickname").nullable()),
                Accounts.PURCHASE);

        @Override
        public ChangeKind kind() {
            return ChangeKind.ADD_COLUMN;
        }

        @Override
        public String variant() {
            return "default";
        }

        @Override
        public String plan() {
            return """
                    changes:
                      - addColumn: {table: account, column: tier, type: integer, nullable: false, default: "3"}
                      - addColumn: {table: account, column: nickname, type: text}
                    """;
        }

        @Override
        public Code after() {
            return NEW;
        }

        @Override
        public String plain() {
            return """
                    ALTER TABLE account ADD COLUMN tier integer NOT NULL DEFAULT 3;
                    ALTER TABLE account ADD COLUMN nickname text;
                    """;
        }

        @Override
        public List<String> differences() {
            return List.of("SELECT id FROM account WHERE tier <> 3 OR nickname IS NOT NULL");
        }
    }
}
