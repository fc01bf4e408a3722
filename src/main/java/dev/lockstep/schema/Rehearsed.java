package dev.lockstep.schema;

import dev.lockstep.schema.Column.ColumnGrant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a {@link Rehearsal} went. */
public sealed interface Rehearsed {
    /**
     * The server would not do it.
     *
     * @param over what it stumbled over
     * @param reason in its words, as a sentence
     */
    record Refused(Over over, String reason) implements Rehearsed {}

    /** What a server can stumble over. */
    enum Over {
        /** The copy of the table could not be made. */
        COPY,
        TYPE,
        UP,
        DOWN,
        DEFAULT,
        /** Something that hangs on the column: an index, a CHECK, a generated column. */
        HANGING
    }

    /**
     * It went well, and this is what there would be. Everything that speaks of the column does so by its new name; what has
     * a name has the one of today.
     *
     * @param instant whether the plain ALTER would rewrite neither the table nor an index
     * @param addedInstantly whether a new column of this type can be added without a rewrite of the table
     * @param column the column as it would be
     * @param indexes valid ones that mention the column
     * @param checks that mention the column
     * @param foreignKeys of this table and of others, that the column has a part in
     * @param remarks comments on the constraints and the statistics
     */
    record Played(
            boolean instant,
            boolean addedInstantly,
            Column column,
            Traits traits,
            List<Index> indexes,
            List<Constraint> checks,
            List<ForeignKey> foreignKeys,
            List<Statistics> statistics,
            Optional<Numbering> numbering,
            List<Remark> remarks)
            implements Rehearsed {
        public Played {
            indexes = List.copyOf(indexes);
            checks = List.copyOf(checks);
            foreignKeys = List.copyOf(foreignKeys);
            statistics = List.copyOf(statistics);
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * What a column has beside its type, each only where it differs from what a new column gets.
     *
     * @param options as {@code pg_attribute.attoptions} has them, for example {@code n_distinct=5}
     */
    record Traits(
            Optional<String> comment,
            Optional<Integer> statisticsTarget,
            Optional<String> storage,
            Optional<String> compression,
            Map<String, String> options) {
        public Traits {
            options = Map.copyOf(options);
        }
    }

    /**
     * A foreign key in its parts, with today's names of the columns.
     *
     * @param plain whether its table is one plain table, so that it can be added NOT VALID (P11)
     * @param validated false for one that was added NOT VALID and is not proven yet
     */
    record ForeignKey(
            TableName table,
            boolean plain,
            Identifier name,
            List<Identifier> columns,
            TableName referenced,
            List<Identifier> keys,
            Rules rules,
            boolean validated) {
        public ForeignKey {
            columns = List.copyOf(columns);
            keys = List.copyOf(keys);
        }
    }

    /**
     * How a foreign key acts, as SQL texts that follow each other; empty where it is as by default.
     *
     * @param setColumns of {@code onDelete}; only there, and only from server 15 on
     */
    record Rules(String match, String onUpdate, String onDelete, List<Identifier> setColumns, String deferrable) {
        public Rules {
            setColumns = List.copyOf(setColumns);
        }
    }

    /**
     * An extended statistics object.
     *
     * @param kinds as {@code CREATE STATISTICS} spells them; empty for one on a single expression
     * @param on columns and expressions, as SQL, with the new name
     */
    record Statistics(TableName name, List<String> kinds, String on, Optional<Integer> target) {
        public Statistics {
            kinds = List.copyOf(kinds);
        }
    }

    /**
     * The sequence that numbers a column and is dropped with it.
     *
     * @param identity whether it belongs to the column by {@code GENERATED … AS IDENTITY}
     * @param increment what each number is more than the one before; negative where it counts down
     * @param options the others, as {@code CREATE SEQUENCE} has them, without the type: {@code CACHE 1}
     * @param usedByDefault whether the column's default draws from it
     * @param grants who may use it, beside its owner
     */
    record Numbering(
            TableName sequence,
            boolean identity,
            long increment,
            String options,
            boolean usedByDefault,
            List<ColumnGrant> grants) {
        public Numbering {
            grants = List.copyOf(grants);
        }
    }

    /**
     * A comment.
     *
     * @param on what it is on, as SQL: {@code STATISTICS public.together}
     */
    record Remark(String on, String text) {}
}
