-- Every asking of a question that found no good answer, and how long closing it took.

ALTER TABLE knowledge_gaps ADD COLUMN draft BIGINT;                 -- the open draft that is to answer it

CREATE TABLE knowledge_gap_asked (
    question   TEXT NOT NULL,                       -- knowledge_gaps.question
    contact_id TEXT NOT NULL,
    why        TEXT NOT NULL,                       -- unanswered | low_rated | handed_over
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (question, contact_id, why)
);
CREATE INDEX knowledge_gap_asked_at ON knowledge_gap_asked (question, at_us);

CREATE TABLE knowledge_gap_closed (
    seq      @SERIAL@,
    entry_id TEXT NOT NULL,
    asked    BIGINT NOT NULL,                       -- contacts that had asked
    first_us BIGINT NOT NULL,
    fifth_us BIGINT,                                -- the fifth asking, where there was one
    live_us  BIGINT NOT NULL                        -- when the answer came into use
);
CREATE INDEX knowledge_gap_closed_live ON knowledge_gap_closed (live_us);
