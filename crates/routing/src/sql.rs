//! Routing's statements.

store::sql! {
    /// Contacts in routing's care.
    ITEM_ACTIVE = "SELECT contact_id, queue, skills, priority, lane, enqueued_us, state, agent_id, place_us, media, call_back,
            until_us, accepted_us, detail
        FROM queue_items WHERE state IN ('waiting', 'offered', 'talking')";
    /// Writes a contact as it stands, whether or not it has been here before.
    ITEM_PUT = "INSERT INTO queue_items (contact_id, queue, skills, priority, lane, enqueued_us, state, agent_id, offered_us,
            place_us, version, media, call_back, until_us, accepted_us, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, $15)
        ON CONFLICT (contact_id) DO UPDATE SET queue = excluded.queue, skills = excluded.skills,
            priority = excluded.priority, lane = excluded.lane, enqueued_us = excluded.enqueued_us, state = excluded.state,
            agent_id = excluded.agent_id, offered_us = COALESCE(excluded.offered_us, queue_items.offered_us),
            place_us = excluded.place_us, version = queue_items.version + 1, media = excluded.media,
            call_back = excluded.call_back, until_us = excluded.until_us, accepted_us = excluded.accepted_us,
            detail = excluded.detail, ended_us = NULL";
    /// A contact that left.
    ITEM_END = "UPDATE queue_items SET state = $1, agent_id = $2, ended_us = $3, until_us = NULL, call_back = 0, detail = '{}',
            version = version + 1
        WHERE contact_id = $4";

    /// Every agent.
    AGENT_ALL = "SELECT staff_id, body FROM agents";
    /// Writes an agent as it stands.
    AGENT_PUT = "INSERT INTO agents (staff_id, state, since_us, contact_id, reason, version, body)
        VALUES ($1, $2, $3, $4, $5, 1, $6)
        ON CONFLICT (staff_id) DO UPDATE SET state = excluded.state, since_us = excluded.since_us,
            contact_id = excluded.contact_id, reason = excluded.reason, version = agents.version + 1, body = excluded.body";

    /// What queues have learned.
    LEARNED_ALL = "SELECT queue, handling_us FROM queue_learned";
    /// Writes what a queue has learned.
    LEARNED_PUT = "INSERT INTO queue_learned (queue, handling_us, updated_us) VALUES ($1, $2, $3)
        ON CONFLICT (queue) DO UPDATE SET handling_us = excluded.handling_us, updated_us = excluded.updated_us";

    /// Notes what happened.
    EVENT_ADD = "INSERT INTO routing_events (at_us, kind, contact_id, agent_id, queue, detail)
        VALUES ($1, $2, $3, $4, $5, $6)";
}
