-- Where knowledge came from, and what readers said of it.

-- What a pack or an import last wrote. As long as the row's present content has this hash nobody has edited it since, and
-- the same origin may write it again.
CREATE TABLE knowledge_origins (
    kind       TEXT NOT NULL,                       -- entry | scenario
    id         TEXT NOT NULL,
    origin     TEXT NOT NULL,                       -- pack:NAME | import:NAME
    hash       TEXT NOT NULL,                       -- SM3 of the body it wrote
    written_us BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX knowledge_origins_origin ON knowledge_origins (origin, kind);

-- "This helped", "this is wrong", from citizens and staff.
CREATE TABLE entry_feedback (
    seq        @SERIAL@,
    entry_id   TEXT NOT NULL,
    revision   BIGINT NOT NULL,                     -- the revision of the entry that was read
    helpful    BIGINT NOT NULL,                     -- 0 | 1
    words      TEXT NOT NULL DEFAULT '',            -- masked
    given_by   TEXT NOT NULL,                       -- citizen:CONTACT | staff:ID | system:PART
    at_us      BIGINT NOT NULL,
    handled_us BIGINT                               -- when the owner has dealt with it
);
CREATE INDEX entry_feedback_entry ON entry_feedback (entry_id, at_us);
CREATE INDEX entry_feedback_open ON entry_feedback (helpful, at_us) WHERE handled_us IS NULL;
