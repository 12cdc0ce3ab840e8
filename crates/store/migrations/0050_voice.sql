-- Recordings of calls: where the sealed sound lies and how much of it there is. The sound itself is a file.
CREATE TABLE recordings (
    contact_id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    ended_us BIGINT,
    chunks BIGINT NOT NULL DEFAULT 0,
    millis BIGINT NOT NULL DEFAULT 0
);
