package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A second column that takes the place of the original for good, with everything that the original has (P33), and the SQL
 * by which it comes and goes.
 *
 * @param rehearsed what the server said would hang on it
 * @param conversion how its value follows from the original's
 * @param upkeep who keeps the two equal
 */
record ReplacementColumn(
        Table table, Column original, Rehearsed.Played rehearsed, Conversion conversion, Upkeep upkeep) {
    /** Who keeps a column and its replacement equal. */
    enum Upkeep {
        /** A trigger copies the original; only that one is written. */
        FOLLOWING,
        /** Triggers copy either way. */
        BOTH_WAYS,
        /** The application writes both. */
        APPLICATION
    }

    Identifier name() {
        return rehearsed.column().name();
    }

    SyncTriggers triggers() {
        return new SyncTriggers(table, original.name(), name());
    }

    /** Adds the column and its triggers. They belong in one transaction: no write may see one without the other. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        statements.add(alterTable() + "ADD COLUMN " + name().sql() + " "
                + rehearsed.column().type()
                + rehearsed
                        .column()
                        .collation()
                        .map(collation -> " COLLATE " + collation)
                        .orElse(""));
        // Only now, so that rows that exist stay NULL and nothing is rewritten (P32).
        earlyDefault().ifPresent(value -> statements.add(alterColumn() + "SET DEFAULT " + SqlText.enclosed(value)));
        original.grants().forEach(grant -> statements.add(grant(grant)));
        statements.addAll(traits());
        if (upkeep != Upkeep.APPLICATION) {
            statements.addAll(triggers().create(new ReplacementTriggers(this).code()));
        }
        return List.copyOf(statements);
    }

    private List<String> traits() {
        List<String> statements = new ArrayList<>();
        Rehearsed.Traits traits = rehearsed.traits();
        traits.storage().ifPresent(storage -> statements.add(alterColumn() + "SET STORAGE " + storage));
        traits.compression().ifPresent(method -> statements.add(alterColumn() + "SET COMPRESSION " + method));
        traits.statisticsTarget().ifPresent(target -> statements.add(alterColumn() + "SET STATISTICS " + target));
        traits.options()
                .forEach((option, value) -> statements.add(
                        alterColumn() + "SET (" + new Identifier(option).sql() + " = " + SqlText.literal(value) + ")"));
        traits.comment()
                .ifPresent(text -> statements.add("COMMENT ON COLUMN "
                        + table.name().sql() + "." + name().sql() + " IS " + SqlText.literal(text)));
        return statements;
    }

    /**
     * A NULL that new code writes can only be told from a value that it did not give if not giving one gives the default.
     * Where the original is NOT NULL, that means nothing, and the default comes when nobody fills the column in its place.
     */
    Optional<String> earlyDefault() {
        return upkeep == Upkeep.BOTH_WAYS
                        && !original.notNull()
                        && rehearsed.column().defaultValue() instanceof DefaultValue.Stable(String expression)
                ? Optional.of(expression)
                : Optional.empty();
    }

    /** Sets the default, where the original has one. */
    List<String> lateDefault() {
        return switch (rehearsed.column().defaultValue()) {
            case DefaultValue.Stable(String expression) -> List.of(alterColumn() + "SET DEFAULT " + expression);
            case DefaultValue.Volatile(String expression) -> List.of(alterColumn() + "SET DEFAULT " + expression);
            case DefaultValue.None _, DefaultValue.Identity _, DefaultValue.Generated _ -> List.of();
        };
    }

    /** Takes all of it away again, unless it is not there. A trigger came in the same transaction, and is the mark. */
    List<String> remove() {
        if (upkeep == Upkeep.APPLICATION) {
            return List.of("ALTER TABLE IF EXISTS " + table.name().sql() + " DROP COLUMN IF EXISTS " + name().sql());
        }
        List<String> statements = new ArrayList<>(dropTriggers());
        statements.add(alterTable() + "DROP COLUMN " + name().sql());
        return List.of(
                SqlText.onlyIf(Look.triggerExists(table.name(), triggers().last()), statements.toArray(String[]::new)));
    }

    List<String> dropTriggers() {
        return upkeep == Upkeep.APPLICATION ? List.of() : triggers().drop(twoTriggers());
    }

    /** A trigger of the table's own may change either side; where only one is written, the last trigger is enough. */
    boolean twoTriggers() {
        return upkeep == Upkeep.BOTH_WAYS && !Ground.rowChangers(table).isEmpty();
    }

    /** True where the new type lets only a part of the old values through, and nobody has said how to convert them. */
    boolean castByDefault() {
        return conversion.up().isEmpty() && !rehearsed.column().type().equals(original.type());
    }

    private String grant(Column.ColumnGrant grant) {
        return "GRANT " + grant.privilege() + " (" + name().sql() + ") ON "
                + table.name().sql() + " TO " + grant.grantee().sql() + (grant.grantable() ? " WITH GRANT OPTION" : "");
    }

    private String alterTable() {
        return "ALTER TABLE " + table.name().sql() + " ";
    }

    private String alterColumn() {
        return alterTable() + "ALTER COLUMN " + name().sql() + " ";
    }
}
