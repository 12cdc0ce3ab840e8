//! The store's own statements.

crate::sql! {
    /// Queues a message; a known key is left alone.
    OUTBOX_EMIT = "INSERT INTO outbox (topic, key, payload, created_us) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key) DO NOTHING";
    /// Leases the oldest waiting messages of a topic. A portable `IN (SELECT ... LIMIT)` claims twice on
    /// PostgreSQL; MATERIALIZED keeps the planner from running the pick again for each row.
    OUTBOX_CLAIM = {
        sqlite: "UPDATE outbox SET claimed_until_us = $1, holder = $2, attempts = attempts + 1
            WHERE seq IN (SELECT seq FROM outbox WHERE topic = $3 AND done_us IS NULL AND claimed_until_us <= $4
                ORDER BY seq LIMIT $5)
            RETURNING seq, topic, key, payload, created_us, attempts",
        postgres: "WITH picked AS MATERIALIZED (
                SELECT seq FROM outbox WHERE topic = $3 AND done_us IS NULL AND claimed_until_us <= $4
                ORDER BY seq LIMIT $5 FOR UPDATE SKIP LOCKED)
            UPDATE outbox SET claimed_until_us = $1, holder = $2, attempts = attempts + 1
            FROM picked WHERE outbox.seq = picked.seq
            RETURNING outbox.seq, topic, key, payload, created_us, attempts",
    };
    /// Marks a message done, whoever holds it now: the work has happened.
    OUTBOX_DONE = "UPDATE outbox SET done_us = $1, holder = NULL, failure = NULL WHERE seq = $2 AND done_us IS NULL";
    /// Puts a message back until later, by its holder only.
    OUTBOX_RETRY = "UPDATE outbox SET claimed_until_us = $1, holder = NULL, failure = $2
        WHERE seq = $3 AND holder = $4 AND done_us IS NULL";
    /// Messages that keep failing.
    OUTBOX_STUCK = "SELECT seq, topic, key, attempts, created_us, failure FROM outbox
        WHERE done_us IS NULL AND attempts >= $1 ORDER BY seq LIMIT $2";
    /// How many wait, by topic.
    OUTBOX_DEPTH = "SELECT topic, COUNT(*) AS waiting, MIN(created_us) AS oldest_us FROM outbox
        WHERE done_us IS NULL GROUP BY topic ORDER BY topic";
    /// Forgets messages done long ago.
    OUTBOX_PRUNE = "DELETE FROM outbox WHERE done_us IS NOT NULL AND done_us < $1";
    /// Remembers that a consumer applied a key; no row when it had before.
    OUTBOX_APPLY = "INSERT INTO outbox_applied (consumer, key, applied_us) VALUES ($1, $2, $3)
        ON CONFLICT (consumer, key) DO NOTHING";
    /// Forgets applications older than any message that could still repeat them.
    OUTBOX_APPLIED_PRUNE = "DELETE FROM outbox_applied WHERE applied_us < $1";

    /// Sets or moves a timer.
    TIMER_SET = "INSERT INTO timers (kind, subject, due_us, payload) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, subject) DO UPDATE SET due_us = excluded.due_us, payload = excluded.payload,
            claimed_until_us = 0, holder = NULL, attempts = 0, fired_us = NULL";
    /// Removes a timer.
    TIMER_CANCEL = "DELETE FROM timers WHERE kind = $1 AND subject = $2";
    /// Leases due timers of a kind.
    TIMER_CLAIM = {
        sqlite: "UPDATE timers SET claimed_until_us = $1, holder = $2, attempts = attempts + 1
            WHERE id IN (SELECT id FROM timers WHERE kind = $3 AND fired_us IS NULL AND due_us <= $4
                AND claimed_until_us <= $4 ORDER BY due_us, id LIMIT $5)
            RETURNING id, kind, subject, due_us, payload, attempts",
        postgres: "WITH picked AS MATERIALIZED (
                SELECT id FROM timers WHERE kind = $3 AND fired_us IS NULL AND due_us <= $4
                AND claimed_until_us <= $4 ORDER BY due_us, id LIMIT $5 FOR UPDATE SKIP LOCKED)
            UPDATE timers SET claimed_until_us = $1, holder = $2, attempts = attempts + 1
            FROM picked WHERE timers.id = picked.id
            RETURNING timers.id, kind, subject, due_us, payload, attempts",
    };
    /// Marks a timer fired unless it was moved or taken over meanwhile.
    TIMER_FIRED = "UPDATE timers SET fired_us = $1, holder = NULL
        WHERE id = $2 AND due_us = $3 AND holder = $4 AND fired_us IS NULL";
    /// Puts a timer back until later, by its holder only.
    TIMER_RETRY = "UPDATE timers SET claimed_until_us = $1, holder = NULL
        WHERE id = $2 AND holder = $3 AND fired_us IS NULL";
    /// When the next timer of a kind can be claimed.
    TIMER_NEXT = "SELECT MIN(CASE WHEN due_us > claimed_until_us THEN due_us ELSE claimed_until_us END) AS due_us
        FROM timers WHERE kind = $1 AND fired_us IS NULL";
    /// Forgets timers fired long ago.
    TIMER_PRUNE = "DELETE FROM timers WHERE fired_us IS NOT NULL AND fired_us < $1";

    /// Takes a free or expired lease, or renews one's own; no row when another holds it.
    LEASE_TAKE = "INSERT INTO leases (name, holder, fence, until_us) VALUES ($1, $2, 1, $3)
        ON CONFLICT (name) DO UPDATE SET
            fence = CASE WHEN leases.holder = excluded.holder AND leases.until_us > $4
                THEN leases.fence ELSE leases.fence + 1 END,
            holder = excluded.holder, until_us = excluded.until_us
        WHERE leases.holder = excluded.holder OR leases.until_us <= $4
        RETURNING fence";
    /// Gives a lease up.
    LEASE_RELEASE = "UPDATE leases SET until_us = 0 WHERE name = $1 AND holder = $2 AND fence = $3";
    /// Reads the fence and keeps it from changing until the transaction ends.
    LEASE_GUARD = {
        sqlite: "SELECT fence FROM leases WHERE name = $1",
        postgres: "SELECT fence FROM leases WHERE name = $1 FOR SHARE",
    };

    /// The next number of a gapless counter. Concurrent takers wait for each other's commit.
    COUNTER_NEXT = "INSERT INTO counters (name, value) VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value";

    /// Writes an audit row, unchained.
    AUDIT_ADD = "INSERT INTO audit (at_us, actor, action, object, detail, trace) VALUES ($1, $2, $3, $4, $5, $6)";

    /// A setting.
    SETTING_GET = "SELECT value, version FROM settings WHERE name = $1";
    /// A setting's first value; no row when there is one.
    SETTING_CREATE = "INSERT INTO settings (name, value, version, changed_by, changed_us) VALUES ($1, $2, 1, $3, $4)
        ON CONFLICT (name) DO NOTHING";
    /// A setting's next value; no row when the version has moved on.
    SETTING_CHANGE = "UPDATE settings SET value = $1, version = version + 1, changed_by = $2, changed_us = $3
        WHERE name = $4 AND version = $5";
    /// Keeps a value for the history.
    SETTING_KEEP = "INSERT INTO settings_history (name, version, value, changed_by, changed_us) VALUES ($1, $2, $3, $4, $5)";
    /// All values a setting has had.
    SETTING_HISTORY = "SELECT version, value, changed_by, changed_us FROM settings_history WHERE name = $1
        ORDER BY version DESC";

    /// Tells other processes that a topic has work.
    WAKE = {
        sqlite: "SELECT $1",
        postgres: "SELECT pg_notify('minsheng_wake', $1)",
    };

    /// The migrations applied.
    MIGRATIONS_APPLIED = "SELECT number, name, checksum FROM migrations ORDER BY number";
    /// Notes an applied migration.
    MIGRATION_NOTE = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)";
}
