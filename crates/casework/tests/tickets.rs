//! What tickets do on every engine.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use casework::{
    Casework, CaseworkError, Deadlines, DueFilter, Fact, Kind, Organisation, Paging, Proof, Refusal, State,
    Ticket, TicketDraft, TicketFilter, Urgency,
};
use kernel::{
    Actor, Coded as _, ContactId, Ctx, HolidayList, Micros, Rng, Role, Scope, StaffId, UnitHours, UnitId,
    WorkCalendar,
};
use security::{Keys, SecurityError};
use sqlx::Row as _;
use store::Store;
use store::testing::for_each_engine;

const PHONE: &str = "13812345678";

/// 2026-11-23, a Monday, 09:00 in China.
fn monday() -> Micros {
    Micros("2026-11-23T09:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter").join(file);
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn casework(store: &Store) -> Casework {
    let list: HolidayList = read("holidays.yaml");
    let calendar = WorkCalendar::new(&list, UnitHours::default()).unwrap();
    let casework = Casework::new(store.clone(), calendar, Keys::new(&[7; 32]), Rng::seeded(1));
    casework.set_organisation(read::<Organisation>("organisation.yaml"));
    casework
}

fn ctx(actor: Actor) -> Ctx {
    Ctx { actor, now: monday(), trace: "t".to_owned() }
}

fn system() -> Ctx {
    ctx(Actor::System { part: "pump".to_owned() })
}

fn staff(role: Role, scope: Scope) -> Ctx {
    ctx(Actor::Staff { id: StaffId::from("s1"), role, scope })
}

fn district(role: Role) -> Ctx {
    staff(role, Scope::District)
}

fn unit(id: &str) -> Ctx {
    staff(Role::UnitHandler, Scope::Unit(UnitId::from(id)))
}

fn later(ctx: Ctx, days: i64) -> Ctx {
    Ctx { now: ctx.now.plus_secs(days * 86_400), ..ctx }
}

fn draft(contact: &str) -> TicketDraft {
    let fact = |label: &str, value: &str, personal| Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        words: format!("我说{value}"),
        by: "caller".to_owned(),
        at_us: 1,
        personal,
    };
    TicketDraft {
        kind: Kind::Help,
        category: "路灯维修".to_owned(),
        domain: "城管市容".to_owned(),
        title: "小区门口路灯不亮".to_owned(),
        urgent: false,
        callback: false,
        contact: Some(ContactId::from(contact)),
        place: "中河街道宋诏桥社区88号".to_owned(),
        phone: PHONE.to_owned(),
        name: "张三丰".to_owned(),
        facts: vec![fact("联系电话", PHONE, true), fact("时间", "三天了", false)],
        words: vec![format!("路灯坏了三天，打我电话{PHONE}")],
        caller_key: None,
        unit: None,
        window: None,
        confidential: false,
    }
}

async fn open(casework: &Casework, contact: &str) -> Ticket {
    casework.ticket_open(&system(), "1", draft(contact)).await.unwrap()
}

/// Answers, whatever the check of replies says of it.
async fn reply(casework: &Casework, ctx: &Ctx, number: &str, words: &str) -> Result<Ticket, CaseworkError> {
    let form = serde_json::json!({ "step": "reply", "words": words, "anyway": true });
    casework.ticket_step(ctx, number, serde_json::from_value(form).unwrap()).await
}

async fn count(store: &Store, text: &'static str) -> i64 {
    sqlx::query(text).fetch_one(store.read()).await.unwrap().try_get(0).unwrap()
}

fn is_forbidden(error: &CaseworkError) -> bool {
    matches!(error, CaseworkError::Security(SecurityError::Forbidden(_)))
}

#[tokio::test]
async fn a_ticket_goes_its_way_from_registration_to_archive() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let ticket = open(&casework, "c1").await;
        let number = ticket.row.number.clone();
        assert_eq!(number, "YZ2026112300001");
        assert_eq!((ticket.row.state, ticket.version), (State::Registered, 1));
        assert_eq!(ticket.row.proposed_unit_name, "区综合行政执法局");
        assert_eq!(ticket.row.unit, None);
        // Five working days from Monday end on the next Monday.
        assert_eq!(casework::due_words_exact(ticket.row.due().unwrap()), "11月30日17:30");

        let dispatcher = district(Role::Dispatcher);
        let zhifa = UnitId::from("zhifa");
        let ticket = casework.ticket_dispatch(&dispatcher, &number, &zhifa, "").await.unwrap();
        assert_eq!((ticket.row.state, ticket.row.unit.clone()), (State::Dispatched, Some(zhifa.clone())));
        let again = casework.ticket_dispatch(&dispatcher, &number, &zhifa, "x").await.unwrap_err();
        assert!(matches!(again, CaseworkError::Refused(Refusal::SameUnit)));
        let early = casework.ticket_archive(&dispatcher, &number, "好").await.unwrap_err();
        assert!(matches!(early, CaseworkError::Refused(Refusal::NotReplied)));

        let ticket = reply(&casework, &later(unit("zhifa"), 1), &number, "已更换灯泡。").await.unwrap();
        assert_eq!(ticket.row.state, State::Replied);
        assert_eq!(casework::due_words(ticket.row.due().unwrap()), "11月27日");
        let agent = later(district(Role::Agent), 2);
        let ticket = casework.ticket_archive(&agent, &number, "群众表示已解决").await.unwrap();
        assert_eq!((ticket.row.state, ticket.row.due_us, ticket.version), (State::Archived, None, 4));
        let words: Vec<_> = ticket.events.iter().map(|event| event.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "登记，应在11月30日17:30前答复",
                "派给区综合行政执法局",
                "答复：已更换灯泡。",
                "回访归档：群众表示已解决"
            ]
        );
        let who: Vec<_> = ticket.events.iter().map(|event| event.actor_words.as_str()).collect();
        assert_eq!(who, ["系统", "派单员", "区综合行政执法局", "话务员"]);
        let closed = casework.ticket_dispatch(&dispatcher, &number, &zhifa, "再办").await.unwrap_err();
        assert!(matches!(closed, CaseworkError::Refused(Refusal::Closed(State::Archived))));
        let audited = count(db, "SELECT COUNT(*) FROM audit WHERE object = 'ticket:YZ2026112300001'").await;
        assert_eq!(audited, 4);
    })
    .await;
}

#[tokio::test]
async fn the_same_request_opens_one_ticket() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let first = open(&casework, "c1").await;
        let changed = TicketDraft { title: "别的".to_owned(), ..draft("c1") };
        let second = casework.ticket_open(&system(), "1", changed).await.unwrap();
        assert_eq!(first, second);
        let other = casework.ticket_open(&system(), "2", draft("c1")).await.unwrap();
        let another = open(&casework, "c2").await;
        assert_eq!(
            (other.row.number.as_str(), another.row.number.as_str()),
            ("YZ2026112300002", "YZ2026112300003")
        );
        // Without a contact the key belongs to the actor; without a key every request is its own.
        let nobody = || TicketDraft { contact: None, ..draft("") };
        let agent = district(Role::Agent);
        let one = casework.ticket_open(&agent, "k", nobody()).await.unwrap();
        assert_eq!(one, casework.ticket_open(&agent, "k", nobody()).await.unwrap());
        let two = casework.ticket_open(&agent, "", nobody()).await.unwrap();
        let three = casework.ticket_open(&agent, "", nobody()).await.unwrap();
        assert!(one.row.number < two.row.number && two.row.number < three.row.number);
        assert_eq!(count(db, "SELECT COUNT(*) FROM tickets").await, 6);
    })
    .await;
}

#[tokio::test]
async fn eight_at_once_get_numbers_without_gaps_or_doubles() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let openers = (0..8).map(|opener| {
            let casework = casework.clone();
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for request in 0..10 {
                    let contact = format!("c{opener}");
                    let key = request.to_string();
                    numbers.push(
                        casework.ticket_open(&system(), &key, draft(&contact)).await.unwrap().row.number,
                    );
                    // Everybody also asks for the same ticket.
                    let shared = casework.ticket_open(&system(), &key, draft("shared")).await.unwrap();
                    numbers.push(shared.row.number);
                }
                numbers
            })
        });
        let mut numbers = std::collections::BTreeSet::new();
        for opener in openers.collect::<Vec<_>>() {
            numbers.extend(opener.await.unwrap());
        }
        let expected: std::collections::BTreeSet<_> =
            (1..=90).map(|count| format!("YZ20261123{count:05}")).collect();
        assert_eq!(numbers, expected);
        assert_eq!(count(db, "SELECT COUNT(*) FROM tickets").await, 90);
        assert_eq!(count(db, "SELECT COUNT(*) FROM ticket_events").await, 90);
    })
    .await;
}

#[tokio::test]
async fn two_people_at_once_take_one_step() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let dispatcher = district(Role::Dispatcher);
        casework.ticket_dispatch(&dispatcher, &number, &UnitId::from("zhifa"), "").await.unwrap();
        let tries = (0..8).map(|n| {
            let (casework, number) = (casework.clone(), number.clone());
            tokio::spawn(async move { reply(&casework, &unit("zhifa"), &number, &format!("答{n}")).await })
        });
        let mut done = 0;
        for attempt in tries.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(_) => done += 1,
                Err(error) => {
                    assert!(matches!(error, CaseworkError::Refused(Refusal::AlreadyReplied)), "{error}");
                }
            }
        }
        assert_eq!(done, 1);
        assert_eq!(count(db, "SELECT COUNT(*) FROM ticket_events").await, 3);
    })
    .await;
}

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

#[tokio::test]
async fn the_hotline_may_answer_on_the_spot_and_send_back() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let ticket = reply(&casework, &district(Role::Agent), &number, "当场解答。").await.unwrap();
        assert_eq!(ticket.row.state, State::Replied);
        let dispatcher = later(district(Role::Dispatcher), 3);
        let zhifa = UnitId::from("zhifa");
        let error = casework.ticket_dispatch(&dispatcher, &number, &zhifa, " ").await.unwrap_err();
        assert!(matches!(error, CaseworkError::Refused(Refusal::NoReason)));
        let ticket = casework.ticket_dispatch(&dispatcher, &number, &zhifa, "没有解决").await.unwrap();
        assert_eq!(ticket.row.state, State::Dispatched);
        assert_eq!(ticket.events.last().unwrap().words, "派给区综合行政执法局：没有解决");
        let ticket = casework.ticket_cancel(&dispatcher, &number, "群众撤回").await.unwrap();
        assert_eq!((ticket.row.state, ticket.row.due_us), (State::Cancelled, None));
    })
    .await;
}

#[tokio::test]
async fn a_citizen_follows_a_ticket_by_proof() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let own = Proof::Contact(ContactId::from("c1"));
        let phone = Proof::PhoneLast4("５678".to_owned());
        let page = ctx(Actor::System { part: "page".to_owned() });
        let progress = casework.ticket_progress(&page, &number, &own).await.unwrap();
        assert_eq!(progress, casework.ticket_progress(&page, &number.to_lowercase(), &phone).await.unwrap());
        assert_eq!(progress.state_words, "已登记，正在安排");
        assert_eq!(progress.next_step, "正在安排承办单位，最迟11月30日17:30给您答复。");
        assert_eq!(progress.events[0].words, "您的诉求已登记。");

        let zhifa = UnitId::from("zhifa");
        casework.ticket_dispatch(&district(Role::Dispatcher), &number, &zhifa, "内部备注").await.unwrap();
        let told = casework.ticket_progress(&page, &number, &own).await.unwrap();
        assert_eq!(told.events[1].words, "已交给区综合行政执法局办理。");
        assert_eq!(told.next_step, "区综合行政执法局正在办理，最迟11月30日17:30给您答复。");
        let late = casework.ticket_progress(&later(page.clone(), 10), &number, &own).await.unwrap();
        assert!(late.next_step.contains("已经超过了"), "{}", late.next_step);
        casework.ticket_append(&page, &number, &phone, "旁边那盏也不亮").await.unwrap();
        reply(&casework, &unit("zhifa"), &number, "已修好，请拨0574-87412345联系。").await.unwrap();
        let told = casework.ticket_progress(&page, &number, &own).await.unwrap();
        let words: Vec<_> = told.events.iter().skip(2).map(|event| event.words.as_str()).collect();
        assert_eq!(words, ["您补充了：旁边那盏也不亮", "答复：已修好，请拨0574-87412345联系。"]);

        // A wrong proof and an unknown number are one answer.
        let other = Proof::Contact(ContactId::from("c2"));
        let mut answers = Vec::new();
        for (number, proof) in [
            (number.as_str(), &other),
            ("YZ2026112399999", &own),
            (number.as_str(), &Proof::PhoneLast4("1234".to_owned())),
            (number.as_str(), &Proof::PhoneLast4(String::new())),
            (number.as_str(), &Proof::PhoneLast4("678".to_owned())),
            (number.as_str(), &Proof::PhoneLast4(PHONE.to_owned())),
            ("", &phone),
        ] {
            let error = casework.ticket_progress(&page, number, proof).await.unwrap_err();
            answers.push((error.code(), error.advice(), error.to_string()));
            assert!(casework.ticket_append(&page, number, proof, "补充").await.is_err());
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        // No guessing for long, whether there is such a ticket or not.
        for number in [number.as_str(), "YZ2026112399998"] {
            let mut last = None;
            for guess in 0..12 {
                let proof = Proof::PhoneLast4(format!("{guess:04}"));
                last = casework.ticket_progress(&page, number, &proof).await.err();
            }
            assert!(matches!(last, Some(CaseworkError::TooManyProofs)), "{number}");
        }
        assert!(casework.ticket_progress(&page, &number, &own).await.is_ok(), "the owner is not shut out");
    })
    .await;
}

#[tokio::test]
async fn a_contact_has_one_open_promise() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let callback = || TicketDraft { callback: true, ..draft("c1") };
        let ticket = casework.ticket_open(&system(), "1", callback()).await.unwrap();
        assert_eq!(casework::due_words(ticket.row.due().unwrap()), "11月24日");
        casework.ticket_open(&later(system(), 1), "2", callback()).await.unwrap();
        let open = "SELECT COUNT(*) FROM callbacks WHERE id = 'callback:c1' AND state = 'open'";
        assert_eq!(count(db, "SELECT COUNT(*) FROM callbacks").await, 1);
        assert_eq!(count(db, open).await, 1);
        let place = count(db, "SELECT place_us FROM callbacks").await;
        assert_eq!(place, monday().0, "the place of the first promise is kept");
        reply(&casework, &district(Role::Agent), &ticket.row.number, "已回电。").await.unwrap();
        assert_eq!(count(db, open).await, 0);
        casework.ticket_open(&later(system(), 2), "3", callback()).await.unwrap();
        assert_eq!(count(db, open).await, 1);
        assert!(count(db, "SELECT place_us FROM callbacks").await > place);
    })
    .await;
}

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
        assert_eq!(list(&later(agent.clone(), 1), due(DueFilter::Today)).await, [&*urgent]);
        assert_eq!(list(&later(agent.clone(), 60), due(DueFilter::Overdue)).await, [&*urgent, &lamp, &wage]);
        let row = casework.ticket_list(&later(agent.clone(), 60), &any(), Paging::default()).await.unwrap();
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
