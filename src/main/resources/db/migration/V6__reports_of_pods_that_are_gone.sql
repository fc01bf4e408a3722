-- Reports are found by namespace, oldest first, to forget those of pods that are gone.
CREATE INDEX pod_report_by_age ON pod_report (namespace, at);
