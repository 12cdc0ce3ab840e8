//! `minsheng serve`: the whole product on one port.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use config::{Config, LogFormat};
use contact::Hotline;
use kernel::{Clock, Coded as _, SystemClock};
use notifier::Notifier;
use tracing_subscriber::EnvFilter;

/// Everything that answers on the port: the interface, the pages, the console.
pub fn app(hotline: Hotline, config: &Config, rooms: api::Rooms) -> Router {
    let config = Arc::new(config.clone());
    api::router_with(hotline.clone(), Arc::clone(&config), rooms).merge(web::router(hotline, config))
}

/// Serves until a stop signal, then lets running requests finish.
///
/// # Errors
/// When the node cannot be started or the port is taken.
pub async fn run(config: Config, demo: bool) -> Result<()> {
    log(&config);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (hotline, started) = crate::boot::hotline(&config, Arc::clone(&clock), demo).await?;
    let _tasks = hotline.start();
    let _sealer = tokio::spawn(seal(hotline.clone(), u64::from(config.security.audit_seal_secs)));
    let address: SocketAddr = config.server.listen.parse().context("server.listen")?;
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!("端口{}被占用了，请换一个端口：MINSHENG_SERVER__LISTEN=127.0.0.1:9090", address.port())
    })?;
    tracing::info!(%address, entries = started.entries, scenarios = started.scenarios, "listening");
    let telephone = crate::telephone::open(&hotline, &config).await?;
    let exchange = crate::exchanging::open(&hotline, &config, Arc::clone(&clock))?;
    let notifier = texts(&hotline, &config, clock)?;
    let _exchanging = exchange.as_ref().map(exchange::Exchange::start);
    let _texting = notifier.start();
    let rooms = api::Rooms { exchange, notifier: Some(notifier) };
    let app = app(hotline.clone(), &config, rooms).into_make_service_with_connect_info::<SocketAddr>();
    let _pruner = tokio::spawn(prune(hotline.clone(), i64::from(config.store.keep_done_days)));
    let stopping = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&stopping);
    let served = axum::serve(listener, app).with_graceful_shutdown(async move {
        stop_signal().await;
        told.notify_one();
    });
    let grace = std::time::Duration::from_secs(u64::from(config.server.shutdown_grace_secs));
    tokio::select! {
        served = served.into_future() => served?,
        () = async {
            stopping.notified().await;
            tokio::time::sleep(grace).await;
        } => tracing::warn!("requests still running after the grace are cut off"),
    }
    if let Some(telephone) = telephone {
        telephone.close();
    }
    let ctx = kernel::Ctx::system("stop", hotline.clock());
    hotline.library().views_flush(&ctx).await?;
    hotline.learning().flush(&ctx).await?;
    hotline.store().close().await;
    Ok(())
}

/// Forgets sent messages and fired timers once they are old, some minutes after the start and then every few hours.
async fn prune(hotline: Hotline, keep_days: i64) {
    const FIRST: std::time::Duration = std::time::Duration::from_mins(10);
    const EVERY: std::time::Duration = std::time::Duration::from_hours(6);
    let mut wait = FIRST;
    loop {
        tokio::time::sleep(wait).await;
        wait = EVERY;
        let now = hotline.clock().now();
        match hotline.store().prune(now.plus_secs(-keep_days * 86_400), now).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "old messages and timers forgotten"),
            Err(error) => tracing::warn!(%error, "old messages and timers could not be forgotten"),
        }
    }
}

/// Short messages, as the configuration says.
fn texts(hotline: &Hotline, config: &Config, clock: Arc<dyn Clock>) -> Result<Notifier> {
    let carrier =
        notifier::configured(&config.notifier).map_err(|error| anyhow::Error::msg(error.advice()))?;
    Ok(Notifier::new(notifier::Parts {
        store: hotline.store().clone(),
        casework: hotline.casework().clone(),
        clock,
        terms: config.notifier.clone(),
        public_url: config.server.public_url.clone(),
        carrier,
    }))
}

fn log(config: &Config) {
    // The SIP stack logs whole messages, telephone numbers in them, one level too loud. Only a setting that names it shows them.
    let quiet = if config.server.log.contains("rsipstack") { "" } else { ",rsipstack=error" };
    let filter = EnvFilter::try_new(format!("{}{quiet}", config.server.log))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    match config.server.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}

/// Chains new audit rows.
async fn seal(hotline: Hotline, every_secs: u64) {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(every_secs)).await;
        let ctx = kernel::Ctx::system("audit", hotline.clock());
        if let Err(error) = security::audit::seal(hotline.store(), &ctx).await {
            tracing::warn!(%error, "audit rows could not be chained");
        }
    }
}
