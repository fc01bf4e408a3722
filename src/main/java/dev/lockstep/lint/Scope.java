package dev.lockstep.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What names mean at one place of a statement: what stands in its FROM, and around it what stands in those of the queries
 * outside. Confined to one search.
 */
final class Scope {
    private final Optional<Scope> outer;
    private final List<Source> sources = new ArrayList<>();
    private final Set<String> queries;

    private Scope(Optional<Scope> outer, Set<String> queries) {
        this.outer = outer;
        this.queries = queries;
    }

    static Scope top() {
        return new Scope(Optional.empty(), Set.of());
    }

    /** A query inside this one, with the names of its WITH queries. */
    Scope inner(Set<String> named) {
        return new Scope(Optional.of(this), named);
    }

    void add(Source source) {
        sources.add(source);
    }

    /** One entry of a FROM. */
    sealed interface Source {
        String name();

        /** The subject's table. */
        record Ours(String name) implements Source {}

        /** A table, or something that computes columns, of which it is known whether one is called like the subject. */
        record Other(String name, boolean hasColumn) implements Source {}
    }

    /** Whether a WITH query, here or around, has this name. */
    boolean isQuery(String name) {
        return queries.contains(name)
                || outer.filter(scope -> scope.isQuery(name)).isPresent();
    }

    /** Whether the subject's table is in this FROM itself. */
    boolean hasOurs() {
        return sources.stream().anyMatch(Source.Ours.class::isInstance);
    }

    /** Whether the subject's table is in sight by this name. */
    boolean namesOurs(String name) {
        for (Source source : sources) {
            if (source.name().equals(name)) {
                return source instanceof Source.Ours;
            }
        }
        return outer.filter(scope -> scope.namesOurs(name)).isPresent();
    }

    /** Whether a column of the subject's name, written without its table, is the subject's here. */
    boolean columnIsOurs() {
        if (hasOurs()) {
            return true;
        }
        boolean somebodyElses =
                sources.stream().anyMatch(source -> source instanceof Source.Other(var _, boolean has) && has);
        return !somebodyElses && outer.filter(Scope::columnIsOurs).isPresent();
    }
}
