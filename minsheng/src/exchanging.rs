//! Exchange with other systems in `minsheng serve` and `minsheng doctor`, and the commands that concern it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use config::Config;
use contact::Hotline;
use exchange::{Exchange, ExchangeError, Setup};
use kernel::{Clock, Coded as _, Ctx, Rng, SystemClock};
use security::Keys;
use store::Store;

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Exchanging {
    /// 检查对外交换的配置文件，一次列出全部问题
    Check {
        /// 配置文件
        file: PathBuf,
    },
    /// 生成一个 Open311 密钥：密钥给对方，SM3 值写进配置
    Key,
    /// 列出没有送达、不再自动重试的消息
    Letters,
    /// 重新发送一条
    Resend {
        /// 编号，见 letters
        id: i64,
    },
    /// 不再发送一条
    Drop {
        /// 编号，见 letters
        id: i64,
        /// 原因
        #[arg(long)]
        note: String,
    },
    /// 与上级平台对一天的账
    Reconcile {
        /// 日期，如 2026-11-23
        day: String,
    },
}

/// Does it.
///
/// # Errors
/// When the file is faulty or there is no randomness.
pub async fn command(what: Exchanging, config: &Config) -> Result<()> {
    match what {
        Exchanging::Check { file } => {
            let setup = Setup::load(&file)?;
            let peer = setup.peer.map_or_else(|| "没有上级平台".to_owned(), |peer| peer.name);
            let open311 = if setup.open311.is_some() { "开" } else { "关" };
            println!("配置没有问题：{peer}；{}个订阅；Open311 {open311}", setup.webhooks.len());
        }
        Exchanging::Key => {
            let key = exchange::fresh_key(&mut Rng::from_system().context("系统没有可用的随机数")?);
            println!("密钥  {key}\nSM3   {}", exchange::key_hash(&key));
        }
        Exchanging::Letters => {
            let letters =
                house(config).await?.letters(&desk(), "open").await.map_err(|error| told(&error))?;
            for letter in &letters {
                println!("{}  {}  试了{}次  {}", letter.id, letter.key, letter.attempts, letter.failure);
            }
            println!("{}条没有送达", letters.len());
        }
        Exchanging::Resend { id } => {
            house(config).await?.letter_resend(&desk(), id).await.map_err(|error| told(&error))?;
            println!("已重新排队发送");
        }
        Exchanging::Drop { id, note } => {
            house(config).await?.letter_drop(&desk(), id, &note).await.map_err(|error| told(&error))?;
            println!("已记为不再发送");
        }
        Exchanging::Reconcile { day } => {
            let report = house(config).await?.reconcile(&desk(), &day).await.map_err(|error| told(&error))?;
            println!(
                "{}  {}：我方{}条，对方{}条，一致{}条",
                report.day, report.peer, report.ours, report.theirs, report.same
            );
            for one in &report.differences {
                let entry = &one.entry;
                println!("{}  {}  {}  {}", one.words, entry.direction, entry.kind, entry.message_id);
            }
        }
    }
    Ok(())
}

/// Whoever may run the program on its machine.
fn desk() -> Ctx {
    Ctx::system("operator", &SystemClock)
}

/// The sentence that says what to do.
fn told(error: &ExchangeError) -> anyhow::Error {
    anyhow::Error::msg(error.advice())
}

/// The exchange without its followers and senders.
async fn house(config: &Config) -> Result<Exchange> {
    let setup = setup(config)?.context("对外交换没有开通：请先在配置里填写 exchange.file")?;
    let store = crate::parts::store(config).await?;
    apart(&store, config, setup).await
}

async fn apart(store: &Store, config: &Config, setup: Setup) -> Result<Exchange> {
    let mut rng = Rng::from_system().context("系统没有可用的随机数")?;
    let keys = Keys::load_or_create(Path::new(&config.security.secret_file), &mut rng)?;
    let casework = crate::parts::casework(store, &keys, rng.fork()).await?;
    Ok(Exchange::new(store.clone(), casework, keys, Arc::new(SystemClock), rng, setup)?)
}

fn setup(config: &Config) -> Result<Option<Setup>> {
    match config.exchange.file.as_str() {
        "" => Ok(None),
        file => Ok(Some(Setup::load(Path::new(file))?)),
    }
}

/// The exchange, where `exchange.file` is set.
///
/// # Errors
/// When the file is faulty.
pub fn open(hotline: &Hotline, config: &Config, clock: Arc<dyn Clock>) -> Result<Option<Exchange>> {
    let Some(setup) = setup(config)? else { return Ok(None) };
    let rng = Rng::from_system().context("系统没有可用的随机数")?;
    let (store, casework, keys) =
        (hotline.store().clone(), hotline.casework().clone(), hotline.keys().clone());
    let exchange = Exchange::new(store, casework, keys, clock, rng, setup)?;
    tracing::info!(file = %config.exchange.file, "exchange open");
    Ok(Some(exchange))
}

/// Whether the peer answers, in words.
///
/// # Errors
/// When the file is faulty or the parts cannot be made.
pub async fn doctor(store: &Store, config: &Config) -> Result<String> {
    let Some(setup) = setup(config)? else { return Ok("未开（exchange.file 未设置）".to_owned()) };
    let Some(peer) = setup.peer.clone() else { return Ok("没有上级平台".to_owned()) };
    let exchange = apart(store, config, setup).await?;
    Ok(match exchange.peer_answers().await {
        Ok(millis) => format!("{}应答正常（{millis}毫秒）", peer.name),
        Err(error) => format!("{}没有正常应答。{}", peer.name, error.advice()),
    })
}
