-- Exchange with other systems: where the follower stands, which tickets are the same, what was sent and taken, what failed for good.

CREATE TABLE exchange_cursor (
    name  TEXT PRIMARY KEY,
    at_us BIGINT NOT NULL
);

-- One ticket under two numbers.
CREATE TABLE exchange_links (
    peer           TEXT NOT NULL,
    foreign_number TEXT NOT NULL,
    number         TEXT NOT NULL,
    origin         TEXT NOT NULL,                   -- ours | theirs
    status_seq     BIGINT NOT NULL DEFAULT 0,       -- the newest status taken
    PRIMARY KEY (peer, foreign_number)
);
CREATE INDEX exchange_links_number ON exchange_links (number, peer);

CREATE TABLE exchange_journal (
    peer       TEXT NOT NULL,
    direction  TEXT NOT NULL,                       -- out | in
    message_id TEXT NOT NULL,
    kind       TEXT NOT NULL,
    number     TEXT NOT NULL,                       -- ours
    digest     TEXT NOT NULL,                       -- SM3 of the body
    answer     TEXT NOT NULL,                       -- JSON
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (peer, direction, message_id)
);
CREATE INDEX exchange_journal_at ON exchange_journal (peer, at_us);

-- Messages that will not be tried again by themselves. They refer to tickets and hold nothing of them.
CREATE TABLE exchange_letters (
    id         @SERIAL@,
    topic      TEXT NOT NULL,
    key        TEXT NOT NULL,
    payload    TEXT NOT NULL,
    failure    TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    at_us      BIGINT NOT NULL,
    state      TEXT NOT NULL,                       -- open | resent | dropped
    settled_by TEXT NOT NULL DEFAULT '',
    note       TEXT NOT NULL DEFAULT '',
    settled_us BIGINT
);
CREATE INDEX exchange_letters_open ON exchange_letters (state, id);

CREATE TABLE exchange_files (
    id         TEXT PRIMARY KEY,                    -- peer/message
    number     TEXT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes      BIGINT NOT NULL,
    sealed     TEXT NOT NULL,
    at_us      BIGINT NOT NULL
);
CREATE INDEX exchange_files_number ON exchange_files (number, at_us);

-- What Open311 shows of the requests filed through it: nothing a person wrote.
CREATE TABLE open311_requests (
    number       TEXT PRIMARY KEY,
    token        TEXT NOT NULL UNIQUE,
    service_code TEXT NOT NULL,
    state        TEXT NOT NULL,
    status       TEXT NOT NULL,                     -- open | closed
    notes        TEXT NOT NULL,
    agency       TEXT NOT NULL,
    area         TEXT NOT NULL,
    lat          DOUBLE PRECISION,
    long         DOUBLE PRECISION,
    expected_us  BIGINT,
    requested_us BIGINT NOT NULL,
    updated_us   BIGINT NOT NULL
);
CREATE INDEX open311_requests_at ON open311_requests (requested_us);
CREATE TABLE open311_updates (
    number TEXT NOT NULL,
    seq    BIGINT NOT NULL,
    status TEXT NOT NULL,
    words  TEXT NOT NULL,
    at_us  BIGINT NOT NULL,
    PRIMARY KEY (number, seq)
);
CREATE INDEX open311_updates_at ON open311_updates (at_us);
