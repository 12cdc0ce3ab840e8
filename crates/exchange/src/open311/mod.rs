//! A server of Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): services are the site's domains, requests its tickets.
//!
//! Only requests filed through it are shown, and of them nothing that a person wrote: service, state, street or town, position
//! rounded to three decimals (about a hundred metres).

mod filing;
mod listing;
mod render;

use casework::{Kind, Moved, State};
use kernel::Ctx;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::FromRow;
use store::Tx;

use crate::setup::Open311 as Terms;
use crate::words::iso;
use crate::{Exchange, ExchangeError, sql};

pub use filing::Form;
pub use listing::Query;
pub use render::{Format, Page};

/// A refusal as Open311 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The status of HTTP.
    pub status: u16,
    /// What is wrong, in Chinese.
    pub description: String,
}

impl Fault {
    /// A refusal.
    pub fn new(status: u16, description: impl Into<String>) -> Self {
        Self { status, description: description.into() }
    }

    /// In the form of the answer.
    pub fn page(&self, format: Format) -> Page {
        let list = json!([{ "code": self.status, "description": self.description }]);
        render::page(format, "errors", &list)
    }
}

impl From<ExchangeError> for Fault {
    fn from(error: ExchangeError) -> Self {
        use kernel::{Coded as _, ErrorCode};
        let status = match error.code() {
            ErrorCode::Invalid | ErrorCode::TooLarge => 400,
            ErrorCode::Unauthenticated | ErrorCode::Forbidden => 403,
            ErrorCode::NotFound => 404,
            ErrorCode::Conflict => 409,
            ErrorCode::Busy | ErrorCode::Unavailable => 503,
            ErrorCode::Internal => 500,
        };
        if status >= 500 {
            tracing::error!(%error, "an Open311 request failed");
        }
        Self::new(status, error.advice())
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        ExchangeError::from(error).into()
    }
}

impl From<store::StoreError> for Fault {
    fn from(error: store::StoreError) -> Self {
        ExchangeError::from(error).into()
    }
}

/// A domain of the site, of which a service is made.
#[derive(Debug, Clone, Deserialize)]
struct Domain {
    code: String,
    name: String,
    #[serde(default)]
    on_site: bool,
}

/// What is kept of a request.
#[derive(Debug, Clone, FromRow)]
struct Request {
    number: String,
    token: String,
    service_code: String,
    state: String,
    status: String,
    notes: String,
    agency: String,
    area: String,
    lat: Option<f64>,
    long: Option<f64>,
    expected_us: Option<i64>,
    requested_us: i64,
    updated_us: i64,
}

impl Exchange {
    fn terms(&self, jurisdiction: Option<&str>) -> Result<&Terms, Fault> {
        let terms =
            self.0.setup.open311.as_ref().ok_or_else(|| Fault::new(404, "本站没有开通 Open311 接口"))?;
        match jurisdiction.map(str::trim).filter(|given| !given.is_empty()) {
            Some(given) if given != terms.jurisdiction => Err(Fault::new(
                404,
                format!("没有辖区“{}”，本站是 {}", crate::words::cut(given, 60), terms.jurisdiction),
            )),
            _ => Ok(terms),
        }
    }

    async fn domains(&self, terms: &Terms) -> Result<Vec<Domain>, Fault> {
        let document = self.0.store.setting::<Value>("domains").await?.map(|setting| setting.value);
        let list = match document {
            Some(Value::Object(map)) => map.get("domains").cloned().unwrap_or_default(),
            Some(list) => list,
            None => Value::Null,
        };
        let domains: Vec<Domain> = serde_json::from_value(list).unwrap_or_default();
        let wanted = |domain: &Domain| terms.services.is_empty() || terms.services.contains(&domain.code);
        Ok(domains.into_iter().filter(wanted).collect())
    }

    /// What there is and where. `base` is the address of the site as the client sees it.
    ///
    /// # Errors
    /// When Open311 is off.
    pub fn open311_discovery(&self, format: Format, base: &str) -> Result<Page, Fault> {
        let terms = self.terms(None)?;
        let base = base.trim_end_matches('/');
        let discovery = json!({
            "changeset": "2026-11-23T00:00:00+08:00",
            "contact": terms.contact,
            "key_service": terms.contact,
            "endpoints": [{
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": format!("{base}/open311/v2"),
                "changeset": "2026-11-23T00:00:00+08:00",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }],
        });
        Ok(render::page(format, "discovery", &discovery))
    }

    /// The services.
    ///
    /// # Errors
    /// When Open311 is off, the jurisdiction is another, or the database refuses.
    pub async fn open311_services(&self, format: Format, jurisdiction: Option<&str>) -> Result<Page, Fault> {
        let domains = self.domains(self.terms(jurisdiction)?).await?;
        let services: Vec<Value> = domains
            .iter()
            .map(|domain| {
                json!({
                    "service_code": domain.code,
                    "service_name": domain.name,
                    "description": format!("{}方面的咨询、求助、投诉和建议", domain.name),
                    "metadata": true,
                    "type": "realtime",
                    "keywords": domain.name,
                    "group": if domain.on_site { "现场处置" } else { "政务服务" },
                })
            })
            .collect();
        Ok(render::page(format, "services", &Value::Array(services)))
    }

    /// What a service asks for.
    ///
    /// # Errors
    /// As [`Self::open311_services`]; when there is no such service.
    pub async fn open311_definition(
        &self,
        format: Format,
        jurisdiction: Option<&str>,
        code: &str,
    ) -> Result<Page, Fault> {
        let domains = self.domains(self.terms(jurisdiction)?).await?;
        let domain = domains.iter().find(|domain| domain.code == code).ok_or_else(no_service)?;
        // Reports of breaches protect who reports, and come by telephone or desk.
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Report);
        let values: Vec<Value> =
            kinds.map(|kind| json!({ "key": kind.as_str(), "name": kind.chinese() })).collect();
        let definition = json!({
            "service_code": domain.code,
            "attributes": [
                {
                    "variable": true, "code": "kind", "datatype": "singlevaluelist", "required": false,
                    "datatype_description": "不选按求助登记", "order": 1, "description": "诉求类型", "values": values,
                },
                {
                    "variable": true, "code": "urgent", "datatype": "singlevaluelist", "required": false,
                    "datatype_description": "拖延会造成危害时选是；有生命危险请直接拨打110、119、120", "order": 2,
                    "description": "是否紧急", "values": [{ "key": "no", "name": "否" }, { "key": "yes", "name": "是" }],
                },
            ],
        });
        Ok(render::page(format, "service_definition", &definition))
    }

    /// Keeps what Open311 shows up with what happened.
    pub(crate) async fn open311_follow(&self, tx: &mut Tx, moved: &Moved) -> Result<(), ExchangeError> {
        let known =
            sqlx::query(sql::REQUEST_GET).bind(moved.number.as_str()).fetch_optional(&mut **tx).await?;
        if known.is_none() {
            return Ok(());
        }
        let ctx: Ctx = self.ctx();
        let row = self.0.casework.ticket_outline(&ctx, &moved.number).await?.row;
        let (status, words) = (status_of(row.state), row.state.chinese());
        sqlx::query(sql::REQUEST_CHANGE)
            .bind(row.state.as_str())
            .bind(status)
            .bind(words)
            .bind(row.unit_name.as_str())
            .bind(row.due_us)
            .bind(moved.place.at_us)
            .bind(moved.number.as_str())
            .execute(&mut **tx)
            .await?;
        sqlx::query(sql::UPDATE_ADD)
            .bind(moved.number.as_str())
            .bind(moved.place.seq)
            .bind(status)
            .bind(words)
            .bind(moved.place.at_us)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}

fn no_service() -> Fault {
    Fault::new(404, "没有这项服务，请先查询 services")
}

fn status_of(state: State) -> &'static str {
    if state.is_closed() { "closed" } else { "open" }
}

/// A request as it is shown.
fn shown(request: &Request, names: &[Domain]) -> Value {
    let name = names.iter().find(|domain| domain.code == request.service_code);
    let name = name.map_or("", |domain| domain.name.as_str());
    json!({
        "service_request_id": request.number,
        "status": request.status,
        "status_notes": request.notes,
        "service_name": name,
        "service_code": request.service_code,
        "description": name,
        "agency_responsible": request.agency,
        "service_notice": "",
        "requested_datetime": iso(request.requested_us),
        "updated_datetime": iso(request.updated_us),
        "expected_datetime": request.expected_us.map(iso),
        "address": request.area,
        "address_id": Value::Null,
        "zipcode": Value::Null,
        "lat": request.lat,
        "long": request.long,
        "media_url": Value::Null,
        "extended_attributes": { "state": request.state },
    })
}
