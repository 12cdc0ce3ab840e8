//! The schema, brought up to date by numbered files under a lock: all of them or none.

use kernel::Ctx;
use sm3::{Digest as _, Sm3};
use sqlx::{AssertSqlSafe, Row as _};

use crate::{Dialect, Store, StoreError, Tx, sql};

pub(crate) struct Migration {
    number: u32,
    name: &'static str,
    sql: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

/// Any number: it only has to be the same in every process.
const LOCK: &str = "SELECT pg_advisory_xact_lock(120012345)";

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sm3::digest(self.sql.as_bytes()))
    }

    fn text(&self, dialect: Dialect) -> String {
        let serial = match dialect {
            Dialect::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
            Dialect::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        self.sql.replace("@SERIAL@", serial)
    }
}

/// One fingerprint of all migrations: names the template database of tests.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> String {
    let mut all = Sm3::new();
    for migration in MIGRATIONS {
        all.update(migration.name.as_bytes());
        all.update(migration.sql.as_bytes());
    }
    hex::encode(all.finalize()).chars().take(16).collect()
}

impl Store {
    /// Brings the schema up to date. Returns the names of the files applied, none when it was. Safe to call from every process
    /// at once and again.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when an applied file has been edited since, or the database is newer than the program.
    pub async fn migrate(&self, ctx: &Ctx) -> Result<Vec<&'static str>, StoreError> {
        let mut tx = self.begin(ctx).await?;
        if self.dialect() == Dialect::Postgres {
            sqlx::query(LOCK).execute(&mut *tx).await?;
        }
        sqlx::query(LEDGER).execute(&mut *tx).await?;
        let applied = applied(&mut tx).await?;
        let mut fresh = Vec::new();
        for migration in MIGRATIONS {
            let checksum = migration.checksum();
            if let Some((_, name, known)) =
                applied.iter().find(|(number, ..)| *number == i64::from(migration.number))
            {
                if *known != checksum {
                    return Err(StoreError::Migration(format!(
                        "{name} was edited after it was applied; restore it and put the change in a new file"
                    )));
                }
                continue;
            }
            sqlx::raw_sql(AssertSqlSafe(migration.text(self.dialect())))
                .execute(&mut *tx)
                .await
                .map_err(|error| StoreError::Migration(format!("{}: {error}", migration.name)))?;
            sqlx::query(sql::MIGRATION_NOTE)
                .bind(i64::from(migration.number))
                .bind(migration.name)
                .bind(checksum)
                .execute(&mut *tx)
                .await?;
            tx.audit("schema.migrate", &format!("migration:{}", migration.name), &()).await?;
            fresh.push(migration.name);
        }
        tx.commit().await?;
        Ok(fresh)
    }
}

async fn applied(tx: &mut Tx) -> Result<Vec<(i64, String, String)>, StoreError> {
    let rows = sqlx::query(sql::MIGRATIONS_APPLIED).fetch_all(&mut **tx).await?;
    let mut applied = Vec::with_capacity(rows.len());
    for row in rows {
        let (number, name, checksum) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if !MIGRATIONS.iter().any(|known| i64::from(known.number) == number) {
            return Err(StoreError::Migration(format!(
                "the database has {name}, which this program does not know: run the newer program"
            )));
        }
        applied.push((number, name, checksum));
    }
    Ok(applied)
}
