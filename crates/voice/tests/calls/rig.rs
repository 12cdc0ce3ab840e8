//! A whole house with a telephone: a fresh database, the starter pack, the real SIP stack on loopback, scripted speech.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contact::Hotline;
use kernel::{Ctx, Rng, Role, Scope, StaffId, SystemClock};
use security::{Masked, NewStaff};
use store::testing::{TestDb, test_db};
use voice::House;
use voice::audio::{FRAME, tone_share};
use voice::caller::{Caller, Page, Telephone};
use voice::media::wheel::Wheel;
use voice::speech::scripted::{ScriptedEar, ScriptedVoice, pitch};

pub struct Rig {
    pub hotline: Hotline,
    pub house: House,
    pub wheel: Wheel,
    pub folder: tempfile::TempDir,
    _database: TestDb,
}

/// What a test wants changed.
pub struct Wanted {
    pub recogniser: Option<ScriptedEar>,
    pub synthesiser: Option<ScriptedVoice>,
    pub change: fn(&mut config::Voice),
}

impl Default for Wanted {
    fn default() -> Self {
        let words: BTreeMap<usize, String> =
            [(3, "我要转人工"), (5, "租房子能不能提公积金"), (8, "家里着火了快来人")]
                .map(|(n, w)| (n, w.to_owned()))
                .into();
        Self {
            recogniser: Some(ScriptedEar { words, ..ScriptedEar::default() }),
            synthesiser: Some(ScriptedVoice { millis: 1000 }),
            change: |_| {},
        }
    }
}

impl Rig {
    pub async fn new(wanted: Wanted) -> Self {
        let database = test_db().await;
        let rng = Rng::from_system().expect("chance");
        let hotline = contact::testing::hotline(&database, Arc::new(SystemClock), rng).await;
        drop(hotline.start());
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config::Voice {
            sip_address: "127.0.0.1:0".to_owned(),
            recordings_dir: folder.path().join("rec").display().to_string(),
            prompts_dir: folder.path().join("prompts").display().to_string(),
            silence_secs: 3,
            // Tests run side by side: each takes ports of its own.
            rtp_from: 20_000 + (std::process::id() % 200) * 200,
            rtp_to: 20_000 + (std::process::id() % 200) * 200 + 2_000,
            ..config::Voice::default()
        };
        (wanted.change)(&mut config);
        let parts = voice::Parts {
            hotline: hotline.clone(),
            config,
            rng: Rng::from_system().expect("chance"),
            recogniser: wanted.recogniser.map(|ear| Arc::new(ear) as _),
            synthesiser: wanted.synthesiser.map(|voice| Arc::new(voice) as _),
            shipped_prompts: None,
        };
        let house = House::open(parts).await.expect("a house");
        Self { hotline, house, wheel: Wheel::start().expect("a thread"), folder, _database: database }
    }

    pub async fn telephone(&self, user: &str) -> Telephone {
        Telephone::new(self.house.address(), user, &self.wheel).await.expect("a telephone")
    }

    pub async fn dial(&self, user: &str, number: &str) -> Caller {
        self.telephone(user).await.dial(number).await.expect("an answer").expect("taken")
    }

    /// An agent, logged in.
    pub async fn member(&self, login: &str) -> (StaffId, Ctx) {
        let ctx = Ctx::system("test", self.hotline.clock());
        let new = NewStaff {
            login: login.to_owned(),
            name: "王芳".to_owned(),
            role: Role::Agent,
            scope: Scope::District,
            skills: [("综合".to_owned(), 3)].into(),
            password: Masked::new("a long enough one".to_owned()),
        };
        self.hotline.accounts().staff_create(&ctx, &new).await.expect("an account");
        let staff = self.hotline.accounts().staff_list(&ctx).await.expect("staff");
        let member = staff.into_iter().find(|member| member.login == login).expect("the account");
        let desk = agent_ctx(&self.hotline, &member.id);
        self.hotline.desk_profile(&desk, &member.skills).await.expect("a profile");
        (member.id, desk)
    }

    /// An agent at work, with a desk telephone that is registered.
    pub async fn agent(&self, login: &str) -> (StaffId, Telephone) {
        let (id, desk) = self.member(login).await;
        let telephone = self.telephone(login).await;
        let secret = self.hotline.keys().device_secret(login);
        assert_eq!(telephone.register(secret.expose(), 300).await.expect("an answer"), 200);
        // The registration is noted by another task.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.hotline.desk_set_state(&desk, "ready", None).await.expect("ready");
        (id, telephone)
    }

    /// The transcript of the only call, as author and text.
    pub async fn transcript(&self) -> Vec<(String, String)> {
        let rows = sqlx::query("SELECT author, body FROM messages ORDER BY contact_id, seq")
            .fetch_all(self.hotline.store().read())
            .await
            .expect("messages");
        rows.into_iter()
            .map(|row| {
                let body: String = sqlx::Row::get(&row, 1);
                let body: serde_json::Value = serde_json::from_str(&body).expect("a body");
                (sqlx::Row::get(&row, 0), body["text"].as_str().unwrap_or_default().to_owned())
            })
            .collect()
    }

    pub async fn phases(&self) -> Vec<(String, Option<String>)> {
        sqlx::query("SELECT phase, outcome FROM contacts ORDER BY opened_us")
            .fetch_all(self.hotline.store().read())
            .await
            .expect("contacts")
            .into_iter()
            .map(|row| (sqlx::Row::get(&row, 0), sqlx::Row::get(&row, 1)))
            .collect()
    }

    /// Waits until something holds.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !holds().await {
            assert!(
                Instant::now() < deadline,
                "never: {what}; {:?} {:?}",
                self.phases().await,
                self.transcript().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

pub fn agent_ctx(hotline: &Hotline, agent: &StaffId) -> Ctx {
    let actor = kernel::Actor::Staff { id: agent.clone(), role: Role::Agent, scope: Scope::District };
    Ctx { actor, now: hotline.now(), trace: "test".to_owned() }
}

/// The pitch a sentence's first part is spoken at.
pub fn pitch_of(text: &str) -> f32 {
    pitch(voice::ear::rewrite(text).first().expect("words"))
}

/// Whoever hears sound.
pub trait Ear {
    async fn next_frame(&self) -> Option<Vec<i16>>;
}

impl Ear for Caller {
    async fn next_frame(&self) -> Option<Vec<i16>> {
        Caller::next_frame(self).await
    }
}

impl Ear for Page {
    async fn next_frame(&self) -> Option<Vec<i16>> {
        Page::next_frame(self).await
    }
}

/// Waits until a pitch is heard for 200 ms; true with the time it took. The sound itself is the proof.
pub async fn hears(caller: &impl Ear, hertz: f32, within: Duration) -> Option<Duration> {
    let began = Instant::now();
    let mut run: Vec<i16> = Vec::new();
    while began.elapsed() < within {
        let Ok(Some(frame)) = tokio::time::timeout(Duration::from_secs(2), caller.next_frame()).await else {
            return None;
        };
        run.extend(frame);
        if run.len() >= 5 * FRAME {
            let from = run.len() - 5 * FRAME;
            if tone_share(&run[from..], hertz) > 0.8 {
                return Some(began.elapsed());
            }
        }
    }
    None
}
