package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsed.Numbering;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The transaction in which a column goes and its replacement takes over all that it had.
 *
 * @param under the name that the replacement has afterwards
 */
record ReplacementSwap(ReplacementColumn replacement, Identifier under) {
    List<String> statements() {
        List<String> statements = new ArrayList<>(replacement.dropTriggers());
        numbering().ifPresent(numbering -> statements.addAll(handOver(numbering)));
        statements.add(alter() + "DROP COLUMN " + replacement.original().name().sql());
        statements.addAll(new ReplacementIndexes(replacement).takeOver());
        statements.addAll(new ReplacementChecks(replacement).takeOver());
        if (replacement.earlyDefault().isEmpty()) {
            statements.addAll(replacement.lateDefault());
        }
        notNull().ifPresent(statements::add);
        replacement
                .rehearsed()
                .remarks()
                .forEach(remark ->
                        statements.add("COMMENT ON " + remark.on() + " IS " + SqlText.literal(remark.text())));
        if (!under.equals(replacement.name())) {
            statements.add(alter() + "RENAME COLUMN " + replacement.name().sql() + " TO " + under.sql());
            statements.addAll(new ReplacementIndexes(replacement).rename(under));
        }
        statements.add(SyncTriggers.forgetPlans(replacement.table()));
        return List.copyOf(statements);
    }

    /**
     * From server 18 on NOT NULL is a constraint with a name (P15), which the server has made for the replacement. It gets
     * the original's, unless that is only made of the name that the column had until now.
     */
    private Optional<String> notNull() {
        String usual =
                table().name().value() + "_" + replacement.original().name().value() + "_not_null";
        return replacement.table().constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.NOT_NULL)
                .filter(constraint ->
                        constraint.columns().contains(replacement.original().name()))
                .map(Constraint::name)
                .filter(name -> under.equals(replacement.original().name())
                        || !name.value().equals(usual))
                .map(this::renameNotNull)
                .findFirst();
    }

    private String renameNotNull(Identifier wanted) {
        String ours =
                "FROM pg_catalog.pg_constraint JOIN pg_catalog.pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
                        + " WHERE contype = 'n' AND conrelid = " + Look.oid(table()) + " AND attname = "
                        + SqlText.literal(replacement.name().value()) + " AND conname <> "
                        + SqlText.literal(wanted.value());
        return "DO "
                + SqlText.body("""
                        DECLARE
                          given name := (SELECT conname %s);
                        BEGIN
                          IF given IS NOT NULL THEN
                            EXECUTE %s || pg_catalog.quote_ident(given) || %s;
                          END IF;
                        END
                        """.formatted(
                        ours, SqlText.literal(alter() + "RENAME CONSTRAINT "), SqlText.literal(" TO " + wanted.sql())));
    }

    private Optional<Numbering> numbering() {
        return replacement.rehearsed().numbering();
    }

    /** Before the column goes, because its sequence would go with it. */
    private List<String> handOver(Numbering numbering) {
        return numbering.identity() ? identity(numbering) : owned(numbering);
    }

    private List<String> owned(Numbering numbering) {
        String sequence = "ALTER SEQUENCE " + numbering.sequence().sql() + " ";
        List<String> statements = new ArrayList<>();
        statements.add(sequence + "OWNED BY " + table().sql() + "."
                + replacement.name().sql());
        if (numbering.usedByDefault() && retyped() && wholeNumbers()) {
            // Otherwise it would go on to end where the old type does.
            statements.add(sequence + "AS " + replacement.rehearsed().column().baseType());
        }
        return statements;
    }

    /**
     * The server drops an identity's sequence with the identity; the new one goes on where that one stood. Setting the old
     * one's step to what it is keeps others from drawing a number in between.
     */
    private List<String> identity(Numbering numbering) {
        String sequence = numbering.sequence().sql();
        boolean always = replacement.original().defaultValue() instanceof DefaultValue.Identity(boolean itIs) && itIs;
        List<String> statements = new ArrayList<>();
        statements.add("DO "
                + SqlText.body("""
                        DECLARE
                          reached bigint;
                          drawn boolean;
                        BEGIN
                          ALTER SEQUENCE %1$s %2$s;
                          SELECT last_value, is_called INTO reached, drawn FROM %1$s;
                          %3$sALTER COLUMN %4$s DROP IDENTITY;
                          %3$sALTER COLUMN %5$s ADD GENERATED %6$s AS IDENTITY (SEQUENCE NAME %1$s %2$s %7$s);
                          PERFORM pg_catalog.setval(%8$s::pg_catalog.regclass, reached, drawn);
                        END
                        """.formatted(
                                sequence,
                                "INCREMENT BY " + numbering.increment(),
                                alter(),
                                replacement.original().name().sql(),
                                replacement.name().sql(),
                                always ? "ALWAYS" : "BY DEFAULT",
                                numbering.options(),
                                SqlText.literal(sequence))));
        for (Column.ColumnGrant grant : numbering.grants()) {
            statements.add("GRANT " + grant.privilege() + " ON SEQUENCE " + sequence + " TO "
                    + grant.grantee().sql() + (grant.grantable() ? " WITH GRANT OPTION" : ""));
        }
        return statements;
    }

    private boolean retyped() {
        return !replacement
                .rehearsed()
                .column()
                .type()
                .equals(replacement.original().type());
    }

    private boolean wholeNumbers() {
        return List.of("smallint", "integer", "bigint")
                .contains(replacement.rehearsed().column().baseType());
    }

    private String alter() {
        return "ALTER TABLE " + table().sql() + " ";
    }

    private TableName table() {
        return replacement.table().name();
    }
}
