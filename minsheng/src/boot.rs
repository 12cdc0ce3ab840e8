//! Starting a node: database, pack, parts, wired into one [`Hotline`].

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use config::Config;
use contact::{Hotline, Parts, site};
use kernel::{Actor, Clock, Ctx, Rng, Role, Scope};
use learning::Learning;
use routing::service::{Options, Router};
use security::{Accounts, Keys, Masked, NewStaff};
use serde::Deserialize;

/// A sample account of a pack.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleAccount {
    /// Login name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Skills with levels.
    #[serde(default)]
    pub skills: std::collections::BTreeMap<String, i64>,
    /// Scope.
    #[serde(deserialize_with = "scope")]
    pub scope: Scope,
    /// Password, for demonstration only.
    pub password: String,
}

/// A pack names the district's code beside `level: district`; the scope itself needs none.
fn scope<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
    let mut value = serde_json::Value::deserialize(deserializer)?;
    if value.get("level").and_then(|level| level.as_str()) == Some("district")
        && let Some(map) = value.as_object_mut()
    {
        map.remove("id");
    }
    serde_json::from_value(value).map_err(serde::de::Error::custom)
}

#[derive(Debug, Default, Deserialize)]
struct StaffDocument {
    staff: Vec<SampleAccount>,
}

/// The sample accounts of a pack.
///
/// # Errors
/// When the file is not what the format asks for.
pub fn sample_accounts(pack: &Path) -> Result<Vec<SampleAccount>> {
    let file = pack.join("staff.yaml");
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&file)?;
    let document: StaffDocument =
        serde_yaml_ng::from_str(&text).with_context(|| file.display().to_string())?;
    Ok(document.staff)
}

/// What start-up did.
#[derive(Debug, Default)]
pub struct Started {
    /// Entries in use.
    pub entries: usize,
    /// Scenarios in use.
    pub scenarios: usize,
}

/// Opens everything a node needs. `demo` also creates the pack's sample accounts.
///
/// # Errors
/// When the database, the pack or the settings cannot be read.
pub async fn hotline(config: &Config, clock: Arc<dyn Clock>, demo: bool) -> Result<(Hotline, Started)> {
    let mut rng = Rng::from_system().context("系统没有可用的随机数")?;
    if let Some(folder) = config.store.url.0.strip_prefix("sqlite:").and_then(|path| Path::new(path).parent())
    {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let store = crate::parts::store(config).await?;
    let ctx = Ctx::system("start", clock.as_ref());
    store.migrate(&ctx).await?;
    let keys = Keys::load_or_create(Path::new(&config.security.secret_file), &mut rng)?;
    let pack = Path::new(&config.knowledge.pack);
    site::install(&store, pack, &ctx).await?;
    let library = crate::parts::library(&store, config).await?;
    crate::parts::install_pack(&library, pack, &ctx).await?;
    let accounts = Accounts::new(store.clone(), crate::parts::policy(config), rng.fork())?;
    if demo {
        create_samples(&accounts, pack, clock.as_ref()).await?;
    }
    let site = site::Site::load(&store).await?;
    let holder = format!("{}-{}", std::process::id(), rng.next_u64());
    let options = Options::for_store(&store, &holder, i64::from(config.routing.lease_secs));
    let tuning = crate::parts::tuning(config);
    let router = Router::new(store.clone(), Arc::clone(&clock), rng.fork(), tuning, site.queues, options);
    let casework = crate::parts::casework(&store, &keys, rng.fork()).await?;
    let learning = Learning::new(store.clone(), rng.fork());
    let policy = dialogue::Policy {
        answer_at: config.knowledge.answer_confidence as f32,
        ..dialogue::Policy::default()
    };
    let quiet_close_secs = i64::from(config.chat.quiet_close_hours) * 3_600;
    let parts =
        Parts { store, library, router, casework, learning, accounts, keys, policy, quiet_close_secs };
    let hotline = Hotline::open(parts, clock, rng).await?;
    if demo {
        create_roster(&hotline, pack, &ctx).await?;
    }
    let brain = hotline.brain();
    let started =
        Started { entries: hotline.library().index().len(), scenarios: brain.scenarios.iter().count() };
    Ok((hotline, started))
}

async fn create_samples(accounts: &Accounts, pack: &Path, clock: &dyn Clock) -> Result<()> {
    let admin = Actor::System { part: "start".to_owned() };
    let ctx = Ctx { actor: admin, now: clock.now(), trace: String::new() };
    let known: Vec<String> = accounts.staff_list(&ctx).await?.into_iter().map(|staff| staff.login).collect();
    for sample in sample_accounts(pack)?.into_iter().filter(|sample| !known.contains(&sample.login)) {
        let new = NewStaff {
            login: sample.login,
            name: sample.name,
            role: sample.role,
            scope: sample.scope,
            skills: sample.skills,
            password: Masked::new(sample.password),
        };
        accounts.staff_create(&ctx, &new).await?;
    }
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
struct RosterDocument {
    #[serde(default)]
    members: Vec<SampleMember>,
}

/// A sample member of the liaison station, with the turns of a week.
#[derive(Debug, Deserialize)]
struct SampleMember {
    #[serde(default)]
    login: String,
    name: String,
    office: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    topics: Vec<String>,
    days: Vec<i8>,
    hours: String,
}

/// Four weeks of the pack's sample roster, where there is none yet.
async fn create_roster(hotline: &Hotline, pack: &Path, ctx: &Ctx) -> Result<()> {
    const DAYS: i64 = 28;
    let (file, station) = (pack.join("liaison.yaml"), hotline.liaison());
    let until = ctx.now.plus_secs(86_400);
    if !file.exists() || !station.roster(ctx, ctx.now, until).await?.members.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&file)?;
    let document: RosterDocument =
        serde_yaml_ng::from_str(&text).with_context(|| file.display().to_string())?;
    let staff = hotline.accounts().staff_list(ctx).await?;
    let mut table = String::new();
    for sample in document.members {
        let account = staff.iter().find(|one| one.login == sample.login);
        let member = liaison::Member {
            staff: account.map(|one| one.id.to_string()).unwrap_or_default(),
            name: sample.name.clone(),
            office: sample.office,
            place: sample.place,
            topics: sample.topics,
            active: true,
            ..liaison::Member::default()
        };
        station.member_put(ctx, member).await?;
        let days = (0..DAYS).map(|day| ctx.now.plus_secs(day * 86_400).day());
        for day in days.filter(|day| sample.days.contains(&day.weekday().to_monday_one_offset())) {
            let line = [day.to_string(), sample.name.clone(), sample.hours.clone()].join(" ");
            table.push_str(&line);
            table.push('\n');
        }
    }
    let taken = station.shifts_take(ctx, &table, false).await?;
    if let Some(fault) = taken.faults.first() {
        anyhow::bail!("{}：{}", file.display(), fault.words);
    }
    Ok(())
}
