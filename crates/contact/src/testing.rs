//! A whole hotline for tests of the crates around this one: a fresh database, the starter pack, every part wired.
#![expect(clippy::expect_used, reason = "helpers of tests fail their test")]

use std::path::Path;
use std::sync::Arc;

use casework::Casework;
use kernel::{Clock, Ctx, Rng};
use knowledge::{Library, pack};
use learning::Learning;
use routing::service::{Options, Router};
use security::{Accounts, Keys, PasswordCost, Policy};
use store::testing::TestDb;

use crate::{Hotline, Parts, site};

/// A hotline over a test's database. Nothing of it runs yet: [`Hotline::start`] does that.
///
/// # Panics
/// When any part of the starter pack is unusable.
pub async fn hotline(database: &TestDb, clock: Arc<dyn Clock>, mut rng: Rng) -> Hotline {
    let ctx = Ctx::system("test", clock.as_ref());
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
    let tuning = routing::Tuning::default();
    let router = Router::new(store.clone(), Arc::clone(&clock), rng.fork(), tuning, queues, options);
    let keys = Keys::new(&[7; 32]);
    let holidays = std::fs::read_to_string(folder.join("holidays.yaml")).expect("holidays");
    let holidays = serde_yaml_ng::from_str(&holidays).expect("holidays");
    let calendar = kernel::WorkCalendar::new(&holidays).expect("a calendar");
    let casework = Casework::new(store.clone(), calendar, keys.clone(), rng.fork());
    casework.refresh().await.expect("tickets");
    let learning = Learning::new(store.clone(), rng.fork());
    let policy = dialogue::Policy::default();
    let quiet_close_secs = 24 * 3_600;
    let parts =
        Parts { store, library, router, casework, learning, accounts, keys, policy, quiet_close_secs };
    Hotline::open(parts, clock, rng).await.expect("a hotline")
}
