//! What goes wrong around the store ends as an error of the right kind, never as a panic, and never harms the data.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use maki_store::{Result, SQLITE_FILE, Schema, Store, StoreError, StoreErrorKind, Verification, verify};

use crate::support::{Fixture, contract, named, new_system, open};

contract!(a_locked_database_is_busy, a_newer_schema_is_refused, a_schema_is_told_without_writing);

async fn a_locked_database_is_busy(f: &Fixture) {
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    let other = open(&f.address()).await.unwrap();
    let held = other.write().await.unwrap();
    let since = Instant::now();
    // Both waits: for the lock that another process holds, and behind a writer of one's own.
    let (one, two) = tokio::join!(f.store.write(), f.store.write());
    let waited = since.elapsed();
    for result in [one, two] {
        let error = result.map(drop).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Busy, "{error:?}");
    }
    assert!((Duration::from_secs(4)..Duration::from_secs(9)).contains(&waited), "{waited:?}");
    f.store.ping().await.expect("readers do not wait");
    drop(held);
    f.publish(&[new_system(named("Then it works"))]).await.unwrap();
    other.close().await;
    f.assert_whole().await;
}

async fn a_newer_schema_is_refused(f: &Fixture) {
    f.tamper(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
            SELECT 9999, 'of tomorrow', installed_on, success, checksum, execution_time FROM _sqlx_migrations
            WHERE version = 1",
    )
    .await;
    let error = f.store.migrate("x").await.unwrap_err();
    assert!(matches!(error, StoreError::Migrate(_)), "{error:?}");
    assert!(error.to_string().contains("9999"), "{error}");
}

#[tokio::test]
async fn a_full_disk_refuses_the_write_and_keeps_the_rest() {
    let f = Fixture::sqlite().await;
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    f.tamper("PRAGMA max_page_count = 100").await;
    let batch = || (0..50).map(|_| new_system(named("more"))).collect::<Vec<_>>();
    let mut written = 1;
    let error = loop {
        match f.publish(&batch()).await {
            Ok(()) => written += 50,
            Err(error) => break error,
        }
        assert!(written < 10_000, "the limit holds");
    };
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error:?}");
    let verification = f.verify().await;
    assert_eq!((verification.events, verification.total_findings), (written, 0));
    f.tamper("PRAGMA max_page_count = 100000").await;
    f.publish(&batch()).await.unwrap();
    f.assert_whole().await;
}

/// Opens, migrates and verifies, as `maki serve` and `maki verify` do.
async fn use_all(address: &str) -> Result<Verification> {
    let store = open(address).await?;
    let result = async {
        store.migrate("x").await?;
        verify(&store, |_, _| ()).await
    }
    .await;
    store.close().await;
    result
}

#[tokio::test]
async fn a_damaged_file_is_said_to_be_damaged() {
    let f = Fixture::sqlite().await;
    f.publish(&(0..300).map(|_| new_system(named("Lotte"))).collect::<Vec<_>>()).await.unwrap();
    f.store.close().await;
    let file = f.folder().join(SQLITE_FILE);
    let whole = std::fs::read(&file).unwrap();
    assert!(use_all(&f.address()).await.unwrap().is_whole());
    let check = async |bytes: &[u8], what: &str| {
        for leftover in ["-wal", "-shm"] {
            std::fs::remove_file(f.folder().join(format!("{SQLITE_FILE}{leftover}"))).ok();
        }
        std::fs::write(&file, bytes).unwrap();
        match use_all(&f.address()).await {
            Ok(verification) => assert!(!verification.is_whole(), "{what}: nothing noticed"),
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Damaged, "{what}: {error:?}"),
        }
    };
    for length in [60, 1_000, 4_096, 4_097, whole.len() / 3 / 4_096 * 4_096, whole.len() / 2, whole.len() - 4_096] {
        check(&whole[..length], &format!("cut to {length}")).await;
    }
    check(&[b'x'; 10_000], "something else").await;
    // Nothing but a damaged middle: the header is fine.
    let mut overwritten = whole.clone();
    overwritten[8_192..whole.len() - 8_192].fill(0xa5);
    check(&overwritten, "overwritten").await;
    std::fs::write(&file, &whole).unwrap();
    assert!(use_all(&f.address()).await.unwrap().is_whole());
}

const READ_ONLY: &str = "MAKI_TEST_READ_ONLY_ADDRESS";
const NOBODY: u32 = 65_534;

/// Root may write everywhere, so another account looks at the register.
#[tokio::test]
async fn a_register_one_may_not_write_says_so() {
    let f = Fixture::sqlite().await;
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    f.store.close().await;
    let set = |path: &std::path::Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let file = f.folder().join(SQLITE_FILE);
    let is_root = std::process::Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    // The binary may lie where nobody else may look.
    let binary = f.folder().join("test-binary");
    std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    set(&binary, 0o755);
    for (folder_mode, file_mode) in [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666)] {
        set(&file, file_mode);
        set(f.folder(), folder_mode);
        let mut child = Command::new(&binary);
        child.args(["--exact", "faults::read_only_child", "--nocapture"]).env(READ_ONLY, f.address());
        child.current_dir("/");
        if is_root {
            child.uid(NOBODY).gid(NOBODY);
        }
        let output = child.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        set(f.folder(), 0o755);
        assert!(output.status.success(), "folder {folder_mode:o}, file {file_mode:o}: {told}");
    }
    assert!(use_all(&f.address()).await.unwrap().is_whole());
}

#[tokio::test]
async fn read_only_child() {
    let Ok(address) = std::env::var(READ_ONLY) else { return };
    let written = async {
        let store = open(&address).await?;
        let mut tx = store.write().await?;
        tx.publish(crate::support::at(1), &crate::support::actor(), &[new_system(named("x"))]).await?;
        tx.commit().await
    }
    .await;
    let error = written.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error:?}");

    // Reading works, and what is up to date is not migrated.
    let store = Store::open_existing_sqlite(std::path::Path::new(&address)).await.unwrap();
    store.migrate("x").await.unwrap();
    let verification = verify(&store, |_, _| ()).await.unwrap();
    assert!(verification.is_whole() && verification.events == 1, "{verification:?}");
    let error = store.try_writing().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error:?}");
}

async fn a_schema_is_told_without_writing(f: &Fixture) {
    assert_eq!(f.store.schema().await.unwrap(), Schema::Current);
    f.store.try_writing().await.unwrap();
    f.tamper("DELETE FROM head").await;
    assert_eq!(f.store.schema().await.unwrap(), Schema::Missing);
    f.tamper("DROP TABLE _sqlx_migrations").await;
    assert_eq!(f.store.schema().await.unwrap(), Schema::Missing);
}

#[tokio::test]
async fn a_register_that_does_not_exist_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("typo")] {
        let error = Store::open_existing_sqlite(&path).await.unwrap_err();
        assert!(matches!(error, StoreError::NoRegister), "{error:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(Store::open_sqlite(&file).await.is_err());
    assert!(Store::open_sqlite(&file.join("below")).await.is_err());
}
