//! Login, logout, and whose request this is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Actor, Ctx, Micros};
use serde_json::json;
use sm3::{Digest as _, Sm3};
use sqlx::Row as _;

use super::{Accounts, LoggedIn, StaffRow, Whoami};
use crate::{Masked, SecurityError, password, sql};

/// A session in steady use is noted as seen this often, not at every request.
const SEEN_EVERY_SECS: i64 = 60;
/// Longer input is no password of ours and is not worth hashing.
const PASSWORD_MAX_BYTES: usize = 512;

impl Accounts {
    /// Checks a password and begins a session. `ctx` is the system's (nobody is logged in yet); its trace goes to the audit.
    ///
    /// # Errors
    /// [`SecurityError::BadCredentials`] for an unknown account and a wrong password alike, [`SecurityError::Locked`],
    /// [`SecurityError::Disabled`] (told only to who knows the password).
    pub async fn login(&self, ctx: &Ctx, login: &str, password: &str) -> Result<LoggedIn, SecurityError> {
        let row: Option<StaffRow> =
            sqlx::query_as(sql::STAFF_BY_LOGIN).bind(plain(login)).fetch_optional(self.store.read()).await?;
        if let Some(row) = row.as_ref().filter(|row| row.locked_until_us > ctx.now.0) {
            return Err(SecurityError::Locked(Micros(row.locked_until_us)));
        }
        let known = row.as_ref().map_or_else(|| self.decoy.clone(), |row| row.password_hash.clone());
        let typed = password.to_owned();
        let fits = password.len() <= PASSWORD_MAX_BYTES
            && self.off_thread(move || password::fits(&typed, &known)).await?;
        match row {
            None => Err(SecurityError::BadCredentials),
            Some(row) if !fits => self.login_failed(ctx, &row).await,
            Some(row) if row.disabled != 0 => Err(SecurityError::Disabled),
            Some(row) => self.login_passed(ctx, &row, password).await,
        }
    }

    pub(super) async fn login_failed(&self, ctx: &Ctx, row: &StaffRow) -> Result<LoggedIn, SecurityError> {
        let until = ctx.now.plus_secs(self.policy.lockout_secs);
        let mut tx = self.store.begin(ctx).await?;
        let counted = sqlx::query(sql::STAFF_FAILED)
            .bind(i64::from(self.policy.lockout_after))
            .bind(until.0)
            .bind(row.id.as_str())
            .bind(ctx.now.0)
            .fetch_optional(&mut *tx)
            .await?;
        // No row: another attempt has locked it meanwhile.
        let locked = counted.map_or(Ok(until.0), |row| row.try_get::<i64, _>(0))?;
        let is_locked = locked > ctx.now.0;
        let action = if is_locked { "login.lock" } else { "login.fail" };
        tx.audit(action, &format!("staff:{}", row.id), &()).await?;
        tx.commit().await?;
        Err(if is_locked { SecurityError::Locked(Micros(locked)) } else { SecurityError::BadCredentials })
    }

    async fn login_passed(
        &self,
        ctx: &Ctx,
        row: &StaffRow,
        password: &str,
    ) -> Result<LoggedIn, SecurityError> {
        let staff = row.staff()?;
        let rehashed = self.rehashed(row, password).await?;
        let mut bytes = [0_u8; 32];
        self.with_rng(|rng| rng.fill(&mut bytes));
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let expires = ctx.now.plus_secs(self.policy.session_secs);
        let actor = Actor::Staff { id: staff.id.clone(), role: staff.role, scope: staff.scope.clone() };
        let own = Ctx { actor, now: ctx.now, trace: ctx.trace.clone() };
        let mut tx = self.store.begin(&own).await?;
        let passed = sqlx::query(sql::STAFF_PASSED)
            .bind(row.id.as_str())
            .bind(ctx.now.0)
            .bind(row.password_hash.as_str())
            .execute(&mut *tx)
            .await?;
        if passed.rows_affected() == 0 {
            // Locked, switched off or given another password while this one was being checked.
            return Err(SecurityError::BadCredentials);
        }
        if let Some(hash) = rehashed {
            sqlx::query(sql::STAFF_REHASH)
                .bind(hash)
                .bind(row.id.as_str())
                .bind(row.password_hash.as_str())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(sql::SESSION_ADD)
            .bind(token_hash(&token))
            .bind(row.id.as_str())
            .bind(ctx.now.0)
            .bind(expires.0)
            .execute(&mut *tx)
            .await?;
        tx.audit("login.pass", &format!("staff:{}", row.id), &json!({ "expires_us": expires })).await?;
        tx.commit().await?;
        Ok(LoggedIn { token: Masked::new(token), expires, staff })
    }

    async fn rehashed(&self, row: &StaffRow, password: &str) -> Result<Option<String>, SecurityError> {
        let cost = self.policy.cost;
        if !password::is_outdated(&row.password_hash, cost) {
            return Ok(None);
        }
        let (typed, mut rng) = (password.to_owned(), self.fork_rng());
        self.off_thread(move || password::hash(&typed, cost, &mut rng)).await?.map(Some)
    }

    /// Whose session a token is; notes now and then that it is in use.
    ///
    /// # Errors
    /// [`SecurityError::NoSession`] when it is unknown, over, quiet too long, or of a disabled account.
    pub async fn whoami(&self, token: &str, now: Micros) -> Result<Whoami, SecurityError> {
        let hash = token_hash(token);
        let row = sqlx::query(sql::SESSION_GET)
            .bind(hash.as_str())
            .bind(now.0)
            .bind(now.plus_secs(-self.policy.idle_secs).0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or(SecurityError::NoSession)?;
        let staff = <StaffRow as sqlx::FromRow<_>>::from_row(&row)?.staff()?;
        let seen: i64 = row.try_get("last_seen_us")?;
        if now.secs_since(Micros(seen)) >= SEEN_EVERY_SECS {
            let mut tx = self.store.begin(&own_ctx(now)).await?;
            sqlx::query(sql::SESSION_SEEN).bind(now.0).bind(hash).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(Whoami { staff, expires_us: row.try_get("expires_us")? })
    }

    /// Ends a session. An unknown one has ended already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn logout(&self, ctx: &Ctx, token: &str) -> Result<(), SecurityError> {
        let mut tx = self.store.begin(ctx).await?;
        let ended = sqlx::query(sql::SESSION_END).bind(token_hash(token)).fetch_optional(&mut *tx).await?;
        if let Some(row) = ended {
            let staff: String = row.try_get(0)?;
            tx.audit("logout", &format!("staff:{staff}"), &()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Forgets sessions that are over; returns how many. For the program's housekeeping.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sessions_sweep(&self, now: Micros) -> Result<u64, SecurityError> {
        let mut tx = self.store.begin(&own_ctx(now)).await?;
        let gone = sqlx::query(sql::SESSION_SWEEP)
            .bind(now.0)
            .bind(now.plus_secs(-self.policy.idle_secs).0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}

fn own_ctx(now: Micros) -> Ctx {
    Ctx { actor: Actor::System { part: "sessions".to_owned() }, now, trace: String::new() }
}

/// What of a token is kept: with 256 random bits a plain hash is enough.
fn token_hash(token: &str) -> String {
    hex::encode(Sm3::digest(token.as_bytes()))
}

/// Input that PostgreSQL would refuse fits no account.
fn plain(login: &str) -> String {
    login.trim().chars().filter(|c| *c != '\0').take(100).collect()
}
