//! Accounts of staff and their logins.

mod login;
mod manage;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kernel::id::StaffId;
use kernel::{Actor, Ctx, Micros, Rng, Role, Scope};
use serde::{Deserialize, Serialize};
use store::{Store, from_json, to_json};
use tokio::sync::Semaphore;

use crate::{Masked, PasswordCost, SecurityError, password};

/// The rules of logging in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What one guess at a password costs.
    pub cost: PasswordCost,
    /// Shortest password in characters.
    pub password_min_chars: usize,
    /// Wrong passwords in a row that lock an account.
    pub lockout_after: u32,
    /// How long the lock holds.
    pub lockout_secs: i64,
    /// How long a session lasts at most.
    pub session_secs: i64,
    /// Quiet after which a session ends.
    pub idle_secs: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            cost: PasswordCost::default(),
            password_min_chars: 10,
            lockout_after: 5,
            lockout_secs: 15 * 60,
            session_secs: 12 * 3600,
            idle_secs: 3600,
        }
    }
}

/// A member of staff, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Staff {
    /// Identifier.
    pub id: StaffId,
    /// The name typed at login.
    pub login: String,
    /// The name colleagues see.
    pub name: String,
    /// What the person is employed to do.
    pub role: Role,
    /// Whose data the person sees.
    pub scope: Scope,
    /// Skill -> level.
    pub skills: BTreeMap<String, i64>,
    /// Locked until, 0 when not.
    pub locked_until_us: i64,
    /// Switched off.
    pub disabled: bool,
    /// When the account was made.
    pub created_us: i64,
}

/// An account to be made.
#[derive(Debug, Clone, Deserialize)]
pub struct NewStaff {
    /// 2 to 32 letters, digits, dots, hyphens, underscores.
    pub login: String,
    /// The name colleagues see.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Scope.
    pub scope: Scope,
    /// Skill -> level.
    #[serde(default)]
    pub skills: BTreeMap<String, i64>,
    /// First password.
    pub password: Masked<String>,
}

/// What an administrator sets of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChange {
    /// The name colleagues see.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Scope.
    pub scope: Scope,
    /// Skill -> level.
    pub skills: BTreeMap<String, i64>,
    /// Switched off: sessions end at once.
    pub disabled: bool,
}

/// A session just begun.
#[derive(Debug)]
pub struct LoggedIn {
    /// 256 random bits, to be given to the browser once; only its hash is kept.
    pub token: Masked<String>,
    /// Until when at the longest.
    pub expires: Micros,
    /// Who.
    pub staff: Staff,
}

/// Whose session a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whoami {
    /// Who.
    pub staff: Staff,
    /// Until when at the longest.
    pub expires_us: i64,
}

impl Whoami {
    /// The context of a request of this session.
    pub fn ctx(&self, now: Micros, trace: &str) -> Ctx {
        let Staff { id, role, scope, .. } = &self.staff;
        Ctx {
            actor: Actor::Staff { id: id.clone(), role: *role, scope: scope.clone() },
            now,
            trace: trace.to_owned(),
        }
    }
}

/// The service of accounts.
#[derive(Debug)]
pub struct Accounts {
    store: Store,
    policy: Policy,
    rng: Mutex<Rng>,
    /// Each hash takes memory and a core: a flood of logins must wait, not fell the machine.
    hashing: Semaphore,
    /// A hash nobody knows the password of, checked when the account does not exist.
    decoy: String,
}

impl Accounts {
    /// The service over a store. `rng` must come from the system: tokens are drawn from it.
    ///
    /// # Errors
    /// When the policy's cost is impossible.
    pub fn new(store: Store, policy: Policy, mut rng: Rng) -> Result<Self, SecurityError> {
        let decoy = password::hash(&rng.next_u64().to_string(), policy.cost, &mut rng)?;
        Ok(Self { store, policy, rng: Mutex::new(rng), hashing: Semaphore::new(2), decoy })
    }

    fn with_rng<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A generator of its own for work on another thread.
    fn fork_rng(&self) -> Rng {
        self.with_rng(Rng::fork)
    }

    /// Runs hashing off the async threads, a few at a time.
    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, SecurityError> {
        let failed = |error: &dyn std::error::Error| SecurityError::Hash(error.to_string());
        let _turn = self.hashing.acquire().await.map_err(|error| failed(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }
}

#[derive(Debug, sqlx::FromRow)]
struct StaffRow {
    id: String,
    login: String,
    name: String,
    role: String,
    scope: String,
    skills: String,
    password_hash: String,
    locked_until_us: i64,
    disabled: i64,
    created_us: i64,
}

impl StaffRow {
    fn staff(&self) -> Result<Staff, SecurityError> {
        Ok(Staff {
            id: StaffId(self.id.clone()),
            login: self.login.clone(),
            name: self.name.clone(),
            role: from_json("role", &format!("\"{}\"", self.role))?,
            scope: from_json("scope", &self.scope)?,
            skills: from_json("skills", &self.skills)?,
            locked_until_us: self.locked_until_us,
            disabled: self.disabled != 0,
            created_us: self.created_us,
        })
    }
}

/// `knowledge_editor`, as the column holds it.
fn role_text(role: Role) -> Result<String, SecurityError> {
    Ok(to_json("role", &role)?.trim_matches('"').to_owned())
}
