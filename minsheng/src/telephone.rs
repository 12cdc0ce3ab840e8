//! Telephone calls in `minsheng serve`, and the commands that concern them.

use anyhow::{Context as _, Result};
use config::Config;
use contact::Hotline;
use kernel::{ContactId, Rng};

/// Opens the telephone where `voice.sip_address` is set.
///
/// # Errors
/// When the address is taken or a setting cannot be used.
pub async fn open(hotline: &Hotline, config: &Config) -> Result<Option<voice::House>> {
    if config.voice.sip_address.is_empty() {
        return Ok(None);
    }
    let rng = Rng::from_system().context("系统没有可用的随机数")?;
    let mut parts = voice::Parts::configured(hotline.clone(), &config.voice, rng)?;
    parts.shipped_prompts = Some(std::path::Path::new(&config.knowledge.pack).join("prompts"));
    let house = voice::House::open(parts)
        .await
        .with_context(|| format!("电话没有开起来，请检查 voice.sip_address={}", config.voice.sip_address))?;
    tracing::info!(
        address = %house.address(),
        recogniser = !config.voice.recogniser_url.is_empty(),
        synthesiser = !config.voice.synthesiser_url.is_empty(),
        "telephone open"
    );
    let warming = house.clone();
    tokio::spawn(async move { warming.warm().await });
    Ok(Some(house))
}

/// `minsheng phone`: what a desk telephone registers with.
///
/// # Errors
/// When the master key cannot be read.
pub fn account(config: &Config, login: &str) -> Result<()> {
    let mut rng = Rng::from_system().context("系统没有可用的随机数")?;
    let keys = security::Keys::load_or_create(std::path::Path::new(&config.security.secret_file), &mut rng)?;
    let address = match config.voice.sip_address.as_str() {
        "" => "（voice.sip_address 还没有设置）",
        address => address,
    };
    println!("服务器  {address}（UDP 或 TCP）");
    println!("账号    {login}");
    println!("密码    {}", keys.device_secret(login).expose());
    Ok(())
}

/// `minsheng recording`: writes a recording as a WAV file, the caller left, what the caller heard right. Audited.
///
/// # Errors
/// When there is none or it has been changed.
pub async fn export(config: &Config, contact: &str, file: &std::path::Path) -> Result<()> {
    let mut rng = Rng::from_system().context("系统没有可用的随机数")?;
    let keys = security::Keys::load_or_create(std::path::Path::new(&config.security.secret_file), &mut rng)?;
    let store = crate::parts::store(config).await?;
    let contact = ContactId(contact.to_owned());
    let (caller, ours) = voice::recording::open(&store, &keys, &contact).await?;
    let mut tx = store.begin(&kernel::Ctx::system("export", &kernel::SystemClock)).await?;
    tx.audit("recording.export", &format!("contact:{contact}"), &file.display().to_string()).await?;
    tx.commit().await?;
    std::fs::write(file, voice::audio::wav::write(&[&caller, &ours], voice::audio::RATE))?;
    println!("{}秒，左声道是来电人，右声道是来电人听到的", caller.len() / voice::audio::RATE);
    store.close().await;
    Ok(())
}
