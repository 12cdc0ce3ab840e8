//! A whole house for a test: a fresh database, the starter pack, every part, and calls as a client makes them.

use std::sync::Arc;

use api::App;
use api::rate::Limits;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use config::Config;
use contact::Hotline;
use kernel::{Ctx, Rng, Role, Scope, SystemClock};
use security::{Masked, NewStaff};
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
        let hotline = contact::testing::hotline(&database, Arc::new(SystemClock), Rng::seeded(7)).await;
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
