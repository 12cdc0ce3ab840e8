//! Public knowledge: read only, for citizens' pages and for anybody's programs.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use kernel::ErrorCode;
use knowledge::service::PublicFilter;
use knowledge::{Ask, Target};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Body, Path, Query};
use crate::cached;
use crate::citizen::visitor;
use crate::dto::knowledge::{
    Feedback, OnDay, PublicDomain, PublicDomains, PublicEntries, PublicEntry, PublicHit, PublicHits,
    PublicListing, PublicSearch,
};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::site::Base;
use crate::text::clean;
use crate::trace::{Peer, Trace};

/// The longest query that is searched, in characters; what is longer is cut.
pub const QUERY_CHARS: usize = 200;
const HITS: u32 = 10;
const MOST_HITS: u32 = 50;
/// The most findings that are paged through: beyond them nothing fits.
const MOST_FOUND: usize = 100;
/// Below this a hit only distracts.
const WORTH_SHOWING: f32 = 0.08;
const LISTED: u32 = 50;
const MOST_LISTED: u32 = 200;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(domains))
        .routes(routes!(entries))
        .routes(routes!(entry))
        .routes(routes!(feedback))
}

/// Searches
#[utoipa::path(get, path = "/knowledge/search", tag = "knowledge", params(PublicSearch),
    responses((status = 200, body = PublicHits), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn search(
    State(app): State<App>,
    Peer(peer): Peer,
    base: Base,
    Query(search): Query<PublicSearch>,
) -> ApiResult<Json<PublicHits>> {
    app.rates().search(peer)?;
    find(&app, &base, &search).map(Json)
}

/// What a search finds, best first.
///
/// # Errors
/// When the region is none we know.
pub fn find(app: &App, base: &Base, search: &PublicSearch) -> ApiResult<PublicHits> {
    let page = search.page.unwrap_or(1).max(1);
    let text: String = clean(&search.q).chars().take(QUERY_CHARS).collect();
    let place = place(app, search.region.as_deref())?;
    if text.is_empty() {
        return Ok(PublicHits { page, ..PublicHits::default() });
    }
    let domain = search.domain.as_deref().filter(|domain| !domain.is_empty());
    let region = place.as_deref().unwrap_or(app.config().knowledge.region.as_str());
    let ask = Ask { text: &text, domain, region: Some(region), ..Ask::default() };
    let limit = search.limit.unwrap_or(HITS).clamp(1, MOST_HITS) as usize;
    // Scenarios are found too and left out here, so more is looked for than shown.
    let found = app.hotline().library().search(&ask, app.hotline().now(), MOST_FOUND);
    let hits: Vec<PublicHit> = found
        .into_iter()
        .filter(|found| found.confidence >= WORTH_SHOWING)
        .filter_map(|found| {
            let (Target::Entry(_), Some(card)) = (&found.target, found.card) else { return None };
            if domain.is_some_and(|domain| card.domain != domain) {
                return None;
            }
            Some(PublicHit {
                url: base.entry(&card.entry_id),
                entry_id: card.entry_id,
                title: card.title,
                domain: card.domain,
                answer: card.text,
                confidence: found.confidence,
                citations: card.citations.into_iter().map(Into::into).collect(),
            })
        })
        .collect();
    let total = hits.len();
    let before = limit.saturating_mul(page as usize - 1);
    Ok(PublicHits { hits: hits.into_iter().skip(before).take(limit).collect(), total, page })
}

/// The path of a place somebody named; none when none was named.
///
/// # Errors
/// When no place we know is named in it.
pub fn place(app: &App, named: Option<&str>) -> ApiResult<Option<String>> {
    let Some(named) = named.map(clean).filter(|named| !named.is_empty()) else { return Ok(None) };
    let short: String = named.chars().take(QUERY_CHARS).collect();
    app.hotline().library().vocabulary().path_of(&short).map(Some).ok_or_else(|| {
        ApiError::new(
            ErrorCode::Invalid,
            "没有认出这个地区，请写区县、街道、乡镇或园区的名字；不填就按本热线服务的地区查。",
        )
    })
}

/// The business domains
///
/// With how many entries of each are in force today.
#[utoipa::path(get, path = "/knowledge/domains", tag = "knowledge",
    responses((status = 200, body = PublicDomains), (status = 304), (status = 429, body = ErrorBody)))]
pub async fn domains(
    State(app): State<App>,
    Peer(peer): Peer,
    base: Base,
    headers: HeaderMap,
) -> ApiResult<Response> {
    app.rates().reading(peer)?;
    Ok(cached::json(&headers, &PublicDomains { domains: all_domains(&app, &base) }))
}

/// The site's domains in their order, then any others that entries name.
pub fn all_domains(app: &App, base: &Base) -> Vec<PublicDomain> {
    let counts = app.hotline().library().public_domains(app.hotline().now().day());
    let site = app.hotline().site();
    let mut known: Vec<_> = site.domains.values().collect();
    known.sort_by(|a, b| a.code.cmp(&b.code));
    let mut names: Vec<&str> = known.iter().map(|domain| domain.name.as_str()).collect();
    let placed: BTreeSet<&str> = names.iter().copied().collect();
    names.extend(counts.keys().map(String::as_str).filter(|name| !placed.contains(name)));
    let of = names.into_iter().map(|name| PublicDomain {
        name: name.to_owned(),
        entries: counts.get(name).copied().unwrap_or_default(),
        url: base.domain(name),
    });
    of.collect()
}

/// Lists entries
///
/// Everything in force today, by id: for who keeps a copy.
#[utoipa::path(get, path = "/knowledge/entries", tag = "knowledge", params(PublicListing),
    responses((status = 200, body = PublicEntries), (status = 304), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn entries(
    State(app): State<App>,
    Peer(peer): Peer,
    base: Base,
    headers: HeaderMap,
    Query(listing): Query<PublicListing>,
) -> ApiResult<Response> {
    app.rates().reading(peer)?;
    Ok(cached::json(&headers, &list(&app, &base, &listing)?))
}

/// A page of the entries in force today.
///
/// # Errors
/// When the region is none we know.
pub fn list(app: &App, base: &Base, listing: &PublicListing) -> ApiResult<PublicEntries> {
    let page = listing.page.unwrap_or(1).max(1);
    let take = listing.limit.unwrap_or(LISTED).clamp(1, MOST_LISTED) as usize;
    let day = app.hotline().now().day();
    let filter = PublicFilter {
        domain: listing.domain.clone().filter(|domain| !domain.is_empty()),
        place: place(app, listing.region.as_deref())?,
        skip: take.saturating_mul(page as usize - 1),
        take,
    };
    let found = app.hotline().library().public_list(&filter, day);
    let entry = |entry: knowledge::service::PublicEntry| {
        let url = base.entry(&entry.card.entry_id);
        PublicEntry::new(entry, day, url)
    };
    Ok(PublicEntries { entries: found.rows.into_iter().map(entry).collect(), total: found.total, page })
}

/// Reads an entry
///
/// Counts a view. Only clauses in force on the day are told.
#[utoipa::path(get, path = "/knowledge/entries/{id}", tag = "knowledge", params(("id" = String, Path), OnDay),
    responses((status = 200, body = PublicEntry), (status = 304), (status = 400, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn entry(
    State(app): State<App>,
    Peer(peer): Peer,
    base: Base,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<OnDay>,
) -> ApiResult<Response> {
    app.rates().reading(peer)?;
    let entry = on_day(&app, &base, &id, asked.on.as_deref())?;
    let response = cached::json(&headers, &entry);
    // Who only asks whether their copy still holds has not opened it again.
    if response.status() == StatusCode::OK {
        app.hotline().library().view_count(&id);
    }
    Ok(response)
}

/// An entry in force today; counts a view.
///
/// # Errors
/// When there is none such.
pub fn read(app: &App, base: &Base, id: &str) -> ApiResult<PublicEntry> {
    let entry = on_day(app, base, id, None)?;
    app.hotline().library().view_count(id);
    Ok(entry)
}

/// An entry as it holds on a day, today when none is named.
///
/// # Errors
/// When the day cannot be read or nothing of the entry holds on it.
pub fn on_day(app: &App, base: &Base, id: &str, on: Option<&str>) -> ApiResult<PublicEntry> {
    let day = match on.map(str::trim).filter(|on| !on.is_empty()) {
        None => app.hotline().now().day(),
        Some(on) => day(on)?,
    };
    let entry = app.hotline().library().entry_public_on(id, day).ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            if on.is_some() {
                "没有找到这条知识，或者它在这一天没有有效的依据，请换一天或重新搜索。"
            } else {
                "没有找到这条知识，可能已经失效或换了地址，请重新搜索。"
            },
        )
    })?;
    let url = base.entry(&entry.card.entry_id);
    Ok(PublicEntry::new(entry, day, url))
}

/// A day as the interface takes it: four digits, two and two.
fn day(text: &str) -> ApiResult<Date> {
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let read = if shaped { text.parse::<Date>().ok() } else { None };
    read.ok_or_else(|| {
        ApiError::new(ErrorCode::Invalid, "日期没有读懂，请写成 2026-01-31 这样，并核对是否有这一天。")
    })
}

/// Tells whether an entry helped
#[utoipa::path(post, path = "/knowledge/entries/{id}/feedback", tag = "knowledge", params(("id" = String, Path)),
    request_body = Feedback, responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn feedback(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path(id): Path<String>,
    Body(feedback): Body<Feedback>,
) -> ApiResult<StatusCode> {
    app.rates().search(peer)?;
    let words = feedback.words.map(|words| words.0);
    let ctx = visitor(&app, &trace);
    app.hotline().library().feedback(&ctx, &id, feedback.helpful, words.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        assert_eq!(day("2026-02-28").expect("a day").to_string(), "2026-02-28");
        for odd in ["2026-02-30", "2026-2-3", "20260203", "明天", "2026-02-28T00:00", "+026-01-01", ""] {
            assert!(day(odd).expect_err("refused").message().contains("请"), "{odd}");
        }
    }
}
