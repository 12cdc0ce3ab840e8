//! The station's statements.

store::sql! {
    /// Every member.
    MEMBER_LIST = "SELECT id, staff, name, office, place, topics, active FROM liaison_members ORDER BY name, id";
    /// Adds or changes a member.
    MEMBER_PUT = "INSERT INTO liaison_members (id, staff, name, office, place, topics, active) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET staff = excluded.staff, name = excluded.name, office = excluded.office,
            place = excluded.place, topics = excluded.topics, active = excluded.active";
    /// Accounts that a member may have.
    ACCOUNT_LIST = "SELECT id, name, login FROM staff WHERE role = 'liaison_member' AND disabled = 0 ORDER BY name, id";
    /// Shifts that touch a period.
    SHIFT_LIST = "SELECT id, member, from_us, until_us FROM liaison_shifts WHERE until_us > $1 AND from_us < $2 ORDER BY from_us, id";
    /// Adds a shift.
    SHIFT_ADD = "INSERT INTO liaison_shifts (id, member, from_us, until_us) VALUES ($1, $2, $3, $4)";
    /// Takes a shift away.
    SHIFT_DROP = "DELETE FROM liaison_shifts WHERE id = $1";

    /// A member is asked.
    JOIN_ADD = "INSERT INTO liaison_joins (id, contact, member, topic, state, asked_by, asked_us) VALUES ($1, $2, $3, $4, 'asked', $5, $6)";
    /// How an asking stands; nothing changes when it stands otherwise already.
    JOIN_STEP = "UPDATE liaison_joins SET state = $1, joined_us = COALESCE(joined_us, $2) WHERE id = $3 AND state = $4";
    /// The askings of a contact, the latest first.
    JOIN_OF_CONTACT = "SELECT id, contact, member, topic, state, asked_us, joined_us FROM liaison_joins
        WHERE contact = $1 ORDER BY asked_us DESC, id DESC LIMIT 20";
    /// The latest askings of a member.
    JOIN_OF_MEMBER = "SELECT id, contact, member, topic, state, asked_us, joined_us FROM liaison_joins
        WHERE member = $1 ORDER BY asked_us DESC, id DESC LIMIT 50";
    /// What was joined in a period.
    JOIN_LIST = "SELECT id, contact, member, topic, state, asked_us, joined_us FROM liaison_joins WHERE joined_us >= $1 AND joined_us < $2";

    /// A member follows a ticket; a later one takes the place of an earlier one.
    FOLLOW_PUT = "INSERT INTO liaison_follows (ticket, member, topic, since_us) VALUES ($1, $2, $3, $4)
        ON CONFLICT (ticket) DO UPDATE SET member = excluded.member, topic = excluded.topic, since_us = excluded.since_us";
    /// Nobody follows a ticket any more.
    FOLLOW_DROP = "DELETE FROM liaison_follows WHERE ticket = $1";
    /// Who follows a ticket.
    FOLLOW_GET = "SELECT ticket, member, topic, since_us, ended_us, in_time, satisfied FROM liaison_follows WHERE ticket = $1";
    /// What a member follows.
    FOLLOW_OF_MEMBER = "SELECT ticket, member, topic, since_us, ended_us, in_time, satisfied FROM liaison_follows
        WHERE member = $1 ORDER BY since_us DESC LIMIT 200";
    /// What began to be followed in a period.
    FOLLOW_LIST = "SELECT ticket, member, topic, since_us, ended_us, in_time, satisfied FROM liaison_follows WHERE since_us >= $1 AND since_us < $2";
    /// A followed ticket has ended, or is open again.
    FOLLOW_END = "UPDATE liaison_follows SET ended_us = $1, in_time = $2, satisfied = $3 WHERE ticket = $4";
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
