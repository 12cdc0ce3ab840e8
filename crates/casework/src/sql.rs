//! The statements of casework.

store::sql! {
    /// A new ticket; no row when the same was asked for before.
    TICKET_ADD = "INSERT INTO tickets (id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency,
            due_us, created_us, updated_us, version, caller_key, request_key, proposed_unit, place_code)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1, $15, $16, $17, $18)
        ON CONFLICT DO NOTHING";
    /// The number under which a request was answered.
    TICKET_OF_REQUEST = "SELECT number FROM tickets WHERE request_key = $1";
    /// One ticket.
    TICKET_GET = "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, proposed_unit, place_code
        FROM tickets WHERE number = $1";
    /// One ticket, locked where the engine has row locks.
    TICKET_LOCK = {
        sqlite: "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
                created_us, updated_us, version, proposed_unit, place_code
            FROM tickets WHERE number = $1",
        postgres: "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
                created_us, updated_us, version, proposed_unit, place_code
            FROM tickets WHERE number = $1 FOR UPDATE",
    };
    /// A ticket's next state; no row when it has moved on.
    TICKET_CHANGE = "UPDATE tickets SET body = $1, unit = $2, state = $3, due_us = $4, updated_us = $5, version = version + 1
        WHERE id = $6 AND version = $7";
    /// What happened to a ticket.
    EVENT_ADD = "INSERT INTO ticket_events (ticket_id, seq, kind, actor, body, at_us) VALUES ($1, $2, $3, $4, $5, $6)";
    /// Everything that happened to a ticket.
    EVENT_LIST = "SELECT seq, actor, body, at_us FROM ticket_events WHERE ticket_id = $1 ORDER BY seq";

    /// A page of tickets: what is owed first comes first, closed ones after, the latest change first.
    TICKET_LIST = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us
        FROM tickets
        WHERE (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR number LIKE $7 ESCAPE '\\' OR title LIKE $7 ESCAPE '\\' OR place LIKE $7 ESCAPE '\\'
                OR category LIKE $7 ESCAPE '\\' OR caller_key = $8)
            AND (CAST($9 AS TEXT) IS NULL OR unit = $9)
            AND (CAST($10 AS TEXT) IS NULL OR place_code LIKE $10 ESCAPE '\\' AND place_code NOT LIKE $11 ESCAPE '\\')
        ORDER BY CASE WHEN due_us IS NULL THEN 1 ELSE 0 END, due_us, updated_us DESC, id LIMIT $12 OFFSET $13";
    /// How many tickets a filter passes.
    TICKET_COUNT = "SELECT COUNT(*) FROM tickets
        WHERE (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR number LIKE $7 ESCAPE '\\' OR title LIKE $7 ESCAPE '\\' OR place LIKE $7 ESCAPE '\\'
                OR category LIKE $7 ESCAPE '\\' OR caller_key = $8)
            AND (CAST($9 AS TEXT) IS NULL OR unit = $9)
            AND (CAST($10 AS TEXT) IS NULL OR place_code LIKE $10 ESCAPE '\\' AND place_code NOT LIKE $11 ESCAPE '\\')";
    /// Tickets of a contact, the latest first.
    TICKET_OF_CONTACT = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, place_code
        FROM tickets WHERE contact_id = $1 ORDER BY created_us DESC, id DESC LIMIT $2";
    /// Tickets of a caller, the latest first.
    TICKET_OF_CALLER = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, place_code
        FROM tickets WHERE caller_key = $1 ORDER BY created_us DESC, id DESC LIMIT $2";
    /// The latest tickets of a domain.
    TICKET_OF_DOMAIN = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, place_code
        FROM tickets WHERE domain = $1 AND state <> 'cancelled' ORDER BY created_us DESC, id DESC LIMIT $2";

    /// Promises a call-back. One promise a contact: an open one keeps its place and its number, and is due no later than it was.
    CALLBACK_PROMISE = "INSERT INTO callbacks (id, contact_id, phone, reason, place_us, due_us, state, created_us)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $5)
        ON CONFLICT (id) DO UPDATE SET
            phone = CASE WHEN callbacks.state = 'open' AND callbacks.phone <> '' THEN callbacks.phone ELSE excluded.phone END,
            reason = CASE WHEN callbacks.state = 'open' THEN callbacks.reason ELSE excluded.reason END,
            place_us = CASE WHEN callbacks.state = 'open' THEN callbacks.place_us ELSE excluded.place_us END,
            due_us = CASE WHEN callbacks.state = 'open' AND callbacks.due_us < excluded.due_us THEN callbacks.due_us
                ELSE excluded.due_us END,
            created_us = CASE WHEN callbacks.state = 'open' THEN callbacks.created_us ELSE excluded.created_us END,
            state = 'open'";
    /// The promise is kept, or nobody waits for it any more.
    CALLBACK_CLOSE = "UPDATE callbacks SET state = 'done' WHERE id = $1 AND state = 'open'";
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
