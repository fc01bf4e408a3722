package dev.lockstep.traffic;

/** The ways in which clients speak to a table. */
enum Shape {
    /** {@code SELECT *}, read by the columns' names. */
    SELECT_STAR,
    /** {@code SELECT *} by a column that is not the key, so that an index on it is used where there is one. */
    FIND,
    /** One row, {@code RETURNING *}, with the key that the database gives. */
    INSERT_RETURNING,
    /** Several rows in one statement, with keys of the client's own. */
    INSERT_ROWS,
    /** {@code ON CONFLICT (key) DO UPDATE}, for rows that are there and rows that are not. */
    UPSERT,
    /** All columns that the code knows, as object mappers write them, although only one has changed. */
    UPDATE_ALL,
    /** One column. */
    UPDATE_ONE,
    /** Several rows by a JDBC batch. */
    UPDATE_BATCH,
    /** {@code COPY … FROM STDIN}. */
    COPY,
    /** Several statements: {@code SELECT * … FOR UPDATE}, an update, an insert into another table. */
    TRANSACTION,
    /** Read and written under SERIALIZABLE, repeated when the server says so: the client has asked for that. */
    SERIALIZABLE,
    DELETE,
    /** A counter on a row that all clients share, old code and new code at once. */
    COUNT;

    /** Whether it may add rows. */
    boolean inserts() {
        return switch (this) {
            case INSERT_RETURNING, INSERT_ROWS, COPY, UPSERT -> true;
            case SELECT_STAR, FIND, UPDATE_ALL, UPDATE_ONE, UPDATE_BATCH, TRANSACTION, SERIALIZABLE, DELETE, COUNT ->
                false;
        };
    }
}
