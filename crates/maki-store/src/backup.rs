//! Backup and restore of the embedded register.
//!
//! `VACUUM INTO` writes a consistent copy while the register runs. It is written beside its final name and gets that
//! only when it is whole and durable. A restored register gets a new epoch, so that everything that follows the log
//! notices and starts anew.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use maki_domain::Instant;

use crate::Result;
use crate::engine::{Store, both};

/// Writes a consistent copy of the embedded register into a new file.
///
/// # Errors
/// When the file exists, cannot be written, or the register is not embedded.
pub async fn backup_sqlite(store: &Store, target: &Path) -> Result<()> {
    let Store::Sqlite { read, .. } = store else {
        let help = "only the embedded register is backed up by maki; use pg_dump for PostgreSQL";
        return Err(Error::new(ErrorKind::Unsupported, help).into());
    };
    if target.exists() {
        return Err(Error::from(ErrorKind::AlreadyExists).into());
    }
    let part = PathBuf::from([target.as_os_str(), &OsString::from(".part")].into_iter().collect::<OsString>());
    let path = part.to_str().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
    // A leftover of a backup that was interrupted.
    match std::fs::remove_file(&part) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e.into()),
        _ => {}
    }
    sqlx::query("VACUUM INTO $1").bind(path).execute(read).await?;
    File::open(&part)?.sync_all()?;
    std::fs::rename(&part, target)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Starts a new epoch after a restore. Returns it. The moment of the restore makes it differ from the epoch of any
/// other restore of the same backup.
///
/// # Errors
/// When the database cannot be written.
pub async fn mark_restored(store: &Store, at: Instant) -> Result<i64> {
    const SQL: &str = "UPDATE head SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch + 1 END RETURNING epoch";
    let mut tx = store.write().await?;
    let epoch = both!(&mut tx.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(at.0).fetch_one(c).await)?;
    tx.commit().await?;
    Ok(epoch)
}

/// Proves that no process has the embedded register of a folder open, by leaving WAL mode, which SQLite allows to the
/// only user of a file. Afterwards the file is complete in itself and may be moved.
///
/// # Errors
/// When another process uses the register, or the file is damaged.
pub async fn release_sqlite(data: &Path) -> Result<()> {
    use sqlx::{
        ConnectOptions, Connection,
        sqlite::{SqliteConnectOptions, SqliteJournalMode},
    };
    let options = SqliteConnectOptions::new()
        .filename(data.join(crate::SQLITE_FILE))
        .journal_mode(SqliteJournalMode::Delete)
        .busy_timeout(std::time::Duration::from_millis(500));
    options.connect().await?.close().await?;
    Ok(())
}
