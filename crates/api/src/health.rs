//! Whether the program can serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health))
}

/// How the program stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `down` when a part that every request needs does not answer.
    pub status: String,
    /// The parts.
    pub parts: Vec<Part>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Which.
    pub name: String,
    /// It works.
    pub ok: bool,
    /// How, in words.
    pub words: String,
}

/// Whether the program can serve
///
/// For load balancers and the console. Status 503 when a part that every request needs does not answer.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let hotline = app.hotline();
    let database = hotline.store().ping().await.is_ok();
    let entries = hotline.library().entry_ids().len();
    let lines = hotline.site().lines.len();
    let part = |name: &str, ok: bool, words: String| Part { name: name.to_owned(), ok, words };
    let parts = vec![
        part("数据库", database, if database { "正常" } else { "连不上，请检查数据库是否在运行" }.to_owned()),
        part("知识库", entries > 0, format!("{entries} 条在用")),
        part("线路", lines > 0, format!("{lines} 条线路")),
    ];
    let status = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if database { "ok" } else { "down" };
    (status, Json(Health { status: word.to_owned(), parts }))
}
