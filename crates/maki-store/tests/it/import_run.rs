//! What an import brought: runs, raw rows, provenance.

use maki_store::{ImportRun, Provenance, StoreError};
use uuid::Uuid;

use crate::support::{Fixture, at, contract, named, new_id, new_system, next};

contract!(a_run_is_kept_with_its_rows, provenance_names_the_last_import, a_chunk_has_a_limit);

fn run(id: Uuid) -> ImportRun {
    ImportRun { id, at: at(3), profile: "own".into(), file_name: "übung.csv".into(), report: "{}".into() }
}

async fn a_run_is_kept_with_its_rows(f: &Fixture) {
    let id = Uuid::now_v7();
    let first = "{\"a\":1}\n".repeat(1_000).into_bytes();
    let mut tx = f.store.write().await.unwrap();
    tx.put_import_run(&run(id)).await.unwrap();
    tx.put_import_rows(id, 1_001, 1_002, b"{}\n").await.unwrap();
    tx.put_import_rows(id, 1, 1_000, &first).await.unwrap();
    tx.put_import_rows(id, 2_000, 2_000, b"").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.import_rows(id).await.unwrap(), [first, b"{}\n".to_vec(), Vec::new()], "in the order of the file");
    assert!(tx.import_rows(Uuid::now_v7()).await.unwrap().is_empty());
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn provenance_names_the_last_import(f: &Fixture) {
    let systems: Vec<_> = (0..450).map(|_| new_system(named("imported"))).collect();
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let mut tx = f.store.write().await.unwrap();
    tx.put_import_run(&run(one)).await.unwrap();
    tx.put_import_run(&run(two)).await.unwrap();
    tx.put_import_run(&ImportRun { report: r#"{"rows":450}"#.into(), ..run(two) }).await.unwrap();
    tx.commit().await.unwrap();
    f.publish(&systems).await.unwrap();
    let from = |run, version| {
        move |(n, p): (usize, &maki_store::Publication)| Provenance {
            record: p.record.id,
            run,
            row_number: n as i64 + 1,
            version,
        }
    };
    let first: Vec<_> = systems.iter().enumerate().map(from(one, 1)).collect();
    let mut tx = f.store.write().await.unwrap();
    tx.put_provenance(&first).await.unwrap();
    tx.put_provenance(&[]).await.unwrap();
    tx.commit().await.unwrap();
    // The body edits the first system; then an import brings the second one anew.
    f.publish(&[next(&systems[0], named("edited")), next(&systems[1], named("imported anew"))]).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let again: Vec<_> = systems[1..2].iter().enumerate().map(from(two, 2)).collect();
    tx.put_provenance(&again).await.unwrap();
    assert_eq!(tx.imported_content(systems[0].record.id).await.unwrap(), Some((1, named("imported"))));
    assert_eq!(tx.imported_content(systems[1].record.id).await.unwrap(), Some((2, named("imported anew"))));
    assert_eq!(tx.imported_content(new_id()).await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let (provenance, of_run) = tx.provenance(systems[1].record.id).await.unwrap().unwrap();
    assert_eq!((provenance, of_run.report.as_str()), (again[0], r#"{"rows":450}"#));
    let (provenance, of_run) = tx.provenance(systems[449].record.id).await.unwrap().unwrap();
    assert_eq!((provenance, of_run), (first[449], run(one)));
    assert_eq!(tx.provenance(new_id()).await.unwrap(), None);
}

async fn a_chunk_has_a_limit(f: &Fixture) {
    let id = Uuid::now_v7();
    let mut tx = f.store.write().await.unwrap();
    tx.put_import_run(&run(id)).await.unwrap();
    tx.put_import_rows(id, 1, 1, &vec![b'x'; 16 << 20]).await.unwrap();
    // More could be compressed into the database and never be read again.
    let error = tx.put_import_rows(id, 2, 2, &vec![b'x'; (16 << 20) + 1]).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.import_rows(id).await.unwrap()[0].len(), 16 << 20);
}
