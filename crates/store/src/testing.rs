//! Databases for tests: fresh, migrated, gone when dropped.
//!
//! PostgreSQL is tested when `MINSHENG_TEST_PG` holds an address whose user may create databases
//! (`scripts/test-postgres.sh` starts one).

use std::ops::Deref;
use std::path::PathBuf;
use std::str::FromStr as _;

use kernel::{Actor, Ctx, Micros, Rng};
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _,
    SqlSafeStr as _,
};

use crate::{Statement, Store, StoreError};

/// Where PostgreSQL is, for tests.
pub const POSTGRES_VARIABLE: &str = "MINSHENG_TEST_PG";

/// A store of its own for one test. Dereferences to [`Store`].
#[derive(Debug)]
pub struct TestDb {
    store: Store,
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl TestDb {
    /// The address, for opening it a second time.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Deref for TestDb {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => {
                // A leftover in the temporary folder does no harm.
                let _ = std::fs::remove_dir_all(folder);
            }
            Place::Database { server, name } => {
                let (server, statement) =
                    (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                // Drop cannot wait, and the test's runtime may be gone: a runtime of its own can.
                let _ = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
                    runtime.block_on(run_on(&server, &statement)).ok()
                })
                .join();
            }
        }
    }
}

/// A context for tests: the system, at `secs` seconds past the epoch.
pub fn test_ctx(secs: i64) -> Ctx {
    Ctx {
        actor: Actor::System { part: "test".to_owned() },
        now: Micros(0).plus_secs(secs),
        trace: "test".to_owned(),
    }
}

/// A fresh migrated database: PostgreSQL where `MINSHENG_TEST_PG` is set, SQLite otherwise.
///
/// # Panics
/// When none can be made: the test cannot go on.
pub async fn test_db() -> TestDb {
    match std::env::var(POSTGRES_VARIABLE) {
        Ok(server) => postgres_db(&server).await,
        Err(_) => sqlite_db().await,
    }
}

/// Runs a suite on SQLite and, where `MINSHENG_TEST_PG` is set, on PostgreSQL, each on a fresh migrated database.
///
/// # Panics
/// When a database cannot be made or the suite fails.
pub async fn for_each_engine(suite: impl AsyncFn(&TestDb)) {
    suite(&sqlite_db().await).await;
    if let Ok(server) = std::env::var(POSTGRES_VARIABLE) {
        suite(&postgres_db(&server).await).await;
    } else {
        tracing::info!("{POSTGRES_VARIABLE} is not set: SQLite only");
    }
}

/// As [`for_each_engine`], on databases without a schema: for tests of migrating.
///
/// # Panics
/// When a database cannot be made or the suite fails.
#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
pub async fn for_each_empty_engine(suite: impl AsyncFn(&TestDb)) {
    suite(&sqlite_empty().await).await;
    if let Ok(server) = std::env::var(POSTGRES_VARIABLE) {
        sqlx::any::install_default_drivers();
        suite(&postgres_clone(&server, "template0").await.expect("make an empty database")).await;
    }
}

/// A fresh migrated SQLite file.
///
/// # Panics
/// When it cannot be made.
#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
pub async fn sqlite_db() -> TestDb {
    let db = sqlite_empty().await;
    db.migrate(&test_ctx(0)).await.expect("migrate SQLite");
    db
}

#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
async fn sqlite_empty() -> TestDb {
    let folder = std::env::temp_dir().join(format!("minsheng-test-{}", unique()));
    let url = format!("sqlite:{}", folder.join("test.db").display());
    let store = Store::open(&url).await.expect("open a SQLite file");
    TestDb { store, url, place: Place::Folder(folder) }
}

/// A fresh migrated PostgreSQL database on `server`, cloned from a template that the first test makes.
///
/// # Panics
/// When it cannot be made.
#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
pub async fn postgres_db(server: &str) -> TestDb {
    sqlx::any::install_default_drivers();
    let template = template(server).await.expect("make the template database");
    postgres_clone(server, &template).await.expect("clone the template")
}

async fn postgres_clone(server: &str, template: &str) -> Result<TestDb, StoreError> {
    let name = format!("minsheng_test_{}", unique());
    run_on(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    let url = on_database(server, &name)?;
    let store = Store::open(&url).await?;
    Ok(TestDb { store, url, place: Place::Database { server: server.to_owned(), name } })
}

/// Prepares every statement on the store's engine; the error lists those it refuses.
///
/// # Errors
/// The names of the refused statements with the engine's words.
pub async fn prepare_all(store: &Store, statements: &[Statement]) -> Result<(), String> {
    let mut refused = Vec::new();
    for statement in statements {
        let mut connection = store.read().acquire().await.map_err(|error| error.to_string())?;
        let text = statement.sql.on(store.dialect());
        if let Err(error) = connection.prepare(text.into_sql_str()).await {
            refused.push(format!("{} on {:?}: {error}", statement.name, store.dialect()));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n")) }
}

fn unique() -> String {
    let mut rng = Rng::from_system().unwrap_or_else(|_| Rng::seeded(u64::from(std::process::id())));
    format!("{:016x}", rng.next_u64())
}

/// The migrated template: made once per server and set of migrations, under a lock across test processes.
async fn template(server: &str) -> Result<String, StoreError> {
    let name = format!("minsheng_template_{}", crate::migrate::fingerprint());
    let mut admin = AnyConnection::connect(server).await?;
    admin.execute("SELECT pg_advisory_lock(120012346)").await?;
    let found = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await?;
    if found.is_none() {
        let building = format!("minsheng_building_{}", unique());
        run(&mut admin, &format!("CREATE DATABASE {building}")).await?;
        let store = Store::open(&on_database(server, &building)?).await?;
        store.migrate(&test_ctx(0)).await?;
        store.close().await;
        drop(store);
        // The listener's connection may still be closing, and a template must have none.
        for _ in 0..50 {
            let sessions: i64 = sqlx::query("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1")
                .bind(&building)
                .fetch_one(&mut admin)
                .await?
                .try_get(0)?;
            if sessions == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        run(&mut admin, &format!("ALTER DATABASE {building} RENAME TO {name}")).await?;
    }
    // Closing the connection gives the lock back.
    admin.close().await?;
    Ok(name)
}

fn on_database(server: &str, name: &str) -> Result<String, StoreError> {
    Ok(PgConnectOptions::from_str(server)?.database(name).to_url_lossy().to_string())
}

async fn run_on(server: &str, statement: &str) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect(server).await?;
    run(&mut connection, statement).await?;
    Ok(connection.close().await?)
}

async fn run(connection: &mut AnyConnection, statement: &str) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await?;
    Ok(())
}
