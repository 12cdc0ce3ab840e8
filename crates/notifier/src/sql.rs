//! The statements of notifier.

store::sql! {
    /// Writes a message down.
    TEXT_ADD = "INSERT INTO texts (id, ticket, event, words, state, created_us)
        VALUES ($1, $2, $3, $4, 'waiting', $5) ON CONFLICT DO NOTHING";
    /// What is to be sent.
    TEXT_GET = "SELECT ticket, words, tries FROM texts WHERE id = $1 AND state = 'waiting'";
    /// It was taken by the carrier.
    TEXT_SENT = "UPDATE texts SET state = 'sent', tries = tries + 1, failure = '', receipt = $1, shown = $2, settled_us = $3
        WHERE id = $4";
    /// It was not, and is tried again.
    TEXT_TRIED = "UPDATE texts SET tries = tries + 1, failure = $1, shown = $2 WHERE id = $3";
    /// It will not be tried again by itself.
    TEXT_FAILED = "UPDATE texts SET state = 'failed', tries = tries + 1, failure = $1, shown = $2, settled_us = $3
        WHERE id = $4";
    /// Nobody is to be told after all: no number was left, or none that messages reach.
    TEXT_DROP = "DELETE FROM texts WHERE id = $1";
    /// Tries a failed one again; no row when it has not failed.
    TEXT_AGAIN = "UPDATE texts SET state = 'waiting', tries = 0, settled_us = NULL WHERE id = $1 AND state = 'failed'";
    /// Whether there is such a message.
    TEXT_KNOWN = "SELECT 1 FROM texts WHERE id = $1";
    /// Messages, the newest first.
    TEXT_LIST = "SELECT id, ticket, event, shown, words, state, tries, failure, receipt, created_us, settled_us FROM texts
        WHERE (CAST($1 AS TEXT) IS NULL OR state = $1) ORDER BY created_us DESC, id DESC LIMIT $2";
    /// How many there are of each state.
    TEXT_COUNT = "SELECT state, COUNT(*) FROM texts GROUP BY state";
}
