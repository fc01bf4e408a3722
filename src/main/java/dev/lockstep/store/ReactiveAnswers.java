package dev.lockstep.store;

import dev.lockstep.engine.Answers;
import dev.lockstep.plan.PlanKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** The commands that have been carried out, by idempotency key. */
@ApplicationScoped
public class ReactiveAnswers implements Answers {
    private final Transactions transactions;

    ReactiveAnswers(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Optional<String> command(PlanKey plan, String key) {
        return transactions.call(session -> session.createNativeQuery("""
                        SELECT command FROM answer WHERE namespace = :namespace AND name = :name AND key = :key
                        """, String.class)
                .setParameter("namespace", plan.namespace())
                .setParameter("name", plan.name())
                .setParameter("key", key)
                .getResultList()
                .map(rows -> rows.stream().findFirst()));
    }

    @Override
    public void keep(PlanKey plan, String key, String command, Instant now) {
        transactions.call(session -> session.createNativeQuery("""
                        INSERT INTO answer (namespace, name, key, command, at)
                        VALUES (:namespace, :name, :key, :command, :at) ON CONFLICT DO NOTHING
                        """)
                .setParameter("namespace", plan.namespace())
                .setParameter("name", plan.name())
                .setParameter("key", key)
                .setParameter("command", command)
                .setParameter("at", now)
                .executeUpdate());
    }
}
