//! Who may see what: personal data, reporters, each role.

use casework::{CaseworkError, Kind, Paging, Proof, TicketDraft, TicketFilter};
use kernel::{Actor, ContactId, Ctx, Role, Scope, UnitId};
use store::testing::for_each_engine;

use crate::support::{
    PHONE, casework, count, ctx, district, draft, is_forbidden, open, reply, staff, system, unit,
};

#[tokio::test]
async fn personal_data_is_nowhere_in_the_database_and_masked_in_every_view() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let title = format!("打{PHONE}找张三丰");
        let callback = TicketDraft { title, callback: true, ..draft("c1") };
        let ticket = casework.ticket_open(&system(), "1", callback).await.unwrap();
        let number = ticket.row.number.clone();
        let proof = Proof::Contact(ContactId::from("c1"));
        casework.ticket_append(&system(), &number, &proof, &format!("换号了{PHONE}")).await.unwrap();
        for text in [
            "SELECT COUNT(*) FROM tickets WHERE title LIKE '%13812345678%' OR body LIKE '%13812345678%'
                OR title LIKE '%三丰%' OR body LIKE '%三丰%'",
            "SELECT COUNT(*) FROM ticket_events WHERE body LIKE '%13812345678%'",
            "SELECT COUNT(*) FROM audit WHERE detail LIKE '%13812345678%' OR object LIKE '%13812345678%'",
            "SELECT COUNT(*) FROM callbacks WHERE phone LIKE '%13812345678%'",
        ] {
            assert_eq!(count(db, text).await, 0, "{text}");
        }
        let agent = district(Role::Agent);
        let ticket = casework.ticket_get(&agent, &number).await.unwrap();
        assert!(!serde_json::to_string(&ticket).unwrap().contains(PHONE));
        assert_eq!((ticket.phone.as_str(), ticket.name.as_str()), ("138****5678", "张**"));
        assert_eq!(ticket.facts[0].value, "138****5678");
        assert_eq!(ticket.row.place, "中河街道宋诏桥社区88号");
        let listed = casework.ticket_list(&agent, &TicketFilter::default(), Paging::default()).await.unwrap();
        assert_eq!(listed.rows[0].place, "中河街道宋诏桥社区**号");
    })
    .await;
}

#[tokio::test]
async fn a_look_at_a_sealed_field_is_written_down() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let proof = Proof::Contact(ContactId::from("c1"));
        casework.ticket_append(&system(), &number, &proof, &format!("换号了{PHONE}")).await.unwrap();
        let agent = district(Role::Agent);
        for (field, expected) in [
            ("phone", PHONE.to_owned()),
            ("name", "张三丰".to_owned()),
            ("words", format!("路灯坏了三天，打我电话{PHONE}")),
            ("fact:联系电话", PHONE.to_owned()),
            ("event:2", format!("换号了{PHONE}")),
        ] {
            let value = casework.ticket_personal(&agent, &number, field).await.unwrap();
            assert_eq!(value.expose(), &expected, "{field}");
        }
        assert_eq!(count(db, "SELECT COUNT(*) FROM audit WHERE action = 'ticket.personal'").await, 5);
        for field in ["", "sealed", "fact:", "fact:没有", "event:1", "event:99", "event:x"] {
            let error = casework.ticket_personal(&agent, &number, field).await.unwrap_err();
            assert!(matches!(error, CaseworkError::NoSuchField(_)), "{field}: {error}");
        }
        let manager = casework.ticket_personal(&district(Role::Manager), &number, "phone").await.unwrap_err();
        assert!(is_forbidden(&manager));
    })
    .await;
}

#[tokio::test]
async fn who_reports_is_hidden_from_the_unit() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let title = format!("我是张三丰，{PHONE}，举报乱倒垃圾");
        let report = TicketDraft { kind: Kind::Report, title, ..draft("c1") };
        let number = casework.ticket_open(&system(), "1", report).await.unwrap().row.number;
        let own = Proof::Contact(ContactId::from("c1"));
        casework.ticket_append(&system(), &number, &own, &format!("张三丰 {PHONE}")).await.unwrap();
        let zhifa = UnitId::from("zhifa");
        let dispatcher = district(Role::Dispatcher);
        casework.ticket_dispatch(&dispatcher, &number, &zhifa, "").await.unwrap();
        let handler = unit("zhifa");
        let ticket = casework.ticket_get(&handler, &number).await.unwrap();
        let text = serde_json::to_string(&ticket).unwrap();
        assert!(!text.contains("5678") && !text.contains('张') && !text.contains("\"c1\""), "{text}");
        for field in ["phone", "name", "words", "fact:联系电话"] {
            assert!(is_forbidden(&casework.ticket_personal(&handler, &number, field).await.unwrap_err()));
        }
        let listed =
            casework.ticket_list(&handler, &TicketFilter::default(), Paging::default()).await.unwrap();
        assert_eq!(listed.rows[0].title, "我是***，***，举报乱倒垃圾");
        // Nor does it show by searching for the number.
        let filter = TicketFilter { text: Some(PHONE.to_owned()), ..TicketFilter::default() };
        assert_eq!(casework.ticket_list(&handler, &filter, Paging::default()).await.unwrap().total, 0);
        assert_eq!(casework.ticket_list(&dispatcher, &filter, Paging::default()).await.unwrap().total, 1);
        assert!(casework.tickets_of_caller(&handler, "x").await.is_err());
        assert_eq!(casework.ticket_get(&dispatcher, &number).await.unwrap().name, "张**");
    })
    .await;
}

#[tokio::test]
async fn people_see_and_do_what_is_theirs() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let zhifa = UnitId::from("zhifa");
        // Not yet the unit's.
        assert!(matches!(casework.ticket_get(&unit("zhifa"), &number).await, Err(CaseworkError::NotFound)));
        assert!(is_forbidden(
            &casework.ticket_dispatch(&district(Role::Agent), &number, &zhifa, "").await.unwrap_err()
        ));
        let nowhere = UnitId::from("nowhere");
        let error = casework.ticket_dispatch(&district(Role::Dispatcher), &number, &nowhere, "").await;
        assert!(matches!(error, Err(CaseworkError::NoSuchUnit(_))));
        casework.ticket_dispatch(&district(Role::Dispatcher), &number, &zhifa, "").await.unwrap();
        assert!(casework.ticket_get(&unit("zhifa"), &number).await.is_ok());
        assert!(matches!(casework.ticket_get(&unit("gongan"), &number).await, Err(CaseworkError::NotFound)));
        assert!(matches!(
            reply(&casework, &unit("gongan"), &number, "不归我管").await,
            Err(CaseworkError::NotFound)
        ));
        assert!(is_forbidden(&reply(&casework, &district(Role::Agent), &number, "好").await.unwrap_err()));

        let town = |code: &str| staff(Role::Manager, Scope::Place(code.to_owned()));
        assert!(casework.ticket_get(&town("330212005"), &number).await.is_ok());
        assert!(casework.ticket_get(&town("330212006"), &number).await.is_err());
        let all = TicketFilter::default();
        let seen = async |ctx: &Ctx| casework.ticket_list(ctx, &all, Paging::default()).await.unwrap().total;
        assert_eq!(seen(&town("330212005")).await, 1);
        assert_eq!(seen(&town("33021200")).await, 1);
        assert_eq!(seen(&town("330212006")).await, 0);
        assert_eq!(seen(&unit("zhifa")).await, 1);
        assert_eq!(seen(&unit("gongan")).await, 0);

        let citizen = |id: &str| ctx(Actor::Citizen { contact: ContactId::from(id) });
        assert!(casework.ticket_get(&citizen("c1"), &number).await.is_err());
        assert_eq!(
            casework.tickets_of_contact(&citizen("c1"), &ContactId::from("c1")).await.unwrap().len(),
            1
        );
        assert!(casework.tickets_of_contact(&citizen("c2"), &ContactId::from("c1")).await.is_err());
        assert!(casework.ticket_open(&citizen("c2"), "9", draft("c1")).await.is_err());
        assert!(casework.ticket_open(&citizen("c2"), "9", draft("c2")).await.is_ok());
        assert!(casework.ticket_open(&district(Role::Manager), "9", draft("c3")).await.is_err());
    })
    .await;
}
