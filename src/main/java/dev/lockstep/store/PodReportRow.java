package dev.lockstep.store;

import dev.lockstep.engine.PodReport;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a pod said about itself last. */
@Entity
@Table(name = "pod_report")
class PodReportRow {
    @Id
    @Column(name = "pod_uid")
    String podUid;

    String namespace;

    @Column(name = "pod_name")
    String podName;

    String version;

    @Nullable
    String capabilities;

    Instant at;

    @SuppressWarnings("NullAway.Init")
    protected PodReportRow() {}

    PodReport report() {
        return new PodReport(podUid, namespace, podName, version, Optional.ofNullable(capabilities), at);
    }
}
