package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.PodReport;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.store.Transactions.Attempt;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The newest of what steps and pods say about themselves; each replaces what the same one said before. */
@ApplicationScoped
class Reports {
    private final Transactions transactions;

    Reports(Transactions transactions) {
        this.transactions = transactions;
    }

    void keep(RunId run, Progress progress) {
        String json = StoreJson.write(Progress.class, progress);
        Attempt<Void> attempt = transactions.attempt(session -> session.createNativeQuery("""
                        INSERT INTO progress (run, progress) VALUES (:run, CAST(CAST(:progress AS text) AS jsonb))
                        ON CONFLICT (run) DO UPDATE SET progress = excluded.progress
                        """)
                .setParameter("run", run.value())
                .setParameter("progress", json)
                .executeUpdate()
                .chain(() -> ChangeNotices.announce(session, run)));
        if (attempt instanceof Attempt.Refused<Void>) {
            throw new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + run + ".");
        }
    }

    Optional<Progress> progress(RunId run) {
        List<String> rows = transactions.call(session -> session.createNativeQuery(
                        "SELECT CAST(progress AS text) FROM progress WHERE run = :run", String.class)
                .setParameter("run", run.value())
                .getResultList());
        return rows.stream().map(json -> StoreJson.read(Progress.class, json)).findFirst();
    }

    void keep(PodReport report) {
        transactions.call(session -> session.createNativeQuery("""
                        INSERT INTO pod_report (pod_uid, namespace, pod_name, version, capabilities, at)
                        VALUES (:podUid, :namespace, :podName, :version, CAST(:capabilities AS text), :at)
                        ON CONFLICT (pod_uid) DO UPDATE
                            SET namespace = excluded.namespace, pod_name = excluded.pod_name,
                                version = excluded.version, capabilities = excluded.capabilities, at = excluded.at
                            WHERE pod_report.at <= excluded.at
                        """)
                .setParameter("podUid", report.podUid())
                .setParameter("namespace", report.namespace())
                .setParameter("podName", report.podName())
                .setParameter("version", report.version())
                .setParameter("capabilities", report.capabilities().orElse(null))
                .setParameter("at", HashChain.kept(report.at()))
                .executeUpdate());
    }

    List<PodReport> of(List<String> podUids) {
        if (podUids.isEmpty()) {
            return List.of();
        }
        return transactions.call(session -> session.createSelectionQuery(
                        "from PodReportRow r where r.podUid in :podUids order by r.podUid", PodReportRow.class)
                .setParameter("podUids", podUids)
                .getResultList()
                .map(rows -> rows.stream().map(PodReportRow::report).toList()));
    }

    List<String> namespacesBefore(Instant moment) {
        return transactions.call(session -> session.createSelectionQuery(
                        "select distinct r.namespace from PodReportRow r where r.at < :moment order by r.namespace",
                        String.class)
                .setParameter("moment", moment)
                .getResultList());
    }

    /**
     * Ten thousand pods are one parameter: as many of their own would be too many for one statement. What another replica
     * is forgetting at this moment is left to it.
     */
    int forget(String namespace, Instant moment, Set<String> living, int most) {
        return transactions.call(session -> session.createNativeQuery("""
                        DELETE FROM pod_report WHERE pod_uid = ANY (ARRAY(
                            SELECT old.pod_uid FROM pod_report old
                            WHERE old.namespace = :namespace AND old.at < :moment AND NOT EXISTS (
                                SELECT FROM unnest(string_to_array(CAST(:living AS text), ',')) living (uid)
                                WHERE living.uid = old.pod_uid)
                            ORDER BY old.at LIMIT :most FOR UPDATE OF old SKIP LOCKED))
                        """)
                .setParameter("namespace", namespace)
                .setParameter("moment", moment)
                .setParameter("living", String.join(",", living))
                .setParameter("most", most)
                .executeUpdate());
    }
}
