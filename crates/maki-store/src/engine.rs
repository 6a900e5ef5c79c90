//! Two engines behind one type: everything that differs between SQLite and PostgreSQL stands here.
//!
//! One writer at a time on both: a write transaction first takes the write lock of the file (SQLite, `BEGIN
//! IMMEDIATE`) or the head row (PostgreSQL). So numbers of the log are gapless and in commit order, and writers can
//! neither deadlock nor fail at the end; nothing has to be retried. Readers never wait: SQLite reads through a pool of
//! its own beside the one writing connection. WAL and `synchronous=FULL` make an acknowledged commit durable.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::{Result, StoreErrorKind};

/// Connections that read at the same time.
const READERS: u32 = 8;
/// How long a write waits for another one, or a read for a connection, before it reports the database as busy.
const BUSY: Duration = Duration::from_secs(5);
/// The same limit for PostgreSQL, and then the lock itself. A limit of the lock would begin anew for who stands in line
/// when the one before gives up; that of the statement counts once.
const POSTGRES_LOCK: &str = "SET LOCAL statement_timeout = '5s'; SELECT sequence FROM head FOR UPDATE;
    SET LOCAL statement_timeout TO DEFAULT";
/// Page cache of the writing connection and of each reading one, in KiB (SQLite counts kibibytes as negative pages).
/// Readers find most pages in the cache of the operating system, which they share.
const WRITER_CACHE_KIB: &str = "-16000";
const READER_CACHE_KIB: &str = "-2000";
/// How much of the file readers map, as the index is mapped: what is mapped they neither copy nor hold in a cache of
/// their own. It counts once per connection in what the system calls resident, but lies in memory only once.
const MAPPED_BYTES: &str = "2000000000";
/// Rows that the reading thread of SQLite may be ahead: each hand-over wakes somebody, and lists have hundreds of rows.
const ROWS_AHEAD: usize = 1_000;
/// Pages in the log of SQLite before they are copied into the file, which a load then does less often.
const CHECKPOINT_PAGES: &str = "8000";
/// Bytes of a page in a new file: several contents fit into one, and a commit writes half as often.
const PAGE_BYTES: u32 = 8_192;
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

/// How the tables of a database stand to this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is no register in this database.
    Missing,
    /// An older build made them; [`Store::migrate`] brings them up to date.
    Behind,
    Current,
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

impl Store {
    /// Opens the embedded register in a folder, creating both when missing. Does not migrate.
    ///
    /// # Errors
    /// When the folder cannot be made or the file cannot be opened.
    pub async fn open_sqlite(data: &Path) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        Self::open_file(data).await
    }

    /// Opens the embedded register of a folder and makes none. Where it cannot be written it is opened for reading;
    /// then each write ends as [`StoreErrorKind::ReadOnly`].
    ///
    /// # Errors
    /// [`crate::StoreError::NoRegister`] when there is none; when the file cannot be opened.
    pub async fn open_existing_sqlite(data: &Path) -> Result<Self> {
        if !data.join(SQLITE_FILE).try_exists()? {
            return Err(crate::StoreError::NoRegister);
        }
        match Self::open_file(data).await {
            Err(error) if matches!(error.kind(), StoreErrorKind::ReadOnly | StoreErrorKind::Unreachable) => {
                Self::open_for_reading(data).await.map_err(|_| error)
            }
            opened => opened,
        }
    }

    /// A folder that cannot be written may have no room for the files beside the database that readers and writers
    /// share. Without a log there is nothing to share: then the file alone is the register.
    async fn open_for_reading(data: &Path) -> Result<Self> {
        let log = data.join(format!("{SQLITE_FILE}-wal"));
        let is_alone = std::fs::metadata(&log).map_or(true, |log| log.len() == 0);
        match Self::open_read_only(data, false).await {
            Err(_) if is_alone => Self::open_read_only(data, true).await,
            opened => opened,
        }
    }

    async fn open_read_only(data: &Path, immutable: bool) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(data.join(SQLITE_FILE))
            .read_only(true)
            .immutable(immutable)
            .pragma("cache_size", READER_CACHE_KIB)
            .row_buffer_size(ROWS_AHEAD)
            .busy_timeout(BUSY);
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(BUSY);
        let read = pool(READERS).test_before_acquire(false).connect_with(options.clone()).await?;
        // Opening reads nothing yet.
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sqlite_master").fetch_one(&read).await?;
        let write = pool(1).connect_with(options).await?;
        Ok(Self::Sqlite { write, read })
    }

    async fn open_file(data: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(data.join(SQLITE_FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .page_size(PAGE_BYTES)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("cache_size", WRITER_CACHE_KIB)
            // What a redaction takes out is overwritten in the file.
            .pragma("secure_delete", "ON")
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .row_buffer_size(ROWS_AHEAD)
            .busy_timeout(BUSY);
        // A file does not go away as a server does, and asking costs as much as reading a record.
        let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(BUSY).test_before_acquire(false);
        let write = write.connect_with(options.clone()).await?;
        let reading = options.read_only(true).pragma("cache_size", READER_CACHE_KIB).pragma("mmap_size", MAPPED_BYTES);
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .test_before_acquire(false)
            .connect_with(reading)
            .await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens a register on a PostgreSQL server. Does not migrate.
    ///
    /// # Errors
    /// When the URL is not understood or the server cannot be reached.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        // The pool would wait for a server that refuses, and then call it busy.
        PgConnection::connect_with(&options).await?.close().await?;
        let pool =
            PgPoolOptions::new().max_connections(READERS * 2).acquire_timeout(BUSY).connect_with(options).await?;
        Ok(Self::Postgres(pool))
    }

    /// How the tables stand to this build. Writes nothing.
    ///
    /// # Errors
    /// When the database cannot be read, was written by a newer build or was left in the middle of a migration.
    pub async fn schema(&self) -> Result<Schema> {
        const TABLES: &str = "SELECT COUNT(*) FROM sqlite_master
            WHERE type = 'table' AND name IN ('_sqlx_migrations', 'head')";
        const POSTGRES_TABLES: &str = "SELECT COUNT(*) FROM (VALUES ('_sqlx_migrations'), ('head')) AS wanted (name)
            WHERE to_regclass(wanted.name) IS NOT NULL";
        let mut tx = self.read().await?;
        let tables: i64 = match &mut tx.0 {
            Tx::Sqlite(t) => sqlx::query_scalar(TABLES).fetch_one(&mut **t).await?,
            Tx::Postgres(t) => sqlx::query_scalar(POSTGRES_TABLES).fetch_one(&mut **t).await?,
        };
        if tables < 2 {
            return Ok(Schema::Missing);
        }
        let migrations = match self {
            Self::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Self::Postgres(_) => &POSTGRES_MIGRATIONS,
        };
        const APPLIED: &str = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
        let applied: Vec<(i64, Vec<u8>, bool)> =
            both!(&mut tx.0, c => sqlx::query_as::<Be, _>(APPLIED).fetch_all(c).await)?;
        for (version, checksum, success) in &applied {
            let known = migrations.iter().find(|m| m.version == *version);
            let known = known.ok_or(MigrateError::VersionMissing(*version))?;
            if !success {
                return Err(MigrateError::Dirty(*version).into());
            }
            if known.checksum[..] != checksum[..] {
                return Err(MigrateError::VersionMismatch(*version).into());
            }
        }
        let heads: i64 =
            both!(&mut tx.0, c => sqlx::query_scalar::<Be, i64>("SELECT COUNT(*) FROM head").fetch_one(c).await)?;
        Ok(if heads == 0 {
            Schema::Missing
        } else if applied.len() < migrations.iter().count() {
            Schema::Behind
        } else {
            Schema::Current
        })
    }

    /// Brings the schema to the state of this build and gives a new register its id. Running it again writes nothing.
    ///
    /// # Errors
    /// When a migration fails or the database was written by a newer build.
    pub async fn migrate(&self, new_register_id: &str) -> Result<()> {
        if self.schema().await? == Schema::Current {
            return Ok(());
        }
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
    /// When another writer holds the lock for longer than the busy limit, or the database is not migrated.
    pub async fn write(&self) -> Result<WriteTx> {
        Ok(WriteTx(match self {
            // IMMEDIATE takes the write lock first: a busy database waits instead of failing at the upgrade.
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                sqlx::raw_sql(POSTGRES_LOCK).execute(&mut *transaction).await?;
                Tx::Postgres(transaction)
            }
        }))
    }

    /// Whether this process may write. Changes nothing. The lock alone does not tell: SQLite gives it to readers too.
    ///
    /// # Errors
    /// Of kind [`StoreErrorKind::ReadOnly`] when it may not; as [`Self::write`] otherwise.
    pub async fn try_writing(&self) -> Result<()> {
        let mut tx = self.write().await?;
        both!(&mut tx.0, c => sqlx::query::<Be>("UPDATE head SET epoch = epoch").execute(c).await.map(drop))?;
        Ok(())
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
        sqlx::Error::Io(error) => match kind_of_io(error) {
            StoreErrorKind::Internal => StoreErrorKind::Unreachable,
            kind => kind,
        },
        sqlx::Error::PoolClosed => StoreErrorKind::Unreachable,
        // What stands there is not what was written.
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreErrorKind::Damaged,
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            // SQLSTATEs have five characters, SQLite's extended result codes at most four digits.
            match code.parse::<u32>() {
                Ok(number) if code.len() < 5 => kind_of_sqlite(number),
                _ => kind_of_postgres(&code),
            }
        }
        _ => StoreErrorKind::Internal,
    }
}

/// By the primary result code: BUSY, LOCKED; READONLY; CORRUPT, NOTADB; FULL; CANTOPEN.
const fn kind_of_sqlite(code: u32) -> StoreErrorKind {
    match code & 0xff {
        5 | 6 => StoreErrorKind::Busy,
        8 => StoreErrorKind::ReadOnly,
        11 | 26 => StoreErrorKind::Damaged,
        13 => StoreErrorKind::Full,
        14 => StoreErrorKind::Unreachable,
        _ => StoreErrorKind::Internal,
    }
}

fn kind_of_postgres(code: &str) -> StoreErrorKind {
    match code {
        // Serialisation failure, deadlock, lock not available, out of time, too many connections.
        "40001" | "40P01" | "55P03" | "57014" | "53300" => StoreErrorKind::Busy,
        "53100" => StoreErrorKind::Full,
        "25006" => StoreErrorKind::ReadOnly,
        // Data corrupted, index corrupted.
        "XX001" | "XX002" => StoreErrorKind::Damaged,
        // Server starts or shuts down, connection failure, no such database, wrong password or user.
        "57P01" | "57P02" | "57P03" | "08006" | "3D000" | "28P01" | "28000" => StoreErrorKind::Unreachable,
        _ => StoreErrorKind::Internal,
    }
}

/// Sorts an error of the file system.
pub(crate) fn kind_of_io(error: &std::io::Error) -> StoreErrorKind {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreErrorKind::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreErrorKind::Full,
        ErrorKind::AlreadyExists => StoreErrorKind::Conflict,
        _ => StoreErrorKind::Internal,
    }
}

/// Whether an error says that a unique value is taken.
pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
