//! The log and its head: gapless under many writers, migrated once, one file name per migration on both engines.

use std::collections::BTreeSet;
use std::path::Path;

use maki_domain::Instant;
use maki_store::{Action, Actor, Head, StoreError, mark_restored};

use crate::support::{Fixture, actor, at, contract, named, new_system, next, open};

contract!(
    events_say_who_did_what,
    eight_writers_leave_no_gap,
    crossing_writers_do_not_deadlock,
    migrating_again_changes_nothing,
    a_restore_begins_an_epoch,
);

async fn events_say_who_did_what(f: &Fixture) {
    let organisation = new_system(named("organisation"));
    f.publish(std::slice::from_ref(&organisation)).await.unwrap();
    let who = Actor { id: "process".into(), organisation: Some(organisation.record.id), request: "run-5".into() };
    let system = new_system(named("Lotte"));
    let mut tx = f.store.write().await.unwrap();
    tx.publish(at(5), &who, std::slice::from_ref(&system)).await.unwrap();
    tx.withdraw(at(6), &actor(), system.record.id, 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let events = tx.events_after(1, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.sequence, e.at, e.action, e.record, e.version)).collect();
    let id = system.record.id;
    assert_eq!(told, [(2, at(5), Action::Published, id, 1), (3, at(6), Action::Withdrawn, id, 1)]);
    let first = &events[0];
    assert_eq!((&first.actor, first.organisation, &first.request), (&who.id, who.organisation, &who.request));
    assert_eq!((first.root.len(), events[1].root.len()), (32, 0));
    assert_eq!(tx.head().await.unwrap().hash, events[1].hash);
    assert_eq!(tx.events_after(1, 1).await.unwrap().len(), 1);
    assert!(tx.events_after(3, 10).await.unwrap().is_empty());
}

async fn eight_writers_leave_no_gap(f: &Fixture) {
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = f.store.clone();
            tokio::spawn(async move {
                let mut written = Vec::new();
                for round in 0..12 {
                    let batch: Vec<_> = (0..=round % 3).map(|_| new_system(named("x"))).collect();
                    let mut tx = store.write().await.unwrap();
                    tx.publish(at(writer), &actor(), &batch).await.unwrap();
                    if round % 4 == 3 {
                        drop(tx);
                        continue;
                    }
                    let last = tx.head().await.unwrap().sequence;
                    tx.commit().await.unwrap();
                    written.extend((last - batch.len() as i64 + 1)..=last);
                }
                written
            })
        })
        .collect();
    // A follower that reads on all the while never skips a number.
    let mut position = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let mut tx = f.store.read().await.unwrap();
        for event in tx.events_after(position, 100).await.unwrap() {
            assert_eq!(event.sequence, position + 1);
            position = event.sequence;
        }
    }
    let mut all = BTreeSet::new();
    let mut count = 0;
    for writer in writers {
        let written = writer.await.unwrap();
        count += written.len() as i64;
        all.extend(written);
    }
    assert_eq!(all.into_iter().collect::<Vec<_>>(), (1..=count).collect::<Vec<_>>());
    assert_eq!(f.verify().await.events, count);
    f.assert_whole().await;
}

async fn crossing_writers_do_not_deadlock(f: &Fixture) {
    let (mut a, mut b) = (new_system(named("a")), new_system(named("b")));
    f.publish(&[a.clone(), b.clone()]).await.unwrap();
    for _ in 0..10 {
        let (next_a, next_b) = (next(&a, named("a")), next(&b, named("b")));
        let forth = [next_a.clone(), next_b.clone()];
        let back = [next_b.clone(), next_a.clone()];
        let (one, two) = tokio::join!(f.publish(&forth), f.publish(&back));
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        won.unwrap();
        assert!(matches!(lost, Err(StoreError::Stale { .. })), "{lost:?}");
        (a, b) = (next_a, next_b);
    }
    f.assert_whole().await;
}

async fn migrating_again_changes_nothing(f: &Fixture) {
    f.publish(&[new_system(named("Lotte"))]).await.unwrap();
    let head = async || f.store.read().await.unwrap().head().await.unwrap();
    let before = head().await;
    f.store.migrate("another-register").await.unwrap();
    // Also by another process, at the same time.
    let other = open(&f.address()).await.unwrap();
    let (one, two) = tokio::join!(f.store.migrate("x"), other.migrate("y"));
    one.unwrap();
    two.unwrap();
    other.close().await;
    assert_eq!(head().await, before);
    assert_eq!(before.register_id, "register-of-tests");
    f.store.ping().await.unwrap();
}

async fn a_restore_begins_an_epoch(f: &Fixture) {
    assert_eq!(mark_restored(&f.store, Instant(500)).await.unwrap(), 500);
    // A clock that went back does not lead back to an epoch that was.
    assert_eq!(mark_restored(&f.store, Instant(400)).await.unwrap(), 501);
    let Head { epoch, sequence, .. } = f.store.read().await.unwrap().head().await.unwrap();
    assert_eq!((epoch, sequence), (501, 0));
}

#[test]
fn migrations_have_equal_names_on_both_engines() {
    let names = |engine: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}
