package dev.lockstep.engine;

import dev.lockstep.gate.Consumers;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.DatabaseName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What else uses a database, remembered for a moment, so that many looks are one question to it. Thread-safe; calls block, for
 * as long as {@link #PATIENCE} at most unless the look is live.
 */
public final class Neighbours {
    /** A gate's look may be this old; what happens meanwhile shows at the next one. */
    private static final Duration USABLE_FOR = Duration.ofSeconds(2);

    /** A page, or a gate that looks again soon, does not wait longer for a database that does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Targets targets;
    private final InstantSource clock;
    private final Map<DatabaseName, Asked> asked = new ConcurrentHashMap<>();

    private record Asked(CompletableFuture<Consumers> answer, Instant at) {}

    public Neighbours(Targets targets, InstantSource clock) {
        this.targets = targets;
        this.clock = clock;
    }

    /** What uses this database now. */
    Consumers look(DatabaseName database, Freshness freshness) {
        return switch (freshness) {
            case LIVE -> targets.consumers(database);
            case WATCHED -> remembered(database);
        };
    }

    private Consumers remembered(DatabaseName database) {
        Instant now = clock.instant();
        Asked question = asked.compute(
                database,
                (_, before) -> before != null && usable(before, now) ? before : new Asked(ask(database), now));
        try {
            return question.answer().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Consumers.Unseen(
                    "Database " + database + " has not said yet who uses it; Lockstep asks again by itself.", now);
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking database " + database + " who uses it failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Consumers.Unseen("Lockstep is stopping.", now);
        }
    }

    /** Nobody asks twice while an answer is on its way. */
    private static boolean usable(Asked before, Instant now) {
        return !before.answer().isDone() || before.at().plus(USABLE_FOR).isAfter(now);
    }

    private CompletableFuture<Consumers> ask(DatabaseName database) {
        CompletableFuture<Consumers> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("consumers-" + database).start(() -> {
            try {
                answer.complete(targets.consumers(database));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
