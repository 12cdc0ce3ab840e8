//! The statements of casework.

store::sql! {
    /// A new ticket; no row when the same was asked for before.
    TICKET_ADD = "INSERT INTO tickets (id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency,
            due_us, created_us, updated_us, version, caller_key, request_key, proposed_unit, place_code, next_us, owner, flags)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1, $15, $16, $17, $18, $19, $20, $21)
        ON CONFLICT DO NOTHING";
    /// The number under which a request was answered.
    TICKET_OF_REQUEST = "SELECT number FROM tickets WHERE request_key = $1";
    /// One ticket.
    TICKET_GET = "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
        FROM tickets WHERE number = $1";
    /// One ticket, locked where the engine has row locks.
    TICKET_LOCK = {
        sqlite: "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
                created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
            FROM tickets WHERE number = $1",
        postgres: "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
                created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
            FROM tickets WHERE number = $1 FOR UPDATE",
    };
    /// A ticket's next state; no row when it has moved on.
    TICKET_CHANGE = "UPDATE tickets SET body = $1, unit = $2, state = $3, due_us = $4, updated_us = $5, next_us = $6,
            owner = $7, flags = $8, title = $9, place = $10, place_code = $11, version = version + 1
        WHERE id = $12 AND version = $13";
    /// What happened to a ticket.
    EVENT_ADD = "INSERT INTO ticket_events (ticket_id, seq, kind, actor, body, at_us) VALUES ($1, $2, $3, $4, $5, $6)";
    /// What happened since a place in the record of all tickets, in the order of time.
    EVENT_SINCE = "SELECT e.ticket_id, t.number, e.seq, e.kind, e.actor, e.at_us
        FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id
        WHERE e.at_us > $1 OR (e.at_us = $1 AND (e.ticket_id > $2 OR (e.ticket_id = $2 AND e.seq > $3)))
        ORDER BY e.at_us, e.ticket_id, e.seq LIMIT $4";
    /// Everything that happened to a ticket.
    EVENT_LIST = "SELECT seq, actor, body, at_us FROM ticket_events WHERE ticket_id = $1 ORDER BY seq";

    /// A page of open tickets: what is owed first comes first.
    TICKET_OPEN = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags
        FROM tickets
        WHERE next_us IS NOT NULL AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13)
        ORDER BY next_us, due_us, id LIMIT $14 OFFSET $15";
    /// A page of closed tickets, the latest change first.
    TICKET_DONE = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags
        FROM tickets
        WHERE next_us IS NULL AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13)
        ORDER BY updated_us DESC, id DESC LIMIT $14 OFFSET $15";
    /// How many open tickets a filter passes, counted up to a limit.
    TICKET_OPEN_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM tickets WHERE next_us IS NOT NULL AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13) LIMIT $14) AS passed";
    /// How many closed tickets a filter passes, counted up to a limit.
    TICKET_DONE_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM tickets WHERE next_us IS NULL AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13) LIMIT $14) AS passed";
    /// Those of some tickets that a filter and a text pass, the open ones first.
    TICKET_AMONG = {
        sqlite: "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags
        FROM tickets
        WHERE id IN (SELECT value FROM json_each($14)) AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13)
        AND (number LIKE $15 ESCAPE '\\' OR title LIKE $15 ESCAPE '\\' OR place LIKE $15 ESCAPE '\\' OR category LIKE $15 ESCAPE '\\'
            OR caller_key = $16)
        ORDER BY CASE WHEN next_us IS NULL THEN 1 ELSE 0 END, next_us, due_us, updated_us DESC, id",
        postgres: "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags
        FROM tickets
        WHERE id IN (SELECT jsonb_array_elements_text(CAST(CAST($14 AS TEXT) AS JSONB))) AND (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND (CAST($3 AS TEXT) IS NULL OR domain = $3)
            AND (CAST($4 AS TEXT) IS NULL OR unit = $4 OR (unit = '' AND proposed_unit = $4))
            AND (CAST($5 AS TEXT) IS NULL OR urgency = $5) AND (CAST($6 AS BIGINT) IS NULL OR due_us < $6)
            AND (CAST($7 AS TEXT) IS NULL OR unit = $7 OR flags LIKE $8)
            AND (CAST($9 AS TEXT) IS NULL OR place_code LIKE $9 ESCAPE '\\' AND place_code NOT LIKE $10 ESCAPE '\\' OR unit = $11)
            AND (CAST($12 AS TEXT) IS NULL OR owner = $12) AND (CAST($13 AS TEXT) IS NULL OR flags LIKE $13)
        AND (number LIKE $15 ESCAPE '\\' OR title LIKE $15 ESCAPE '\\' OR place LIKE $15 ESCAPE '\\' OR category LIKE $15 ESCAPE '\\'
            OR caller_key = $16)
        ORDER BY CASE WHEN next_us IS NULL THEN 1 ELSE 0 END, next_us, due_us, updated_us DESC, id",
    };
    /// Tickets whose number begins so; up to which text that reaches is given.
    TICKET_NUMBERED = "SELECT id FROM tickets WHERE number >= $1 AND number < $2 ORDER BY number DESC LIMIT $3";
    /// Tickets of a caller.
    TICKET_CALLED = "SELECT id FROM tickets WHERE caller_key = $1 ORDER BY created_us DESC LIMIT $2";
    /// A pair of characters by which a ticket is found.
    TERM_ADD = "INSERT INTO ticket_terms (term, ticket_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    /// How many tickets have a pair of characters, counted up to a limit.
    TERM_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM ticket_terms WHERE term = $1 LIMIT $2) AS passed";
    /// The latest tickets that have two pairs of characters, among the latest that have the first.
    TERM_BOTH = "SELECT one.ticket_id FROM (SELECT ticket_id FROM ticket_terms WHERE term = $1 ORDER BY ticket_id DESC LIMIT $3) AS one
        WHERE EXISTS (SELECT 1 FROM ticket_terms AS other WHERE other.term = $2 AND other.ticket_id = one.ticket_id)
        ORDER BY one.ticket_id DESC LIMIT $4";

    /// Open tickets by state, unit, place and light, read once.
    BOARD = "SELECT state, unit, place_code,
            CASE WHEN state = 'suspended' THEN 3 WHEN next_us < $1 THEN 0 WHEN next_us < $2 THEN 1 ELSE 2 END AS light,
            COUNT(*) AS number
        FROM tickets WHERE next_us IS NOT NULL GROUP BY 1, 2, 3, 4";
    /// What was measured in a time, by unit and measure.
    FIGURES = "SELECT unit, measure, good, COUNT(*) AS number FROM ticket_figures WHERE at_us >= $1 AND at_us < $2
        GROUP BY unit, measure, good";
    /// Notes what a step measures.
    FIGURE_ADD = "INSERT INTO ticket_figures (ticket_id, seq, measure, unit, good, at_us) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING";
    /// Notes what came of a dispatch.
    OUTCOME_ADD = "INSERT INTO dispatch_outcomes (domain, category, unit, kept, refused) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (domain, category, unit) DO UPDATE SET kept = dispatch_outcomes.kept + excluded.kept,
            refused = dispatch_outcomes.refused + excluded.refused";
    /// What came of earlier dispatches in a domain.
    OUTCOME_LIST = "SELECT category, unit, kept, refused FROM dispatch_outcomes WHERE domain = $1";

    /// The latest tickets that a unit settled: what dispatch is learned from.
    CLOSED_LIST = "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
        FROM tickets WHERE next_us IS NULL AND state = 'archived' AND unit <> '' ORDER BY updated_us DESC, id DESC LIMIT $1";
    /// How many there are, counted up to a limit.
    CLOSED_COUNT = "SELECT COUNT(*) FROM (SELECT id FROM tickets
        WHERE next_us IS NULL AND state = 'archived' AND unit <> '' LIMIT $1) AS closed";
    /// A training begins.
    LESSON_ADD = "INSERT INTO dispatch_lessons (id, state, started_by, started_us) VALUES ($1, 'running', $2, $3)";
    /// It has ended.
    LESSON_END = "UPDATE dispatch_lessons SET state = $1, version = $2, report = $3, trouble = $4, ended_us = $5 WHERE id = $6";
    /// Trainings that dead processes left.
    LESSON_LEFT = "UPDATE dispatch_lessons SET state = 'failed', ended_us = $1 WHERE state = 'running'";
    /// Trainings, the latest first.
    LESSON_LIST = "SELECT state, version, report, trouble, started_by, started_us, ended_us FROM dispatch_lessons
        ORDER BY started_us DESC, id DESC LIMIT $1";
    /// The newest version.
    LESSON_NEWEST = "SELECT COALESCE(MAX(version), 0) FROM dispatch_weights";
    /// Keeps a version's weights.
    LESSON_WEIGHTS_ADD = "INSERT INTO dispatch_weights (version, weights) VALUES ($1, $2)";
    /// A version's weights.
    LESSON_WEIGHTS = "SELECT weights FROM dispatch_weights WHERE version = $1";
    /// The version in use; no row: none was ever learned.
    LESSON_PRESENT = "SELECT version FROM dispatch_present WHERE id = 1";
    /// Makes a version the present one. 0 is the catalogue alone.
    LESSON_USE = "INSERT INTO dispatch_present (id, version, since_us, set_by) VALUES (1, $1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, since_us = excluded.since_us, set_by = excluded.set_by";

    /// Where a follower of the record stands.
    FOLLOWER_GET = "SELECT at_us FROM casework_followers WHERE name = $1";
    /// Sets where it stands; it never goes back.
    FOLLOWER_SET = "INSERT INTO casework_followers (name, at_us) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
        SET at_us = CASE WHEN excluded.at_us > casework_followers.at_us THEN excluded.at_us ELSE casework_followers.at_us END";
    /// Tells somebody, once an occasion.
    NOTICE_ADD = "INSERT INTO notices (id, audience, ticket, level, words, at_us) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING";
    /// What somebody was told, the latest first. Three audiences may be his.
    NOTICE_LIST = "SELECT id, audience, ticket, level, words, at_us, read_us FROM notices WHERE audience IN ($1, $2, $3)
        ORDER BY at_us DESC, id DESC LIMIT $4";
    /// How much of it is unread.
    NOTICE_UNREAD = "SELECT COUNT(*) FROM notices WHERE audience IN ($1, $2, $3) AND read_us IS NULL";
    /// It was read.
    NOTICE_READ = "UPDATE notices SET read_us = $1 WHERE id = $2 AND audience IN ($3, $4, $5) AND read_us IS NULL";

    /// Open tickets of callers with several of them, or at places with several about one thing, lately.
    REPEAT_CALLERS = "SELECT caller_key AS of_what, COUNT(*) AS number FROM tickets
        WHERE created_us >= $1 AND caller_key IS NOT NULL AND state NOT IN ('cancelled', 'withdrawn')
        GROUP BY caller_key HAVING COUNT(*) >= $2 ORDER BY 2 DESC, 1 LIMIT $3";
    /// The same matter at one place.
    REPEAT_PLACES = "SELECT place, category, COUNT(*) AS number FROM tickets
        WHERE created_us >= $1 AND place <> '' AND state NOT IN ('cancelled', 'withdrawn')
        GROUP BY place, category HAVING COUNT(*) >= $2 ORDER BY 3 DESC, 1, 2 LIMIT $3";
    /// Tickets about one thing at one place.
    TICKET_OF_PLACE = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags
        FROM tickets
        WHERE place = $1 AND category = $2 AND created_us >= $3 ORDER BY created_us DESC LIMIT $4";
    /// Tickets answered lately.
    TICKET_ANSWERED = "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
        FROM tickets WHERE state IN ('replied', 'called_back', 'archived') AND updated_us >= $1 ORDER BY updated_us DESC LIMIT $2";
    /// How often a caller has come since.
    CALLER_AGAIN = "SELECT COUNT(*) FROM tickets AS later JOIN tickets AS this ON this.caller_key = later.caller_key
        WHERE this.id = $1 AND later.id <> this.id AND later.domain = this.domain AND later.created_us > $2";
    /// Tickets of the window registered in a time.
    TICKET_WINDOW = "SELECT id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, proposed_unit, place_code, next_us, owner, flags
        FROM tickets WHERE created_us >= $1 AND created_us < $2 AND flags LIKE '%,window,%' ORDER BY created_us DESC LIMIT $3";

    /// A ticket's content where its state stays as it is.
    TICKET_BODY = "UPDATE tickets SET body = $1 WHERE id = $2";
    /// A file of a ticket.
    FILE_ADD = "INSERT INTO ticket_attachments (id, ticket_id, name, kind, bytes, actor, by_words, at_us, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// How many files a ticket has.
    FILE_COUNT = "SELECT COUNT(*) FROM ticket_attachments WHERE ticket_id = $1";
    /// The files of a ticket without their content.
    FILE_LIST = "SELECT id, name, kind, bytes, by_words, at_us FROM ticket_attachments WHERE ticket_id = $1 ORDER BY at_us, id";
    /// A file without its content, of whatever ticket.
    FILE_ONE = "SELECT id, name, kind, bytes, by_words, at_us FROM ticket_attachments WHERE id = $1";
    /// The content of a file, of whatever ticket.
    FILE_CONTENT = "SELECT content FROM ticket_attachments WHERE id = $1";
    /// A file.
    FILE_GET = "SELECT kind, by_words, content FROM ticket_attachments WHERE id = $1 AND ticket_id = $2";

    /// Promises to call contacts back that nobody has kept.
    CALLBACK_LIST = "SELECT id, contact_id, reason, place_us, due_us FROM callbacks WHERE state = 'open' ORDER BY place_us, id LIMIT $1";

    /// Tickets of a contact, the latest first.
    TICKET_OF_CONTACT = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags, place_code
        FROM tickets WHERE contact_id = $1 ORDER BY created_us DESC, id DESC LIMIT $2";
    /// Tickets of a caller, the latest first.
    TICKET_OF_CALLER = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags, place_code
        FROM tickets WHERE caller_key = $1 ORDER BY created_us DESC, id DESC LIMIT $2";
    /// The other tickets of whom a ticket comes from, the latest first.
    TICKET_OF_SAME_CALLER = "SELECT other.id, other.number, other.title, other.kind, other.category, other.domain, other.state,
            other.urgency, other.place, other.unit, other.proposed_unit, other.due_us, other.created_us, other.updated_us,
            other.next_us, other.owner, other.flags, other.place_code
        FROM tickets AS other JOIN tickets AS this ON this.caller_key = other.caller_key
        WHERE this.id = $1 AND other.id <> this.id ORDER BY other.created_us DESC, other.id DESC LIMIT $2";
    /// The latest tickets of a domain.
    TICKET_OF_DOMAIN = "SELECT id, number, title, kind, category, domain, state, urgency, place, unit, proposed_unit, due_us,
            created_us, updated_us, next_us, owner, flags, place_code
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
