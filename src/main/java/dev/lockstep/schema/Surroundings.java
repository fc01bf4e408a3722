package dev.lockstep.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands around a table: whom it belongs to, who may use it and see which of its rows, and what knows it by something
 * other than its columns.
 *
 * @param grants privileges on the table as a whole, those of its owner left out
 * @param publications the publications of logical replication that carry it
 * @param rowFunctions functions that take a row of the table, or an array of its rows, named as {@code regprocedure} does
 * @param rules rewrite rules of its own
 * @param identitySequences the sequence behind each identity column
 */
public record Surroundings(
        Identifier owner,
        List<TableGrant> grants,
        RowSecurity rowSecurity,
        List<Publication> publications,
        List<String> rowFunctions,
        List<Identifier> rules,
        Map<Identifier, TableName> identitySequences) {
    public Surroundings {
        grants = List.copyOf(grants);
        publications = List.copyOf(publications);
        rowFunctions = List.copyOf(rowFunctions);
        rules = List.copyOf(rules);
        identitySequences = Map.copyOf(identitySequences);
    }

    /** A table of this role's that nothing knows of. */
    public static Surroundings of(Identifier owner) {
        return new Surroundings(
                owner, List.of(), new RowSecurity(false, false, List.of()), List.of(), List.of(), List.of(), Map.of());
    }

    /**
     * {@code GRANT privilege ON table TO grantee}.
     *
     * @param grantee a role, or {@code public}, which the server reserves for everybody
     */
    public record TableGrant(String privilege, Identifier grantee, boolean grantable) {}

    /**
     * Row-level security.
     *
     * @param forced whether it applies to the owner as well
     */
    public record RowSecurity(boolean enabled, boolean forced, List<Policy> policies) {
        public RowSecurity {
            policies = List.copyOf(policies);
        }
    }

    /**
     * One policy of row-level security.
     *
     * @param command {@code ALL}, {@code SELECT}, {@code INSERT}, {@code UPDATE} or {@code DELETE}
     * @param roles whom it is for; {@code public} is everybody
     * @param using as {@code pg_get_expr} prints it; it may name the table by its bare name
     * @param check the same of WITH CHECK
     */
    public record Policy(
            Identifier name,
            boolean permissive,
            String command,
            List<Identifier> roles,
            Optional<String> using,
            Optional<String> check) {
        public Policy {
            roles = List.copyOf(roles);
        }
    }

    /**
     * A publication that carries the table.
     *
     * @param whole whether it carries every table of the database or the schema, those to come included
     */
    public record Publication(Identifier name, boolean whole) {}
}
