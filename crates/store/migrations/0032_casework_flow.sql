-- Casework: the whole workflow. Who must act next and by when, words to search by, attachments, notices, figures, experience of dispatch.

ALTER TABLE tickets ADD COLUMN next_us BIGINT;                    -- by when the next thing is owed, inside or to the citizen; none once closed
ALTER TABLE tickets ADD COLUMN owner TEXT NOT NULL DEFAULT '';    -- dispatch, arbitration, callback, unit:ID; empty once closed
ALTER TABLE tickets ADD COLUMN flags TEXT NOT NULL DEFAULT '';    -- ,window,supervised,...,
UPDATE tickets SET next_us = due_us, owner = CASE
    WHEN state = 'registered' THEN 'dispatch'
    WHEN state = 'dispatched' THEN 'unit:' || unit
    WHEN state = 'replied' THEN 'callback'
    ELSE '' END;
CREATE INDEX tickets_open ON tickets (next_us, due_us, id, state, unit, place_code) WHERE next_us IS NOT NULL;
CREATE INDEX tickets_owner ON tickets (owner, next_us) WHERE next_us IS NOT NULL;
CREATE INDEX tickets_done ON tickets (updated_us, id) WHERE next_us IS NULL;

CREATE TABLE ticket_terms (
    term      TEXT NOT NULL,                        -- a pair of neighbouring characters of title, category or place
    ticket_id TEXT NOT NULL,                        -- sorts by time
    PRIMARY KEY (term, ticket_id)
);

CREATE TABLE ticket_attachments (
    id        TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    name      TEXT NOT NULL,                        -- sealed
    kind      TEXT NOT NULL,                        -- media type, by content
    bytes     BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    by_words  TEXT NOT NULL,
    at_us     BIGINT NOT NULL,
    content   TEXT NOT NULL                         -- sealed
);
CREATE INDEX ticket_attachments_of ON ticket_attachments (ticket_id, at_us);

CREATE TABLE notices (
    id        TEXT PRIMARY KEY,                     -- names the occasion: told once
    audience  TEXT NOT NULL,                        -- unit:ID, role:NAME, staff:ID, ticket:ID (its citizen)
    ticket    TEXT NOT NULL,                        -- number
    level     TEXT NOT NULL,                        -- info, warn, late
    words     TEXT NOT NULL,
    at_us     BIGINT NOT NULL,
    read_us   BIGINT
);
CREATE INDEX notices_audience ON notices (audience, at_us);
CREATE INDEX notices_unread ON notices (audience) WHERE read_us IS NULL;

CREATE TABLE ticket_figures (
    ticket_id TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    measure   TEXT NOT NULL,                        -- dispatched, accepted, replied, solved, satisfied, reopened, objected, upheld
    unit      TEXT NOT NULL,
    good      BIGINT NOT NULL,                      -- 1 in time, solved, satisfied; else 0
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, seq, measure)
);
CREATE INDEX ticket_figures_at ON ticket_figures (at_us, measure, unit, good);

CREATE TABLE dispatch_outcomes (
    domain   TEXT NOT NULL,
    category TEXT NOT NULL,
    unit     TEXT NOT NULL,
    kept     BIGINT NOT NULL,                       -- answered by it
    refused  BIGINT NOT NULL,                       -- objected to, and the objection upheld
    PRIMARY KEY (domain, category, unit)
);
