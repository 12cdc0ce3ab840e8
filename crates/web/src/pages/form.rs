//! Forms as browsers send them. A form that cannot be read is a page with a Chinese sentence.

use std::convert::Infallible;

use api::{ApiError, App};
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use kernel::ErrorCode;
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::visit::Visit;

/// A form's fields.
#[derive(Debug, Clone)]
pub struct Fields<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Fields<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
        let request = Request::from_parts(parts, body);
        match axum::Form::<T>::from_request(request, app).await {
            Ok(axum::Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(Fault::new(&visit, unread(&rejection))),
        }
    }
}

fn unread(rejection: &FormRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(
            ErrorCode::TooLarge,
            "一次最多能发大约两万字。请按浏览器的返回键，您写的还在，分几次发送就行。",
        )
    } else {
        ApiError::new(ErrorCode::Invalid, "提交的内容没有读全，请按浏览器的返回键再提交一次，您写的还在。")
    }
}

/// What an address asks for; nothing in particular when it cannot be read: a page is shown all the same.
#[derive(Debug, Clone, Default)]
pub struct Loose<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequestParts<App> for Loose<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(Query::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default()))
    }
}
