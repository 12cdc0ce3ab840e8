//! Statements over contacts, messages, ratings and call-backs.

store::sql! {
    /// Opens a contact.
    CONTACT_ADD = "INSERT INTO contacts (id, token_hash, channel, line, lane, phase, outcome, state, version, caller_key,
        opened_us, updated_us, ended_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $10, $11)";
    /// One contact by id.
    CONTACT_GET = "SELECT id, channel, line, lane, phase, outcome, state, version, opened_us, updated_us, ended_us
        FROM contacts WHERE id = $1";
    /// A contact's id by its token.
    CONTACT_BY_TOKEN = "SELECT id FROM contacts WHERE token_hash = $1";
    /// The state after an event; nothing changes when another event was faster.
    CONTACT_STEP = "UPDATE contacts SET line = $1, lane = $2, phase = $3, outcome = $4, state = $5, caller_key = $6,
        updated_us = $7, ended_us = $8, version = version + 1 WHERE id = $9 AND version = $10";
    /// The latest contact of a caller before one.
    CONTACT_PREVIOUS = "SELECT id, state, updated_us, outcome, phase FROM contacts
        WHERE caller_key = $1 AND id <> $2 ORDER BY opened_us DESC LIMIT 1";
    /// Contacts of a caller.
    CONTACT_OF_CALLER = "SELECT id, line, state, outcome, opened_us FROM contacts
        WHERE caller_key = $1 AND id <> $2 ORDER BY opened_us DESC LIMIT 20";
    /// Contacts that wait for something from inside: looked at again after a restart.
    CONTACT_UNSETTLED = "SELECT id, phase, state FROM contacts
        WHERE ended_us IS NULL AND phase IN ('queued', 'with_agent', 'filing', 'seeking') ORDER BY updated_us LIMIT $1";
    /// Chats with the machine in which nothing has been said since an instant.
    CONTACT_QUIET = "SELECT id FROM contacts WHERE ended_us IS NULL AND channel = 'web'
            AND phase IN ('listening', 'asking', 'clarifying') AND updated_us < $1
        ORDER BY updated_us LIMIT $2";
    /// A page of contacts.
    CONTACT_LIST = "SELECT id, channel, line, lane, phase, outcome, state, opened_us, updated_us, ended_us FROM contacts
        WHERE ($1 = '' OR phase = $1) AND ($2 = '' OR line = $2) AND ($3 = '' OR lane = $3) AND ($4 = '' OR outcome = $4)
        AND ($5 = '' OR state LIKE $6) ORDER BY opened_us DESC LIMIT $7 OFFSET $8";
    /// How many contacts a page is of.
    CONTACT_COUNT = "SELECT COUNT(*) FROM contacts
        WHERE ($1 = '' OR phase = $1) AND ($2 = '' OR line = $2) AND ($3 = '' OR lane = $3) AND ($4 = '' OR outcome = $4)
        AND ($5 = '' OR state LIKE $6)";
    /// Figures of a day.
    CONTACT_TODAY = "SELECT COALESCE(outcome, '') AS outcome, phase, COUNT(*) AS number FROM contacts
        WHERE opened_us >= $1 GROUP BY COALESCE(outcome, ''), phase";

    /// Adds a message.
    MESSAGE_ADD = "INSERT INTO messages (contact_id, seq, client_id, author, kind, body, at_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// The last number of a contact's messages.
    MESSAGE_LAST = "SELECT COALESCE(MAX(seq), 0) FROM messages WHERE contact_id = $1";
    /// The number of a message by its sender's own id.
    MESSAGE_BY_CLIENT = "SELECT seq FROM messages WHERE contact_id = $1 AND client_id = $2";
    /// Messages after a number.
    MESSAGE_LIST = "SELECT seq, client_id, author, kind, body, at_us FROM messages
        WHERE contact_id = $1 AND seq > $2 ORDER BY seq LIMIT 1000";

    /// Rates a contact; a later rating replaces an earlier one.
    RATING_PUT = "INSERT INTO ratings (contact_id, score, words, agent_id, at_us) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (contact_id) DO UPDATE SET score = excluded.score, words = excluded.words, at_us = excluded.at_us";

    /// Promises a call-back; one open promise a contact.
    CALLBACK_ADD = "INSERT INTO callbacks (id, contact_id, phone, reason, place_us, due_us, state, created_us)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT (id) DO NOTHING";

    /// A page of the audit.
    AUDIT_LIST = "SELECT seq, at_us, actor, action, object, detail FROM audit
        WHERE ($1 = '' OR object = $1) AND ($2 = '' OR actor = $2) ORDER BY seq DESC LIMIT $3 OFFSET $4";
    /// How many rows a page of the audit is of.
    AUDIT_COUNT = "SELECT COUNT(*) FROM audit WHERE ($1 = '' OR object = $1) AND ($2 = '' OR actor = $2)";

    /// Names of staff.
    STAFF_NAMES = "SELECT id, name, skills FROM staff WHERE disabled = 0";
}
