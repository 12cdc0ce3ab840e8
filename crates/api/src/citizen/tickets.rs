//! A ticket's progress, for the citizen who raised it.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use casework::CaseworkError;
use kernel::ErrorCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Body, Path, Query};
use crate::citizen::visitor;
use crate::dto::progress::{
    Proof, TicketFile, TicketProgress, TicketStep, TicketWords, WindowForm, WindowOpened,
};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::trace::{Peer, Trace};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(progress))
        .routes(routes!(append))
        .routes(routes!(step))
        .routes(routes!(attach))
        .routes(routes!(file))
        .routes(routes!(window))
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

/// Urges, takes back, answers what was asked, rates
#[utoipa::path(post, path = "/tickets/{number}/own-steps", tag = "ticket", params(("number" = String, Path), Proof),
    request_body = TicketStep, responses((status = 200, body = TicketProgress), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn step(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path(number): Path<String>,
    Query(proof): Query<Proof>,
    Body(step): Body<TicketStep>,
) -> ApiResult<Json<TicketProgress>> {
    app.rates().proof(peer, &number)?;
    take(&app, &trace, &number, &proof.proof, step).await.map(Json)
}

/// Adds a file to a ticket
#[utoipa::path(post, path = "/tickets/{number}/own-files", tag = "ticket", params(("number" = String, Path), Proof),
    request_body(content = Object, content_type = "multipart/form-data"),
    responses((status = 201, body = TicketFile), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 413, body = ErrorBody)))]
pub async fn attach(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path(number): Path<String>,
    Query(proof): Query<Proof>,
    form: Multipart,
) -> ApiResult<(StatusCode, Json<TicketFile>)> {
    app.rates().proof(peer, &number)?;
    // Who is a stranger is told before his file is read.
    read_proof(&app, &proof.proof).await?;
    let (name, content) = file_of(form).await?;
    keep(&app, &trace, &number, &proof.proof, &name, &content)
        .await
        .map(|kept| (StatusCode::CREATED, Json(kept)))
}

/// A file of a ticket: the citizen's own, or one that came with a reply
#[utoipa::path(get, path = "/tickets/{number}/files/{id}", tag = "ticket", params(("number" = String, Path), ("id" = String, Path), Proof),
    responses((status = 200), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn file(
    State(app): State<App>,
    Peer(peer): Peer,
    trace: Trace,
    Path((number, id)): Path<(String, String)>,
    Query(proof): Query<Proof>,
) -> ApiResult<Response> {
    app.rates().proof(peer, &number)?;
    fetch(&app, &trace, &number, &proof.proof, &id).await
}

/// The file of a form.
pub async fn file_of(mut form: Multipart) -> ApiResult<(String, Vec<u8>)> {
    let broken = |_| ApiError::new(ErrorCode::Invalid, "附件没有传完整，请重新上传。");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or("附件").to_owned();
            return Ok((name, field.bytes().await.map_err(broken)?.to_vec()));
        }
    }
    Err(ApiError::new(ErrorCode::Invalid, "请选择要上传的附件。"))
}

/// Registers something that somebody refused to do
#[utoipa::path(post, path = "/window", tag = "ticket", request_body = WindowForm,
    responses((status = 201, body = WindowOpened), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn window(
    State(app): State<App>,
    Peer(peer): Peer,
    Body(form): Body<WindowForm>,
) -> ApiResult<(StatusCode, Json<WindowOpened>)> {
    app.rates().chat(peer)?;
    register(&app, form).await.map(|opened| (StatusCode::CREATED, Json(opened)))
}

/// Registers a matter of the window.
pub async fn register(app: &App, form: WindowForm) -> ApiResult<WindowOpened> {
    let matter = casework::WindowMatter {
        refused: form.refused,
        place: form.place,
        by_whom: form.by_whom,
        papers: form.papers,
        cause: String::new(),
    };
    let ticket =
        app.hotline().window_open(&form.client_id, matter, &form.name, &form.phone, &form.words).await?;
    let by = ticket.row.due().map(casework::due_words_exact).unwrap_or_default();
    Ok(WindowOpened {
        next_step: format!("已登记，专人跟进，最迟{by}给您答复；办结前一定会回访您。查进度请记住工单号。"),
        number: ticket.row.number,
        due_us: ticket.row.due_us,
    })
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

/// Takes a step of the citizen whose proof fits.
pub async fn take(
    app: &App,
    trace: &Trace,
    number: &str,
    proof: &str,
    step: TicketStep,
) -> ApiResult<TicketProgress> {
    if step.step == "rate" && step.solved.is_none() {
        return Err(ApiError::new(ErrorCode::Invalid, "请先选一下问题解决了没有，再提交评价。"));
    }
    let proof = read_proof(app, proof).await?;
    let form = serde_json::json!({
        "step": step.step, "words": step.words, "solved": step.solved, "satisfied": step.satisfied,
        "in_time": step.in_time,
    });
    let form: casework::CitizenForm = serde_json::from_value(form)
        .map_err(|_| ApiError::new(ErrorCode::Invalid, "没有这种操作，可以催办、撤回、回答或评价。"))?;
    let ctx = visitor(app, trace);
    let taken = app.hotline().casework().citizen_step(&ctx, number, &proof, form).await;
    taken.map(Into::into).map_err(to_citizen)
}

/// A refusal as one tells it to the person whose matter it is, not to a clerk.
fn to_citizen(error: CaseworkError) -> ApiError {
    use casework::Refusal;
    let words = match &error {
        CaseworkError::Refused(Refusal::AlreadyReplied) => {
            "这件事刚刚已经答复您了，请看下面的答复。没有办好的，请在评价里选“没解决”，会重新办理。"
        }
        CaseworkError::Refused(Refusal::NotReplied) => "还没有答复您，等答复以后再评价。着急的话可以催办。",
        CaseworkError::Refused(Refusal::NotNow { .. }) => {
            "这件事刚刚有了新的进展，现在不用这一步了。请看下面的办理经过。"
        }
        _ => return error.into(),
    };
    ApiError::new(ErrorCode::Conflict, words)
}

/// Keeps a file of the citizen whose proof fits.
pub async fn keep(
    app: &App,
    trace: &Trace,
    number: &str,
    proof: &str,
    name: &str,
    content: &[u8],
) -> ApiResult<TicketFile> {
    let proof = read_proof(app, proof).await?;
    let ctx = visitor(app, trace);
    Ok(app.hotline().casework().citizen_attach(&ctx, number, &proof, name, content).await?.into())
}

/// A file for the citizen whose proof fits, to be saved: never shown as a page of ours.
pub async fn fetch(app: &App, trace: &Trace, number: &str, proof: &str, id: &str) -> ApiResult<Response> {
    let proof = read_proof(app, proof).await?;
    let ctx = visitor(app, trace);
    let (file, content) = app.hotline().casework().citizen_file(&ctx, number, &proof, id).await?;
    let headers = [
        (header::CONTENT_TYPE, file.kind),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", in_header(&file.name))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, content).into_response())
}

/// A file's name as RFC 8187 writes it into a header.
fn in_header(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
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
