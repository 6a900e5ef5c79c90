//! `maki backup` and `maki restore` for the embedded register.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use maki_app::{Edge, SystemEdge};
use maki_store::{SQLITE_FILE, Store, backup_sqlite, mark_restored, release_sqlite, verify};

use crate::place::{Need, Place};

#[derive(Args)]
pub struct BackupOptions {
    /// A file that does not exist yet
    target: PathBuf,
}

#[derive(Args)]
pub struct RestoreOptions {
    /// A file that `maki backup` wrote
    source: PathBuf,
}

pub async fn backup(options: &BackupOptions, place: &Place) -> Result<ExitCode> {
    if !place.is_embedded() {
        bail!("only the embedded register is copied by maki; use pg_dump for PostgreSQL");
    }
    let store = place.open_store(Need::Existing).await?;
    backup_sqlite(&store, &options.target)
        .await
        .with_context(|| format!("cannot write {}", options.target.display()))?;
    println!("copied to {}", options.target.display());
    Ok(ExitCode::SUCCESS)
}

/// The copy is verified before anything is replaced, and what was there is kept beside it.
pub async fn restore(options: &RestoreOptions, place: &Place) -> Result<ExitCode> {
    if !place.is_embedded() {
        bail!("only the embedded register is restored by maki; use pg_restore for PostgreSQL");
    }
    let data = place.data();
    std::fs::create_dir_all(&data)?;
    // Beside its target, so that the last step is a rename; removed however this ends.
    let staging = tempfile::Builder::new().prefix("restoring-").tempdir_in(&data)?;
    let staging = staging.path();
    std::fs::copy(&options.source, staging.join(SQLITE_FILE))
        .with_context(|| format!("cannot read {}", options.source.display()))?;
    let copy = Store::open_sqlite(staging).await.context("the copy cannot be opened")?;
    let found = verify(&copy, |_, _| {}).await.context("the copy cannot be verified")?;
    if !found.is_whole() {
        bail!("the copy is damaged ({} findings); nothing was replaced", found.total_findings);
    }
    let epoch = mark_restored(&copy, SystemEdge.now()).await?;
    copy.close().await;

    let current = data.join(SQLITE_FILE);
    if current.exists() {
        release_sqlite(&data).await.context("the register is in use; stop the server first")?;
        let kept = data.join(format!("{SQLITE_FILE}.before-restore-{epoch}"));
        std::fs::rename(&current, &kept)?;
        println!("what was there is kept in {}", kept.display());
    }
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(data.join(format!("{SQLITE_FILE}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    std::fs::rename(staging.join(SQLITE_FILE), &current)?;
    println!("restored, {} events; the index is built anew at the next start", found.events);
    Ok(ExitCode::SUCCESS)
}
