//! What a page shows when something is refused: a Chinese sentence, what was written, and a way on.

use api::ApiError;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use kernel::{Coded, ErrorCode};

use crate::visit::{Page, Visit};

/// A page with an error.
#[derive(Debug, Clone)]
pub struct Fault {
    page: Page,
    error: ApiError,
    kept: String,
    back: String,
}

/// What handlers of pages return.
pub type PageResult<T> = Result<T, Fault>;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: &'a Page,
    fault: Shown<'a>,
}

struct Shown<'a> {
    title: &'static str,
    message: &'a str,
    kept: &'a str,
    back: &'a str,
}

impl Fault {
    /// An error met on a visit.
    pub fn new(visit: &Visit, error: impl Into<ApiError>) -> Self {
        let page = Page { private: true, ..visit.page("出错了") };
        Self { page, error: error.into(), kept: String::new(), back: String::new() }
    }

    /// With what was written, so that it is not lost.
    #[must_use]
    pub fn keeping(self, kept: &str) -> Self {
        Self { kept: kept.to_owned(), ..self }
    }

    /// With the address to go back to.
    #[must_use]
    pub fn back(self, back: &str) -> Self {
        Self { back: back.to_owned(), ..self }
    }
}

const fn title(error: &ApiError) -> &'static str {
    match error.code() {
        ErrorCode::NotFound => "没有找到",
        ErrorCode::TooLarge => "内容太长了",
        ErrorCode::Busy => "请稍等一下",
        ErrorCode::Unavailable | ErrorCode::Internal => "暂时出了点问题",
        _ => "这样不行",
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.error.log();
        let fault = Shown {
            title: title(&self.error),
            message: self.error.message(),
            kept: &self.kept,
            back: &self.back,
        };
        let html = ErrorPage { page: &self.page, fault }.render();
        let html = html.unwrap_or_else(|_| self.error.message().to_owned());
        (self.error.status(), Html(html)).into_response()
    }
}

/// A template that could not be rendered: a defect of ours.
#[derive(Debug)]
struct Unrendered(askama::Error);

impl std::fmt::Display for Unrendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "template: {}", self.0)
    }
}

impl std::error::Error for Unrendered {}

impl Coded for Unrendered {
    fn code(&self) -> ErrorCode {
        ErrorCode::Internal
    }
}

/// A rendered page.
pub fn render(template: &impl Template) -> Response {
    respond(StatusCode::OK, template)
}

/// A rendered page with a status.
pub fn respond(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => ApiError::from(Unrendered(error)).into_response(),
    }
}
