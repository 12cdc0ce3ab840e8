//! Listing tickets for staff.

use kernel::{Actor, ContactId, Ctx, Micros, Scope, UnitId};
use security::{Permission, authorise};
use sqlx::{FromRow, Row as _};

use super::Casework;
use super::rows::ListedTicket;
use crate::model::{Kind, State, Urgency};
use crate::words::clean;
use crate::{CaseworkError, Page, TicketRow, sql};

const MAX_PER_PAGE: i64 = 200;
/// Totals stop here: nobody turns so many pages, and counting millions would keep everybody waiting.
const MOST_COUNTED: i64 = 10_000;
const MAX_FOR_CHARS: usize = 100;
/// Rows of a list that has no pages.
pub(super) const MOST_ROWS: i64 = 100;
/// Digits from which a text looked for may be a telephone number.
const PHONE_DIGITS: usize = 7;

/// Which tickets to list; what is not given does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// Words of number, title, place or category; or the caller's whole number.
    pub text: Option<String>,
    /// Where it stands.
    pub state: Option<State>,
    /// The kind of request.
    pub kind: Option<Kind>,
    /// The business domain.
    pub domain: Option<String>,
    /// The unit that has it, or should get it while none has.
    pub unit: Option<UnitId>,
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// By when something is owed.
    pub due: Option<DueFilter>,
    /// Who must act: [`crate::model::Owner::key`].
    pub owner: Option<String>,
    /// A mark: `window`, `supervised`, ...
    pub flag: Option<String>,
}

/// By when something is owed. Closed tickets owe nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueFilter {
    /// It is past.
    Overdue,
    /// Past, or by the end of today.
    Today,
    /// Before an instant.
    Before(Micros),
}

impl DueFilter {
    /// `overdue`, `today`, or microseconds.
    pub fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "overdue" => Some(Self::Overdue),
            "today" => Some(Self::Today),
            number => number.parse().ok().map(|us| Self::Before(Micros(us))),
        }
    }

    pub(super) fn before(self, now: Micros) -> Micros {
        const DAY_US: i64 = 86_400 * Micros::SECOND;
        const CHINA_US: i64 = 8 * 3_600 * Micros::SECOND;
        match self {
            Self::Overdue => now,
            Self::Today => Micros(((now.0 + CHINA_US).div_euclid(DAY_US) + 1) * DAY_US - CHINA_US),
            Self::Before(instant) => instant,
        }
    }
}

/// Which page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: i64,
    /// Rows of a page; 0 for 50.
    pub per_page: i64,
}

/// Binds the limits that list and count share.
macro_rules! limited {
    ($query:expr, $filter:expr, $bounds:expr) => {
        $query
            .bind($filter.state.map(State::as_str))
            .bind($filter.kind.map(Kind::as_str))
            .bind($filter.domain.as_deref().filter(|domain| !domain.is_empty()))
            .bind($filter.unit.as_ref().map(UnitId::as_str))
            .bind($filter.urgency.map(Urgency::as_str))
            .bind($bounds.due_before)
            .bind($bounds.unit.as_deref())
            .bind($bounds.co.as_deref())
            .bind($bounds.place.as_deref())
            .bind($bounds.not_place.as_deref())
            .bind($bounds.place_unit.as_deref())
            .bind($filter.owner.as_deref())
            .bind($bounds.flag.as_deref())
    };
}

/// A ticket with the place that decides who sees it.
#[derive(Debug, FromRow)]
pub(super) struct PlacedTicket {
    #[sqlx(flatten)]
    pub listed: ListedTicket,
    pub place_code: String,
}

impl Casework {
    /// A page of the tickets within the person's scope: what is owed first comes first, closed ones after, the latest first.
    ///
    /// # Errors
    /// When the actor may not read tickets or the database refuses.
    pub async fn ticket_list(
        &self,
        ctx: &Ctx,
        filter: &TicketFilter,
        paging: Paging,
    ) -> Result<Page<TicketRow>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let bounds = self.bounds(ctx, filter);
        let per_page = if paging.per_page <= 0 { 50 } else { paging.per_page.min(MAX_PER_PAGE) };
        let before = per_page.saturating_mul((paging.page - 1).clamp(0, 1_000_000));
        let site = self.organisation();
        let store = self.0.store.read();
        if let Some(text) = &bounds.text {
            let found = self.candidates(text, &bounds.caller).await?;
            // A single character is looked for among the latest only, as text alone.
            let ids = match found {
                Some(ids) => ids,
                None => self.latest(&bounds, filter).await?,
            };
            let among = sql::TICKET_AMONG.on(self.0.store.dialect());
            let rows: Vec<ListedTicket> = limited!(sqlx::query_as(among), filter, bounds)
                .bind(serde_json::to_string(&ids).unwrap_or_default())
                .bind(containing(text))
                .bind(bounds.caller.as_str())
                .fetch_all(store)
                .await?;
            let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let page = rows.into_iter().skip(usize::try_from(before).unwrap_or(usize::MAX));
            let rows = page
                .take(usize::try_from(per_page).unwrap_or_default())
                .map(|row| row.row(&site, ctx.now))
                .collect::<Result<_, _>>()?;
            return Ok(Page { rows, total });
        }
        let open = limited!(sqlx::query(sql::TICKET_OPEN_COUNT), filter, bounds).bind(MOST_COUNTED);
        let open: i64 = open.fetch_one(store).await?.try_get(0)?;
        let mut rows: Vec<ListedTicket> = Vec::new();
        if before < open {
            rows = limited!(sqlx::query_as(sql::TICKET_OPEN), filter, bounds)
                .bind(per_page)
                .bind(before)
                .fetch_all(store)
                .await?;
        }
        // A view is of what is to be done, and so is what is due by a time.
        if filter.owner.is_some() || bounds.due_before.is_some() {
            let rows = rows.into_iter().map(|row| row.row(&site, ctx.now)).collect::<Result<_, _>>()?;
            return Ok(Page { rows, total: open });
        }
        let done = limited!(sqlx::query(sql::TICKET_DONE_COUNT), filter, bounds).bind(MOST_COUNTED);
        let done: i64 = done.fetch_one(store).await?.try_get(0)?;
        let room = per_page - i64::try_from(rows.len()).unwrap_or(per_page);
        if room > 0 && done > 0 {
            let more: Vec<ListedTicket> = limited!(sqlx::query_as(sql::TICKET_DONE), filter, bounds)
                .bind(room)
                .bind((before - open).max(0))
                .fetch_all(store)
                .await?;
            rows.extend(more);
        }
        let rows = rows.into_iter().map(|row| row.row(&site, ctx.now)).collect::<Result<_, _>>()?;
        Ok(Page { rows, total: open + done })
    }

    /// The ids of the tickets at the head of a list.
    async fn latest(&self, bounds: &Bounds, filter: &TicketFilter) -> Result<Vec<String>, CaseworkError> {
        let mut ids = Vec::new();
        for statement in [sql::TICKET_OPEN, sql::TICKET_DONE] {
            let rows: Vec<ListedTicket> = limited!(sqlx::query_as(statement), filter, bounds)
                .bind(MOST_COUNTED / 10)
                .bind(0_i64)
                .fetch_all(self.0.store.read())
                .await?;
            ids.extend(rows.into_iter().map(|row| row.id));
        }
        Ok(ids)
    }

    /// The tickets of a contact, the latest first: for staff, and for the citizen whose contact it is.
    ///
    /// # Errors
    /// When the actor may not read them or the database refuses.
    pub async fn tickets_of_contact(
        &self,
        ctx: &Ctx,
        contact: &ContactId,
    ) -> Result<Vec<TicketRow>, CaseworkError> {
        if !matches!(&ctx.actor, Actor::Citizen { contact: own } if own == contact) {
            authorise(ctx, Permission::TicketRead, None)?;
        }
        let rows = sqlx::query_as(sql::TICKET_OF_CONTACT)
            .bind(contact.as_str())
            .bind(MOST_ROWS)
            .fetch_all(self.0.store.read())
            .await?;
        self.within_scope(ctx, rows)
    }

    /// The tickets of a caller, by [`security::Keys::caller_key`], the latest first.
    ///
    /// # Errors
    /// When the actor may not know who calls, or the database refuses.
    pub async fn tickets_of_caller(
        &self,
        ctx: &Ctx,
        caller_key: &str,
    ) -> Result<Vec<TicketRow>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        authorise(ctx, Permission::PersonalDataReveal, Some(&Scope::District))?;
        let rows = sqlx::query_as(sql::TICKET_OF_CALLER)
            .bind(caller_key)
            .bind(MOST_ROWS)
            .fetch_all(self.0.store.read())
            .await?;
        self.within_scope(ctx, rows)
    }

    /// The rows of those tickets that lie within the actor's scope.
    pub(super) fn within_scope(
        &self,
        ctx: &Ctx,
        rows: Vec<PlacedTicket>,
    ) -> Result<Vec<TicketRow>, CaseworkError> {
        let site = self.organisation();
        rows.into_iter()
            .filter(|row| match &ctx.actor {
                Actor::Staff { scope: Scope::Unit(unit), .. } => {
                    row.listed.unit == unit.as_str() || row.listed.flags.contains(&format!(",co:{unit},"))
                }
                Actor::Staff { scope: scope @ Scope::Place(_), .. } => {
                    security::covers(scope, &Scope::Place(row.place_code.clone()))
                }
                Actor::Staff { scope: Scope::District, .. }
                | Actor::System { .. }
                | Actor::Citizen { .. } => true,
            })
            .map(|row| row.listed.row(&site, ctx.now))
            .collect()
    }

    fn bounds(&self, ctx: &Ctx, filter: &TicketFilter) -> Bounds {
        let text = filter.text.as_deref().map(clean).filter(|text| !text.is_empty());
        // Who may not see a caller's number must not find out by searching for it.
        let sees_callers = authorise(ctx, Permission::PersonalDataReveal, Some(&Scope::District)).is_ok();
        let digits = |text: &String| text.chars().filter(char::is_ascii_digit).count();
        let caller = text
            .as_ref()
            .filter(|text| sees_callers && digits(text) >= PHONE_DIGITS)
            .and_then(|text| self.0.keys.caller_key(text));
        let (unit, place) = match &ctx.actor {
            Actor::Staff { scope: Scope::Unit(unit), .. } => (Some(unit.to_string()), None),
            Actor::Staff { scope: Scope::Place(code), .. } => (None, Some(code.as_str())),
            _ => (None, None),
        };
        Bounds {
            due_before: filter.due.map(|due| due.before(ctx.now).0),
            co: unit.as_ref().map(|unit| format!("%,co:{},%", escaped(unit))),
            place_unit: place
                .and_then(|code| self.organisation().unit_of_place(code).map(|unit| unit.id.to_string())),
            flag: filter.flag.as_ref().map(|flag| format!("%,{},%", escaped(flag))),
            text,
            caller: caller.unwrap_or_default(),
            unit,
            place: place.map(|code| format!("{}%", escaped(code))),
            // `330212-p01` is not within `330212`: only digits go deeper.
            not_place: place.map(|code| format!("{}%-%", escaped(code))),
        }
    }
}

/// What limits a list besides the filter's plain values.
struct Bounds {
    due_before: Option<i64>,
    text: Option<String>,
    caller: String,
    unit: Option<String>,
    co: Option<String>,
    place: Option<String>,
    not_place: Option<String>,
    place_unit: Option<String>,
    flag: Option<String>,
}

/// The LIKE pattern for text that stands anywhere. A ticket's number is found however it is typed.
fn containing(text: &str) -> String {
    let text: String = text.chars().take(MAX_FOR_CHARS).collect();
    let is_number = text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.chars().filter(char::is_ascii_digit).count() >= 4;
    format!("%{}%", escaped(&if is_number { text.to_ascii_uppercase() } else { text }))
}

fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_ends_at_midnight_in_china() {
        // 2026-11-25T17:30 in China.
        let now = Micros(1_795_599_000 * Micros::SECOND);
        assert_eq!(DueFilter::Today.before(now), now.plus_secs(6 * 3_600 + 1_800));
        assert_eq!(DueFilter::read(" overdue "), Some(DueFilter::Overdue));
        assert_eq!(DueFilter::read("12"), Some(DueFilter::Before(Micros(12))));
        assert_eq!(DueFilter::read("soon"), None);
    }
}
