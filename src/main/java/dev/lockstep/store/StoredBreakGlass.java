package dev.lockstep.store;

import dev.lockstep.engine.BreakGlass;
import dev.lockstep.engine.BreakGlassRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The append-only record of who let code in against the interlock. */
@ApplicationScoped
public class StoredBreakGlass implements BreakGlassRecord {
    private final Transactions transactions;

    StoredBreakGlass(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void keep(BreakGlass broken) {
        transactions.call(session -> session.createNativeQuery("""
                        INSERT INTO break_glass (request, at, said_by, reason, object, said,
                                                 plan_namespace, plan_name, phase, verdict)
                        VALUES (:request, :at, :user, :reason, :object, :said, :namespace, :name, :phase, :verdict)
                        ON CONFLICT (request) DO NOTHING
                        """)
                .setParameter("request", broken.request())
                .setParameter("at", HashChain.kept(broken.at()))
                .setParameter("user", broken.user())
                .setParameter("reason", broken.reason())
                .setParameter("object", broken.object())
                .setParameter("said", broken.said())
                .setParameter("namespace", broken.plan().namespace())
                .setParameter("name", broken.plan().name())
                .setParameter("phase", broken.phase().value())
                .setParameter("verdict", broken.verdict())
                .executeUpdate());
    }

    @Override
    public List<BreakGlass> newest(int atMost) {
        List<BreakGlassRow> rows = transactions.call(session -> session.createSelectionQuery(
                        "from BreakGlassRow b order by b.ordinal desc", BreakGlassRow.class)
                .setMaxResults(atMost)
                .getResultList());
        return rows.stream().map(BreakGlassRow::broken).toList();
    }
}
