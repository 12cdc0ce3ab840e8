//! A ticket's progress, for the citizen who raised it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casework::CaseworkError;
use kernel::ErrorCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Body, Path, Query};
use crate::citizen::visitor;
use crate::dto::progress::{Proof, TicketProgress, TicketWords};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::trace::{Peer, Trace};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(progress)).routes(routes!(append))
}

/// How a ticket stands
///
/// The proof is the token of the chat it came from, or the last four digits of the telephone number left with it.
#[utoipa::path(get, path = "/tickets/{number}", tag = "ticket", params(("number" = String, Path), Proof),
    responses((status = 200, body = TicketProgress), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn progress(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path(number): Path<String>,
    Query(proof): Query<Proof>,
) -> ApiResult<Json<TicketProgress>> {
    app.rates().proof(peer, &number)?;
    look(&app, &trace, &number, &proof.proof).await.map(Json)
}

/// Adds words to a ticket
#[utoipa::path(post, path = "/tickets/{number}/words", tag = "ticket", params(("number" = String, Path), Proof),
    request_body = TicketWords, responses((status = 204), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn append(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path(number): Path<String>,
    Query(proof): Query<Proof>,
    Body(words): Body<TicketWords>,
) -> ApiResult<StatusCode> {
    app.rates().proof(peer, &number)?;
    add(&app, &trace, &number, &proof.proof, words.words.as_str()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The progress of a ticket whose proof fits.
pub async fn look(app: &App, trace: &Trace, number: &str, proof: &str) -> ApiResult<TicketProgress> {
    let proof = read_proof(app, proof).await?;
    let ctx = visitor(app, trace);
    Ok(app.hotline().casework().ticket_progress(&ctx, number, &proof).await?.into())
}

/// Adds words to a ticket whose proof fits.
pub async fn add(app: &App, trace: &Trace, number: &str, proof: &str, words: &str) -> ApiResult<()> {
    if words.trim().is_empty() {
        return Err(ApiError::new(ErrorCode::Invalid, "还没有写内容，请写下要补充的情况再提交。"));
    }
    let proof = read_proof(app, proof).await?;
    let ctx = visitor(app, trace);
    Ok(app.hotline().casework().ticket_append(&ctx, number, &proof, words).await?)
}

/// Four digits are the end of a telephone number; anything else is a chat's token.
async fn read_proof(app: &App, proof: &str) -> ApiResult<casework::Proof> {
    let proof = proof.trim();
    if proof.len() == 4 && proof.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(casework::Proof::PhoneLast4(proof.to_owned()));
    }
    match app.hotline().chat_contact(proof).await {
        Ok(contact) => Ok(casework::Proof::Contact(contact)),
        Err(contact::ContactError::NotFound) => Err(CaseworkError::NoMatch.into()),
        Err(error) => Err(error.into()),
    }
}
