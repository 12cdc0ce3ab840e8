//! A house with an exchange, and a peer that answers as it is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use casework::{Casework, Kind, Organisation, Ticket, TicketDraft};
use exchange::{Exchange, Faults, Setup};
use kernel::{Clock as _, Ctx, HolidayList, Micros, Rng, SystemClock, WorkCalendar};
use security::Keys;
use serde_json::{Value, json};
use store::Store;

pub const SECRET: &str = "00112233445566778899aabbccddeeff";
pub const API_KEY: &str = "a key of open311";

pub fn system() -> Ctx {
    Ctx::system("test", &SystemClock)
}

fn pack<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter").join(file);
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn casework(store: &Store) -> Casework {
    let calendar = WorkCalendar::new(&pack::<HolidayList>("holidays.yaml")).unwrap();
    let rng = Rng::from_system().unwrap();
    let casework = Casework::new(store.clone(), calendar, Keys::new(&[7; 32]), rng);
    casework.set_organisation(pack::<Organisation>("organisation.yaml"));
    casework
}

/// The setup with a peer and a subscriber at one address.
pub fn setup(base: &str, push: &str, attempts: i64) -> Result<Setup, Faults> {
    let folder = std::env::temp_dir().join(format!("minsheng-exchange-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let text = format!(
        r#"
peer: {{name: 省平台, code: province, url: "{base}/up", site: "330212", secret_file: "{secret}", timeout_secs: 2, attempts: {attempts}}}
push: {{tickets: {push}, personal: true}}
ticket:
  - {{from: number, to: caseNo, required: true}}
  - {{from: title, to: caseTitle, required: true, most: 60}}
  - {{from: words, to: content}}
  - {{from: kind, to: caseType, values: {{consult: "01", help: "02", complaint: "03", report: "04", suggestion: "05", praise: "06"}}}}
  - {{from: domain, to: field}}
  - {{from: caller_name, to: person}}
  - {{from: caller_phone, to: mobile}}
event:
  - {{from: number, to: caseNo, required: true}}
  - {{from: foreign_number, to: yourNo}}
  - {{from: state, to: status}}
  - {{from: words, to: detail}}
webhooks:
  - {{id: analysis, url: "{base}/hook", events: ["ticket.*"], secret_file: "{secret}", attempts: {attempts}}}
open311:
  jurisdiction: test.cn
  keys: [{{name: 测试应用, sm3: "{hash}"}}]
"#,
        secret = secret.display(),
        hash = exchange::key_hash(API_KEY),
    );
    let file = folder.join(format!("exchange-{attempts}-{push}.yaml"));
    std::fs::write(&file, text).unwrap();
    Setup::load(&file)
}

pub fn exchange(store: &Store, setup: Setup) -> Exchange {
    let rng = Rng::from_system().unwrap();
    let keys = Keys::new(&[7; 32]);
    Exchange::new(store.clone(), casework(store), keys, Arc::new(SystemClock), rng, setup).unwrap()
}

pub async fn open_ticket(casework: &Casework, n: usize) -> Ticket {
    let draft = TicketDraft {
        title: format!("第{n}盏路灯不亮"),
        phone: "13812345678".to_owned(),
        name: "张小明".to_owned(),
        words: vec![format!("第{n}盏路灯不亮，请来修")],
        domain: "城管市容".to_owned(),
        ..TicketDraft::blank(Kind::Help)
    };
    casework.ticket_open(&system(), &format!("n{n}"), draft).await.unwrap()
}

/// How a peer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It takes everything.
    Well,
    /// It refuses for good.
    Refusing,
    /// It cuts lines before and after it has taken a message, is busy, and sleeps.
    Flaky,
}

/// A peer: what it has taken, by id.
#[derive(Clone)]
pub struct Peer {
    pub mood: Arc<Mutex<Mood>>,
    pub taken: Arc<Mutex<BTreeMap<String, Value>>>,
    pub events: Arc<Mutex<Vec<Value>>>,
    rng: Arc<Mutex<Rng>>,
}

fn signed(uri: &Uri, method: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secret = hex::decode(SECRET).unwrap();
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let parts = [method.as_bytes(), path.as_bytes(), header(exchange::TIME).as_bytes(), body];
    header(exchange::SIGNATURE)
        .strip_prefix("sm3-hmac=")
        .is_some_and(|given| security::signed(&secret, &parts, given))
}

impl Peer {
    pub async fn open(mood: Mood) -> (Self, String) {
        let peer = Self {
            mood: Arc::new(Mutex::new(mood)),
            taken: Arc::default(),
            events: Arc::default(),
            rng: Arc::new(Mutex::new(Rng::seeded(3))),
        };
        let routes = Router::new()
            .route("/up/messages", post(message))
            .route("/up/health", get(async || "{}"))
            .route("/up/journal", get(journal))
            .route("/hook", post(hook))
            .with_state(peer.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        (peer, base)
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Ids of taken messages of a kind.
    pub fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.taken.lock().unwrap().values().filter(|message| message["kind"] == kind).cloned().collect()
    }

    fn chance(&self) -> u64 {
        self.rng.lock().unwrap().next_u64() % 20
    }
}

/// The line is cut: the connection closes without an answer, and without a message of a panic.
fn cut() -> ! {
    std::panic::resume_unwind(Box::new(()))
}

async fn message(
    State(peer): State<Peer>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    if !signed(&uri, "POST", &headers, &body) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let mood = *peer.mood.lock().unwrap();
    let chance = if mood == Mood::Flaky { peer.chance() } else { 19 };
    match (mood, chance) {
        (Mood::Refusing, _) => return (StatusCode::UNPROCESSABLE_ENTITY, String::new()),
        (_, 0) => cut(),
        (_, 1) => return (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        _ => {}
    }
    let message: Value = serde_json::from_slice(&body).unwrap();
    let id = message.get("id").and_then(Value::as_str).unwrap().to_owned();
    let repeated = peer.taken.lock().unwrap().insert(id.clone(), message).is_some();
    match chance {
        2 => cut(),
        3 if peer.chance() == 0 => tokio::time::sleep(Duration::from_secs(3)).await,
        _ => {}
    }
    (StatusCode::OK, json!({ "number": format!("P{id}"), "repeated": repeated }).to_string())
}

async fn journal(State(peer): State<Peer>) -> String {
    let taken = peer.taken.lock().unwrap();
    let messages: Vec<Value> =
        taken.values().map(|m| json!({ "id": m["id"], "direction": "in", "kind": m["kind"] })).collect();
    json!({ "day": "", "messages": messages }).to_string()
}

async fn hook(State(peer): State<Peer>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !signed(&uri, "POST", &headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    if *peer.mood.lock().unwrap() == Mood::Refusing {
        return StatusCode::GONE;
    }
    let event: Value = serde_json::from_slice(&body).unwrap();
    peer.events.lock().unwrap().push(event);
    StatusCode::NO_CONTENT
}

/// A message to us as the peer signs it: the answer, or nothing when nobody is there.
pub async fn send(client: &reqwest::Client, base: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    let time = (SystemClock.now().0 / Micros::SECOND).to_string();
    let secret = hex::decode(SECRET).unwrap();
    let parts = ["POST".as_bytes(), path.as_bytes(), time.as_bytes(), body.as_bytes()];
    let response = client
        .post(format!("{base}{path}"))
        .header(exchange::SIGNATURE, format!("sm3-hmac={}", security::sign(&secret, &parts)))
        .header(exchange::TIME, time)
        .header(exchange::SITE, "province")
        .body(body.to_owned())
        .send()
        .await
        .ok()?;
    let status = response.status().as_u16();
    Some((status, serde_json::from_str(&response.text().await.ok()?).unwrap_or(Value::Null)))
}

/// Waits until something holds.
pub async fn until(what: &str, secs: u64, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..secs * 10 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not come about in {secs} seconds");
}
