-- Calls that are up, by the node that has them: what a killed node leaves behind is found when it starts again.
CREATE TABLE voice_calls (
    contact_id TEXT PRIMARY KEY,
    node TEXT NOT NULL,
    since_us BIGINT NOT NULL
);
CREATE INDEX voice_calls_node ON voice_calls (node);
