//! A whole house for a test: a fresh database, the starter pack, every part, and calls as a client makes them.

use std::path::Path;
use std::sync::Arc;

use api::App;
use api::rate::Limits;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use casework::Casework;
use config::Config;
use contact::{Hotline, Parts, site};
use kernel::{Clock, Ctx, Rng, Role, Scope, SystemClock};
use knowledge::{Library, pack};
use routing::service::{Options, Router as Queues};
use security::{Accounts, Keys, Masked, NewStaff, PasswordCost, Policy};
use store::testing::{TestDb, test_db};
use tower::ServiceExt as _;

/// A password every account of the house has.
pub const PASSWORD: &str = "a long enough one";

/// A house.
pub struct House {
    pub app: App,
    pub routes: Router,
    pub hotline: Hotline,
    _database: TestDb,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl House {
    /// A house without limits of rate, its routes made by `routes`.
    pub async fn new(routes: impl FnOnce(&App) -> Router) -> Self {
        Self::limited(Limits::OFF, routes).await
    }

    /// A house with limits of rate.
    pub async fn limited(limits: Limits, routes: impl FnOnce(&App) -> Router) -> Self {
        let database = test_db().await;
        let hotline = hotline(&database).await;
        drop(hotline.start());
        let app = App::new(hotline.clone(), Arc::new(Config::default())).limited(limits);
        Self { routes: routes(&app), app, hotline, _database: database }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Gets an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Request::get(address).body(Body::empty()).expect("a request")).await
    }

    /// Posts JSON.
    pub async fn post(&self, address: &str, body: serde_json::Value) -> Answer {
        let request = Request::post(address).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Posts a form.
    pub async fn form(&self, address: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(address).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body.into()).expect("a request")).await
    }

    /// Makes an account of a role and logs in; gives the cookie.
    pub async fn log_in(&self, role: Role) -> String {
        let login = format!("{role:?}").to_lowercase();
        let ctx = Ctx::system("test", self.hotline.clock());
        let new = NewStaff {
            login: login.clone(),
            name: "测试".to_owned(),
            role,
            scope: Scope::District,
            skills: [("综合".to_owned(), 3)].into(),
            password: Masked::new(PASSWORD.to_owned()),
        };
        self.hotline.accounts().staff_create(&ctx, &new).await.expect("an account");
        let request = Request::post("/api/v1/session")
            .header("content-type", "application/json")
            .header("x-requested-with", "minsheng")
            .body(Body::from(serde_json::json!({"login": login, "password": PASSWORD}).to_string()))
            .expect("a request");
        let answer = self.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    }
}

async fn hotline(database: &TestDb) -> Hotline {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ctx = Ctx::system("test", clock.as_ref());
    let mut rng = Rng::seeded(7);
    let store = (**database).clone();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter");
    site::install(&store, &folder, &ctx).await.expect("the site's settings");
    let library =
        Library::open(store.clone(), knowledge::search::Settings::default()).await.expect("the library");
    let pack = pack::load(&folder).expect("the starter pack");
    library.set_vocabulary(pack.vocabulary());
    pack::install(&store, &pack, &ctx).await.expect("entries");
    library.catch_up().await.expect("the index");
    let cost = PasswordCost { memory_kib: 8_192, passes: 1, lanes: 1 };
    let accounts =
        Accounts::new(store.clone(), Policy { cost, ..Policy::default() }, rng.fork()).expect("accounts");
    let queues = site::Site::load(&store).await.expect("the site").queues;
    let options = Options::for_store(&store, "test", 10);
    let router = Queues::new(
        store.clone(),
        Arc::clone(&clock),
        rng.fork(),
        routing::Tuning::default(),
        queues,
        options,
    );
    let keys = Keys::new(&[7; 32]);
    let holidays = std::fs::read_to_string(folder.join("holidays.yaml")).expect("holidays");
    let holidays = serde_yaml_ng::from_str(&holidays).expect("holidays");
    let calendar = kernel::WorkCalendar::new(&holidays, kernel::UnitHours::default()).expect("a calendar");
    let casework = Casework::new(store.clone(), calendar, keys.clone(), rng.fork());
    casework.refresh().await.expect("tickets");
    let reader = Arc::new(language::Reader::builtin());
    let policy = dialogue::Policy::default();
    let parts = Parts { store, library, router, casework, accounts, keys, reader, policy };
    Hotline::open(parts, clock, rng).await.expect("a hotline")
}
