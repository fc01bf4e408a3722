package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A plan, a database it is for, and the application that lives through it. */
interface Scenario {
    /** The kind of change that this proves. */
    ChangeKind kind();

    /** What is special about this one, where the kind has several. */
    default String variant() {
        return "";
    }

    /** The database before, with rows. */
    default String schema() {
        return Accounts.SCHEMA;
    }

    /** What stands under {@code spec.changes}, and further keys of {@code spec}, as YAML. */
    String plan();

    /** The code before the plan. */
    default Code before() {
        return Accounts.CODE;
    }

    /** The code at each milestone that has some of its own; the others keep what they have. */
    default Map<Milestone, Code> deployed() {
        return Map.of();
    }

    /** What the database's owner does by hand once code of a milestone runs everywhere. */
    default Map<Milestone, Errand> errands() {
        return Map.of();
    }

    /** SQL, and what takes it back. */
    record Errand(String up, String down) {}

    /** The code after the plan. */
    default Code after() {
        return before();
    }

    /** What brings the database from {@link #schema} to its final shape without any care for traffic. */
    String plain();

    /** Queries that name rows in which the shapes differ, once all rows have both; none of them may find any. */
    default List<String> differences() {
        return List.of();
    }

    /** The step with which the old shape ends, where that is not the first one that nothing takes back. */
    default Optional<String> lastOfOld() {
        return Optional.empty();
    }

    /** SQL that makes what a rollback cannot take away. */
    default String remains() {
        return "";
    }

    /** SQL that takes away, while no client is in the middle of anything, what a rollback leaves; empty where nothing can. */
    default String madeGood() {
        return "";
    }

    /**
     * Whether rows written after the expand are right in the new shape before the backfill is through. Not so where the
     * application keeps the shapes equal.
     */
    default boolean freshRowsAgree() {
        return true;
    }

    /**
     * Whether one of the clients writes in replica role, past all ordinary triggers, as a logical replication does (P20).
     */
    default boolean replicaWrites() {
        return false;
    }

    /**
     * Whether one row can be written under two names at the same moment, by sessions that lock the two tables' rows in
     * opposite order. The server ends one of them after {@code deadlock_timeout}, and that one must try again.
     */
    default boolean rowsHaveTwoNames() {
        return plan().contains("via: Copy") && freshRowsAgree();
    }

    /** The fact of the first table whose values the plan keeps when it drops them. */
    default Optional<String> kept() {
        return Optional.empty();
    }

    /** For people: the kind, and what is special. */
    default String title() {
        return kind().label() + (variant().isEmpty() ? "" : " (" + variant() + ")");
    }
}
