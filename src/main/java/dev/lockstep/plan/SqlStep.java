package dev.lockstep.plan;

import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * Raw SQL with its inverse and its check.
 *
 * @param name unique in its phase; a DNS label
 * @param up one or more statements
 * @param down what takes {@code up} back; without it the step is a point of no return
 * @param verify a query of one boolean: true when {@code up} has been done
 * @param transaction whether {@code up} and {@code down} run in a transaction with their ledger row; statements that
 *     refuse one (CONCURRENTLY) need {@code false}, and then also {@code verify}
 * @param tables the tables whose locks the statements take; blockers are looked for there first
 */
public record SqlStep(
        String name,
        String up,
        Optional<String> down,
        Optional<String> verify,
        boolean transaction,
        List<TableName> tables) {
    public SqlStep {
        tables = List.copyOf(tables);
    }
}
