//! What supervisors look at: the board, repeated matters, tickets closed but not solved, indicators, the window's monthly list.

use std::collections::BTreeMap;

use kernel::{Ctx, Micros, UnitId};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::to_json;

use super::Casework;
use super::list::MOST_ROWS;
use super::rows::{ListedTicket, StoredTicket};
use crate::draft::WindowMatter;
use crate::model::State;
use crate::quality::{self, Finding};
use crate::{CaseworkError, TicketRow, sql};

/// How clocks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lights {
    /// In time.
    pub green: i64,
    /// Due soon.
    pub amber: i64,
    /// Past.
    pub red: i64,
    /// Stopped.
    pub paused: i64,
}

impl Lights {
    fn add(&mut self, light: i64, number: i64) {
        match light {
            0 => self.red += number,
            1 => self.amber += number,
            2 => self.green += number,
            _ => self.paused += number,
        }
    }

    const fn all(self) -> i64 {
        self.green + self.amber + self.red + self.paused
    }
}

/// Open tickets of a state, unit or place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardLine {
    /// The state's, unit's or place's stable name.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many are open.
    pub open: i64,
    /// How their clocks stand.
    pub lights: Lights,
}

/// Shares of what was done in time; none where nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rates {
    /// Dispatched.
    pub timely_dispatch: Option<f64>,
    /// Accepted.
    pub timely_accept: Option<f64>,
    /// Answered.
    pub timely_reply: Option<f64>,
}

/// The board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// All open tickets.
    pub lights: Lights,
    /// By state.
    pub states: Vec<BoardLine>,
    /// By unit, the one with most late tickets first.
    pub units: Vec<BoardLine>,
    /// By place, likewise.
    pub places: Vec<BoardLine>,
    /// What was done today: `dispatched`, `accepted`, `replied`, ...
    pub today: BTreeMap<String, i64>,
    /// Shares of the last thirty days.
    pub rates: Rates,
}

/// How a unit does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitFigures {
    /// The unit; empty for the hotline's own answers.
    pub unit: String,
    /// What it is called.
    pub name: String,
    /// Answers.
    pub replied: i64,
    /// Of them in time.
    pub in_time: i64,
    /// Their share.
    pub on_time_rate: Option<f64>,
    /// Accepted in time, of all accepted.
    pub accept_rate: Option<f64>,
    /// Citizens who said whether it is solved.
    pub called_back: i64,
    /// To whom it is.
    pub solved: i64,
    /// Their share.
    pub solved_rate: Option<f64>,
    /// Satisfied, of those who said so or not.
    pub satisfied: i64,
    /// Their share.
    pub satisfied_rate: Option<f64>,
    /// Worked on again.
    pub reopened: i64,
    /// Objections.
    pub objections: i64,
    /// Of them upheld.
    pub upheld: i64,
}

/// Indicators of a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Indicators {
    /// By unit, the one with most answers first.
    pub units: Vec<UnitFigures>,
    /// All of them.
    pub all: UnitFigures,
    /// Dispatch is the hotline's own doing.
    pub rates: Rates,
}

/// Tickets that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What they share, in words.
    pub words: String,
    /// How many.
    pub count: i64,
    /// The latest of them.
    pub tickets: Vec<TicketRow>,
}

/// Repeated matters of the last thirty days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// Of one caller each; who it is is not told.
    pub callers: Vec<Group>,
    /// Of one matter at one place each.
    pub places: Vec<Group>,
}

/// A ticket that was closed and may not be solved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsolved {
    /// Which.
    pub ticket: TicketRow,
    /// Why it may not be.
    pub reasons: Vec<String>,
}

/// Why things could not be done, by how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowMonth {
    /// The month, `2026-11`.
    pub month: String,
    /// Registered in it.
    pub total: i64,
    /// Of them still open.
    pub open: i64,
    /// Root causes, the most frequent first.
    pub causes: Vec<(String, i64)>,
    /// The tickets.
    pub rows: Vec<TicketRow>,
}

const DAY_SECS: i64 = 86_400;
const LATELY_SECS: i64 = 30 * DAY_SECS;
const LEAST_REPEATS: i64 = 3;
const MOST_GROUPS: i64 = 20;
const MOST_LOOKED_AT: i64 = 300;

fn share(good: i64, all: i64) -> Option<f64> {
    (all > 0).then(|| good as f64 / all as f64)
}

impl Casework {
    /// The board.
    ///
    /// # Errors
    /// When the actor may not supervise or the database refuses.
    pub async fn board(&self, ctx: &Ctx) -> Result<Board, CaseworkError> {
        authorise(ctx, Permission::TicketSupervise, Some(&kernel::Scope::District))?;
        let soon = self.terms().await?.warn_before(&self.calendar(), ctx.now);
        let site = self.organisation();
        let rows =
            sqlx::query(sql::BOARD).bind(ctx.now.0).bind(soon.0).fetch_all(self.0.store.read()).await?;
        let mut lines: [BTreeMap<String, Lights>; 3] = Default::default();
        for row in rows {
            let (light, number) = (Self::whole(&row, 3)?, row.try_get(4)?);
            for (at, by) in lines.iter_mut().enumerate() {
                let id: String = row.try_get(at)?;
                // A ticket without a unit or a known place stands on no such line.
                if !id.is_empty() {
                    by.entry(id).or_default().add(light, number);
                }
            }
        }
        let mut lights = Lights::default();
        let mut lines = lines.into_iter();
        let mut next = |name: &dyn for<'a> Fn(&'a str) -> String| {
            let mut all: Vec<BoardLine> = lines
                .next()
                .unwrap_or_default()
                .into_iter()
                .map(|(id, lights)| BoardLine { name: name(&id), id, open: lights.all(), lights })
                .collect();
            all.sort_by_key(|line| (-line.lights.red, -line.open));
            all
        };
        let states =
            next(&|id| State::read(id).map_or_else(|| id.to_owned(), |state| state.chinese().to_owned()));
        let units = next(&|id| site.unit_name(&UnitId::from(id)).unwrap_or(id).to_owned());
        let places = next(&|id| site.place_name(id).unwrap_or(id).to_owned());
        for line in &states {
            lights.green += line.lights.green;
            lights.amber += line.lights.amber;
            lights.red += line.lights.red;
            lights.paused += line.lights.paused;
        }
        let midnight = super::list::DueFilter::Today.before(ctx.now).plus_secs(-DAY_SECS);
        let mut today = BTreeMap::new();
        for (_, measure, _, number) in self.figures_between(midnight, ctx.now.plus_secs(1)).await? {
            *today.entry(measure).or_insert(0) += number;
        }
        let rates = self.indicators(ctx, ctx.now.plus_secs(-LATELY_SECS), ctx.now.plus_secs(1)).await?.rates;
        Ok(Board { lights, states, units, places, today, rates })
    }

    /// An integer column whose width the engine chose.
    fn whole(row: &sqlx::any::AnyRow, at: usize) -> Result<i64, CaseworkError> {
        Ok(row.try_get::<i64, _>(at).or_else(|_| row.try_get::<i32, _>(at).map(i64::from))?)
    }

    async fn figures_between(
        &self,
        from: Micros,
        to: Micros,
    ) -> Result<Vec<(String, String, bool, i64)>, CaseworkError> {
        let rows = sqlx::query(sql::FIGURES).bind(from.0).bind(to.0).fetch_all(self.0.store.read()).await?;
        rows.iter()
            .map(|row| {
                let good: i64 = row.try_get(2)?;
                Ok((row.try_get(0)?, row.try_get(1)?, good == 1, row.try_get(3)?))
            })
            .collect()
    }

    /// Indicators of a time, counted from what each step measured.
    ///
    /// # Errors
    /// When the actor may not supervise or the database refuses.
    pub async fn indicators(&self, ctx: &Ctx, from: Micros, to: Micros) -> Result<Indicators, CaseworkError> {
        authorise(ctx, Permission::TicketSupervise, Some(&kernel::Scope::District))?;
        let site = self.organisation();
        let mut by: BTreeMap<String, BTreeMap<String, (i64, i64)>> = BTreeMap::new();
        let mut all: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (unit, measure, good, number) in self.figures_between(from, to).await? {
            for counts in [by.entry(unit).or_default(), &mut all] {
                let (well, of) = counts.entry(measure.clone()).or_default();
                *well += if good { number } else { 0 };
                *of += number;
            }
        }
        let rate = |measure: &str| all.get(measure).and_then(|(well, of)| share(*well, *of));
        let rates = Rates {
            timely_dispatch: rate("dispatched"),
            timely_accept: rate("accepted"),
            timely_reply: rate("replied"),
        };
        let mut units: Vec<UnitFigures> = by
            .iter()
            .map(|(unit, counts)| {
                let name = site.unit_name(&UnitId(unit.clone())).unwrap_or(if unit.is_empty() {
                    "热线直接答复"
                } else {
                    unit
                });
                unit_figures(unit, name, counts)
            })
            .collect();
        units.sort_by_key(|figures| -figures.replied);
        Ok(Indicators { units, all: unit_figures("", "全部", &all), rates })
    }

    /// Repeated matters: of one caller, and of one thing at one place.
    ///
    /// # Errors
    /// When the actor may not supervise or the database refuses.
    pub async fn repeats(&self, ctx: &Ctx) -> Result<Repeats, CaseworkError> {
        authorise(ctx, Permission::TicketSupervise, Some(&kernel::Scope::District))?;
        let since = ctx.now.plus_secs(-LATELY_SECS).0;
        let site = self.organisation();
        let store = self.0.store.read();
        let limits = |query: sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>| {
            query.bind(since).bind(LEAST_REPEATS).bind(MOST_GROUPS)
        };
        let mut callers = Vec::new();
        for row in limits(sqlx::query(sql::REPEAT_CALLERS)).fetch_all(store).await? {
            let key: String = row.try_get(0)?;
            let rows: Vec<super::list::PlacedTicket> =
                sqlx::query_as(sql::TICKET_OF_CALLER).bind(key).bind(MOST_ROWS).fetch_all(store).await?;
            let tickets = self.within_scope(ctx, rows)?;
            let count = row.try_get(1)?;
            let words = format!("同一群众近30天反映{count}次");
            callers.push(Group { words, count, tickets });
        }
        let mut places = Vec::new();
        for row in limits(sqlx::query(sql::REPEAT_PLACES)).fetch_all(store).await? {
            let (place, category, count): (String, String, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let rows: Vec<ListedTicket> = sqlx::query_as(sql::TICKET_OF_PLACE)
                .bind(place.as_str())
                .bind(category.as_str())
                .bind(since)
                .bind(MOST_ROWS)
                .fetch_all(store)
                .await?;
            let tickets = rows.into_iter().map(|row| row.row(&site, ctx.now)).collect::<Result<_, _>>()?;
            let words = format!("{}：{category}近30天{count}件", security::mask_text(&place));
            places.push(Group { words, count, tickets });
        }
        Ok(Repeats { callers, places })
    }

    /// Tickets answered lately that may not be solved: the caller came again, said so, or was answered with empty words.
    ///
    /// # Errors
    /// When the actor may not supervise or the database refuses.
    pub async fn unsolved(&self, ctx: &Ctx) -> Result<Vec<Unsolved>, CaseworkError> {
        authorise(ctx, Permission::TicketSupervise, Some(&kernel::Scope::District))?;
        let site = self.organisation();
        let store = self.0.store.read();
        let rows: Vec<StoredTicket> = sqlx::query_as(sql::TICKET_ANSWERED)
            .bind(ctx.now.plus_secs(-LATELY_SECS).0)
            .bind(MOST_LOOKED_AT)
            .fetch_all(store)
            .await?;
        let mut all = Vec::new();
        for stored in rows {
            let body = stored.body()?;
            let mut reasons = Vec::new();
            let replied = body.case.replied.unwrap_or_default();
            let row = sqlx::query(sql::CALLER_AGAIN)
                .bind(stored.id.as_str())
                .bind(replied.0)
                .fetch_one(store)
                .await?;
            let again = Self::counted(&row)?;
            if again > 0 {
                reasons.push(format!("答复后同一群众又反映了{again}次"));
            }
            if body.case.reopened > 0 {
                reasons.push(format!("重新办理过{}次", body.case.reopened));
            }
            if body.case.outcome.as_ref().is_some_and(|said| said.satisfied == Some(false)) {
                reasons.push("回访不满意".to_owned());
            }
            if body.case.state != State::Replied && body.case.outcome.is_none() && body.case.tries > 0 {
                reasons.push("没有联系上群众就办结".to_owned());
            }
            let events = self.events(&stored.id).await?;
            let reply = events.iter().rev().find_map(|event| match event.body().ok()?.event {
                crate::Event::Replied { words, .. } => Some(words),
                _ => None,
            });
            let empty =
                reply.map(|reply| quality::check(body.case.kind, &body.words, &reply)).unwrap_or_default();
            if empty.iter().any(|found| found.code == "template" || found.code == "point_missed") {
                reasons.push("答复像套话或没有答到点上".to_owned());
            }
            if !reasons.is_empty() {
                all.push(Unsolved { ticket: stored.row(&site, ctx.now)?, reasons });
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.reasons.len()));
        Ok(all)
    }

    /// What is found about a reply before it is sent.
    ///
    /// # Errors
    /// When the actor may not see the ticket.
    pub async fn reply_check(
        &self,
        ctx: &Ctx,
        number: &str,
        words: &str,
    ) -> Result<Vec<Finding>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        super::get::may_see(ctx, &stored, &self.organisation())?;
        let body = stored.body()?;
        Ok(quality::check(body.case.kind, &body.words, words))
    }

    /// What keeps a reply from being sent.
    pub(super) fn check_reply(stored: &StoredTicket, words: &str) -> Result<Vec<Finding>, CaseworkError> {
        let body = stored.body()?;
        let found = quality::check(body.case.kind, &body.words, words);
        Ok(found.into_iter().filter(|one| one.must).collect())
    }

    /// Why things could not be done in a month, `2026-11`.
    ///
    /// # Errors
    /// When the actor may not supervise, the month is none, or the database refuses.
    pub async fn window_month(&self, ctx: &Ctx, month: &str) -> Result<WindowMonth, CaseworkError> {
        authorise(ctx, Permission::TicketSupervise, Some(&kernel::Scope::District))?;
        let (from, to) = crate::words::month(month)
            .ok_or_else(|| CaseworkError::Deadline("月份请写成 2026-11 的样子。".to_owned()))?;
        let rows: Vec<StoredTicket> = sqlx::query_as(sql::TICKET_WINDOW)
            .bind(from.0)
            .bind(to.0)
            .bind(MOST_ROWS * 10)
            .fetch_all(self.0.store.read())
            .await?;
        let site = self.organisation();
        let mut causes: BTreeMap<String, i64> = BTreeMap::new();
        let mut open = 0;
        let mut listed = Vec::new();
        for stored in rows {
            let cause = stored.body()?.window.map(|window| window.cause).unwrap_or_default();
            let cause = if cause.is_empty() { "还没有查明".to_owned() } else { cause };
            *causes.entry(cause).or_default() += 1;
            open += i64::from(stored.next_us.is_some());
            listed.push(stored.row(&site, ctx.now)?);
        }
        let mut causes: Vec<(String, i64)> = causes.into_iter().collect();
        causes.sort_by_key(|(_, count)| -count);
        let total = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        Ok(WindowMonth { month: month.to_owned(), total, open, causes, rows: listed })
    }

    /// Notes why a matter of the window could not be done.
    pub(super) async fn window_cause(
        &self,
        ctx: &Ctx,
        number: &str,
        cause: &str,
    ) -> Result<(), CaseworkError> {
        let mut tx = self.0.store.begin(ctx).await?;
        let stored = self.locked(&mut tx, number).await?;
        let mut body = stored.body()?;
        let cause: String = crate::words::clean(cause).chars().take(60).collect();
        let Some(window) = body.window.take() else { return Ok(()) };
        body.window = Some(WindowMatter { cause, ..window });
        sqlx::query(sql::TICKET_BODY)
            .bind(to_json("ticket", &body)?)
            .bind(stored.id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.audit("ticket.window_cause", &format!("ticket:{}", stored.number), &serde_json::json!({})).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn unit_figures(unit: &str, name: &str, counts: &BTreeMap<String, (i64, i64)>) -> UnitFigures {
    let of = |measure: &str| counts.get(measure).copied().unwrap_or_default();
    let rate = |measure: &str| share(of(measure).0, of(measure).1);
    UnitFigures {
        unit: unit.to_owned(),
        name: name.to_owned(),
        replied: of("replied").1,
        in_time: of("replied").0,
        on_time_rate: rate("replied"),
        accept_rate: rate("accepted"),
        called_back: of("solved").1,
        solved: of("solved").0,
        solved_rate: rate("solved"),
        satisfied: of("satisfied").0,
        satisfied_rate: rate("satisfied"),
        reopened: of("reopened").1,
        objections: of("objected").1,
        upheld: of("upheld").1,
    }
}
