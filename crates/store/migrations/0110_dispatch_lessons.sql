-- Casework: what closed tickets teach about who gets what. Trainings, weights by version, the version in use.

CREATE TABLE dispatch_lessons (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,                       -- running | won | lost | failed
    version    BIGINT,                              -- of one that won
    report     TEXT,                                -- JSON: how it did
    trouble    TEXT,                                -- why it failed, in Chinese
    started_by TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    ended_us   BIGINT
);
CREATE INDEX dispatch_lessons_at ON dispatch_lessons (started_us);

CREATE TABLE dispatch_weights (
    version BIGINT PRIMARY KEY,                     -- from 1
    weights TEXT NOT NULL                           -- base64
);

CREATE TABLE dispatch_present (
    id       BIGINT PRIMARY KEY,                    -- 1
    version  BIGINT NOT NULL,                       -- 0: the catalogue alone
    since_us BIGINT NOT NULL,
    set_by   TEXT NOT NULL
);
