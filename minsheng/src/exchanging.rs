//! Exchange with other systems in `minsheng serve` and `minsheng doctor`, and the commands that concern it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use config::Config;
use contact::Hotline;
use exchange::{Exchange, Setup};
use kernel::{Clock, Coded as _, Rng, SystemClock};
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
}

/// Does it.
///
/// # Errors
/// When the file is faulty or there is no randomness.
pub fn command(what: Exchanging) -> Result<()> {
    match what {
        Exchanging::Check { file } => {
            let setup = Setup::load(&file)?;
            let peer = setup.peer.map_or_else(|| "没有上级平台".to_owned(), |peer| peer.name);
            let open311 = if setup.open311.is_some() { "开" } else { "关" };
            println!("配置没有问题：{peer}；{}个订阅；Open311 {open311}", setup.webhooks.len());
        }
        Exchanging::Key => {
            let mut secret = [0_u8; 24];
            Rng::from_system().context("系统没有可用的随机数")?.fill(&mut secret);
            let key: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("密钥  {key}\nSM3   {}", exchange::key_hash(&key));
        }
    }
    Ok(())
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
    let mut rng = Rng::from_system().context("系统没有可用的随机数")?;
    let keys = Keys::load_or_create(Path::new(&config.security.secret_file), &mut rng)?;
    let casework = crate::parts::casework(store, &keys, config, rng.fork()).await?;
    let exchange = Exchange::new(store.clone(), casework, keys, Arc::new(SystemClock), rng, setup)?;
    Ok(match exchange.peer_answers().await {
        Ok(millis) => format!("{}应答正常（{millis}毫秒）", peer.name),
        Err(error) => format!("{}没有正常应答。{}", peer.name, error.advice()),
    })
}
