package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A second column that has the new name, kept equal to the original by triggers both ways, and the SQL for it.
 *
 * <p>Which side did a statement write? On INSERT the new side, where it differs from what it would have got by default;
 * otherwise the old one is copied. On UPDATE the new side, where it changed; otherwise the old one is copied, which also
 * fills rows that the backfill has not reached. So where a statement writes both sides differently, the new side wins
 * (P21).
 *
 * <p>Where the table has row triggers of its own that fire before the write, one trigger of ours fires first, so that they
 * see both sides filled, and leaves the agreed value in a setting of the transaction; one fires last and knows by it
 * which side they changed. Without such triggers the last one is enough, and it is not even called for writes that leave
 * the sides equal.
 */
record AliasColumn(Table table, Column original, Identifier name) {
    Identifier lastTrigger() {
        return sync().last();
    }

    private SyncTriggers sync() {
        return new SyncTriggers(table, original.name(), name);
    }

    boolean hasRowChangers() {
        return !Ground.rowChangers(table).isEmpty();
    }

    /** Adds the column and its triggers. They belong in one transaction: no write may see one without the other. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        statements.add("ALTER TABLE " + on() + " ADD COLUMN " + name.sql() + " " + original.baseType()
                + original.collation().map(collation -> " COLLATE " + collation).orElse(""));
        if (!original.notNull() && original.defaultValue() instanceof DefaultValue.Stable(String expression)) {
            // Only now, so that rows that exist stay NULL and nothing is rewritten.
            statements.add(
                    "ALTER TABLE " + on() + " ALTER COLUMN " + name.sql() + " SET DEFAULT " + enclosed(expression));
        }
        original.grants().forEach(grant -> statements.add(grant(grant)));
        statements.addAll(triggers());
        return List.copyOf(statements);
    }

    /** The triggers that keep both sides equal. */
    List<String> triggers() {
        boolean both = hasRowChangers();
        return sync().create(new SyncTriggers.Code(
                both ? Optional.of(agreeing()) : Optional.empty(),
                both ? settling() : syncing(),
                Optional.of(Sameness.of(original).differ("NEW." + name.sql(), bareOld("NEW"))),
                Optional.empty(),
                false));
    }

    /**
     * Takes all of it away again, unless it is not there. The trigger is the mark that the column is ours: it came in the
     * same transaction.
     */
    List<String> remove() {
        return List.of(SqlText.onlyIf(
                Look.triggerExists(table.name(), lastTrigger()),
                Stream.concat(dropTriggers().stream(), Stream.of("ALTER TABLE " + on() + " DROP COLUMN " + name.sql()))
                        .toArray(String[]::new)));
    }

    /**
     * Ends the alias and gives its name to the original, which keeps everything that hangs on it: views, constraints,
     * foreign keys, indexes, statistics, grants and its place in the row.
     */
    List<String> swap() {
        List<String> statements = new ArrayList<>(dropTriggers());
        statements.add("ALTER TABLE " + on() + " DROP COLUMN " + name.sql());
        statements.add(
                "ALTER TABLE " + on() + " RENAME COLUMN " + original.name().sql() + " TO " + name.sql());
        if (hasDomain()) {
            // The alias had the domain's base type.
            statements.add(SyncTriggers.forgetPlans(table));
        }
        return List.copyOf(statements);
    }

    boolean hasDomain() {
        return !original.type().equals(original.baseType());
    }

    /** True for rows whose two sides differ. */
    String pending() {
        return SqlText.differ(name.sql(), SqlText.bare(original.name().sql(), original));
    }

    List<String> dropTriggers() {
        return sync().drop(hasRowChangers());
    }

    private String syncing() {
        return """
                BEGIN
                  %s
                  RETURN NEW;
                END
                """.formatted(choice());
    }

    private String choice() {
        return """
                IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
                    IF %1$s THEN
                      %3$s
                    ELSE
                      %4$s
                    END IF;
                  ELSIF %2$s THEN
                    %3$s
                  ELSE
                    %4$s
                  END IF;""".formatted(
                        Sameness.of(original).differInBody("NEW." + name.sql(), givenByDefault()),
                        Sameness.of(original).differInBody("NEW." + name.sql(), "OLD." + name.sql()),
                        toOld(),
                        toNew());
    }

    private String agreeing() {
        return """
                BEGIN
                  %s
                  PERFORM pg_catalog.set_config(%s, %s, true);
                  RETURN NEW;
                END
                """.formatted(choice(), setting(), SyncTriggers.stash("NEW." + name.sql()));
    }

    private String settling() {
        return """
                BEGIN
                  IF %s OPERATOR(pg_catalog.<>) pg_catalog.current_setting(%s) THEN
                    %s
                  ELSE
                    %s
                  END IF;
                  RETURN NEW;
                END
                """.formatted(SyncTriggers.stash("NEW." + name.sql()), setting(), toOld(), toNew());
    }

    private String setting() {
        return sync().setting("agreed");
    }

    private String toOld() {
        return "NEW." + original.name().sql() + " := NEW." + name.sql() + ";";
    }

    private String toNew() {
        return "NEW." + name.sql() + " := NEW." + original.name().sql() + ";";
    }

    private String givenByDefault() {
        String expression = !original.notNull() && original.defaultValue() instanceof DefaultValue.Stable(String given)
                ? enclosed(given)
                : "NULL";
        return "CAST(" + expression + " AS " + original.baseType() + ")";
    }

    private String bareOld(String row) {
        return SqlText.bare(row + "." + original.name().sql(), original);
    }

    private String grant(Column.ColumnGrant grant) {
        return "GRANT " + grant.privilege() + " (" + name.sql() + ") ON " + on() + " TO "
                + grant.grantee().sql() + (grant.grantable() ? " WITH GRANT OPTION" : "");
    }

    private String on() {
        return table.name().sql();
    }

    private static String enclosed(String expression) {
        return SqlText.enclosed(expression);
    }
}
