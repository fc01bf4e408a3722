package dev.lockstep.change;

import dev.lockstep.schema.TableName;

/** A lock that an action takes on a table. */
public record TableLock(TableName table, LockMode mode) {}
