//! Backup and restore of the embedded register.
//!
//! `VACUUM INTO` writes a consistent copy while the register runs. A restored register gets a new epoch, so that
//! everything that follows the log notices and starts anew.

use std::path::Path;

use crate::engine::{Store, both};
use crate::{Result, StoreError};

/// Writes a consistent copy of the embedded register into a new file.
///
/// # Errors
/// When the file exists, cannot be written, or the register is not embedded.
pub async fn backup_sqlite(store: &Store, target: &Path) -> Result<()> {
    let Store::Sqlite { read, .. } = store else {
        return Err(StoreError::Io(std::io::Error::new(
            std::io::ErrorKind::Unsupported,
            "only the embedded register is backed up by maki; use pg_dump for PostgreSQL",
        )));
    };
    if target.exists() {
        return Err(std::io::Error::from(std::io::ErrorKind::AlreadyExists).into());
    }
    let path = target.to_str().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
    sqlx::query("VACUUM INTO $1").bind(path).execute(read).await?;
    std::fs::File::open(target)?.sync_all()?;
    Ok(())
}

/// Starts a new epoch after a restore. Returns it.
///
/// # Errors
/// When the database cannot be written.
pub async fn mark_restored(store: &Store) -> Result<i64> {
    const SQL: &str = "UPDATE head SET epoch = epoch + 1 RETURNING epoch";
    let mut tx = store.write().await?;
    let epoch = both!(&mut tx.0, c => sqlx::query_scalar::<Be, i64>(SQL).fetch_one(c).await)?;
    tx.commit().await?;
    Ok(epoch)
}
