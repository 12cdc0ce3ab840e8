-- Routing: what a queue item and an agent need to be picked up again after a restart, what queues have learned, and the
-- record of what happened to each contact, from which the indicators are recounted.

ALTER TABLE queue_items ADD COLUMN media TEXT NOT NULL DEFAULT 'chat';
ALTER TABLE queue_items ADD COLUMN call_back BIGINT NOT NULL DEFAULT 0;     -- 0 | 1: the citizen is away and is called back
ALTER TABLE queue_items ADD COLUMN until_us BIGINT;                         -- an offer may be taken until then
ALTER TABLE queue_items ADD COLUMN accepted_us BIGINT;
ALTER TABLE queue_items ADD COLUMN ended_us BIGINT;
ALTER TABLE queue_items ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';       -- JSON: agents avoided, the agent wanted
ALTER TABLE agents ADD COLUMN body TEXT NOT NULL DEFAULT '{}';              -- JSON of the agent without its contacts

CREATE TABLE queue_learned (
    queue       TEXT PRIMARY KEY,
    handling_us BIGINT NOT NULL,                                            -- mean of recent handling times
    updated_us  BIGINT NOT NULL
);

CREATE TABLE routing_events (
    seq        @SERIAL@,
    at_us      BIGINT NOT NULL,
    kind       TEXT NOT NULL,                                               -- offer | connected | left | agent ...
    contact_id TEXT,
    agent_id   TEXT,
    queue      TEXT,
    detail     TEXT NOT NULL                                                -- JSON of the effect
);
CREATE INDEX routing_events_at ON routing_events (at_us);
CREATE INDEX routing_events_contact ON routing_events (contact_id, seq) WHERE contact_id IS NOT NULL;
CREATE INDEX routing_events_agent ON routing_events (agent_id, at_us) WHERE agent_id IS NOT NULL;
