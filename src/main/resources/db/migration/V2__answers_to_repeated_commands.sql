-- Which commands have been carried out under which Idempotency-Key. They go with their plan.
CREATE TABLE answer (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    command text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (namespace, name, key),
    FOREIGN KEY (namespace, name) REFERENCES plan ON DELETE CASCADE
);
