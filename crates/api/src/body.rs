//! Extractors whose refusals are ours: JSON bodies, query strings and path segments, all with a Chinese sentence.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use kernel::ErrorCode;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A JSON body. Refuses, in order: a wrong content type (415), too many bytes (413), bytes that are not UTF-8 (400), text that
/// is not JSON (400), JSON that is not what the operation takes (422).
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::Invalid,
                "请求的内容类型不对，请用 application/json 提交。",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            ApiError::new(ErrorCode::Invalid, "提交的内容不是 UTF-8 编码，请转换编码后再提交。")
        })?;
        serde_json::from_str(text).map(Self).map_err(|error| misread(&error))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    })
}

/// A body that could not be read: too large, or the connection broke.
pub fn unread(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        ApiError::new(ErrorCode::Invalid, "内容没有传完整，请检查网络后重新提交。")
    }
}

/// A body over the limit.
pub fn too_large() -> ApiError {
    ApiError::new(ErrorCode::TooLarge, "内容太长，一次最多 64 KB（大约两万字），请分几次提交。")
}

fn misread(error: &serde_json::Error) -> ApiError {
    if error.is_data() {
        ApiError::with_status(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Invalid, data_words(error))
    } else {
        ApiError::new(
            ErrorCode::Invalid,
            format!(
                "提交的内容不是完整的 JSON（第 {} 行第 {} 列），请检查后再提交。",
                error.line(),
                error.column()
            ),
        )
    }
}

/// What serde says about JSON of the wrong shape, in Chinese. It never repeats a value, only names of fields.
fn data_words(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let named = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        format!("缺少字段 {named}，请补上后再提交。")
    } else if said.starts_with("unknown field") {
        format!("多了不认识的字段 {}，请去掉后再提交。", short(named))
    } else if said.starts_with("unknown variant") {
        let allowed: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        format!("有一项取值不对，只能是：{}。请改正后再提交。", allowed.join("、"))
    } else if said.starts_with("duplicate field") {
        format!("字段 {named} 写了两遍，请只留一个。")
    } else {
        format!("第 {} 行第 {} 列的内容类型不对，请按接口说明填写。", error.line(), error.column())
    }
}

fn short(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

/// A query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state).await.map_or_else(
            |_| Err(ApiError::new(ErrorCode::Invalid, "网址里的查询条件有误，请检查后再试。")),
            |axum::extract::Query(value)| Ok(Self(value)),
        )
    }
}

/// Path segments.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Path::<T>::from_request_parts(parts, state).await.map_or_else(
            |_| Err(ApiError::new(ErrorCode::NotFound, "网址不完整或有误，请核对后再试。")),
            |axum::extract::Path(value)| Ok(Self(value)),
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body as Raw;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Sample {
        text: String,
        stars: Option<u8>,
    }

    async fn read(kind: &str, bytes: &'static [u8]) -> Result<Body<Sample>, ApiError> {
        let request =
            Request::builder().header("content-type", kind).body(Raw::from(bytes)).expect("a request");
        Body::<Sample>::from_request(request, &()).await
    }

    async fn refusal(kind: &str, bytes: &'static [u8]) -> (u16, String) {
        let error = read(kind, bytes).await.expect_err("a refusal");
        (error.status().as_u16(), error.message().to_owned())
    }

    #[tokio::test]
    async fn a_good_body_is_read() {
        assert!(read("application/json; charset=utf-8", r#"{"text":"你好"}"#.as_bytes()).await.is_ok());
    }

    #[tokio::test]
    async fn each_fault_has_its_status_and_sentence() {
        assert_eq!(refusal("text/plain", b"{}").await.0, 415);
        assert_eq!(refusal("application/json", b"{\"text\":\"\xff\xfe\"}").await.0, 400);
        assert_eq!(refusal("application/json", b"{\"text\":").await.0, 400);
        let (status, words) = refusal("application/json", b"{}").await;
        assert_eq!((status, words.as_str()), (422, "缺少字段 text，请补上后再提交。"));
        let (status, words) = refusal("application/json", b"{\"text\":\"a\",\"x\":1}").await;
        assert_eq!((status, words.as_str()), (422, "多了不认识的字段 x，请去掉后再提交。"));
        assert_eq!(refusal("application/json", b"{\"text\":5}").await.0, 422);
        assert_eq!(refusal("application/json", b"{\"text\":\"a\",\"stars\":900}").await.0, 422);
    }

    #[tokio::test]
    async fn nothing_a_person_wrote_comes_back() {
        let (_, words) =
            refusal("application/json", "{\"text\":\"a\",\"stars\":\"13800138000\"}".as_bytes()).await;
        assert!(!words.contains("138"), "{words}");
    }
}
