-- How knowledge is written, reviewed and kept true.

-- An entry as somebody would have it. At most one open draft of an entry.
CREATE TABLE entry_drafts (
    seq           @SERIAL@,
    entry_id      TEXT NOT NULL,
    title         TEXT NOT NULL,
    domain        TEXT NOT NULL,
    region        TEXT NOT NULL,
    body          TEXT NOT NULL,                    -- JSON: the whole entry
    base_revision BIGINT NOT NULL,                  -- the revision it was written on; 0: a new entry
    state         TEXT NOT NULL,                    -- draft | review | scheduled | published | dropped
    author        TEXT NOT NULL,                    -- who last wrote its content
    reviewer      TEXT,                             -- who let it pass
    publish_at_us BIGINT,
    recheck_on    TEXT,                             -- the day to look at it again, YYYY-MM-DD
    blocked       TEXT NOT NULL DEFAULT '',         -- why it was not published when it was due
    origin        TEXT NOT NULL DEFAULT '{}',       -- JSON: gaps it closes, document it comes from
    version       BIGINT NOT NULL,
    created_us    BIGINT NOT NULL,
    updated_us    BIGINT NOT NULL
);
CREATE UNIQUE INDEX entry_drafts_open ON entry_drafts (entry_id) WHERE state IN ('draft', 'review', 'scheduled');
CREATE INDEX entry_drafts_state ON entry_drafts (state, updated_us);
CREATE INDEX entry_drafts_due ON entry_drafts (publish_at_us) WHERE state = 'scheduled';

-- What people said about an entry or its draft, and the steps it took.
CREATE TABLE entry_notes (
    seq      @SERIAL@,
    entry_id TEXT NOT NULL,
    kind     TEXT NOT NULL,                         -- comment | submitted | returned | approved | published | checked | withdrawn ...
    words    TEXT NOT NULL,                         -- masked
    by_key   TEXT NOT NULL,
    at_us    BIGINT NOT NULL
);
CREATE INDEX entry_notes_entry ON entry_notes (entry_id, seq);

-- Who keeps an entry true, when it is to be looked at again, who else has seen it.
CREATE TABLE entry_care (
    entry_id          TEXT PRIMARY KEY,
    keeper            TEXT,                         -- staff:ID
    recheck_on        TEXT,                         -- YYYY-MM-DD
    checked_us        BIGINT,
    checked_by        TEXT,
    urgent_revision   BIGINT,                       -- published without a second person; cleared when one has looked
    urgent_by         TEXT
);
CREATE INDEX entry_care_recheck ON entry_care (recheck_on);

ALTER TABLE entry_feedback ADD COLUMN handled_by TEXT;
ALTER TABLE entry_feedback ADD COLUMN handled_words TEXT NOT NULL DEFAULT '';
