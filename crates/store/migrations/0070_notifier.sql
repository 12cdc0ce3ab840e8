-- Short messages to citizens, and the followers of the record of tickets.

ALTER TABLE exchange_cursor RENAME TO casework_followers;

CREATE TABLE texts (
    id         TEXT PRIMARY KEY,                    -- ticket:event
    ticket     TEXT NOT NULL,                       -- its number
    event      TEXT NOT NULL,
    shown      TEXT NOT NULL DEFAULT '',            -- the number, masked, once it was looked up
    words      TEXT NOT NULL,                       -- nothing of what a person wrote
    state      TEXT NOT NULL,                       -- waiting | sent | failed
    tries      BIGINT NOT NULL DEFAULT 0,
    failure    TEXT NOT NULL DEFAULT '',
    receipt    TEXT NOT NULL DEFAULT '',
    created_us BIGINT NOT NULL,
    settled_us BIGINT
);
CREATE INDEX texts_state ON texts (state, created_us);
CREATE INDEX texts_created ON texts (created_us);
