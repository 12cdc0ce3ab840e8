-- The tables of the product. One text for SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION only; instants are
-- microseconds since 1970 (`*_us`); JSON is TEXT; @SERIAL@ becomes each engine's growing integer primary key.
-- A released migration is never edited: add a file with the next number.

-- How the program keeps its word ------------------------------------------------------------------------------------

-- What is to leave the process, written in the transaction that decided it. One consumer per topic.
CREATE TABLE outbox (
    seq              @SERIAL@,
    topic            TEXT NOT NULL,
    key              TEXT NOT NULL UNIQUE,          -- idempotency key: a second emit of it is dropped
    payload          TEXT NOT NULL,                 -- JSON
    created_us       BIGINT NOT NULL,
    claimed_until_us BIGINT NOT NULL DEFAULT 0,     -- not to be claimed before: a lease, or a pause after a failure
    holder           TEXT,                          -- who holds the lease; NULL while pausing
    attempts         BIGINT NOT NULL DEFAULT 0,
    failure          TEXT,                          -- why the last attempt failed; no personal data
    done_us          BIGINT
);
CREATE INDEX outbox_pending ON outbox (topic, claimed_until_us, seq) WHERE done_us IS NULL;
CREATE INDEX outbox_done ON outbox (done_us) WHERE done_us IS NOT NULL;

-- What a consumer has applied, inserted in the transaction that applies it.
CREATE TABLE outbox_applied (
    consumer   TEXT NOT NULL,
    key        TEXT NOT NULL,
    applied_us BIGINT NOT NULL,
    PRIMARY KEY (consumer, key)
);

-- Durable timers. Setting (kind, subject) again moves it.
CREATE TABLE timers (
    id               @SERIAL@,
    kind             TEXT NOT NULL,
    subject          TEXT NOT NULL,
    due_us           BIGINT NOT NULL,
    payload          TEXT NOT NULL,
    claimed_until_us BIGINT NOT NULL DEFAULT 0,
    holder           TEXT,
    attempts         BIGINT NOT NULL DEFAULT 0,
    fired_us         BIGINT,
    UNIQUE (kind, subject)
);
CREATE INDEX timers_pending ON timers (kind, due_us) WHERE fired_us IS NULL;

-- Who leads. `fence` grows with every change of holder.
CREATE TABLE leases (
    name     TEXT PRIMARY KEY,
    holder   TEXT NOT NULL,
    fence    BIGINT NOT NULL,
    until_us BIGINT NOT NULL
);

-- Gapless counters: ticket numbers of a day.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Who did what. Written unchained in the acting transaction; the sealer gives each row its link and hash.
CREATE TABLE audit (
    seq    @SERIAL@,
    at_us  BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    trace  TEXT NOT NULL,
    link   BIGINT,                                  -- place in the chain: 1, 2, 3 ... without gaps
    hash   TEXT                                     -- SM3 over the previous hash and this row
);
CREATE UNIQUE INDEX audit_link ON audit (link) WHERE link IS NOT NULL;
CREATE INDEX audit_unsealed ON audit (seq) WHERE link IS NULL;
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_actor ON audit (actor, at_us);
CREATE INDEX audit_at ON audit (at_us);

CREATE TABLE settings (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_us BIGINT NOT NULL
);
CREATE TABLE settings_history (
    name       TEXT NOT NULL,
    version    BIGINT NOT NULL,
    value      TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_us BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);

-- People who work here ----------------------------------------------------------------------------------------------

CREATE TABLE staff (
    id              TEXT PRIMARY KEY,
    login           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    role            TEXT NOT NULL,
    scope           TEXT NOT NULL,                  -- JSON of kernel::Scope
    skills          TEXT NOT NULL DEFAULT '{}',     -- JSON: skill -> level
    password_hash   TEXT NOT NULL,
    failed          BIGINT NOT NULL DEFAULT 0,
    locked_until_us BIGINT NOT NULL DEFAULT 0,
    disabled        BIGINT NOT NULL DEFAULT 0,      -- 0 | 1
    created_us      BIGINT NOT NULL
);
CREATE INDEX staff_role ON staff (role);

CREATE TABLE sessions (
    token_hash   TEXT PRIMARY KEY,
    staff_id     TEXT NOT NULL REFERENCES staff (id),
    created_us   BIGINT NOT NULL,
    expires_us   BIGINT NOT NULL,
    last_seen_us BIGINT NOT NULL
);
CREATE INDEX sessions_staff ON sessions (staff_id);
CREATE INDEX sessions_expires ON sessions (expires_us);

-- Conversations -----------------------------------------------------------------------------------------------------

CREATE TABLE contacts (
    id         TEXT PRIMARY KEY,
    token_hash TEXT UNIQUE,
    channel    TEXT NOT NULL,
    line       TEXT NOT NULL,
    lane       TEXT NOT NULL,
    phase      TEXT NOT NULL,
    outcome    TEXT,
    state      TEXT NOT NULL,                       -- JSON of the engine's state
    version    BIGINT NOT NULL,
    caller_key TEXT,                                -- keyed hash of the number, never the number
    opened_us  BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    ended_us   BIGINT
);
CREATE INDEX contacts_caller ON contacts (caller_key, opened_us) WHERE caller_key IS NOT NULL;
CREATE INDEX contacts_open ON contacts (phase, updated_us) WHERE ended_us IS NULL;
CREATE INDEX contacts_opened ON contacts (opened_us);

CREATE TABLE messages (
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    seq        BIGINT NOT NULL,
    client_id  TEXT,                                -- the sender's own id, so that a resend is not a second message
    author     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,                       -- JSON
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (contact_id, seq),
    UNIQUE (contact_id, client_id)
);
CREATE INDEX messages_at ON messages (at_us);

CREATE TABLE ratings (
    contact_id TEXT PRIMARY KEY,
    score      BIGINT NOT NULL,                     -- 1 .. 5
    words      TEXT NOT NULL DEFAULT '',
    agent_id   TEXT,
    at_us      BIGINT NOT NULL
);
CREATE INDEX ratings_at ON ratings (at_us);

-- Knowledge ---------------------------------------------------------------------------------------------------------

CREATE TABLE entries (
    id         TEXT PRIMARY KEY,
    domain     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    region     TEXT NOT NULL,
    status     TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,                       -- JSON: the whole entry
    owner      TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    views      BIGINT NOT NULL DEFAULT 0,
    updated_us BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX entries_domain ON entries (domain, status);
CREATE INDEX entries_revision ON entries (revision);

CREATE TABLE entry_history (
    entry_id   TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    status     TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    updated_us BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (entry_id, revision)
);

-- One number per collection; readers compare it to know that they are behind.
CREATE TABLE knowledge_revision (
    name     TEXT PRIMARY KEY,
    revision BIGINT NOT NULL
);

CREATE TABLE scenarios (
    id         TEXT PRIMARY KEY,
    domain     TEXT NOT NULL,
    body       TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    status     TEXT NOT NULL
);
CREATE INDEX scenarios_revision ON scenarios (revision);

-- Questions that found no answer, folded by their normalised wording.
CREATE TABLE knowledge_gaps (
    question   TEXT PRIMARY KEY,                    -- normalised and masked
    sample     TEXT NOT NULL,                       -- one wording as it came, masked
    domain     TEXT,
    times      BIGINT NOT NULL,
    first_us   BIGINT NOT NULL,
    last_us    BIGINT NOT NULL,
    contact_id TEXT,                                -- the latest contact that asked
    state      TEXT NOT NULL,                       -- open | answered | dismissed
    entry_id   TEXT                                 -- the entry that answers it now
);
CREATE INDEX knowledge_gaps_open ON knowledge_gaps (state, times);

-- Corrections by people, to measure and to learn from.
CREATE TABLE labels (
    id          TEXT PRIMARY KEY,
    task        TEXT NOT NULL,                      -- intent | domain | risk | entry ...
    text        TEXT NOT NULL,                      -- masked
    label       TEXT NOT NULL,
    was         TEXT,                               -- what the program had said
    labelled_by TEXT NOT NULL,
    labelled_us BIGINT NOT NULL
);
CREATE INDEX labels_task ON labels (task, labelled_us);

-- Routing -----------------------------------------------------------------------------------------------------------

CREATE TABLE queue_items (
    contact_id  TEXT PRIMARY KEY,
    queue       TEXT NOT NULL,
    skills      TEXT NOT NULL DEFAULT '{}',         -- JSON: skill -> least level
    priority    BIGINT NOT NULL,
    lane        TEXT NOT NULL,
    enqueued_us BIGINT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    passport    TEXT NOT NULL DEFAULT '{}',         -- JSON
    state       TEXT NOT NULL,
    agent_id    TEXT,
    offered_us  BIGINT,
    place_us    BIGINT NOT NULL,                    -- the instant that decides the place in the queue
    version     BIGINT NOT NULL
);
CREATE INDEX queue_items_place ON queue_items (state, queue, place_us);
CREATE INDEX queue_items_agent ON queue_items (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE agents (
    staff_id   TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    since_us   BIGINT NOT NULL,
    contact_id TEXT,
    reason     TEXT NOT NULL DEFAULT '',
    version    BIGINT NOT NULL
);

CREATE TABLE callbacks (
    id         TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    phone      TEXT NOT NULL,                       -- sealed (security::seal)
    reason     TEXT NOT NULL,
    place_us   BIGINT NOT NULL,
    due_us     BIGINT NOT NULL,
    state      TEXT NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE INDEX callbacks_due ON callbacks (state, due_us);
CREATE INDEX callbacks_contact ON callbacks (contact_id);

-- Casework ----------------------------------------------------------------------------------------------------------

CREATE TABLE tickets (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    contact_id TEXT,
    kind       TEXT NOT NULL,
    category   TEXT NOT NULL,
    domain     TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,                       -- JSON
    place      TEXT NOT NULL DEFAULT '',
    unit       TEXT NOT NULL DEFAULT '',
    state      TEXT NOT NULL,
    urgency    TEXT NOT NULL,
    due_us     BIGINT,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    caller_key TEXT
);
CREATE INDEX tickets_state ON tickets (state, due_us);
CREATE INDEX tickets_unit ON tickets (unit, state);
CREATE INDEX tickets_place ON tickets (place, state);
CREATE INDEX tickets_created ON tickets (created_us);
CREATE INDEX tickets_contact ON tickets (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX tickets_caller ON tickets (caller_key, created_us) WHERE caller_key IS NOT NULL;

CREATE TABLE ticket_events (
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    seq       BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    body      TEXT NOT NULL,                        -- JSON
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, seq)
);
CREATE INDEX ticket_events_at ON ticket_events (at_us);
