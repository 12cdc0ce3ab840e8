//! The statements of exchange.

store::sql! {
    /// Remembers that two numbers are one ticket.
    LINK_ADD = "INSERT INTO exchange_links (peer, foreign_number, number, origin) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    /// Our number of the peer's.
    LINK_OURS = "SELECT number FROM exchange_links WHERE peer = $1 AND foreign_number = $2";
    /// The peer's number of ours, and whose ticket it was first.
    LINK_THEIRS = "SELECT foreign_number, origin FROM exchange_links WHERE peer = $1 AND number = $2";
    /// Takes a status that is not older; no row when it is. An equal one is the same, asked again after a fall half way.
    LINK_STATUS = "UPDATE exchange_links SET status_seq = $1 WHERE peer = $2 AND number = $3 AND status_seq <= $1";
    /// Writes down a message; no row when it stands there already.
    JOURNAL_ADD = "INSERT INTO exchange_journal (peer, direction, message_id, kind, number, digest, answer, at_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    /// What was answered to a message, and what it was.
    JOURNAL_GET = "SELECT digest, answer FROM exchange_journal WHERE peer = $1 AND direction = $2 AND message_id = $3";
    /// The messages between two instants.
    JOURNAL_LIST = "SELECT direction, message_id, kind, number, digest, at_us FROM exchange_journal
        WHERE peer = $1 AND at_us >= $2 AND at_us < $3 ORDER BY at_us, message_id";
    /// How many messages there are by direction and kind.
    JOURNAL_COUNT = "SELECT direction, kind, COUNT(*) AS messages FROM exchange_journal WHERE peer = $1 GROUP BY direction, kind
        ORDER BY direction, kind";
    /// A message that will not be tried again by itself.
    LETTER_ADD = "INSERT INTO exchange_letters (topic, key, payload, failure, attempts, at_us, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'open')";
    /// Letters in a state, the newest first.
    LETTER_LIST = "SELECT id, topic, key, payload, failure, attempts, at_us, state, settled_by, note, settled_us FROM exchange_letters
        WHERE (CAST($1 AS TEXT) IS NULL OR state = $1) ORDER BY id DESC LIMIT $2";
    /// One letter.
    LETTER_GET = "SELECT id, topic, key, payload, failure, attempts, at_us, state, settled_by, note, settled_us FROM exchange_letters
        WHERE id = $1";
    /// Settles an open letter; no row when somebody was first.
    LETTER_SETTLE = "UPDATE exchange_letters SET state = $1, settled_by = $2, note = $3, settled_us = $4 WHERE id = $5 AND state = 'open'";
    /// What waits to be sent, the oldest first.
    OUTBOX_WAITING = "SELECT seq, topic, key, payload, created_us, attempts, failure FROM outbox
        WHERE topic IN ('exchange.push', 'exchange.hook') AND done_us IS NULL ORDER BY seq LIMIT $1";
    /// How many letters are open.
    LETTER_COUNT = "SELECT COUNT(*) FROM exchange_letters WHERE state = 'open'";
    /// Keeps a file; no row when it is kept already.
    FILE_ADD = "INSERT INTO exchange_files (id, number, name, media_type, bytes, sealed, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    /// The files of a ticket.
    FILE_LIST = "SELECT id, number, name, media_type, bytes, at_us FROM exchange_files WHERE number = $1 ORDER BY at_us, id";
    /// One file.
    FILE_GET = "SELECT number, name, media_type, sealed FROM exchange_files WHERE id = $1";

    /// A request filed through Open311; no row when it is there already.
    REQUEST_ADD = "INSERT INTO open311_requests (number, token, service_code, state, status, notes, agency, area, lat, long,
            expected_us, requested_us, updated_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT DO NOTHING";
    /// What has become of a request.
    REQUEST_CHANGE = "UPDATE open311_requests SET state = $1, status = $2, notes = $3, agency = $4, expected_us = $5, updated_us = $6
        WHERE number = $7";
    /// One request.
    REQUEST_GET = "SELECT number, token, service_code, state, status, notes, agency, area, lat, long, expected_us, requested_us,
            updated_us FROM open311_requests WHERE number = $1";
    /// The request of a token.
    REQUEST_OF_TOKEN = "SELECT number, token, service_code, state, status, notes, agency, area, lat, long, expected_us, requested_us,
            updated_us FROM open311_requests WHERE token = $1";
    /// Requests of a span, the newest first.
    REQUEST_LIST = "SELECT number, token, service_code, state, status, notes, agency, area, lat, long, expected_us, requested_us,
            updated_us FROM open311_requests
        WHERE requested_us >= $1 AND requested_us <= $2 ORDER BY requested_us DESC, number DESC LIMIT $3";
    /// Something that happened to a request; no row when it is known.
    UPDATE_ADD = "INSERT INTO open311_updates (number, seq, status, words, at_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    /// What happened in a span, in order.
    UPDATE_LIST = "SELECT number, seq, status, words, at_us FROM open311_updates
        WHERE at_us >= $1 AND at_us <= $2 AND (CAST($3 AS TEXT) IS NULL OR number = $3) ORDER BY at_us, number, seq LIMIT $4";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[tokio::test]
    async fn both_engines_take_every_statement() {
        store::testing::for_each_engine(async |db| {
            store::testing::prepare_all(db, ALL).await.unwrap();
        })
        .await;
    }
}
