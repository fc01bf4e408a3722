package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.JDBCException;
import org.hibernate.exception.ConstraintViolationException;

/** What a failed call to the store means. */
final class StoreFailure {
    /** Conditions that pass when the server is well again, by SQLSTATE: its whole class, or all five characters. */
    private static final Set<String> PASSING = Set.of(
            // connection, too few resources, operator's intervention (shutdown, cancel by statement_timeout), disk
            "08",
            "53",
            "57",
            "58",
            // wrong login, no such database: someone is changing the set-up
            "28",
            "3D",
            // a standby that was just promoted or demoted; idle in a transaction for too long; could not serialise;
            // deadlock
            "25006",
            "25P03",
            "40001",
            "40P01");

    /** In JSON it is an escape that jsonb refuses; elsewhere a byte that UTF-8 text refuses. */
    private static final Set<String> NUL_IN_TEXT = Set.of("22P05", "22021");

    private StoreFailure() {}

    /** The constraint that refused a row, if that is what went wrong. */
    static Optional<String> brokenConstraint(Throwable failure) {
        return causes(failure)
                .filter(ConstraintViolationException.class::isInstance)
                .map(cause ->
                        Objects.requireNonNullElse(((ConstraintViolationException) cause).getConstraintName(), ""))
                .findFirst();
    }

    /**
     * The failure as the engine knows it.
     *
     * @param store where the store is, for people
     */
    static LockstepException of(Throwable failure, String store) {
        Optional<LockstepException> known = causes(failure)
                .filter(LockstepException.class::isInstance)
                .map(LockstepException.class::cast)
                .findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        if (causes(failure).anyMatch(InterruptedException.class::isInstance)) {
            Thread.currentThread().interrupt();
            return new LockstepException(
                    ErrorCode.STORE_UNREACHABLE,
                    "The answer of Lockstep's own database (the store, " + store + ") was not waited for, because this"
                            + " work is being stopped.",
                    failure);
        }
        Optional<String> server = sqlState(failure);
        if (server.filter(NUL_IN_TEXT::contains).isPresent()) {
            return new LockstepException(
                    ErrorCode.REQUEST_INVALID,
                    "A text contains the NUL character (U+0000), which PostgreSQL cannot keep. Remove it and try again.",
                    failure);
        }
        boolean passing = server.map(StoreFailure::isPassing).orElseGet(() -> isConnectionTrouble(failure));
        return passing ? unreachable(failure, store) : internal(failure, store);
    }

    private static LockstepException unreachable(Throwable failure, String store) {
        return new LockstepException(
                ErrorCode.STORE_UNREACHABLE,
                "Lockstep's own database (the store, " + store + ") does not answer: " + reason(failure)
                        + ". Runs stand still and nothing is lost; they go on by themselves once it answers. Check that"
                        + " this PostgreSQL server runs, and quarkus.datasource in Lockstep's configuration.",
                failure);
    }

    private static LockstepException internal(Throwable failure, String store) {
        return new LockstepException(
                ErrorCode.INTERNAL,
                "Lockstep's own database (the store, " + store + ") refused what Lockstep asked: " + reason(failure)
                        + ". Nothing was changed. This is a fault in Lockstep; please report it with the log.",
                failure);
    }

    private static boolean isPassing(String sqlState) {
        return PASSING.contains(sqlState) || PASSING.contains(sqlState.substring(0, 2));
    }

    /** The client reports much of its own trouble (a closed connection, no free one in time) by text only. */
    private static boolean isConnectionTrouble(Throwable failure) {
        return causes(failure)
                .anyMatch(cause -> cause instanceof IOException
                        || cause instanceof TimeoutException
                        || cause.getClass().getPackageName().startsWith("io.vertx")
                        || cause.getClass().getPackageName().startsWith("io.netty"));
    }

    private static String reason(Throwable failure) {
        Throwable root = causes(failure).reduce((_, deeper) -> deeper).orElse(failure);
        return switch (root) {
            case PgException e -> e.getErrorMessage();
            case TimeoutException _ -> "no answer in time";
            default ->
                Optional.ofNullable(root.getMessage())
                        .orElse(root.getClass().getSimpleName())
                        .strip();
        };
    }

    /** The server's own error reaches us as it is while connecting, and wrapped by Hibernate afterwards. */
    private static Optional<String> sqlState(Throwable failure) {
        return causes(failure)
                .flatMap(cause -> switch (cause) {
                    case PgException e -> Stream.ofNullable(e.getSqlState());
                    case JDBCException e -> Stream.ofNullable(e.getSQLState());
                    default -> Stream.empty();
                })
                .findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(20);
    }
}
