package dev.lockstep.plan;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;

/** One intended schema change. What it takes to do it safely is the business of its recipe. */
public sealed interface Change {
    /**
     * A new column.
     *
     * @param type as SQL, for example {@code varchar(20)}
     * @param defaultValue SQL expression
     * @param fill SQL expression over the row, for rows that exist and for code that does not write the column yet
     * @param lookup the same, where the value is looked up in another table; never beside {@code fill}
     */
    record AddColumn(
            TableName table,
            Identifier column,
            String type,
            boolean nullable,
            Optional<String> defaultValue,
            Optional<String> fill,
            Optional<String> comment,
            Optional<Lookup> lookup)
            implements Change {
        public AddColumn {
            if (fill.isPresent() && lookup.isPresent()) {
                throw new IllegalArgumentException("a column is filled by an expression or by a lookup, not by both");
            }
        }

        /** One whose value is not looked up in another table. */
        public AddColumn(
                TableName table,
                Identifier column,
                String type,
                boolean nullable,
                Optional<String> defaultValue,
                Optional<String> fill,
                Optional<String> comment) {
            this(table, column, type, nullable, defaultValue, fill, comment, Optional.empty());
        }
    }

    record DropColumn(TableName table, Identifier column) implements Change {}

    record RenameColumn(TableName table, Identifier from, Identifier to) implements Change {}

    /**
     * Another type for a column.
     *
     * @param type as SQL, for example {@code bigint}
     * @param to the name of the column of the new type; without it, the new type takes the old name at the contract, and
     *     new-only code is code that copes with either type
     * @param up SQL expression over the row that gives the new value; without it a cast
     * @param down SQL expression over the row, which has {@code to} too, that gives the old value; without it a cast
     */
    record ChangeColumnType(
            TableName table,
            Identifier column,
            String type,
            Optional<Identifier> to,
            Optional<String> up,
            Optional<String> down)
            implements Change {}

    record SetNotNull(TableName table, Identifier column) implements Change {}

    record DropNotNull(TableName table, Identifier column) implements Change {}

    /**
     * A default for rows to come; rows that exist keep what they have.
     *
     * @param value SQL expression
     */
    record SetDefault(TableName table, Identifier column, String value) implements Change {}

    record DropDefault(TableName table, Identifier column) implements Change {}

    /** A new index. */
    record AddIndex(TableName table, Identifier name, boolean unique, IndexBody body) implements Change {}

    /** What an index is made of. */
    sealed interface IndexBody {
        /**
         * A B-tree over columns.
         *
         * @param include columns that are stored beside the key
         * @param where SQL condition of a partial index
         */
        record Columns(List<Identifier> columns, List<Identifier> include, Optional<String> where)
                implements IndexBody {
            public Columns {
                columns = List.copyOf(columns);
                include = List.copyOf(include);
            }
        }

        /**
         * Anything else.
         *
         * @param text what stands after {@code CREATE INDEX name ON table}, for example
         *     {@code USING gin (tags) WITH (fastupdate = off)}
         */
        record Definition(String text) implements IndexBody {}
    }

    record DropIndex(TableName table, Identifier name) implements Change {}

    /**
     * Builds indexes anew, without the dead space in them.
     *
     * @param name one index; without it every index of the table
     */
    record Reindex(TableName table, Optional<Identifier> name) implements Change {}

    /**
     * A foreign key.
     *
     * @param referencedColumns as many as {@code columns}
     */
    record AddForeignKey(
            TableName table,
            Identifier name,
            List<Identifier> columns,
            TableName referenced,
            List<Identifier> referencedColumns,
            ReferentialAction onDelete,
            ReferentialAction onUpdate)
            implements Change {
        public AddForeignKey {
            columns = List.copyOf(columns);
            referencedColumns = List.copyOf(referencedColumns);
        }
    }

    /** What happens to a row when the one that it refers to goes or changes its key. */
    enum ReferentialAction {
        NO_ACTION("NoAction", "NO ACTION"),
        RESTRICT("Restrict", "RESTRICT"),
        CASCADE("Cascade", "CASCADE"),
        SET_NULL("SetNull", "SET NULL"),
        SET_DEFAULT("SetDefault", "SET DEFAULT");

        private final String label;
        private final String sql;

        ReferentialAction(String label, String sql) {
            this.label = label;
            this.sql = sql;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }

        /** The spelling in SQL. */
        public String sql() {
            return sql;
        }
    }

    /**
     * A CHECK constraint.
     *
     * @param expression SQL condition over the row
     */
    record AddCheck(TableName table, Identifier name, String expression) implements Change {}

    record AddUnique(TableName table, Identifier name, List<Identifier> columns) implements Change {
        public AddUnique {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A primary key.
     *
     * @param name without it, the one that the server would give
     */
    record AddPrimaryKey(TableName table, Optional<Identifier> name, List<Identifier> columns) implements Change {
        public AddPrimaryKey {
            columns = List.copyOf(columns);
        }
    }

    record DropConstraint(TableName table, Identifier name) implements Change {}

    /**
     * Another name for a table, in the same schema.
     *
     * @param via how both names work until the contract
     */
    record RenameTable(TableName table, Identifier to, TableRenaming via) implements Change {}

    /** How old and new code find the rows of a table that is being renamed. */
    enum TableRenaming {
        /** The table gets the new name at once, and a view has the old one. */
        VIEW("View"),
        /** A second table is filled and kept equal. */
        COPY("Copy");

        private final String label;

        TableRenaming(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    record DropTable(TableName table) implements Change {}

    /**
     * A new table.
     *
     * @param primaryKey empty for none
     * @param constraints further table constraints as SQL
     * @param grants who may do what with it
     */
    record CreateTable(
            TableName table,
            List<NewColumn> columns,
            List<Identifier> primaryKey,
            List<String> constraints,
            List<TableGrant> grants,
            Optional<String> comment)
            implements Change {
        public CreateTable {
            columns = List.copyOf(columns);
            primaryKey = List.copyOf(primaryKey);
            constraints = List.copyOf(constraints);
            grants = List.copyOf(grants);
        }
    }

    /**
     * A column of a new table.
     *
     * @param type as SQL, for example {@code bigint GENERATED ALWAYS AS IDENTITY}
     * @param defaultValue SQL expression
     */
    record NewColumn(Identifier name, String type, boolean nullable, Optional<String> defaultValue) {}

    /** Rights on a new table, for example {@code SELECT} and {@code INSERT} for a role. */
    record TableGrant(Identifier role, List<String> privileges) {
        public TableGrant {
            privileges = List.copyOf(privileges);
        }
    }

    /**
     * A further value of an enumeration. It can never be taken out again (P45).
     *
     * @param type with its schema, as tables have it
     */
    record AddEnumValue(TableName type, String value, Neighbour place) implements Change {}

    /** Where a new value stands among those of its enumeration. */
    sealed interface Neighbour {
        record Last() implements Neighbour {}

        record Before(String value) implements Neighbour {}

        record After(String value) implements Neighbour {}
    }

    /**
     * A comment on a table or a column.
     *
     * @param column without it, the comment is the table's
     * @param text empty takes the comment away
     */
    record Comment(TableName table, Optional<Identifier> column, String text) implements Change {}

    /**
     * Raw SQL in one of the phases.
     *
     * @param phase the phase in which the statement runs; not {@code Deploy}
     */
    record Sql(PhaseType phase, SqlStep step) implements Change {}
}
