-- The liaison station: members, turns of duty, contacts joined, tickets followed.

CREATE TABLE liaison_members (
    id     TEXT PRIMARY KEY,
    staff  TEXT NOT NULL,                           -- the account; empty: none yet
    name   TEXT NOT NULL,
    office TEXT NOT NULL,                           -- 人大代表, 政协委员, ...
    place  TEXT NOT NULL,                           -- code of the town or street; empty: the whole district
    topics TEXT NOT NULL,                           -- domains, separated by commas
    active BIGINT NOT NULL
);
CREATE INDEX liaison_members_staff ON liaison_members (staff);

CREATE TABLE liaison_shifts (
    id       TEXT PRIMARY KEY,
    member   TEXT NOT NULL,
    from_us  BIGINT NOT NULL,
    until_us BIGINT NOT NULL
);
CREATE INDEX liaison_shifts_from ON liaison_shifts (from_us);

CREATE TABLE liaison_joins (
    id        TEXT PRIMARY KEY,
    contact   TEXT NOT NULL,
    member    TEXT NOT NULL,
    topic     TEXT NOT NULL,
    state     TEXT NOT NULL,                        -- asked | joined | declined | left
    asked_by  TEXT NOT NULL,
    asked_us  BIGINT NOT NULL,
    joined_us BIGINT
);
CREATE INDEX liaison_joins_contact ON liaison_joins (contact);
CREATE INDEX liaison_joins_member ON liaison_joins (member, asked_us);

CREATE TABLE liaison_follows (
    ticket    TEXT PRIMARY KEY,                     -- its number
    member    TEXT NOT NULL,
    topic     TEXT NOT NULL,
    since_us  BIGINT NOT NULL,
    ended_us  BIGINT,
    in_time   BIGINT NOT NULL DEFAULT 0,
    satisfied BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX liaison_follows_member ON liaison_follows (member);
