//! The roster over the store: members, shifts, hours, figures.

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use crate::roster::{Fault, Hours, Member, Shift, gaps, on_duty, overlap, read, stretch};
use crate::{Figures, Liaison, LiaisonError, figures, sql};

/// The setting of the station's hours.
const HOURS: &str = "liaison.hours";
const WORDS_MAX: usize = 40;
/// A period looked at: a year and a day.
const SPAN_MAX_SECS: i64 = 367 * 86_400;

/// The roster of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Roster {
    /// Every member.
    pub members: Vec<Member>,
    /// Shifts that touch the period.
    pub shifts: Vec<Shift>,
    /// When the station is meant to be kept.
    pub hours: Hours,
    /// Stretches in which nobody is on duty, in words.
    pub gaps: Vec<String>,
    /// Accounts that a member may have.
    pub accounts: Vec<Named>,
    /// Towns and streets by their codes.
    pub places: Vec<Named>,
}

/// Something with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// What came of a pasted table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Taken {
    /// Shifts added, or that would be.
    pub added: usize,
    /// Why nothing was.
    pub faults: Vec<Fault>,
}

impl Liaison {
    /// Every member of the station.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn members(&self) -> Result<Vec<Member>, LiaisonError> {
        let rows = sqlx::query(sql::MEMBER_LIST).fetch_all(self.0.store.read()).await?;
        rows.into_iter()
            .map(|row| {
                let topics: String = row.try_get("topics")?;
                Ok(Member {
                    id: row.try_get("id")?,
                    staff: row.try_get("staff")?,
                    name: row.try_get("name")?,
                    office: row.try_get("office")?,
                    place: row.try_get("place")?,
                    topics: topics.split(',').filter(|one| !one.is_empty()).map(ToOwned::to_owned).collect(),
                    active: row.try_get::<i64, _>("active")? != 0,
                })
            })
            .collect()
    }

    pub(crate) async fn shifts(&self, from: i64, until: i64) -> Result<Vec<Shift>, LiaisonError> {
        let rows = sqlx::query(sql::SHIFT_LIST).bind(from).bind(until).fetch_all(self.0.store.read()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Shift {
                    id: row.try_get("id")?,
                    member: row.try_get("member")?,
                    from_us: row.try_get("from_us")?,
                    until_us: row.try_get("until_us")?,
                })
            })
            .collect()
    }

    /// The member of an account.
    pub(crate) async fn own(&self, ctx: &Ctx) -> Result<Member, LiaisonError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let account = Self::account(ctx);
        let found = self.members().await?.into_iter().find(|one| !account.is_empty() && one.staff == account);
        found.ok_or(LiaisonError::NotNow("您的账号还没有排进联络站名册，请联系管理人员添加"))
    }

    /// Who is on duty now, those to be asked first standing first.
    ///
    /// # Errors
    /// When the person serves nobody or the database refuses.
    pub async fn duty(&self, ctx: &Ctx, place: &str, topic: &str) -> Result<Vec<Member>, LiaisonError> {
        let members = self.members().await?;
        let shifts = self.shifts(ctx.now.0, ctx.now.0 + 1).await?;
        Ok(on_duty(&members, &shifts, ctx.now, place, topic).into_iter().cloned().collect())
    }

    /// The roster of a period.
    ///
    /// # Errors
    /// When the person may not make rosters, or the period is none.
    pub async fn roster(&self, ctx: &Ctx, from: Micros, until: Micros) -> Result<Roster, LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        spanned(from, until)?;
        let shifts = self.shifts(from.0, until.0).await?;
        let hours = self.hours().await?;
        // What has gone by cannot be mended.
        let gaps = gaps(&shifts, &hours, from.max(ctx.now), until);
        Ok(Roster {
            members: self.members().await?,
            gaps: gaps.into_iter().map(|(from, until)| stretch(from, until)).collect(),
            accounts: self.accounts().await?,
            places: self.0.casework.place_names().into_iter().map(|(id, name)| Named { id, name }).collect(),
            shifts,
            hours,
        })
    }

    async fn accounts(&self) -> Result<Vec<Named>, LiaisonError> {
        let rows = sqlx::query(sql::ACCOUNT_LIST).fetch_all(self.0.store.read()).await?;
        rows.into_iter()
            .map(|row| {
                let (name, login): (String, String) = (row.try_get("name")?, row.try_get("login")?);
                Ok(Named { id: row.try_get("id")?, name: format!("{name}（{login}）") })
            })
            .collect()
    }

    async fn hours(&self) -> Result<Hours, LiaisonError> {
        Ok(self.0.store.setting::<Hours>(HOURS).await?.map(|setting| setting.value).unwrap_or_default())
    }

    /// Sets when the station is meant to be kept.
    ///
    /// # Errors
    /// When the person may not, or the hours are none.
    pub async fn hours_put(&self, ctx: &Ctx, hours: &Hours) -> Result<(), LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        let day = 0..=24 * 60;
        let whole = day.contains(&hours.from) && day.contains(&hours.until) && hours.from < hours.until;
        if !whole || !hours.days.iter().all(|one| (1..=7).contains(one)) {
            return Err(LiaisonError::Faulty("开放时间不对，结束要晚于开始，请重新选择".to_owned()));
        }
        let seen = self.0.store.setting::<Hours>(HOURS).await?.map_or(0, |setting| setting.version);
        let mut tx = self.0.store.begin(ctx).await?;
        tx.setting_put(HOURS, hours, seen).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a member (an empty id) or changes one; the id.
    ///
    /// # Errors
    /// When the person may not, name or office is missing, or the account belongs to another member.
    pub async fn member_put(&self, ctx: &Ctx, mut member: Member) -> Result<String, LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        for (words, what) in [(&mut member.name, "姓名"), (&mut member.office, "身份")] {
            *words = words.chars().filter(|one| !one.is_control() && !one.is_whitespace()).collect();
            if words.is_empty() || words.chars().count() > WORDS_MAX {
                return Err(LiaisonError::Faulty(format!("请填写{what}，不超过{WORDS_MAX}字")));
            }
        }
        let known = self.members().await?;
        if member.id.is_empty() {
            member.id = self.fresh(ctx);
        } else if !known.iter().any(|one| one.id == member.id) {
            return Err(LiaisonError::NotFound("这位成员"));
        }
        let mut others = known.iter().filter(|one| one.id != member.id);
        if !member.staff.is_empty() && others.any(|one| one.staff == member.staff) {
            return Err(LiaisonError::Faulty("这个账号已经是另一位成员的，请换一个".to_owned()));
        }
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::MEMBER_PUT)
            .bind(member.id.as_str())
            .bind(member.staff.as_str())
            .bind(member.name.as_str())
            .bind(member.office.as_str())
            .bind(member.place.as_str())
            .bind(member.topics.join(","))
            .bind(i64::from(member.active))
            .execute(&mut *tx)
            .await?;
        tx.audit("liaison.member", &format!("liaison:{}", member.id), &member.active).await?;
        tx.commit().await?;
        Ok(member.id)
    }

    /// Takes a pasted table, whole or not at all; `try_only` writes nothing.
    ///
    /// # Errors
    /// When the person may not or the database refuses. Faults of the table are told in the answer.
    pub async fn shifts_take(&self, ctx: &Ctx, table: &str, try_only: bool) -> Result<Taken, LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        let members = self.members().await?;
        let mut fresh = match read(table, &members) {
            Ok(fresh) => fresh,
            Err(faults) => return Ok(Taken { added: 0, faults }),
        };
        for shift in &mut fresh {
            shift.id = self.fresh(ctx);
        }
        let from = fresh.iter().map(|one| one.from_us).min().unwrap_or_default();
        let until = fresh.iter().map(|one| one.until_us).max().unwrap_or_default();
        let mut all = self.shifts(from, until).await?;
        all.extend(fresh.iter().cloned());
        if let Some((one, other)) = overlap(&all) {
            let who =
                members.iter().find(|known| known.id == one.member).map_or("", |known| known.name.as_str());
            let words = |shift: &Shift| stretch(Micros(shift.from_us), Micros(shift.until_us));
            let words = format!("{who}的两班重叠：{}和{}，请改开后再粘贴。", words(one), words(other));
            return Ok(Taken { added: 0, faults: vec![Fault { line: 0, words }] });
        }
        if !try_only {
            let mut tx = self.0.store.begin(ctx).await?;
            for shift in &fresh {
                sqlx::query(sql::SHIFT_ADD)
                    .bind(shift.id.as_str())
                    .bind(shift.member.as_str())
                    .bind(shift.from_us)
                    .bind(shift.until_us)
                    .execute(&mut *tx)
                    .await?;
            }
            tx.audit("liaison.shifts", "liaison", &fresh.len()).await?;
            tx.commit().await?;
        }
        Ok(Taken { added: fresh.len(), faults: Vec::new() })
    }

    /// Takes a shift away.
    ///
    /// # Errors
    /// When the person may not or there is none.
    pub async fn shift_drop(&self, ctx: &Ctx, id: &str) -> Result<(), LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        let mut tx = self.0.store.begin(ctx).await?;
        let gone = sqlx::query(sql::SHIFT_DROP).bind(id).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Err(LiaisonError::NotFound("这一班"));
        }
        tx.audit("liaison.shift_drop", "liaison", &id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The figures of a period.
    ///
    /// # Errors
    /// When the person may not, or the period is none.
    pub async fn figures(&self, ctx: &Ctx, from: Micros, until: Micros) -> Result<Figures, LiaisonError> {
        authorise(ctx, Permission::RosterEdit, None)?;
        spanned(from, until)?;
        let (members, shifts) = (self.members().await?, self.shifts(from.0, until.0).await?);
        let (joins, follows) =
            (self.joins_within(from, until).await?, self.follows_within(from, until).await?);
        Ok(figures(&members, &shifts, &joins, &follows, (from.0, until.0)))
    }
}

fn spanned(from: Micros, until: Micros) -> Result<(), LiaisonError> {
    if from < until && until.secs_since(from) <= SPAN_MAX_SECS {
        Ok(())
    } else {
        Err(LiaisonError::Faulty("请选择起止时间，一次最多看一年".to_owned()))
    }
}
