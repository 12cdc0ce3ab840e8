//! Messages from the event to the telephone, on every engine, through every carrier.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use casework::{Casework, Kind, TicketDraft};
use futures::{SinkExt as _, StreamExt as _};
use kernel::{
    Actor, Clock as _, Coded as _, Ctx, HolidayList, Micros, Rng, Role, Scope, StaffId, TestClock,
    WorkCalendar,
};
use notifier::{Carrier, CarryError, Message, Notifier, Parts, configured};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandStatus, Pdu};
use security::Keys;
use store::Store;
use store::testing::for_each_engine;

const PHONE: &str = "13957400001";

/// Noon of a Monday.
fn noon() -> Micros {
    Micros(1_763_956_800_000_000)
}

fn casework(store: &Store) -> Casework {
    let list = HolidayList::default();
    let calendar = WorkCalendar::new(&list).unwrap();
    Casework::new(store.clone(), calendar, Keys::new(&[7; 32]), Rng::seeded(1))
}

struct House {
    casework: Casework,
    clock: TestClock,
    notifier: Notifier,
}

fn house(store: &Store, carrier: Arc<dyn Carrier>) -> House {
    let (casework, clock) = (casework(store), TestClock::at(noon()));
    let notifier = Notifier::new(Parts {
        store: store.clone(),
        casework: casework.clone(),
        clock: Arc::new(clock.clone()),
        terms: config::Notifier { attempts: 3, ..config::Notifier::default() },
        public_url: "https://yz.example/".to_owned(),
        carrier,
    });
    House { casework, clock, notifier }
}

impl House {
    fn admin(&self) -> Ctx {
        let actor =
            Actor::Staff { id: StaffId::from("admin"), role: Role::Administrator, scope: Scope::District };
        Ctx { actor, now: self.clock.now(), trace: "t".to_owned() }
    }

    async fn open(&self, key: &str, phone: &str) -> String {
        let draft = TicketDraft {
            title: "家里被邻居打了".to_owned(),
            phone: phone.to_owned(),
            name: "张三丰".to_owned(),
            words: vec!["路灯坏了三天".to_owned()],
            ..TicketDraft::blank(Kind::Help)
        };
        let ctx = Ctx::system("test", &self.clock);
        self.casework.ticket_open(&ctx, key, draft).await.unwrap().row.number
    }

    /// Follows and sends what is due, once.
    async fn turn(&self) {
        self.notifier.follow_once().await.unwrap();
        self.notifier.deliver_once("test").await.unwrap();
    }
}

/// Takes messages after so many refusals.
#[derive(Default)]
struct Scripted {
    refusals: Mutex<Vec<CarryError>>,
    taken: Mutex<Vec<(String, String, String)>>,
}

#[async_trait]
impl Carrier for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn carry(&self, message: &Message) -> Result<String, CarryError> {
        if let Some(refusal) = self.refusals.lock().unwrap().pop() {
            return Err(refusal);
        }
        let one = (message.id.clone(), message.phone.expose().clone(), message.words.clone());
        self.taken.lock().unwrap().push(one);
        Ok("ok".to_owned())
    }
}

#[tokio::test]
async fn a_registered_ticket_is_told_once_and_says_nothing_of_the_matter() {
    for_each_engine(async |db| {
        let carrier = Arc::new(Scripted::default());
        let house = house(db, Arc::clone(&carrier) as _);
        house.turn().await;
        let number = house.open("1", PHONE).await;
        house.open("2", "").await;
        house.open("3", "0574-87001234").await;
        for _ in 0..3 {
            house.turn().await;
        }
        let taken = carrier.taken.lock().unwrap().clone();
        assert_eq!(taken.len(), 1, "who left no mobile number is not written to: {taken:?}");
        assert_eq!(taken[0].1, PHONE);
        assert!(taken[0].2.contains(&number) && taken[0].2.contains("https://yz.example/tickets?number="));
        assert!(!taken[0].2.contains("邻居") && !taken[0].2.contains("张三"));
        let list = house.notifier.texts(&house.admin(), "").await.unwrap();
        assert_eq!((list.rows.len(), list.rows[0].state.as_str()), (1, "sent"));
        assert!(!list.rows[0].shown.contains("5740"), "the number is masked: {}", list.rows[0].shown);
        // A second process that follows tells nobody again.
        let other = Notifier::new(Parts {
            store: house.casework.store().clone(),
            casework: house.casework.clone(),
            clock: Arc::new(house.clock.clone()),
            terms: config::Notifier::default(),
            public_url: String::new(),
            carrier: Arc::clone(&carrier) as _,
        });
        other.follow_once().await.unwrap();
        other.deliver_once("other").await.unwrap();
        assert_eq!(carrier.taken.lock().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_woken() {
    for_each_engine(async |db| {
        let carrier = Arc::new(Scripted::default());
        let house = house(db, Arc::clone(&carrier) as _);
        house.turn().await;
        house.clock.advance_secs(11 * 3600);
        house.open("1", PHONE).await;
        house.turn().await;
        house.clock.advance_secs(8 * 3600);
        house.turn().await;
        assert!(carrier.taken.lock().unwrap().is_empty(), "it is seven in the morning");
        house.clock.advance_secs(3600);
        house.turn().await;
        assert_eq!(carrier.taken.lock().unwrap().len(), 1, "it is eight");
    })
    .await;
}

#[tokio::test]
async fn a_carrier_that_is_away_is_tried_again_and_then_a_person_looks() {
    for_each_engine(async |db| {
        let carrier = Arc::new(Scripted::default());
        let house = house(db, Arc::clone(&carrier) as _);
        house.turn().await;
        let away = || CarryError::Later("连不上".to_owned());
        *carrier.refusals.lock().unwrap() = vec![away(), away()];
        house.open("1", PHONE).await;
        house.turn().await;
        house.turn().await;
        assert!(carrier.taken.lock().unwrap().is_empty(), "not at once again");
        for _ in 0..2 {
            house.clock.advance_secs(120);
            house.turn().await;
        }
        assert_eq!(carrier.taken.lock().unwrap().len(), 1);

        *carrier.refusals.lock().unwrap() = vec![CarryError::Never("号码不存在".to_owned())];
        house.open("2", PHONE).await;
        house.turn().await;
        let failed = house.notifier.texts(&house.admin(), "failed").await.unwrap();
        assert_eq!((failed.rows.len(), failed.rows[0].failure.as_str()), (1, "号码不存在"));
        let id = failed.rows[0].id.clone();
        house.notifier.text_again(&house.admin(), &id).await.unwrap();
        house.turn().await;
        assert_eq!(carrier.taken.lock().unwrap().len(), 2);
        let settled = house.notifier.text_again(&house.admin(), &id).await.unwrap_err();
        assert_eq!(settled.advice(), "这条短信没有失败，不用重发。");
        let agent = Ctx {
            actor: Actor::Staff { id: StaffId::from("a"), role: Role::Agent, scope: Scope::District },
            ..house.admin()
        };
        assert!(house.notifier.text_again(&agent, &id).await.is_err(), "not everybody may");
    })
    .await;
}

fn message(words: &str) -> Message {
    Message { id: "t1:1".to_owned(), phone: security::Masked::new(PHONE.to_owned()), words: words.to_owned() }
}

#[tokio::test]
async fn a_provider_over_http_gets_what_the_template_says() {
    type Seen = Arc<Mutex<Vec<(String, String)>>>;
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let take = move |headers: axum::http::HeaderMap, body: String| async move {
        let key = headers.get("x-key").map_or("", |value| value.to_str().unwrap_or_default()).to_owned();
        let busy = body.contains("忙");
        noted.lock().unwrap().push((key, body));
        if busy {
            (axum::http::StatusCode::SERVICE_UNAVAILABLE, "later")
        } else {
            (axum::http::StatusCode::OK, "{\"code\":0,\"to\":\"13957400001\"}")
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route("/send", axum::routing::post(take));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let terms = config::Notifier {
        carrier: config::CarrierKind::Http,
        http_url: format!("http://{address}/send"),
        http_headers: config::Secrets(vec!["X-Key: s3cret".to_owned()]),
        http_accepted: "\"code\":0".to_owned(),
        ..config::Notifier::default()
    };
    let carrier = configured(&terms).unwrap();
    let receipt = carrier.carry(&message("您好\"引号\"")).await.unwrap();
    assert!(!receipt.contains(PHONE), "the receipt is kept without the number: {receipt}");
    let (key, body) = seen.lock().unwrap()[0].clone();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (key.as_str(), body["phone"].as_str(), body["text"].as_str()),
        ("s3cret", Some(PHONE), Some("您好\"引号\""))
    );
    assert!(matches!(carrier.carry(&message("忙")).await, Err(CarryError::Later(_))));
    let strict =
        configured(&config::Notifier { http_accepted: "完全不同".to_owned(), ..terms.clone() }).unwrap();
    assert!(matches!(strict.carry(&message("好")).await, Err(CarryError::Never(_))));
    let gone =
        configured(&config::Notifier { http_url: "http://127.0.0.1:1/send".to_owned(), ..terms }).unwrap();
    assert!(matches!(gone.carry(&message("好")).await, Err(CarryError::Later(_))));
}

#[tokio::test]
async fn settings_that_cannot_be_meant_are_refused_in_words() {
    let base = config::Notifier { carrier: config::CarrierKind::Http, ..config::Notifier::default() };
    let unknown = config::Notifier { events: vec!["dispatched".to_owned()], ..config::Notifier::default() };
    let bodiless =
        config::Notifier { http_url: "http://a/".to_owned(), http_body: "x".to_owned(), ..base.clone() };
    let centreless = config::Notifier { carrier: config::CarrierKind::Smpp, ..config::Notifier::default() };
    for (terms, word) in
        [(base, "http_url"), (unknown, "dispatched"), (bodiless, "{phone}"), (centreless, "smpp_address")]
    {
        let error = configured(&terms).err().expect("refused");
        assert!(error.advice().contains(word), "{}", error.advice());
    }
}

/// A message centre: binds anybody, takes every part, except that the first submit of each session is throttled when told so.
async fn centre(throttle: bool) -> (std::net::SocketAddr, Arc<Mutex<Vec<(u8, Vec<u8>)>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let parts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&parts);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let noted = Arc::clone(&noted);
            tokio::spawn(async move {
                let mut framed = tokio_util::codec::Framed::new(stream, CommandCodec::new());
                let mut throttle = throttle;
                while let Some(Ok(command)) = framed.next().await {
                    let sequence = command.sequence_number();
                    let (status, pdu) = match command.pdu() {
                        Some(Pdu::BindTransmitter(_)) => {
                            (CommandStatus::EsmeRok, Pdu::from(rusmpp::pdus::BindTransmitterResp::default()))
                        }
                        Some(Pdu::SubmitSm(part)) => {
                            let refused = std::mem::take(&mut throttle);
                            if !refused {
                                let coding = u8::from(part.data_coding);
                                noted
                                    .lock()
                                    .unwrap()
                                    .push((coding, part.short_message().clone().into_bytes().to_vec()));
                            }
                            let status =
                                if refused { CommandStatus::EsmeRthrottled } else { CommandStatus::EsmeRok };
                            (status, Pdu::from(rusmpp::pdus::SubmitSmResp::default()))
                        }
                        Some(Pdu::EnquireLink) => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
                        _ => continue,
                    };
                    let answer = Command::builder().status(status).sequence_number(sequence).pdu(pdu);
                    if framed.send(answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, parts)
}

fn smpp(address: std::net::SocketAddr) -> Arc<dyn Carrier> {
    let terms = config::Notifier {
        carrier: config::CarrierKind::Smpp,
        smpp_address: address.to_string(),
        smpp_system_id: "minsheng".to_owned(),
        smpp_password: config::Secret("secret".to_owned()),
        ..config::Notifier::default()
    };
    configured(&terms).unwrap()
}

#[tokio::test]
async fn a_message_centre_gets_long_messages_in_parts_that_say_the_same() {
    let (address, parts) = centre(false).await;
    let carrier = smpp(address);
    let words = "您反映的事已登记，工单号YZ2026112400001，12月1日前给您答复。".repeat(3);
    tokio::time::timeout(Duration::from_secs(10), carrier.carry(&message(&words))).await.unwrap().unwrap();
    let parts = parts.lock().unwrap().clone();
    assert!(parts.len() > 1, "{} parts", parts.len());
    let mut said = String::new();
    for (coding, bytes) in &parts {
        assert_eq!(*coding, 8, "UCS-2");
        let header = usize::from(bytes[0]) + 1;
        let units: Vec<u16> =
            bytes[header..].chunks(2).map(|two| u16::from_be_bytes([two[0], two[1]])).collect();
        said.push_str(&String::from_utf16(&units).unwrap());
    }
    assert_eq!(said, words);
}

#[tokio::test]
async fn a_centre_that_is_busy_or_gone_is_tried_later() {
    let (address, parts) = centre(true).await;
    let carrier = smpp(address);
    assert!(matches!(carrier.carry(&message("好")).await, Err(CarryError::Later(_))), "throttled");
    carrier.carry(&message("好")).await.unwrap();
    assert_eq!(parts.lock().unwrap().len(), 1);
    let nowhere = smpp("127.0.0.1:1".parse().unwrap());
    assert!(matches!(nowhere.carry(&message("好")).await, Err(CarryError::Later(_))));
}
