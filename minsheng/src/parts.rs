//! Making each part from the configuration, and the commands that concern one part alone.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use casework::Casework;
use config::Config;
use kernel::{Clock, Ctx, SystemClock};
use knowledge::import::{Fixed, Format, Mapping, Options, Source};
use knowledge::search::meaning::{Known, Meaning};
use knowledge::search::{Embedder, Settings};
use knowledge::{Library, pack};
use routing::Tuning;
use security::{Keys, PasswordCost, Policy};
use store::{OpenOptions, Store};

/// The file of a pack that holds the vectors of its texts.
const VECTORS: &str = "vectors.bin";

/// The libraries over a migrated store.
///
/// # Errors
/// When the database refuses.
pub async fn library(store: &Store, config: &Config) -> Result<Library> {
    let pack = Path::new(&config.knowledge.pack);
    let deep = embedder(&config.knowledge.embedder, pack)?;
    let settings = Settings { synonyms: synonyms(pack), ..Settings::default() }.with_embedder(deep);
    Ok(Library::open(store.clone(), settings).await?)
}

/// The sentence encoder of search by name, with the vectors that come with a pack.
///
/// # Errors
/// When there is no such encoder or the pack's vectors are damaged.
pub fn embedder(name: &str, pack: &Path) -> Result<Option<Arc<dyn Embedder>>> {
    match name {
        "none" => Ok(None),
        "builtin" => {
            let file = pack.join(VECTORS);
            let known = if file.is_file() { Known::read(&file)? } else { Known::default() };
            let meaning = Meaning::builtin(known).context("程序自带的句子编码文件损坏，请重新安装")?;
            Ok(Some(meaning))
        }
        other => bail!("没有名为{other}的句子编码；可用：builtin、none"),
    }
}

/// `minsheng pack DIR --vectors`: reads every title, question and trigger of a pack with the sentence encoder and keeps the vectors beside it.
///
/// # Errors
/// When the pack is faulty or the file cannot be written.
pub fn write_vectors(folder: &Path) -> Result<()> {
    let pack = pack::load(folder)?;
    let file = folder.join(VECTORS);
    let known = Known::read(&file).unwrap_or_default();
    let meaning = Meaning::builtin(known).context("程序自带的句子编码文件损坏，请重新安装")?;
    let of_entries =
        pack.entries.iter().flat_map(|entry| std::iter::once(&entry.title).chain(&entry.questions));
    let mut texts: Vec<String> = of_entries.cloned().collect();
    let sources = pack.scenarios.iter().map(|one| (one.file.as_str(), one.yaml.as_str()));
    for scenario in dialogue::scenario::parse_many(sources)? {
        texts.push(scenario.title);
        texts.extend(scenario.triggers);
    }
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for share in texts.chunks(texts.len().div_ceil(hands).max(1)) {
            scope.spawn(|| share.iter().for_each(|text| meaning.learn(text)));
        }
    });
    let written = meaning.write(&file, texts.iter().map(String::as_str))?;
    println!("{}：{written}条句向量", file.display());
    Ok(())
}

fn synonyms(pack: &Path) -> Arc<language::synonyms::Synonyms> {
    let file = pack.join("lexicon").join("synonyms.yaml");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    Arc::new(language::synonyms::Synonyms::from_yaml(&text).unwrap_or_default())
}

/// Loads a pack's entries and scenarios; what staff have edited is kept.
///
/// # Errors
/// When the pack is faulty; the message names file, line and what to do.
pub async fn install_pack(library: &Library, folder: &Path, ctx: &Ctx) -> Result<()> {
    let pack = pack::load(folder)?;
    library.set_vocabulary(pack.vocabulary());
    pack::install(library.store(), &pack, ctx).await?;
    library.catch_up().await?;
    Ok(())
}

/// Account rules.
pub fn policy(config: &Config) -> Policy {
    let security = &config.security;
    Policy {
        cost: PasswordCost {
            memory_kib: security.password_memory_kib,
            passes: security.password_passes,
            lanes: security.password_lanes,
        },
        password_min_chars: security.password_min_chars as usize,
        lockout_after: security.lockout_after,
        lockout_secs: i64::from(security.lockout_minutes) * 60,
        session_secs: i64::from(security.session_hours) * 3600,
        idle_secs: i64::from(security.session_idle_minutes) * 60,
    }
}

/// Routing's choices.
pub fn tuning(config: &Config) -> Tuning {
    let routing = &config.routing;
    Tuning {
        accept_secs: routing.accept_secs,
        wrap_up_secs: routing.wrap_up_secs,
        priority_step_secs: routing.aging_secs,
        misses_before_break: u8::try_from(routing.misses_to_break).unwrap_or(u8::MAX),
        chat_capacity: u8::try_from(routing.chats_per_agent).unwrap_or(u8::MAX),
        dialect_patience_secs: routing.dialect_patience_secs,
        ..Tuning::default()
    }
}

/// Tickets.
///
/// # Errors
/// When the settings cannot be read.
pub async fn casework(store: &Store, keys: &Keys, rng: kernel::Rng) -> Result<Casework> {
    let calendar = kernel::WorkCalendar::new(&kernel::HolidayList::default())?;
    let casework = Casework::new(store.clone(), calendar, keys.clone(), rng);
    casework.refresh().await?;
    Ok(casework)
}

/// `minsheng migrate`.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(config: &Config) -> Result<()> {
    let store = open(config).await?;
    let applied = store.migrate(&Ctx::system("migrate", &SystemClock)).await?;
    println!("已应用{}个升级步骤", applied.len());
    Ok(())
}

async fn open(config: &Config) -> Result<Store> {
    if let Some(folder) = config.store.url.0.strip_prefix("sqlite:").and_then(|path| Path::new(path).parent())
    {
        std::fs::create_dir_all(folder)?;
    }
    store(config).await
}

/// The database, as the configuration says.
///
/// # Errors
/// When it cannot be opened.
pub async fn store(config: &Config) -> Result<Store> {
    let store = &config.store;
    let options = OpenOptions {
        sqlite_readers: store.sqlite_readers,
        postgres_connections: store.postgres_connections,
        busy_timeout_ms: u64::from(store.busy_timeout_ms),
        durability: match store.durability {
            config::Durability::Normal => store::Durability::Normal,
            config::Durability::Full => store::Durability::Full,
        },
    };
    Ok(Store::open_with(&store.url.0, &options).await?)
}

/// `minsheng doctor`.
///
/// # Errors
/// When a part is not ready.
pub async fn doctor(config: &Config) -> Result<()> {
    let store = open(config).await?;
    store.ping().await?;
    println!("数据库        正常（{:?}）", store.dialect());
    let pack = pack::load(Path::new(&config.knowledge.pack))?;
    println!("知识包        {}个条目，{}个场景", pack.entries.len(), pack.scenarios.len());
    println!("理解          内置规则与模型");
    println!("句向量        内置");
    let voice = &config.voice;
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    println!("电话          {}", or(&voice.sip_address, "未开（voice.sip_address 未设置）"));
    println!("语音识别      {}", or(&voice.recogniser_url, "未配置：来电听完问候后直接转人工，按键照常"));
    println!("对外交换      {}", crate::exchanging::doctor(&store, config).await?);
    println!("语音合成      {}", or(&voice.synthesiser_url, "未配置：只播已有的提示音，其余用提示音调代替"));
    Ok(())
}

/// `minsheng pack`.
///
/// # Errors
/// When something is wrong with the pack: all of it in one message.
pub fn check_pack(folder: &Path) -> Result<()> {
    let pack = pack::load(folder)?;
    let texts = pack.scenarios.iter().map(|one| (one.file.as_str(), one.yaml.as_str()));
    let scenarios = dialogue::scenario::parse_many(texts)?;
    let day = SystemClock.now().day();
    let mut faults = Vec::new();
    for scenario in &scenarios {
        for (name, node) in &scenario.nodes {
            let dialogue::scenario::NodeBody::Answer(reference) = &node.body else { continue };
            let entry = pack.entries.iter().find(|entry| entry.id == reference.entry);
            if entry.and_then(|entry| entry.card(reference.clause.as_deref(), day)).is_none() {
                let clause = reference.clause.as_ref().map_or(String::new(), |clause| format!("#{clause}"));
                faults.push(format!(
                    "场景{}的节点{name}引用的{}{clause}今天没有有效条款",
                    scenario.id, reference.entry
                ));
            }
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println!("知识包没有问题：{}个条目，{}个场景", pack.entries.len(), scenarios.len());
    Ok(())
}

/// `minsheng import`.
///
/// # Errors
/// When the file cannot be read.
pub async fn import(config: &Config, file: &Path, mapping: Option<&Path>, dry_run: bool) -> Result<()> {
    let mapping = match mapping {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("读不到{}", path.display()))?;
            serde_yaml_ng::from_str(&text).with_context(|| format!("{}里的对应关系不对", path.display()))?
        }
        None => questions(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (hotline, _) = crate::boot::hotline(config, clock, false).await?;
    bring(hotline.library(), file, mapping, dry_run, hotline.clock()).await
}

/// Imports a question-and-answer table through the public import.
///
/// # Errors
/// When the file cannot be read.
pub async fn import_table(library: &Library, file: &Path, clock: &dyn Clock) -> Result<()> {
    bring(library, file, questions(), false, clock).await
}

/// The tables of the evaluations: `[id,]question,answer`.
fn questions() -> Mapping {
    let column = |name: &str| Some(name.to_owned());
    let fixed = Fixed { source: column("公开通知"), ..Fixed::default() };
    Mapping {
        id: column("id"),
        title: column("question"),
        answer: column("answer"),
        fixed,
        ..Mapping::default()
    }
}

async fn bring(
    library: &Library,
    file: &Path,
    mapping: Mapping,
    dry_run: bool,
    clock: &dyn Clock,
) -> Result<()> {
    let ctx = Ctx::system("import", clock);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (format, source) = if name.to_ascii_lowercase().ends_with(".xlsx") {
        let bytes = std::fs::read(file).with_context(|| format!("读不到{}", file.display()))?;
        let sheet = knowledge::intake::sheet(&bytes, None).map_err(|fault| anyhow::anyhow!(fault.message))?;
        (Format::Csv, Source::Bytes(sheet.csv().into()))
    } else {
        let format = Format::of_name(&name).context("只认识 xlsx、csv、jsonl、yaml 文件，请换一种格式")?;
        (format, Source::File(file.to_owned()))
    };
    let options = Options { dry_run, ..Options::new(name, format, mapping) };
    let report = knowledge::import::run(library, &ctx, source, &options, |_| {}).await?;
    println!(
        "{}读取{}行，导入{}行，更新{}行，未变{}行，拒收{}行，重复{}行",
        if dry_run { "试导入（没有写入）：" } else { "" },
        report.rows,
        report.imported,
        report.updated,
        report.unchanged,
        report.refused_rows,
        report.duplicates
    );
    for note in report.refused.iter().take(10) {
        println!("第{}行没有收：{}", note.row, note.why);
    }
    Ok(())
}

/// `minsheng audit verify`: true when the chain is whole.
///
/// # Errors
/// When the database refuses.
pub async fn audit_verify(config: &Config) -> Result<bool> {
    let store = open(config).await?;
    let verdict = security::audit::verify(&store, None).await?;
    match &verdict.broken {
        None => println!("审计链完整：已校验{}条，待加链{}条", verdict.verified, verdict.waiting),
        Some(broken) => println!("审计链在第{}条断开：{}", broken.link, broken.reason),
    }
    Ok(verdict.broken.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_configuration_says_of_waiting_is_what_routing_does() {
        let mut config = Config::default();
        let usual = tuning(&config);
        assert_eq!(usual.priority_step_secs, Tuning::default().priority_step_secs);
        config.routing.aging_secs = 7;
        config.routing.accept_secs = 33;
        let set = tuning(&config);
        assert_eq!((set.priority_step_secs, set.accept_secs), (7, 33));
    }
}
