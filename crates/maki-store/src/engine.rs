//! Two engines behind one type: everything that differs between SQLite and PostgreSQL stands here.
//!
//! SQLite has one writing connection, which takes the write lock first (`BEGIN IMMEDIATE`), and a pool of reading
//! ones; WAL and `synchronous=FULL` make an acknowledged commit durable.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::{Result, StoreError, StoreErrorKind};

/// Connections that read at the same time.
const READERS: u32 = 8;
/// How long a write waits for another process before it reports the database as busy.
const BUSY: Duration = Duration::from_secs(5);
/// Page cache per connection, in KiB (SQLite counts kibibytes as negative pages).
const CACHE_KIB: &str = "-8000";
/// File name of the embedded register inside its data folder.
pub const SQLITE_FILE: &str = "maki.sqlite";

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// An open transaction on either engine.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Offers reads of one consistent moment.
#[derive(Debug)]
pub struct ReadTx(pub(crate) Tx);

/// Everything a use case does in one commit; dropped without commit it leaves nothing.
#[derive(Debug)]
pub struct WriteTx(pub(crate) Tx);

/// Runs the same expression once per driver; inside it `Be` names the driver and `$c` the connection.
macro_rules! both {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx {
            $crate::engine::Tx::Sqlite(t) => {
                #[expect(dead_code, reason = "not every statement names the driver")]
                type Unused = ();
                type Be = sqlx::Sqlite;
                let $c = &mut **t;
                $body
            }
            $crate::engine::Tx::Postgres(t) => {
                type Be = sqlx::Postgres;
                let $c = &mut **t;
                $body
            }
        }
    };
}
pub(crate) use both;

/// What a statement can bind and read on either engine.
pub(crate) trait Dialect: sqlx::Database {
    /// Makes the head row exclusive for this transaction. SQLite holds the write lock of the whole file already.
    const FOR_UPDATE: &'static str;
}
impl Dialect for Sqlite {
    const FOR_UPDATE: &'static str = "";
}
impl Dialect for Postgres {
    const FOR_UPDATE: &'static str = " FOR UPDATE";
}

impl Store {
    /// Opens the embedded register in a folder, creating both when missing. Does not migrate.
    ///
    /// # Errors
    /// When the folder cannot be made or the file cannot be opened.
    pub async fn open_sqlite(data: &Path) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        let options = SqliteConnectOptions::new()
            .filename(data.join(SQLITE_FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("cache_size", CACHE_KIB)
            .busy_timeout(BUSY);
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let reading = options.read_only(true);
        let read = SqlitePoolOptions::new().max_connections(READERS).connect_with(reading).await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens a register on a PostgreSQL server. Does not migrate.
    ///
    /// # Errors
    /// When the URL is not understood or the server cannot be reached.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new().max_connections(READERS * 2).acquire_timeout(BUSY).connect_with(options).await?;
        Ok(Self::Postgres(pool))
    }

    /// Brings the schema to the state of this build and gives a new register its id. Running it again does nothing.
    ///
    /// # Errors
    /// When a migration fails or the database was written by a newer build.
    pub async fn migrate(&self, new_register_id: &str) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => SQLITE_MIGRATIONS.run(write).await?,
            Self::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await?,
        }
        const SQL: &str = "INSERT INTO head (one, register_id, epoch, sequence, hash) VALUES (1, $1, 0, 0, $2)
            ON CONFLICT (one) DO NOTHING";
        let mut tx = self.write().await?;
        both!(&mut tx.0, c => sqlx::query::<Be>(SQL)
            .bind(new_register_id).bind(&[0_u8; 32][..]).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// # Errors
    /// When no connection is free in time.
    pub async fn read(&self) -> Result<ReadTx> {
        Ok(ReadTx(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            // One consistent moment for all statements, as SQLite gives it.
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        }))
    }

    /// # Errors
    /// When another process holds the write lock for longer than the busy limit.
    pub async fn write(&self) -> Result<WriteTx> {
        Ok(WriteTx(match self {
            // IMMEDIATE takes the write lock first: a busy database waits instead of failing at the upgrade.
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        }))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.read().await?;
        both!(&mut tx.0, c => sqlx::query_scalar::<Be, i64>("SELECT sequence FROM head").fetch_one(c).await.map(drop))?;
        Ok(())
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl WriteTx {
    /// # Errors
    /// When the database cannot make the changes durable; then none of them happened.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Tx::Sqlite(t) => t.commit().await?,
            Tx::Postgres(t) => t.commit().await?,
        }
        Ok(())
    }
}

/// Sorts a driver error by what a caller can do about it.
pub(crate) fn kind_of(error: &sqlx::Error) -> StoreErrorKind {
    match error {
        sqlx::Error::PoolTimedOut => StoreErrorKind::Busy,
        sqlx::Error::Io(_) | sqlx::Error::PoolClosed => StoreErrorKind::Unreachable,
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // SQLite: primary result codes 5 BUSY, 6 LOCKED, 8 READONLY, 13 FULL, with their extended forms.
            Some(code) if code.parse::<u32>().is_ok_and(|c| code.len() <= 4 && matches!(c & 0xff, 5 | 6)) => {
                StoreErrorKind::Busy
            }
            Some(code) if code.parse::<u32>().is_ok_and(|c| code.len() <= 4 && c & 0xff == 8) => {
                StoreErrorKind::ReadOnly
            }
            Some(code) if code.parse::<u32>().is_ok_and(|c| code.len() <= 4 && c & 0xff == 13) => StoreErrorKind::Full,
            // PostgreSQL: serialisation failure, deadlock, lock not available; disk full; read only.
            Some("40001" | "40P01" | "55P03") => StoreErrorKind::Busy,
            Some("53100") => StoreErrorKind::Full,
            Some("25006") => StoreErrorKind::ReadOnly,
            Some("57P03" | "57P01" | "08006") => StoreErrorKind::Unreachable,
            _ => StoreErrorKind::Internal,
        },
        _ => StoreErrorKind::Internal,
    }
}

/// Whether an error says that a unique value is taken.
pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

impl From<sqlx::Error> for Box<StoreError> {
    fn from(error: sqlx::Error) -> Self {
        Self::new(error.into())
    }
}
