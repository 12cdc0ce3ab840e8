//! Public knowledge.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::ErrorCode;
use knowledge::{Ask, Target};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Body, Path, Query};
use crate::citizen::visitor;
use crate::dto::knowledge::{Feedback, PublicEntry, PublicHit, PublicHits, PublicSearch};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::text::clean;
use crate::trace::{Peer, Trace};

/// The longest query that is searched, in characters; what is longer is cut.
const QUERY_CHARS: usize = 200;
const HITS: u32 = 10;
const MOST_HITS: u32 = 50;
/// Below this a hit only distracts.
const WORTH_SHOWING: f32 = 0.08;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(entry)).routes(routes!(feedback))
}

/// Searches
#[utoipa::path(get, path = "/knowledge/search", tag = "knowledge", params(PublicSearch),
    responses((status = 200, body = PublicHits), (status = 429, body = ErrorBody)))]
pub async fn search(
    State(app): State<App>,
    Peer(peer): Peer,
    Query(search): Query<PublicSearch>,
) -> ApiResult<Json<PublicHits>> {
    app.rates().search(peer)?;
    Ok(Json(find(&app, &search)))
}

/// What a search finds, best first.
pub fn find(app: &App, search: &PublicSearch) -> PublicHits {
    let text: String = clean(&search.q).chars().take(QUERY_CHARS).collect();
    if text.is_empty() {
        return PublicHits::default();
    }
    let domain = search.domain.as_deref().filter(|domain| !domain.is_empty());
    let region = app.config().knowledge.region.as_str();
    let ask = Ask { text: &text, domain, region: Some(region), ..Ask::default() };
    let limit = search.limit.unwrap_or(HITS).clamp(1, MOST_HITS) as usize;
    // Scenarios are found too and left out here, so more is looked for than shown.
    let found = app.hotline().library().search(&ask, app.hotline().now(), limit * 2);
    let hits = found.into_iter().filter(|found| found.confidence >= WORTH_SHOWING).filter_map(|found| {
        let (Target::Entry(_), Some(card)) = (&found.target, found.card) else { return None };
        if domain.is_some_and(|domain| card.domain != domain) {
            return None;
        }
        Some(PublicHit {
            entry_id: card.entry_id,
            title: card.title,
            domain: card.domain,
            answer: card.text,
            confidence: found.confidence,
            citations: card.citations.into_iter().map(Into::into).collect(),
        })
    });
    PublicHits { hits: hits.take(limit).collect() }
}

/// Reads an entry
///
/// Counts a view. Only clauses in force are told.
#[utoipa::path(get, path = "/knowledge/entries/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = PublicEntry), (status = 404, body = ErrorBody)))]
pub async fn entry(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<PublicEntry>> {
    read(&app, &id).map(Json)
}

/// An entry in force; counts a view.
pub fn read(app: &App, id: &str) -> ApiResult<PublicEntry> {
    let library = app.hotline().library();
    let entry = library.entry_public(id, app.hotline().now()).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, "没有找到这条知识，可能已经失效或换了地址，请重新搜索。")
    })?;
    library.view_count(id);
    Ok(entry.into())
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
