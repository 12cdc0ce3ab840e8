//! Requests and what became of them.

use kernel::Micros;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::FromRow;

use super::{Fault, Format, Page, Request, render, shown};
use crate::words::{cut, instant, iso};
use crate::{Exchange, sql};

/// The longest span, and the one when none is given.
const SPAN_DAYS: i64 = 90;
/// The most requests in one answer.
const MOST: usize = 1_000;
/// The most looked through for them.
const LOOKED: i64 = 50_000;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// The jurisdiction.
    pub jurisdiction_id: Option<String>,
    /// Numbers, by commas; overrides the others.
    pub service_request_id: Option<String>,
    /// Services, by commas.
    pub service_code: Option<String>,
    /// Not before.
    pub start_date: Option<String>,
    /// Not after.
    pub end_date: Option<String>,
    /// `open`, `closed`, by commas.
    pub status: Option<String>,
    /// Which page, from 1.
    pub page: Option<String>,
    /// How many to a page.
    pub page_size: Option<String>,
}

#[derive(Debug, FromRow)]
struct Update {
    number: String,
    seq: i64,
    status: String,
    words: String,
    at_us: i64,
}

fn parts(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Which page, and how many to a page; without, the first and as many as there may be.
fn paging(query: &Query) -> Result<(usize, usize), Fault> {
    let read = |text: Option<&str>, name: &str, default: usize, most: usize| match text.map(str::trim) {
        None | Some("") => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|value| (1..=most).contains(value))
            .ok_or_else(|| Fault::new(400, format!("{name} 应是1到{most}的整数"))),
    };
    Ok((
        read(query.page.as_deref(), "page", 1, 100_000)?,
        read(query.page_size.as_deref(), "page_size", MOST, MOST)?,
    ))
}

impl Exchange {
    fn span(&self, query: &Query) -> Result<(Micros, Micros), Fault> {
        let wrong = |name: &str| Fault::new(400, format!("{name} 请写成 2026-11-23T00:00:00Z 这样"));
        let read = |text: Option<&str>, name: &str| match text.filter(|text| !text.is_empty()) {
            Some(text) => instant(text).map(Some).ok_or_else(|| wrong(name)),
            None => Ok(None),
        };
        let (start, end) =
            (read(query.start_date.as_deref(), "start_date")?, read(query.end_date.as_deref(), "end_date")?);
        let days = SPAN_DAYS * 86_400;
        let (from, to) = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, start.plus_secs(days).min(self.0.clock.now().plus_secs(60))),
            (None, Some(end)) => (end.plus_secs(-days), end),
            (None, None) => {
                let now = self.0.clock.now();
                (now.plus_secs(-days), now.plus_secs(60))
            }
        };
        if to.secs_since(from) > days + 60 {
            return Err(Fault::new(400, format!("一次最多查{SPAN_DAYS}天，请缩短起止时间")));
        }
        Ok((from, to))
    }

    pub(super) async fn request(&self, number: &str) -> Result<Request, Fault> {
        let found: Option<Request> = sqlx::query_as(sql::REQUEST_GET)
            .bind(cut(number, 40))
            .fetch_optional(self.0.store.read())
            .await?;
        found.ok_or_else(|| Fault::new(404, "没有这个编号的请求；只能查询经 Open311 提交的"))
    }

    /// Requests, the newest first.
    ///
    /// # Errors
    /// When a date cannot be read, the span is too long, none of the numbers is known, or the database refuses.
    pub async fn open311_requests(&self, format: Format, query: &Query) -> Result<Page, Fault> {
        let terms = self.terms(query.jurisdiction_id.as_deref())?;
        let names = self.domains(terms).await?;
        let numbers = parts(query.service_request_id.as_deref());
        let mut found = Vec::new();
        if numbers.is_empty() {
            let (from, to) = self.span(query)?;
            let (codes, states) = (parts(query.service_code.as_deref()), parts(query.status.as_deref()));
            if let Some(odd) = states.iter().find(|state| !["open", "closed"].contains(state)) {
                return Err(Fault::new(
                    400,
                    format!("status 只能是 open 或 closed，不能是“{}”", cut(odd, 20)),
                ));
            }
            let all: Vec<Request> = sqlx::query_as(sql::REQUEST_LIST)
                .bind(from.0)
                .bind(to.0)
                .bind(LOOKED)
                .fetch_all(self.0.store.read())
                .await?;
            let wanted = |request: &Request| {
                (codes.is_empty() || codes.contains(&request.service_code.as_str()))
                    && (states.is_empty() || states.contains(&request.status.as_str()))
            };
            let (page, size) = paging(query)?;
            found.extend(all.into_iter().filter(wanted).skip((page - 1) * size).take(size));
        } else {
            for number in numbers.into_iter().take(MOST) {
                match self.request(number).await {
                    Ok(request) => found.push(request),
                    Err(fault) if fault.status == 404 => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        let list: Vec<Value> = found.iter().map(|request| shown(request, &names)).collect();
        Ok(render::page(format, "service_requests", &Value::Array(list)))
    }

    /// One request.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open311_request(
        &self,
        format: Format,
        jurisdiction: Option<&str>,
        number: &str,
    ) -> Result<Page, Fault> {
        let names = self.domains(self.terms(jurisdiction)?).await?;
        let request = self.request(number).await?;
        Ok(render::page(format, "service_requests", &json!([shown(&request, &names)])))
    }

    /// The number of a token.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open311_token(
        &self,
        format: Format,
        jurisdiction: Option<&str>,
        token: &str,
    ) -> Result<Page, Fault> {
        self.terms(jurisdiction)?;
        let found: Option<Request> = sqlx::query_as(sql::REQUEST_OF_TOKEN)
            .bind(cut(token, 64))
            .fetch_optional(self.0.store.read())
            .await?;
        let request = found.ok_or_else(|| Fault::new(404, "没有这个凭据"))?;
        let list = json!([{ "service_request_id": request.number, "token": request.token }]);
        Ok(render::page(format, "service_requests", &list))
    }

    /// What became of requests, in order.
    ///
    /// # Errors
    /// As [`Self::open311_requests`].
    pub async fn open311_updates(&self, format: Format, query: &Query) -> Result<Page, Fault> {
        self.terms(query.jurisdiction_id.as_deref())?;
        let (from, to) = self.span(query)?;
        let number = query.service_request_id.as_deref().filter(|number| !number.is_empty());
        let updates: Vec<Update> = sqlx::query_as(sql::UPDATE_LIST)
            .bind(from.0)
            .bind(to.0)
            .bind(number.map(|number| cut(number, 40)))
            .bind(MOST as i64)
            .fetch_all(self.0.store.read())
            .await?;
        let list: Vec<Value> = updates
            .iter()
            .map(|update| {
                json!({
                    "update_id": format!("{}-{}", update.number, update.seq),
                    "service_request_id": update.number,
                    "status": update.status,
                    "updated_datetime": iso(update.at_us),
                    "description": update.words,
                    "media_url": "",
                })
            })
            .collect();
        Ok(render::page(format, "service_request_updates", &Value::Array(list)))
    }
}
