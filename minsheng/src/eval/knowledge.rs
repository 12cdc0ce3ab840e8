//! `minsheng eval knowledge`: the test questions of a pack's entries, each asked of the whole library.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use kernel::{Clock as _, Ctx, SystemClock};
use serde_json::json;
use store::Store;

use super::rig::config_in;

/// Failing tests named on the error output.
const NAMED: usize = 50;

/// Runs every test and prints one JSON line; failing ones are named on the error output.
///
/// # Errors
/// When the pack cannot be read.
pub async fn run(pack: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config_in(folder.path(), pack);
    let ctx = Ctx::system("eval", &SystemClock);
    let store = Store::open(&config.store.url.0).await?;
    store.migrate(&ctx).await?;
    let library = crate::parts::library(&store, &config).await?;
    crate::parts::install_pack(&library, pack, &ctx).await?;
    let began = Instant::now();
    let run = library.tests_all(SystemClock.now());
    let seconds = (began.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    for broken in run.broken.iter().take(NAMED) {
        eprintln!("{}：{broken}", broken.entry_id);
    }
    if run.broken.len() > NAMED {
        eprintln!("……共{}个", run.broken.len());
    }
    println!(
        "{}",
        json!({ "tests": run.tests, "right": run.right, "broken": run.broken.len(), "seconds": seconds })
    );
    Ok(())
}
