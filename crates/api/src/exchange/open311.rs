//! Open311 GeoReport v2: public, and filing with a key.

use ::exchange::open311::{Fault, Form as Fields, Format, Page, Query as Wanted};
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::Shared;

pub(super) fn routes() -> Router<Shared> {
    let mut routes = Router::new().route("/open311/v2/services/{code}", get(definition));
    for ending in ["", ".json", ".xml"] {
        let at = |name: &str| format!("/open311/{name}{ending}");
        let format = Format::split(ending).1;
        routes = routes
            .route(&at("discovery"), get(async move |state: State<Shared>| discovery(format, &state)))
            .route(&at("v2/discovery"), get(async move |state: State<Shared>| discovery(format, &state)))
            .route(&at("v2/services"), get(move |state, query| services(format, state, query)))
            .route(
                &at("v2/requests"),
                get(move |state, query| requests(format, state, query))
                    .post(move |state, headers, form| file(format, state, headers, form)),
            )
            .route(
                &at("v2/servicerequestupdates"),
                get(move |state, query| updates(format, state, query))
                    .post(move |state, form| add(format, state, form)),
            );
    }
    routes
        .route("/open311/v2/requests/{number}", get(request))
        .route("/open311/v2/tokens/{token}", get(token))
}

fn answer(format: Format, status: StatusCode, made: Result<Page, Fault>) -> Response {
    let (status, page) = match made {
        Ok(page) => (status, page),
        Err(fault) => {
            let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, fault.page(format))
        }
    };
    (status, [(header::CONTENT_TYPE, page.content_type)], page.body).into_response()
}

fn discovery(format: Format, shared: &Shared) -> Response {
    answer(format, StatusCode::OK, shared.exchange.open311_discovery(format, &shared.base))
}

async fn services(format: Format, State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Response {
    let made = shared.exchange.open311_services(format, wanted.jurisdiction_id.as_deref()).await;
    answer(format, StatusCode::OK, made)
}

async fn definition(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let (code, format) = Format::split(&name);
    let made = shared.exchange.open311_definition(format, wanted.jurisdiction_id.as_deref(), code).await;
    answer(format, StatusCode::OK, made)
}

async fn requests(format: Format, State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Response {
    answer(format, StatusCode::OK, shared.exchange.open311_requests(format, &wanted).await)
}

async fn file(
    format: Format,
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let made = shared.exchange.open311_file(format, &fields, key).await;
    answer(format, StatusCode::CREATED, made)
}

async fn request(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let (number, format) = Format::split(&name);
    let made = shared.exchange.open311_request(format, wanted.jurisdiction_id.as_deref(), number).await;
    answer(format, StatusCode::OK, made)
}

async fn token(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let (token, format) = Format::split(&name);
    let made = shared.exchange.open311_token(format, wanted.jurisdiction_id.as_deref(), token).await;
    answer(format, StatusCode::OK, made)
}

async fn updates(format: Format, State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Response {
    answer(format, StatusCode::OK, shared.exchange.open311_updates(format, &wanted).await)
}

async fn add(format: Format, State(shared): State<Shared>, Form(fields): Form<Fields>) -> Response {
    answer(format, StatusCode::CREATED, shared.exchange.open311_add(format, &fields).await)
}
