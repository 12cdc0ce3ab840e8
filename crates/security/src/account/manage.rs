//! Making and changing accounts.

use kernel::id::StaffId;
use kernel::{Actor, Ctx};
use serde_json::json;
use store::{Tx, one_changed, to_json};

use super::{Accounts, NewStaff, Staff, StaffChange, StaffRow, role_text};
use crate::{Permission, SecurityError, authorise, password, sql};

/// Passwords that any guesser tries first.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "password12",
    "password123",
    "qwertyuiop",
    "1q2w3e4r5t",
    "admin12345",
    "abcd123456",
];

impl Accounts {
    /// Makes an account.
    ///
    /// # Errors
    /// When the actor may not, the login is taken or malformed, or the password is weak.
    pub async fn staff_create(&self, ctx: &Ctx, new: &NewStaff) -> Result<Staff, SecurityError> {
        authorise(ctx, Permission::StaffManage, None)?;
        let login = new.login.trim();
        let letters = login.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !letters || !(2..=32).contains(&login.len()) {
            return Err(invalid("账号应为2到32个字母、数字、点、横线或下划线，请修改后重新提交。"));
        }
        check_person(&new.name, &new.skills)?;
        self.check_password(login, new.password.expose())?;
        let hash = self.hashed(new.password.expose()).await?;
        let id = self.with_rng(|rng| StaffId::fresh(ctx.now, rng));
        let mut tx = self.store.begin(ctx).await?;
        let added = sqlx::query(sql::STAFF_ADD)
            .bind(id.as_str())
            .bind(login)
            .bind(new.name.trim())
            .bind(role_text(new.role)?)
            .bind(to_json("scope", &new.scope)?)
            .bind(to_json("skills", &new.skills)?)
            .bind(hash)
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await
            .map_err(store::StoreError::from);
        match added {
            Err(error) if error.is_unique() => return Err(invalid("这个账号已经有人使用，请换一个。")),
            added => added?,
        };
        let detail = json!({ "login": login, "role": new.role, "scope": new.scope });
        tx.audit("staff.create", &format!("staff:{id}"), &detail).await?;
        let staff = read(&mut tx, &id).await?;
        tx.commit().await?;
        Ok(staff)
    }

    /// Changes an account; when it is switched off or its rights change, its sessions end.
    ///
    /// # Errors
    /// When the actor may not, or would change the own role or switch the own account off.
    pub async fn staff_change(
        &self,
        ctx: &Ctx,
        id: &StaffId,
        change: &StaffChange,
    ) -> Result<Staff, SecurityError> {
        authorise(ctx, Permission::StaffManage, None)?;
        check_person(&change.name, &change.skills)?;
        let mut tx = self.store.begin(ctx).await?;
        let before = read(&mut tx, id).await?;
        let rights_change = (before.role, &before.scope) != (change.role, &change.scope);
        if is_self(ctx, id) && (change.disabled || rights_change) {
            return Err(invalid("不能停用自己的账号或改自己的角色，请由另一位管理员操作。"));
        }
        let changed = sqlx::query(sql::STAFF_CHANGE)
            .bind(change.name.trim())
            .bind(role_text(change.role)?)
            .bind(to_json("scope", &change.scope)?)
            .bind(to_json("skills", &change.skills)?)
            .bind(i64::from(change.disabled))
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        one_changed(changed.rows_affected(), "staff")?;
        if change.disabled || rights_change {
            sqlx::query(sql::SESSION_END_ALL).bind(id.as_str()).execute(&mut *tx).await?;
        }
        let detail = json!({ "role": change.role, "scope": change.scope, "skills": change.skills, "disabled": change.disabled });
        tx.audit("staff.change", &format!("staff:{id}"), &detail).await?;
        let staff = read(&mut tx, id).await?;
        tx.commit().await?;
        Ok(staff)
    }

    /// Gives somebody's account a new password, unlocks it and ends its sessions.
    ///
    /// # Errors
    /// When the actor may not, or the password is weak.
    pub async fn password_reset(&self, ctx: &Ctx, id: &StaffId, password: &str) -> Result<(), SecurityError> {
        authorise(ctx, Permission::StaffManage, None)?;
        let staff = self.staff_row(id).await?;
        self.password_put(ctx, &staff, password, "staff.password_reset").await
    }

    /// Changes the actor's own password, given the present one; all of the actor's sessions end.
    ///
    /// # Errors
    /// When the present password is wrong (counted like a failed login) or the new one is weak or the same.
    pub async fn password_change(&self, ctx: &Ctx, present: &str, new: &str) -> Result<(), SecurityError> {
        let Actor::Staff { id, .. } = &ctx.actor else { return Err(SecurityError::NoSession) };
        let row = self.staff_row(id).await?;
        let (typed, known) = (present.to_owned(), row.password_hash.clone());
        if row.locked_until_us > ctx.now.0 {
            return Err(SecurityError::Locked(kernel::Micros(row.locked_until_us)));
        }
        if !self.off_thread(move || password::fits(&typed, &known)).await? {
            self.login_failed(ctx, &row).await?;
        }
        if present == new {
            return Err(invalid("新口令不能与原口令相同，请换一个。"));
        }
        self.password_put(ctx, &row, new, "staff.password_change").await
    }

    /// An account.
    ///
    /// # Errors
    /// When there is none, or the actor is neither its owner nor allowed to manage accounts.
    pub async fn staff_get(&self, ctx: &Ctx, id: &StaffId) -> Result<Staff, SecurityError> {
        if !is_self(ctx, id) {
            authorise(ctx, Permission::StaffManage, None)?;
        }
        self.staff_row(id).await?.staff()
    }

    /// All accounts, by login.
    ///
    /// # Errors
    /// When the actor may not manage accounts.
    pub async fn staff_list(&self, ctx: &Ctx) -> Result<Vec<Staff>, SecurityError> {
        authorise(ctx, Permission::StaffManage, None)?;
        let rows: Vec<StaffRow> = sqlx::query_as(sql::STAFF_LIST).fetch_all(self.store.read()).await?;
        rows.iter().map(StaffRow::staff).collect()
    }

    async fn staff_row(&self, id: &StaffId) -> Result<StaffRow, SecurityError> {
        sqlx::query_as(sql::STAFF_BY_ID)
            .bind(id.as_str())
            .fetch_optional(self.store.read())
            .await?
            .ok_or(SecurityError::NoSuchStaff)
    }

    async fn password_put(
        &self,
        ctx: &Ctx,
        row: &StaffRow,
        new: &str,
        action: &str,
    ) -> Result<(), SecurityError> {
        self.check_password(&row.login, new)?;
        let hash = self.hashed(new).await?;
        let mut tx = self.store.begin(ctx).await?;
        sqlx::query(sql::STAFF_PASSWORD).bind(hash).bind(row.id.as_str()).execute(&mut *tx).await?;
        sqlx::query(sql::SESSION_END_ALL).bind(row.id.as_str()).execute(&mut *tx).await?;
        tx.audit(action, &format!("staff:{}", row.id), &()).await?;
        Ok(tx.commit().await?)
    }

    async fn hashed(&self, password: &str) -> Result<String, SecurityError> {
        let (typed, cost, mut rng) = (password.to_owned(), self.policy.cost, self.fork_rng());
        self.off_thread(move || password::hash(&typed, cost, &mut rng)).await?
    }

    fn check_password(&self, login: &str, password: &str) -> Result<(), SecurityError> {
        let least = self.policy.password_min_chars;
        let chars = password.chars().count();
        let kinds: std::collections::BTreeSet<char> = password.chars().collect();
        if chars < least {
            Err(invalid(&format!("口令至少要 {least} 个字符，请加长后重新提交。")))
        } else if password.len() > 512 {
            Err(invalid("口令太长，请控制在 100 个字符以内。"))
        } else if kinds.len() < 5 || COMMON.contains(&password.to_lowercase().as_str()) {
            Err(invalid("这个口令太容易被猜到，请换一个不常见的。"))
        } else if password.to_lowercase().contains(&login.to_lowercase()) {
            Err(invalid("口令里不能包含账号，请换一个。"))
        } else {
            Ok(())
        }
    }
}

async fn read(tx: &mut Tx, id: &StaffId) -> Result<Staff, SecurityError> {
    let row: Option<StaffRow> =
        sqlx::query_as(sql::STAFF_BY_ID).bind(id.as_str()).fetch_optional(&mut **tx).await?;
    row.ok_or(SecurityError::NoSuchStaff)?.staff()
}

fn check_person(name: &str, skills: &std::collections::BTreeMap<String, i64>) -> Result<(), SecurityError> {
    if !(1..=30).contains(&name.trim().chars().count()) || name.chars().any(char::is_control) {
        return Err(invalid("姓名应为1到30个字，请修改后重新提交。"));
    }
    match skills.iter().find(|(skill, level)| skill.trim().is_empty() || !(1..=5).contains(*level)) {
        Some((skill, _)) => Err(invalid(&format!("技能“{skill}”的等级应为1到5，请修改后重新提交。"))),
        None => Ok(()),
    }
}

fn is_self(ctx: &Ctx, id: &StaffId) -> bool {
    matches!(&ctx.actor, Actor::Staff { id: own, .. } if own == id)
}

fn invalid(reason: &str) -> SecurityError {
    SecurityError::Invalid(reason.to_owned())
}
