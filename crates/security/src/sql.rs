//! This crate's statements.

store::sql! {
    /// An account for login.
    STAFF_BY_LOGIN = "SELECT id, login, name, role, scope, skills, password_hash, failed, locked_until_us, disabled, created_us
        FROM staff WHERE login = $1";
    /// An account.
    STAFF_BY_ID = "SELECT id, login, name, role, scope, skills, password_hash, failed, locked_until_us, disabled, created_us
        FROM staff WHERE id = $1";
    /// All accounts.
    STAFF_LIST = "SELECT id, login, name, role, scope, skills, password_hash, failed, locked_until_us, disabled, created_us
        FROM staff ORDER BY login";
    /// A new account.
    STAFF_ADD = "INSERT INTO staff (id, login, name, role, scope, skills, password_hash, created_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// What an administrator may change.
    STAFF_CHANGE = "UPDATE staff SET name = $1, role = $2, scope = $3, skills = $4, disabled = $5 WHERE id = $6";
    /// A new password; the account is unlocked.
    STAFF_PASSWORD = "UPDATE staff SET password_hash = $1, failed = 0, locked_until_us = 0 WHERE id = $2";
    /// The same password, hashed at the present cost.
    STAFF_REHASH = "UPDATE staff SET password_hash = $1 WHERE id = $2 AND password_hash = $3";
    /// A wrong password: counted, and locked at the limit, unless locked already.
    STAFF_FAILED = "UPDATE staff SET
            failed = CASE WHEN failed + 1 >= $1 THEN 0 ELSE failed + 1 END,
            locked_until_us = CASE WHEN failed + 1 >= $1 THEN $2 ELSE locked_until_us END
        WHERE id = $3 AND locked_until_us <= $4 RETURNING locked_until_us";
    /// A right password, on an account that was not locked or switched off meanwhile.
    STAFF_PASSED = "UPDATE staff SET failed = 0 WHERE id = $1 AND locked_until_us <= $2 AND disabled = 0
        AND password_hash = $3";

    /// Begins a session.
    SESSION_ADD = "INSERT INTO sessions (token_hash, staff_id, created_us, expires_us, last_seen_us)
        VALUES ($1, $2, $3, $4, $3)";
    /// A live session of an enabled account.
    SESSION_GET = "SELECT s.created_us AS begun_us, s.expires_us, s.last_seen_us, p.id, p.login, p.name, p.role, p.scope,
            p.skills, p.password_hash, p.failed, p.locked_until_us, p.disabled, p.created_us
        FROM sessions s JOIN staff p ON p.id = s.staff_id
        WHERE s.token_hash = $1 AND s.expires_us > $2 AND s.last_seen_us > $3 AND p.disabled = 0";
    /// Notes that a session is in use.
    SESSION_SEEN = "UPDATE sessions SET last_seen_us = $1 WHERE token_hash = $2 AND last_seen_us < $1";
    /// Ends a session.
    SESSION_END = "DELETE FROM sessions WHERE token_hash = $1 RETURNING staff_id";
    /// Ends an account's sessions.
    SESSION_END_ALL = "DELETE FROM sessions WHERE staff_id = $1";
    /// Forgets sessions that are over.
    SESSION_SWEEP = "DELETE FROM sessions WHERE expires_us <= $1 OR last_seen_us <= $2";

    /// One sealer at a time.
    AUDIT_LOCK = {
        sqlite: "SELECT 1",
        postgres: "SELECT pg_advisory_xact_lock(120012347)",
    };
    /// The chain's end.
    AUDIT_HEAD = "SELECT link, hash FROM audit WHERE link IS NOT NULL ORDER BY link DESC LIMIT 1";
    /// Rows not chained yet, in the order written.
    AUDIT_UNSEALED = "SELECT seq, at_us, actor, action, object, detail, trace, link, hash FROM audit
        WHERE link IS NULL ORDER BY seq LIMIT $1";
    /// Chains a row.
    AUDIT_SEAL = "UPDATE audit SET link = $1, hash = $2 WHERE seq = $3 AND link IS NULL";
    /// Links of the chain, in order.
    AUDIT_LINKS = "SELECT seq, at_us, actor, action, object, detail, trace, link, hash FROM audit
        WHERE link > $1 ORDER BY link LIMIT $2";
    /// How many rows wait to be chained.
    AUDIT_WAITING = "SELECT COUNT(*) FROM audit WHERE link IS NULL";
}
