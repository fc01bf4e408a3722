package dev.lockstep.store;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;

/** A table that a run changes. */
@Entity
@Table(name = "run_table")
class RunTableRow {
    @EmbeddedId
    Id id;

    String database;
    boolean active;

    @SuppressWarnings("NullAway.Init")
    protected RunTableRow() {}

    RunTableRow(RunRow run, TableName table) {
        this.id = new Id(run.id, table.schema().value(), table.name().value());
        this.database = run.database;
        this.active = run.active;
    }

    TableName table() {
        return new TableName(new Identifier(id.schema()), new Identifier(id.name()));
    }

    @Embeddable
    record Id(UUID run, String schema, String name) {}
}
