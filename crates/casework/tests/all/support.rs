//! A house of tickets and those who work in it.

use casework::{Casework, CaseworkError, Catalogue, Fact, Kind, Organisation, Ticket, TicketDraft};
use kernel::{Actor, ContactId, Ctx, HolidayList, Micros, Rng, Role, Scope, StaffId, UnitId, WorkCalendar};
use security::{Keys, SecurityError};
use sqlx::Row as _;
use store::Store;

pub const PHONE: &str = "13812345678";

/// 2026-11-23, a Monday, 09:00 in China.
pub fn monday() -> Micros {
    Micros("2026-11-23T09:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

pub fn read<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter").join(file);
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn casework(store: &Store) -> Casework {
    let list: HolidayList = read("holidays.yaml");
    let calendar = WorkCalendar::new(&list).unwrap();
    let casework = Casework::new(store.clone(), calendar, Keys::new(&[7; 32]), Rng::seeded(1));
    casework.set_organisation(read::<Organisation>("organisation.yaml"));
    casework
}

pub fn with_catalogue(store: &Store) -> Casework {
    let casework = casework(store);
    casework.set_catalogue(read::<Catalogue>("catalogue.yaml"));
    casework
}

pub fn ctx(actor: Actor) -> Ctx {
    Ctx { actor, now: monday(), trace: "t".to_owned() }
}

pub fn system() -> Ctx {
    ctx(Actor::System { part: "pump".to_owned() })
}

pub fn staff(role: Role, scope: Scope) -> Ctx {
    ctx(Actor::Staff { id: StaffId::from("s1"), role, scope })
}

pub fn district(role: Role) -> Ctx {
    staff(role, Scope::District)
}

pub fn unit(id: &str) -> Ctx {
    staff(Role::UnitHandler, Scope::Unit(UnitId::from(id)))
}

pub fn later(ctx: &Ctx, hours: i64) -> Ctx {
    Ctx { now: ctx.now.plus_secs(hours * 3_600), ..ctx.clone() }
}

pub fn draft(contact: &str) -> TicketDraft {
    let fact = |label: &str, value: &str, personal| Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        words: format!("我说{value}"),
        by: "caller".to_owned(),
        at_us: 1,
        personal,
    };
    TicketDraft {
        category: "路灯维修".to_owned(),
        domain: "城管市容".to_owned(),
        title: "小区门口路灯不亮".to_owned(),
        contact: Some(ContactId::from(contact)),
        place: "中河街道宋诏桥社区88号".to_owned(),
        phone: PHONE.to_owned(),
        name: "张三丰".to_owned(),
        facts: vec![fact("联系电话", PHONE, true), fact("时间", "三天了", false)],
        words: vec![format!("路灯坏了三天，打我电话{PHONE}")],
        ..TicketDraft::blank(Kind::Help)
    }
}

pub async fn open(casework: &Casework, contact: &str) -> Ticket {
    casework.ticket_open(&system(), "1", draft(contact)).await.unwrap()
}

/// Answers, whatever the check of replies says of it.
pub async fn reply(
    casework: &Casework,
    ctx: &Ctx,
    number: &str,
    words: &str,
) -> Result<Ticket, CaseworkError> {
    let form = serde_json::json!({ "step": "reply", "words": words, "anyway": true });
    casework.ticket_step(ctx, number, serde_json::from_value(form).unwrap()).await
}

pub async fn count(store: &Store, text: &'static str) -> i64 {
    sqlx::query(text).fetch_one(store.read()).await.unwrap().try_get(0).unwrap()
}

pub fn is_forbidden(error: &CaseworkError) -> bool {
    matches!(error, CaseworkError::Security(SecurityError::Forbidden(_)))
}
