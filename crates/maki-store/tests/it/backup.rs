//! Backup while somebody writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use maki_store::{SQLITE_FILE, Store, StoreErrorKind, backup_sqlite, verify};

use crate::support::{Fixture, actor, at, named, new_system};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_writing_is_whole() {
    let f = Fixture::sqlite().await;
    f.publish(&(0..500).map(|_| new_system(named("before"))).collect::<Vec<_>>()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, stop) = (f.store.clone(), Arc::clone(&stop));
        async move {
            while !stop.load(Ordering::Relaxed) {
                let mut tx = store.write().await.unwrap();
                tx.publish(at(1), &actor(), &[new_system(named("meanwhile")), new_system(named("too"))]).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    });
    let copies = tempfile::tempdir().unwrap();
    let mut before = f.number("SELECT 500").await;
    for n in 0..5 {
        let folder = copies.path().join(n.to_string());
        std::fs::create_dir(&folder).unwrap();
        backup_sqlite(&f.store, &folder.join(SQLITE_FILE)).await.unwrap();
        let copy = Store::open_sqlite(&folder).await.unwrap();
        let verification = verify(&copy, |_, _| ()).await.unwrap();
        assert!(verification.is_whole(), "{verification:?}");
        assert!(verification.events >= before && verification.events % 2 == 0, "whole commits only");
        before = verification.events;
        copy.close().await;
    }
    stop.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    f.assert_whole().await;
}

#[tokio::test]
async fn a_backup_replaces_nothing_and_leaves_nothing_half() {
    let f = Fixture::sqlite().await;
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("copy.sqlite");
    // An interrupted backup left this.
    std::fs::write(folder.path().join("copy.sqlite.part"), "half").unwrap();
    backup_sqlite(&f.store, &target).await.unwrap();
    let names = || std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(names(), ["copy.sqlite"]);
    let bytes = std::fs::read(&target).unwrap();
    let error = backup_sqlite(&f.store, &target).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict, "{error:?}");
    assert_eq!(std::fs::read(&target).unwrap(), bytes);
    assert!(backup_sqlite(&f.store, &folder.path().join("no/such/folder")).await.is_err());
    assert_eq!(names(), ["copy.sqlite"]);
}

#[tokio::test]
async fn postgres_has_its_own_backup() {
    let Some(f) = Fixture::postgres().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let error = backup_sqlite(&f.store, &folder.path().join("copy")).await.unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    f.drop_database().await;
}
