-- With blanks between; null when the process does not say.
ALTER TABLE pod_report ADD COLUMN capabilities text;
