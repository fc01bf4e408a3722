package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a namespace shows of a CronJob with its Jobs, or of a Job (G22, G23). Neither's controller says what it has seen. */
record JobReading(Family family, String name) {

    Sight cronJob() {
        Optional<CronJob> found = family.view().of(ObjectKind.CRON_JOBS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "CronJob/" + name);
        }
        CronJob cronJob = found.get();
        ObjectSet<Job> all = family.view().of(ObjectKind.JOBS);
        List<Job> jobs = Stream.concat(all.ownedBy(cronJob.getMetadata().getUid()), all.ownedBy("CronJob", name))
                .collect(Collectors.toMap(job -> job.getMetadata().getUid(), job -> job, (first, _) -> first))
                .values()
                .stream()
                .sorted(Comparator.comparing(job -> job.getMetadata().getName()))
                .toList();
        List<PodTemplate> templates = new ArrayList<>();
        // Also while it is suspended: whoever resumes it does not ask the gate.
        templates.add(family.template(
                "",
                "",
                cronJob.getSpec().getJobTemplate().getSpec().getTemplate(),
                Boolean.TRUE.equals(cronJob.getSpec().getSuspend())
                        ? "It is suspended, but can be resumed at any moment."
                        : "It starts a Job from it at its next time, "
                                + cronJob.getSpec().getSchedule() + "."));
        jobs.stream()
                .filter(job -> !over(job))
                .map(job -> template(job, "Job " + job.getMetadata().getName()))
                .forEach(templates::add);
        List<LabelSelector> selectors =
                jobs.stream().flatMap(job -> selector(job).stream()).toList();
        return family.seen(
                cronJob,
                Family.Standing.unsaid(cronJob, templates.size() - 1),
                templates,
                family.pods(jobs.stream().map(job -> job.getMetadata().getUid()), "CronJob", name, selectors),
                List.of(),
                selectors);
    }

    Sight job() {
        Optional<Job> found = family.view().of(ObjectKind.JOBS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "Job/" + name);
        }
        Job job = found.get();
        List<LabelSelector> selectors = selector(job).stream().toList();
        return family.seen(
                job,
                Family.Standing.unsaid(job, over(job) ? 0 : 1),
                // What has ended starts nothing any more, whatever its template says.
                over(job) ? List.of() : List.of(template(job, "")),
                family.pods(Stream.of(job.getMetadata().getUid()), "Job", name, selectors),
                List.of(
                        over(job)
                                ? "It has ended, and starts no pod any more."
                                : "A Job's template cannot be changed: let it end, or delete it and create it anew."),
                selectors);
    }

    private PodTemplate template(Job job, String object) {
        return family.template(
                object,
                job.getMetadata().getUid(),
                job.getSpec().getTemplate(),
                Boolean.TRUE.equals(job.getSpec().getSuspend())
                        ? "It is suspended or queued, and starts from this template when it is let go."
                        : "It has not ended, and each retry starts from this template.");
    }

    private static Optional<LabelSelector> selector(Job job) {
        return Optional.ofNullable(job.getSpec().getSelector());
    }

    private static boolean over(Job job) {
        return Stream.ofNullable(job.getStatus())
                .flatMap(status -> Stream.ofNullable(status.getConditions()))
                .flatMap(List::stream)
                .anyMatch(condition -> ("Complete".equals(condition.getType()) || "Failed".equals(condition.getType()))
                        && "True".equals(condition.getStatus()));
    }
}
