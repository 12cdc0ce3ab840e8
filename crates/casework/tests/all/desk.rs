//! Lists, settings, and input nobody should send.

use casework::{
    CaseworkError, Deadlines, DueFilter, Kind, Organisation, Paging, Proof, State, TicketDraft, TicketFilter,
    Urgency,
};
use kernel::{Coded as _, ContactId, Ctx, Role, UnitId};
use security::Keys;
use store::testing::for_each_engine;

use crate::support::{PHONE, casework, count, district, draft, later, open, system};

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let numbered = async |key: &str, draft: TicketDraft| {
            casework.ticket_open(&system(), key, draft).await.unwrap().row.number
        };
        let lamp = numbered("1", draft("c1")).await;
        let urgent =
            numbered("2", TicketDraft { urgent: true, title: "井盖_坏了".into(), ..draft("c1") }).await;
        let wage = TicketDraft {
            kind: Kind::Complaint,
            domain: "就业劳动".into(),
            title: "拖欠工资100%".into(),
            phone: "0574-87412345".into(),
            ..draft("c2")
        };
        let wage = numbered("3", wage).await;
        let gone = numbered("4", draft("c3")).await;
        casework.ticket_cancel(&district(Role::Dispatcher), &gone, "重复").await.unwrap();
        let agent = district(Role::Agent);
        let list = async |ctx: &Ctx, filter: TicketFilter| -> Vec<String> {
            let page = casework.ticket_list(ctx, &filter, Paging::default()).await.unwrap();
            assert_eq!(page.total, page.rows.len() as i64);
            page.rows.into_iter().map(|row| row.number).collect()
        };
        let any = TicketFilter::default;
        let text = |text: &str| TicketFilter { text: Some(text.to_owned()), ..any() };
        assert_eq!(list(&agent, any()).await, [&*urgent, &lamp, &wage, &gone]);
        assert_eq!(list(&agent, TicketFilter { state: Some(State::Cancelled), ..any() }).await, [&*gone]);
        assert_eq!(list(&agent, TicketFilter { kind: Some(Kind::Complaint), ..any() }).await, [&*wage]);
        assert_eq!(list(&agent, TicketFilter { domain: Some("就业劳动".into()), ..any() }).await, [&*wage]);
        assert_eq!(list(&agent, TicketFilter { urgency: Some(Urgency::Urgent), ..any() }).await, [&*urgent]);
        assert_eq!(list(&agent, TicketFilter { unit: Some("renshe".into()), ..any() }).await, [&*wage]);
        assert_eq!(list(&agent, text(&wage.to_lowercase())).await, [&*wage]);
        assert_eq!(list(&agent, text("%")).await, [&*wage]);
        assert_eq!(list(&agent, text("盖_")).await, [&*urgent]);
        assert_eq!(list(&agent, text("\\")).await, Vec::<String>::new());
        assert_eq!(list(&agent, text("0574 8741 2345")).await, [&*wage]);
        assert_eq!(list(&district(Role::Manager), text("0574 8741 2345")).await, Vec::<String>::new());
        let due = |due| TicketFilter { due: Some(due), ..any() };
        assert_eq!(list(&agent, due(DueFilter::Overdue)).await, Vec::<String>::new());
        assert_eq!(list(&later(&agent, 24), due(DueFilter::Today)).await, [&*urgent]);
        assert_eq!(list(&later(&agent, 1440), due(DueFilter::Overdue)).await, [&*urgent, &lamp, &wage]);
        let row = casework.ticket_list(&later(&agent, 1440), &any(), Paging::default()).await.unwrap();
        assert!(row.rows[0].overdue && !row.rows[3].overdue);

        let paging = Paging { page: 2, per_page: 3 };
        let page = casework.ticket_list(&agent, &any(), paging).await.unwrap();
        assert_eq!((page.total, page.rows.len(), page.rows[0].number.as_str()), (4, 1, gone.as_str()));
        let beyond = Paging { page: i64::MAX, per_page: i64::MAX };
        assert!(casework.ticket_list(&agent, &any(), beyond).await.unwrap().rows.is_empty());

        let of = casework.tickets_of_contact(&agent, &ContactId::from("c1")).await.unwrap();
        assert_eq!(of.len(), 2);
        let key = Keys::new(&[7; 32]).caller_key(PHONE).unwrap();
        assert_eq!(casework.tickets_of_caller(&agent, &key).await.unwrap().len(), 3);
        let like = casework.similar(&agent, "城管市容", "小区路灯不亮了", "宋诏桥社区", 5).await.unwrap();
        assert_eq!(like[0].number, lamp);
        assert!(like.iter().all(|row| row.number != gone), "a cancelled ticket is not offered");
    })
    .await;
}

#[tokio::test]
async fn terms_are_settings_and_bad_ones_lose_nothing() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let admin = district(Role::Administrator);
        let mut terms = casework.deadlines().await.unwrap();
        assert_eq!((terms.value.clone(), terms.version), (Deadlines::default(), 0));
        terms.value.working_days.help = 2;
        assert!(casework.deadlines_put(&district(Role::Agent), &terms.value, 0).await.is_err());
        assert_eq!(casework.deadlines_put(&admin, &terms.value, 0).await.unwrap(), 1);
        assert_eq!(
            casework.deadlines_put(&admin, &terms.value, 0).await.unwrap_err().code(),
            kernel::ErrorCode::Conflict
        );
        assert_eq!(casework::due_words(open(&casework, "c1").await.row.due().unwrap()), "11月25日");
        terms.value.working_days.help = 0;
        let error = casework.deadlines_put(&admin, &terms.value, 1).await.unwrap_err();
        assert!(error.advice().contains("求助"), "{}", error.advice());

        // Written by other hands, unreadable or meaningless: the defaults stand in.
        for bad in [serde_json::json!({ "urgent_hours": "soon" }), serde_json::json!({ "urgent_hours": 0 })] {
            let version = db.setting::<serde_json::Value>(Deadlines::SETTING).await.unwrap().unwrap().version;
            let mut tx = db.begin(&system()).await.unwrap();
            tx.setting_put(Deadlines::SETTING, &bad, version).await.unwrap();
            tx.commit().await.unwrap();
            let ticket = open(&casework, &format!("v{version}")).await;
            assert_eq!(casework::due_words(ticket.row.due().unwrap()), "11月30日");
        }

        let mut tx = db.begin(&system()).await.unwrap();
        tx.setting_put("ticket_numbers", &serde_json::json!({ "prefix": "HZ" }), 0).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(open(&casework, "c9").await.row.number, "HZ2026112300001");
    })
    .await;
}

#[tokio::test]
async fn the_organisation_is_read_from_the_settings() {
    for_each_engine(async |db| {
        let casework = casework(db);
        casework.refresh().await.unwrap();
        assert_eq!(open(&casework, "c1").await.row.proposed_unit, Some(UnitId::from("zhifa")));
        let site = serde_json::json!({
            "district": { "name": "别处" },
            "units": [{ "id": "u1", "name": "甲局", "leads": ["城管市容"], "phone": "0574-00000000" }],
        });
        let mut tx = db.begin(&system()).await.unwrap();
        tx.setting_put(Organisation::SETTING, &site, 0).await.unwrap();
        tx.commit().await.unwrap();
        casework.refresh().await.unwrap();
        assert_eq!(open(&casework, "c2").await.row.proposed_unit_name, "甲局");
    })
    .await;
}

#[tokio::test]
async fn hostile_and_oversized_input_is_refused_or_made_harmless() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let hostile = TicketDraft {
            title: "<script>alert(1)</script>\0\u{202e}".repeat(9),
            place: "'; DROP TABLE tickets; --\0".to_owned(),
            words: vec!["😀".repeat(9_000), "\0".to_owned()],
            ..draft("c1")
        };
        let ticket = casework.ticket_open(&system(), "1", hostile).await.unwrap();
        assert_eq!(ticket.words.len(), 2, "the whole title, and the words that are words");
        let number = ticket.row.number;
        let huge = TicketDraft { words: vec!["长".repeat(1_000_000)], ..draft("c1") };
        let error = casework.ticket_open(&system(), "2", huge).await.unwrap_err();
        assert_eq!(error.code(), kernel::ErrorCode::TooLarge);
        let proof = Proof::Contact(ContactId::from("c1"));
        let error =
            casework.ticket_append(&system(), &number, &proof, &"长".repeat(4_001)).await.unwrap_err();
        assert_eq!(error.code(), kernel::ErrorCode::TooLarge);
        let error = casework.ticket_append(&system(), &number, &proof, " \0 ").await.unwrap_err();
        assert_eq!(error.code(), kernel::ErrorCode::Invalid);
        assert!(casework.ticket_open(&system(), &"k".repeat(201), draft("c1")).await.is_err());
        let key = casework.ticket_open(&system(), "\0", draft("c5")).await;
        assert!(key.is_ok(), "{key:?}");
        let odd = TicketFilter { text: Some("\0%_\\'\u{202e}".repeat(100)), ..TicketFilter::default() };
        assert_eq!(
            casework.ticket_list(&district(Role::Agent), &odd, Paging::default()).await.unwrap().total,
            0
        );
        for number in ["", "\0", "'; --", "😀"] {
            assert!(matches!(
                casework.ticket_get(&district(Role::Agent), number).await,
                Err(CaseworkError::NotFound)
            ));
        }
        assert_eq!(count(db, "SELECT COUNT(*) FROM tickets").await, 2);
    })
    .await;
}
