//! Filing requests and adding to them.

use std::collections::BTreeMap;

use casework::{Fact, Kind, TicketDraft};
use kernel::Ctx;
use serde_json::{Value, json};

use super::{Fault, Format, Page, no_service, render, status_of};
use crate::setup::{ApiKey, Open311 as Terms};
use crate::words::{cut, digest};
use crate::{Exchange, sql};

/// The fields of a form.
pub type Form = BTreeMap<String, String>;

const DESCRIPTION_MAX: usize = 4_000;
const FIELD_MAX: usize = 200;

/// A field, trimmed; empty when it is not there.
fn field(form: &Form, name: &str) -> Result<String, Fault> {
    let text = form.get(name).map_or("", |text| text.trim());
    if text.chars().count() > FIELD_MAX {
        return Err(Fault::new(400, format!("{name} 太长，最多{FIELD_MAX}个字")));
    }
    Ok(text.to_owned())
}

fn description(form: &Form) -> Result<String, Fault> {
    let text = form.get("description").map_or("", |text| text.trim());
    match text.chars().count() {
        0 => Err(Fault::new(400, "缺少 description，请写明是什么事")),
        count if count > DESCRIPTION_MAX => {
            Err(Fault::new(400, format!("description 太长，最多{DESCRIPTION_MAX}个字")))
        }
        _ => Ok(text.to_owned()),
    }
}

/// A position of the form, or none.
fn position(form: &Form) -> Result<Option<(f64, f64)>, Fault> {
    let (lat, long) = (field(form, "lat")?, field(form, "long")?);
    if lat.is_empty() && long.is_empty() {
        return Ok(None);
    }
    let read = |text: &str, most: f64| text.parse::<f64>().ok().filter(|value| value.abs() <= most);
    match (read(&lat, 90.0), read(&long, 180.0)) {
        (Some(lat), Some(long)) => Ok(Some((lat, long))),
        _ => Err(Fault::new(400, "lat 和 long 要一起填，用 WGS84 度数，如 29.816、121.547")),
    }
}

/// Three decimals: about a hundred metres.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Who files, by the key of the form.
fn key<'a>(terms: &'a Terms, form: &Form) -> Result<&'a ApiKey, Fault> {
    let given = form.get("api_key").map_or("", String::as_str);
    if given.is_empty() {
        return Err(Fault::new(400, "缺少 api_key，请向本站申请"));
    }
    let hash = digest(given.as_bytes());
    terms
        .keys
        .iter()
        .find(|key| key.sm3.eq_ignore_ascii_case(&hash))
        .ok_or_else(|| Fault::new(403, "api_key 不对或已停用，请向本站申请"))
}

impl Exchange {
    /// Files a request. With an idempotency key, asked again, it is the one of the first time.
    ///
    /// # Errors
    /// When the key is missing or wrong, a field is, or the database refuses.
    pub async fn open311_file(
        &self,
        format: Format,
        form: &Form,
        idempotency: Option<&str>,
    ) -> Result<Page, Fault> {
        let terms = self.terms(form.get("jurisdiction_id").map(String::as_str))?;
        let filer = key(terms, form)?;
        let code = field(form, "service_code")?;
        if code.is_empty() {
            return Err(Fault::new(400, "缺少 service_code，请先查询 services"));
        }
        let domains = self.domains(terms).await?;
        let domain = domains.iter().find(|domain| domain.code == code).ok_or_else(no_service)?;
        let (position, address) = (position(form)?, field(form, "address_string")?);
        let address_id = field(form, "address_id")?;
        if position.is_none() && address.is_empty() && address_id.is_empty() {
            return Err(Fault::new(400, "缺少地点：填 lat 和 long，或 address_string，或 address_id"));
        }
        let words = description(form)?;
        let kind = match field(form, "attribute[kind]")?.as_str() {
            "" => Kind::Help,
            name => Kind::read(name)
                .filter(|kind| *kind != Kind::Report)
                .ok_or_else(|| Fault::new(400, "attribute[kind] 取值不对，见服务定义；举报请拨打12345"))?,
        };
        let ctx = self.ctx();
        let fact = |label: &str, value: String, personal: bool| Fact {
            label: label.to_owned(),
            value,
            words: String::new(),
            by: filer.name.clone(),
            at_us: ctx.now.0,
            personal,
        };
        let spot = position.map(|(lat, long)| format!("{lat:.6},{long:.6}")).unwrap_or_default();
        let mut facts = vec![fact("来源", format!("Open311：{}", filer.name), false)];
        for (label, value) in [
            ("坐标", spot),
            ("地址编号", address_id),
            ("电子邮箱", field(form, "email")?),
            ("图片", field(form, "media_url")?),
        ] {
            if !value.is_empty() {
                facts.push(fact(label, value, label != "地址编号"));
            }
        }
        let first = words.lines().next().unwrap_or_default();
        let name = format!("{}{}", field(form, "last_name")?, field(form, "first_name")?);
        let draft = TicketDraft {
            kind,
            domain: domain.name.clone(),
            title: cut(first, 40),
            urgent: field(form, "attribute[urgent]")? == "yes",
            place: address,
            phone: field(form, "phone")?,
            name,
            facts,
            words: vec![words],
            ..TicketDraft::blank(kind)
        };
        let request =
            idempotency.map(|given| format!("open311:{}:{}", filer.name, cut(given, 80))).unwrap_or_default();
        let ticket =
            self.0.casework.ticket_open(&ctx, &request, draft).await.map_err(crate::ExchangeError::from)?;
        self.keep(&ctx, &ticket.row.number, &code, position).await?;
        let list = json!([{
            "service_request_id": ticket.row.number,
            "service_notice": "已登记，办理进度可用编号查询",
            "account_id": Value::Null,
        }]);
        Ok(render::page(format, "service_requests", &list))
    }

    /// Writes down what will be shown of a request.
    async fn keep(
        &self,
        ctx: &Ctx,
        number: &str,
        code: &str,
        position: Option<(f64, f64)>,
    ) -> Result<(), Fault> {
        let outline =
            self.0.casework.ticket_outline(ctx, number).await.map_err(crate::ExchangeError::from)?;
        let mut secret = [0_u8; 16];
        self.0.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill(&mut secret);
        let row = &outline.row;
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::REQUEST_ADD)
            .bind(number)
            .bind(hex::encode(secret))
            .bind(code)
            .bind(row.state.as_str())
            .bind(status_of(row.state))
            .bind(row.state.chinese())
            .bind(row.unit_name.as_str())
            .bind(outline.place_name)
            .bind(position.map(|(lat, _)| rounded(lat)))
            .bind(position.map(|(_, long)| rounded(long)))
            .bind(row.due_us)
            .bind(row.created_us)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds words to a request filed here; once for each `update_id`.
    ///
    /// # Errors
    /// As [`Self::open311_file`]; when there is no such request, or it is closed.
    pub async fn open311_add(&self, format: Format, form: &Form) -> Result<Page, Fault> {
        let terms = self.terms(form.get("jurisdiction_id").map(String::as_str))?;
        let filer = key(terms, form)?;
        let request = self.request(&field(form, "service_request_id")?).await?;
        let given = field(form, "update_id")?;
        let words = description(form)?;
        let id = if given.is_empty() {
            let mut fresh = [0_u8; 8];
            self.0.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill(&mut fresh);
            hex::encode(fresh)
        } else {
            cut(&digest(given.as_bytes()), 16)
        };
        let told = format!("{}补充：{words}", filer.name);
        self.note_once(&self.ctx(), &request.number, &format!("o311-{id}"), &told).await?;
        let list = json!([{ "update_id": if given.is_empty() { id } else { given } }]);
        Ok(render::page(format, "service_request_updates", &list))
    }
}
