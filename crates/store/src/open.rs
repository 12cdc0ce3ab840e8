//! Opening a database, and the pools behind a store.

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Executor as _};

use crate::wake::{Hints, Wakeups};
use crate::{Dialect, StoreError};

/// How sure a commit is when the machine loses power. A killed process loses nothing in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// SQLite `synchronous = NORMAL`: the last moments before a power cut may be undone, the file stays sound.
    #[default]
    Normal,
    /// SQLite `synchronous = FULL`: every commit waits for the disk.
    Full,
}

/// Sizes and waits. PostgreSQL's own durability is set on the server.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Reading connections of SQLite.
    pub sqlite_readers: u32,
    /// Connections to PostgreSQL.
    pub postgres_connections: u32,
    /// How long a writer waits for a lock or a connection before [`StoreError::Busy`].
    pub busy_timeout_ms: u64,
    /// See [`Durability`].
    pub durability: Durability,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            sqlite_readers: 4,
            postgres_connections: 16,
            busy_timeout_ms: 10_000,
            durability: Durability::Normal,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) dialect: Dialect,
    pub(crate) writer: AnyPool,
    reader: AnyPool,
    pub(crate) hints: Hints,
    listener: Option<tokio::task::AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

/// A database. Cheap to clone; clones share the pools.
#[derive(Debug, Clone)]
pub struct Store(pub(crate) Arc<Inner>);

impl Store {
    /// Opens `sqlite:PATH` (created when missing) or `postgres://...` with default sizes. Does not migrate.
    ///
    /// # Errors
    /// When the address is neither, or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, &OpenOptions::default()).await
    }

    /// Opens a database with chosen sizes.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(url: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(path, options).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, options).await
        } else {
            // The address may hold a password: never repeat it.
            Err(StoreError::Address("must begin with sqlite: or postgres://".to_owned()))
        }
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// Connections for reading. On SQLite they cannot write and each statement sees the last commit.
    pub fn read(&self) -> &AnyPool {
        &self.0.reader
    }

    /// A listener to hints that these topics have work: commits here and, on PostgreSQL, in other processes.
    pub fn wakeups(&self, topics: &[&str]) -> Wakeups {
        self.0.hints.subscribe(topics)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.0.reader.execute("SELECT 1").await?;
        Ok(())
    }

    /// Waits for running transactions and closes every connection.
    pub async fn close(&self) {
        if let Some(listener) = &self.0.listener {
            listener.abort();
        }
        self.0.reader.close().await;
        self.0.writer.close().await;
    }
}

async fn open_sqlite(path: &str, options: &OpenOptions) -> Result<Store, StoreError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(StoreError::Address("sqlite: needs the path of a file".to_owned()));
    }
    let path =
        std::path::absolute(Path::new(path)).map_err(|error| StoreError::Address(error.to_string()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Address(format!("cannot create {}: {error}", folder.display())))?;
    }
    let url = format!("sqlite:{}?mode=rwc", percent_encoded(&path));
    let synchronous = match options.durability {
        Durability::Normal => "NORMAL",
        Durability::Full => "FULL",
    };
    let common = format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864;",
        options.busy_timeout_ms
    );
    // The writer first: it creates the file and turns WAL on.
    let writer = sqlite_pool(1, options, common.clone()).connect(&url).await.map_err(opening)?;
    let reader =
        sqlite_pool(options.sqlite_readers.max(1), options, format!("{common} PRAGMA query_only = ON;"))
            .connect(&url)
            .await
            .map_err(opening)?;
    Ok(Store(Arc::new(Inner {
        dialect: Dialect::Sqlite,
        writer,
        reader,
        hints: Hints::default(),
        listener: None,
    })))
}

fn sqlite_pool(connections: u32, options: &OpenOptions, pragmas: String) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(options.busy_timeout_ms))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection: &mut AnyConnection, _| {
            let pragmas = pragmas.clone();
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(pragmas)).execute(connection).await?;
                Ok(())
            })
        })
}

async fn open_postgres(url: &str, options: &OpenOptions) -> Result<Store, StoreError> {
    let waits = format!(
        "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = '60s';",
        options.busy_timeout_ms
    );
    let pool = AnyPoolOptions::new()
        .max_connections(options.postgres_connections.max(2))
        .acquire_timeout(Duration::from_millis(options.busy_timeout_ms))
        .after_connect(move |connection: &mut AnyConnection, _| {
            let waits = waits.clone();
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(waits)).execute(connection).await?;
                Ok(())
            })
        })
        .connect(url)
        .await
        .map_err(opening)?;
    let url = url.to_owned();
    Ok(Store(Arc::new_cyclic(|inner: &Weak<Inner>| Inner {
        dialect: Dialect::Postgres,
        writer: pool.clone(),
        reader: pool,
        hints: Hints::default(),
        listener: Some(tokio::spawn(listen(url, inner.clone())).abort_handle()),
    })))
}

fn opening(error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Busy(text) => StoreError::Unreachable(text),
        other => other,
    }
}

/// Passes other processes' hints on for as long as the store lives.
async fn listen(url: String, inner: Weak<Inner>) {
    const PAUSE: Duration = Duration::from_secs(5);
    loop {
        if let Err(error) = listen_once(&url, &inner).await {
            tracing::debug!(%error, "wake-ups of other processes are late until the listener is back");
        }
        if inner.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(url: &str, inner: &Weak<Inner>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen("minsheng_wake").await?;
    loop {
        let notification = listener.recv().await?;
        let Some(inner) = inner.upgrade() else { return Ok(()) };
        inner.hints.hint(notification.payload());
    }
}

/// The path as the driver's address parser wants it: any byte but plain ones escaped.
fn percent_encoded(path: &Path) -> String {
    use std::fmt::Write as _;
    path.as_os_str().as_encoded_bytes().iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
