//! Statements over recordings and over calls that are up.

store::sql! {
    /// A call is up.
    CALL_ADD = "INSERT INTO voice_calls (contact_id, node, since_us) VALUES ($1, $2, $3) ON CONFLICT (contact_id) DO NOTHING";
    /// It is over.
    CALL_REMOVE = "DELETE FROM voice_calls WHERE contact_id = $1";
    /// What a node has.
    CALLS_OF = "SELECT contact_id FROM voice_calls WHERE node = $1 ORDER BY since_us";
    /// A recording begins.
    RECORDING_ADD = "INSERT INTO recordings (contact_id, file, started_us) VALUES ($1, $2, $3)
        ON CONFLICT (contact_id) DO NOTHING";
    /// Where it lies.
    RECORDING_GET = "SELECT file, started_us, ended_us, chunks, millis FROM recordings WHERE contact_id = $1";
    /// It has grown by a chunk.
    RECORDING_GROW = "UPDATE recordings SET chunks = chunks + 1, millis = millis + $1 WHERE contact_id = $2";
    /// It is over.
    RECORDING_END = "UPDATE recordings SET ended_us = $1 WHERE contact_id = $2";
}
