//! A ticket from registration to archive, for those at the desk and for its citizen.

use casework::{CaseworkError, Proof, Refusal, State, TicketDraft};
use kernel::{Actor, Coded as _, ContactId, Role, UnitId};
use store::testing::for_each_engine;

use crate::support::{
    PHONE, casework, count, ctx, district, draft, later, monday, open, reply, system, unit,
};

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

        let ticket = reply(&casework, &later(&unit("zhifa"), 24), &number, "已更换灯泡。").await.unwrap();
        assert_eq!(ticket.row.state, State::Replied);
        assert_eq!(casework::due_words(ticket.row.due().unwrap()), "11月27日");
        let agent = later(&district(Role::Agent), 48);
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
async fn the_hotline_may_answer_on_the_spot_and_send_back() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let number = open(&casework, "c1").await.row.number;
        let ticket = reply(&casework, &district(Role::Agent), &number, "当场解答。").await.unwrap();
        assert_eq!(ticket.row.state, State::Replied);
        let dispatcher = later(&district(Role::Dispatcher), 72);
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
        let late = casework.ticket_progress(&later(&page, 240), &number, &own).await.unwrap();
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
        casework.ticket_open(&later(&system(), 24), "2", callback()).await.unwrap();
        let open = "SELECT COUNT(*) FROM callbacks WHERE id = 'callback:c1' AND state = 'open'";
        assert_eq!(count(db, "SELECT COUNT(*) FROM callbacks").await, 1);
        assert_eq!(count(db, open).await, 1);
        let place = count(db, "SELECT place_us FROM callbacks").await;
        assert_eq!(place, monday().0, "the place of the first promise is kept");
        reply(&casework, &district(Role::Agent), &ticket.row.number, "已回电。").await.unwrap();
        assert_eq!(count(db, open).await, 0);
        casework.ticket_open(&later(&system(), 48), "3", callback()).await.unwrap();
        assert_eq!(count(db, open).await, 1);
        assert!(count(db, "SELECT place_us FROM callbacks").await > place);
    })
    .await;
}

#[tokio::test]
async fn a_place_told_later_is_the_place_of_the_ticket() {
    for_each_engine(async |db| {
        let casework = casework(db);
        let draft = TicketDraft { place: "潘火路".to_owned(), ..draft("c1") };
        let ticket = casework.ticket_open(&system(), "1", draft).await.unwrap();
        let number = ticket.row.number;
        let place = Some("潘火街道潘火路396号");
        let told = casework.ticket_told(&system(), &number, "潘火路396号前面", place).await.unwrap();
        assert_eq!(told.row.place, "潘火街道潘火路396号");
        assert_eq!(told.events.last().unwrap().words, "补充：潘火路***号前面", "the history is masked");
        let filter = casework::TicketFilter { text: Some("396号".to_owned()), ..Default::default() };
        let found = casework.ticket_list(&system(), &filter, casework::Paging::default()).await.unwrap();
        assert_eq!(found.rows.len(), 1, "found by its new place");
        let told = casework.ticket_told(&system(), &number, "三天了", None).await.unwrap();
        assert_eq!(told.row.place, "潘火街道潘火路396号", "other words leave it");
    })
    .await;
}
