package dev.lockstep.change;

import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The indexes that queries on an alias column need, made from what the original's indexes consist of. An index that
 * computes something from the column is not made: that would mean rewriting an expression's text (P23).
 */
record AliasIndexes(Table table, Identifier original, Identifier alias) {
    private static final Pattern DEFERRABLE = Pattern.compile(" DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?$");

    /** The indexes to be made for the alias too, in the catalogue's order. */
    List<Index> wanted() {
        return mentioning().filter(index -> !computes(index)).toList();
    }

    /** What the author should know about the others. */
    List<String> notes() {
        return mentioning()
                .filter(this::computes)
                .map(index ->
                        "Index " + index.name() + " computes from " + original + ", so it is not made for " + alias
                                + " as well: until the contract, queries that use " + alias + " cannot use it"
                                + (index.unique()
                                        ? ", and ON CONFLICT cannot name it by " + alias
                                                + " (it still keeps the values unique, through " + original + ")."
                                        : "."))
                .toList();
    }

    private Stream<Index> mentioning() {
        return table.indexes().stream()
                .filter(Index::valid)
                .filter(index -> index.columns().contains(original));
    }

    private boolean computes(Index index) {
        return index.shape().computedFrom().contains(original);
    }

    /** Unique too, as ON CONFLICT on the new name needs it; not where the original's check can be put off. */
    boolean unique(Index index) {
        return index.unique()
                && table.constraints().stream()
                        .filter(constraint -> index.constraint()
                                .filter(constraint.name()::equals)
                                .isPresent())
                        .map(Constraint::definition)
                        .noneMatch(definition -> DEFERRABLE.matcher(definition).find());
    }

    Identifier nameFor(Index index) {
        return Identifier.derived(
                "lockstep_",
                index.name().value(),
                table.name().sql() + "." + index.name().sql() + ">" + alias.sql());
    }

    String definition(Index index) {
        return IndexSql.create(
                nameFor(index),
                table.name(),
                unique(index),
                index.shape(),
                column -> column.equals(original) ? alias : column);
    }
}
