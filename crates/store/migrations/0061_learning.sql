-- What the reader of language learns at a site: corrections that were checked, weights by version, runs, and what turns are read as.

ALTER TABLE labels ADD COLUMN context TEXT NOT NULL DEFAULT '';     -- where it was said, as the tables of evals have it
ALTER TABLE labels ADD COLUMN service TEXT NOT NULL DEFAULT '';     -- whom to call, for emergencies
ALTER TABLE labels ADD COLUMN contact_id TEXT;
ALTER TABLE labels ADD COLUMN state TEXT NOT NULL DEFAULT 'new';    -- new | kept | left
ALTER TABLE labels ADD COLUMN checked_by TEXT;
ALTER TABLE labels ADD COLUMN checked_us BIGINT;
CREATE INDEX labels_state ON labels (state, task, labelled_us);

CREATE TABLE model_versions (
    task    TEXT NOT NULL,
    version BIGINT NOT NULL,                        -- from 1; 0 are the weights built in
    report  TEXT NOT NULL,                          -- JSON: how it did against the one before
    made_by TEXT NOT NULL,
    made_us BIGINT NOT NULL,
    PRIMARY KEY (task, version)
);

CREATE TABLE model_weights (
    task    TEXT NOT NULL,
    version BIGINT NOT NULL,
    part    TEXT NOT NULL,
    weights TEXT NOT NULL,                          -- base64
    PRIMARY KEY (task, version, part)
);

CREATE TABLE model_present (
    task     TEXT PRIMARY KEY,
    version  BIGINT NOT NULL,
    since_us BIGINT NOT NULL,
    set_by   TEXT NOT NULL
);

CREATE TABLE training_runs (
    id         TEXT PRIMARY KEY,
    task       TEXT NOT NULL,
    state      TEXT NOT NULL,                       -- running | won | lost | failed
    lines      BIGINT NOT NULL,                     -- the site's, learned or held out
    report     TEXT,                                -- JSON, once it has ended
    started_by TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    ended_us   BIGINT
);
CREATE INDEX training_runs_task ON training_runs (task, started_us);

CREATE TABLE readings_daily (
    day        TEXT NOT NULL,                       -- YYYY-MM-DD in China
    task       TEXT NOT NULL,
    label      TEXT NOT NULL,
    times      BIGINT NOT NULL,
    sure_milli BIGINT NOT NULL,                     -- thousandths of certainty, summed
    PRIMARY KEY (day, task, label)
);
