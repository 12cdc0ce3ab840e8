//! Open311 GeoReport v2: public, and filing with a key.

use ::exchange::open311::{Fault, Form as Fields, Format, Page, Query as Wanted};
use std::future::ready;

use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
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
            .route(&at("discovery"), get(move |state, headers| ready(discovery(format, &state, &headers))))
            .route(&at("v2/discovery"), get(move |state, headers| ready(discovery(format, &state, &headers))))
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

fn discovery(format: Format, State(shared): &State<Shared>, headers: &HeaderMap) -> Response {
    // Without `server.public_url` the site is where the client found it.
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let base = if shared.base.is_empty() { format!("http://{host}") } else { shared.base.clone() };
    answer(format, StatusCode::OK, shared.exchange.open311_discovery(format, &base))
}

type Asked = Result<Query<Wanted>, QueryRejection>;
type Filled = Result<Form<Fields>, FormRejection>;

/// What is asked for; what cannot be read is refused in the standard's own shape.
fn wanted(asked: Asked) -> Result<Wanted, Fault> {
    asked.map(|Query(wanted)| wanted).map_err(|_| Fault::new(400, "查询参数读不懂：每个参数只能出现一次"))
}

fn fields(filled: Filled) -> Result<Fields, Fault> {
    filled
        .map(|Form(fields)| fields)
        .map_err(|_| Fault::new(400, "请用 application/x-www-form-urlencoded 提交，图片请填 media_url"))
}

async fn services(format: Format, State(shared): State<Shared>, asked: Asked) -> Response {
    let made = match wanted(asked) {
        Ok(wanted) => shared.exchange.open311_services(format, wanted.jurisdiction_id.as_deref()).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn definition(State(shared): State<Shared>, Path(name): Path<String>, asked: Asked) -> Response {
    let (code, format) = Format::split(&name);
    let made = match wanted(asked) {
        Ok(wanted) => {
            shared.exchange.open311_definition(format, wanted.jurisdiction_id.as_deref(), code).await
        }
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn requests(format: Format, State(shared): State<Shared>, asked: Asked) -> Response {
    let made = match wanted(asked) {
        Ok(wanted) => shared.exchange.open311_requests(format, &wanted).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn file(format: Format, State(shared): State<Shared>, headers: HeaderMap, filled: Filled) -> Response {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let made = match fields(filled) {
        Ok(fields) => shared.exchange.open311_file(format, &fields, key).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::CREATED, made)
}

async fn request(State(shared): State<Shared>, Path(name): Path<String>, asked: Asked) -> Response {
    let (number, format) = Format::split(&name);
    let made = match wanted(asked) {
        Ok(wanted) => {
            shared.exchange.open311_request(format, wanted.jurisdiction_id.as_deref(), number).await
        }
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn token(State(shared): State<Shared>, Path(name): Path<String>, asked: Asked) -> Response {
    let (token, format) = Format::split(&name);
    let made = match wanted(asked) {
        Ok(wanted) => shared.exchange.open311_token(format, wanted.jurisdiction_id.as_deref(), token).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn updates(format: Format, State(shared): State<Shared>, asked: Asked) -> Response {
    let made = match wanted(asked) {
        Ok(wanted) => shared.exchange.open311_updates(format, &wanted).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::OK, made)
}

async fn add(format: Format, State(shared): State<Shared>, filled: Filled) -> Response {
    let made = match fields(filled) {
        Ok(fields) => shared.exchange.open311_add(format, &fields).await,
        Err(fault) => Err(fault),
    };
    answer(format, StatusCode::CREATED, made)
}
