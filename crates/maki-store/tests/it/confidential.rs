//! Confidential entries in the database: steps, states, readers, counts, and that the log proves them and tells nothing.

use std::collections::BTreeMap;

use maki_domain::confidential::{ConfidentialContent, ConfidentialState, ConfidentialStep, Restriction};
use maki_domain::{Instant, RecordId};
use maki_store::{Action, Actor, ConfidentialEntry, ConfidentialWrite, StoreError};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, named, new_id, new_kennung, new_seed, new_system};

const CANARY: &str = "Zeisigkanarie";

fn secret(ground: &str, name: &str) -> ConfidentialContent {
    let restriction = Restriction::parse(ground, "§ 3 Nr. 2 IFG", &format!("Grund {CANARY}")).unwrap();
    ConfidentialContent { restriction, system: named(name), deployment: named(name) }
}

/// A published organisation.
async fn organisation(fixture: &Fixture) -> RecordId {
    let mut body = new_system(content(r#"{"organisation_name":"Amt"}"#));
    body.record.kind = maki_domain::RecordKind::Organisation;
    body.record.kennung = new_kennung();
    let id = body.record.id;
    fixture.publish(&[body]).await.unwrap();
    id
}

async fn make(fixture: &Fixture, organisation: RecordId, secret: &ConfidentialContent) -> ConfidentialEntry {
    let mut tx = fixture.store.write().await.unwrap();
    let made = tx.make_confidential(at(10), &actor(), (new_id(), organisation), secret, new_seed()).await.unwrap();
    tx.commit().await.unwrap();
    made
}

async fn step(
    fixture: &Fixture,
    entry: &ConfidentialEntry,
    when: Instant,
    step: &ConfidentialStep,
) -> Result<ConfidentialEntry, StoreError> {
    let mut tx = fixture.store.write().await?;
    let write = ConfidentialWrite { entry: entry.id, expected_revision: entry.revision, step, seed: new_seed() };
    let done = tx.write_confidential(when, &actor(), &write).await?;
    tx.commit().await?;
    Ok(done)
}

async fn approved(fixture: &Fixture, entry: &ConfidentialEntry, when: Instant) -> ConfidentialEntry {
    let submitted = ConfidentialStep::Submitted { note: CANARY.to_owned(), reasons: BTreeMap::new() };
    let entry = step(fixture, entry, when, &submitted).await.unwrap();
    step(fixture, &entry, when, &ConfidentialStep::Approved).await.unwrap()
}

async fn every_step_is_kept_and_proved(fixture: &Fixture) {
    let body = organisation(fixture).await;
    let first = secret("classified", CANARY);
    let made = make(fixture, body, &first).await;
    assert_eq!((made.number, made.revision, made.state), (1, 1, ConfidentialState::Draft));
    assert_eq!(make(fixture, body, &first).await.number, 2);
    let entry = approved(fixture, &made, at(20)).await;
    assert_eq!((entry.state, entry.approved_revision), (ConfidentialState::Approved, 1));
    let second = secret("law_enforcement", "anders");
    let entry = step(fixture, &entry, at(30), &ConfidentialStep::Saved(Box::new(second.clone()))).await.unwrap();
    assert_eq!((entry.state, entry.revision, entry.approved_revision), (ConfidentialState::Draft, 2, 1));
    let mut tx = fixture.store.read().await.unwrap();
    assert_eq!(tx.confidential_entry(entry.id).await.unwrap(), Some(entry.clone()));
    assert_eq!(tx.confidential_content(entry.id, 1).await.unwrap(), Some(first));
    assert_eq!(tx.confidential_content(entry.id, 2).await.unwrap(), Some(second.clone()));
    assert_eq!(tx.confidential_content(entry.id, 3).await.unwrap(), None);
    let history = tx.confidential_history(entry.id, 0, 10).await.unwrap();
    let steps: Vec<&str> = history.iter().rev().map(|event| event.step.code()).collect();
    assert_eq!(steps, ["saved", "submitted", "approved", "saved"]);
    assert_eq!(history[0].step, ConfidentialStep::Saved(Box::new(second)));
    let list = tx.confidential_of(body, 0, 10).await.unwrap();
    assert_eq!(list.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2], "the latest changed first");
    // The log has one row for each, of one kind, and nothing else of them.
    let events = tx.events_after(0, 100).await.unwrap();
    let told: Vec<_> = events.iter().filter(|event| event.action == Action::Confidential).collect();
    assert_eq!(told.len(), 5);
    assert!(told.iter().all(|event| event.organisation.is_none() && event.version == 0 && event.root.len() == 32));
    assert_eq!(tx.touched_after(0, 100).await.unwrap().len(), 1, "followers hear of the organisation alone");
    drop(tx);
    fixture.assert_whole().await;
}

async fn a_step_needs_the_newest_save_and_the_right_state(fixture: &Fixture) {
    let body = organisation(fixture).await;
    let made = make(fixture, body, &secret("classified", "eins")).await;
    let save = ConfidentialStep::Saved(Box::new(secret("classified", "zwei")));
    let saved = step(fixture, &made, at(20), &save).await.unwrap();
    let stale = step(fixture, &made, at(21), &save).await.unwrap_err();
    assert!(matches!(stale, StoreError::Stale { expected: 1, found: 2 }), "{stale:?}");
    let early = step(fixture, &saved, at(22), &ConfidentialStep::Approved).await.unwrap_err();
    assert!(matches!(early, StoreError::NotPossible), "{early:?}");
    let nowhere = ConfidentialEntry { id: new_id(), ..saved.clone() };
    assert!(matches!(step(fixture, &nowhere, at(23), &save).await.unwrap_err(), StoreError::NotFound));
    let ended = step(fixture, &saved, at(24), &ConfidentialStep::Ended { reason: "weg".into() }).await.unwrap();
    assert!(matches!(step(fixture, &ended, at(25), &save).await.unwrap_err(), StoreError::NotPossible));
    let history = fixture.store.read().await.unwrap().confidential_history(made.id, 0, 10).await.unwrap();
    assert_eq!(history.len(), 3, "what was refused leaves nothing");
    fixture.assert_whole().await;
}

async fn readers_are_named_and_revoked(fixture: &Fixture) {
    let body = organisation(fixture).await;
    let made = make(fixture, body, &secret("classified", "eins")).await;
    let (anna, berta) = (Uuid::from_u128(1), Uuid::from_u128(2));
    step(fixture, &made, at(20), &ConfidentialStep::ReaderNamed { account: anna }).await.unwrap();
    step(fixture, &made, at(21), &ConfidentialStep::ReaderNamed { account: berta }).await.unwrap();
    let readers = async || -> Vec<Uuid> {
        let found = fixture.store.read().await.unwrap().confidential_readers(made.id).await.unwrap();
        found.into_iter().map(|(account, _)| account).collect()
    };
    let listed = async |account| -> usize {
        fixture.store.read().await.unwrap().confidential_read_by(account, 10).await.unwrap().len()
    };
    assert_eq!(readers().await, [anna, berta]);
    assert_eq!(listed(anna).await, 0, "what is not approved has no readers yet");
    approved(fixture, &made, at(30)).await;
    assert_eq!((listed(anna).await, listed(berta).await, listed(Uuid::from_u128(3)).await), (1, 1, 0));
    step(fixture, &made, at(31), &ConfidentialStep::ReadByReader { account: anna }).await.unwrap();
    step(fixture, &made, at(32), &ConfidentialStep::ReaderRevoked { account: anna }).await.unwrap();
    assert_eq!((readers().await, listed(anna).await, listed(berta).await), (vec![berta], 0, 1));
    step(fixture, &made, at(33), &ConfidentialStep::ReaderNamed { account: anna }).await.unwrap();
    assert_eq!((readers().await, listed(anna).await), (vec![berta, anna], 1));
    step(fixture, &made, at(34), &ConfidentialStep::Ended { reason: "weg".into() }).await.unwrap();
    assert_eq!((listed(anna).await, listed(berta).await), (0, 0));
    fixture.assert_whole().await;
}

async fn only_what_is_approved_counts(fixture: &Fixture) {
    let (one, other) = (organisation(fixture).await, organisation(fixture).await);
    let first = make(fixture, one, &secret("classified", "eins")).await;
    make(fixture, one, &secret("classified", "Entwurf")).await;
    let second = make(fixture, one, &secret("law_enforcement", "zwei")).await;
    let third = make(fixture, other, &secret("law_enforcement", "drei")).await;
    let counts = async |before| -> Vec<(RecordId, &'static str, i64)> {
        let found = fixture.store.read().await.unwrap().confidential_counts(before).await.unwrap();
        let mut all: Vec<_> = found.into_iter().map(|c| (c.organisation, c.ground.code(), c.count)).collect();
        all.sort();
        all
    };
    assert_eq!(counts(at(100)).await, []);
    approved(fixture, &first, at(20)).await;
    let second = approved(fixture, &second, at(30)).await;
    approved(fixture, &third, at(40)).await;
    assert_eq!(counts(at(20)).await, [], "before the day itself");
    assert_eq!(counts(at(21)).await, [(one, "classified", 1)]);
    let mut all = vec![(one, "classified", 1), (one, "law_enforcement", 1), (other, "law_enforcement", 1)];
    all.sort();
    assert_eq!(counts(at(41)).await, all);
    // A newer draft changes nothing before it is approved.
    let changed = ConfidentialStep::Saved(Box::new(secret("classified", "zwei")));
    let second = step(fixture, &second, at(50), &changed).await.unwrap();
    assert_eq!(counts(at(60)).await, all);
    let second = approved(fixture, &second, at(61)).await;
    let mut merged = vec![(one, "classified", 2), (other, "law_enforcement", 1)];
    merged.sort();
    assert_eq!(counts(at(61)).await, all, "not before that day either");
    assert_eq!(counts(at(70)).await, merged);
    step(fixture, &second, at(80), &ConfidentialStep::Ended { reason: "weg".into() }).await.unwrap();
    assert_eq!(counts(at(80)).await, merged, "it was there before that day");
    assert_eq!(counts(at(81)).await.iter().map(|(.., count)| count).sum::<i64>(), 2);
    fixture.assert_whole().await;
}

async fn nothing_is_lost_with_its_organisation(fixture: &Fixture) {
    let (from, to) = (organisation(fixture).await, organisation(fixture).await);
    let first = make(fixture, from, &secret("classified", "eins")).await;
    let second = make(fixture, from, &secret("classified", "zwei")).await;
    make(fixture, to, &secret("classified", "drei")).await;
    let mut tx = fixture.store.write().await.unwrap();
    assert!(tx.owns_anything(from).await.unwrap());
    tx.move_confidential(at(20), &Actor { organisation: Some(to), ..actor() }, from, to, new_seed).await.unwrap();
    assert!(!tx.owns_anything(from).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = fixture.store.read().await.unwrap();
    let mut numbers = Vec::new();
    for id in [first.id, second.id] {
        let moved = tx.confidential_entry(id).await.unwrap().unwrap();
        assert_eq!(moved.organisation, to);
        numbers.push(moved.number);
        let history = tx.confidential_history(id, 0, 1).await.unwrap();
        assert_eq!(history[0].step, ConfidentialStep::Moved { from });
    }
    assert_eq!(numbers, [2, 3], "numbers of the successor");
    drop(tx);
    // What has ended keeps nobody from ending.
    let end = ConfidentialStep::Ended { reason: "weg".into() };
    for entry in fixture.store.read().await.unwrap().confidential_of(to, 0, 10).await.unwrap() {
        step(fixture, &entry, at(30), &end).await.unwrap();
    }
    assert!(!fixture.store.write().await.unwrap().owns_anything(to).await.unwrap());
    fixture.assert_whole().await;
}

async fn tampering_is_found(fixture: &Fixture) {
    const TAMPERING: [(&str, &str, &str); 6] = [
        (
            "UPDATE confidential_step SET content = (SELECT b.content FROM confidential_step b WHERE b.step = 'submitted')
                WHERE step = 'saved'",
            "UPDATE confidential_step SET content = (SELECT b.content FROM kept b WHERE b.sequence = confidential_step.sequence)",
            "step of a confidential entry is not what was committed to",
        ),
        (
            "UPDATE confidential_step SET account = entry WHERE step = 'reader_named'",
            "UPDATE confidential_step SET account = (SELECT b.account FROM kept b WHERE b.sequence = confidential_step.sequence)",
            "step of a confidential entry is not what was committed to",
        ),
        (
            "UPDATE confidential_step SET ground = 'law_enforcement' WHERE step = 'approved'",
            "UPDATE confidential_step SET ground = 'classified' WHERE step = 'approved'",
            "step of a confidential entry is not what was committed to",
        ),
        (
            "UPDATE confidential_entry SET state = 'draft'",
            "UPDATE confidential_entry SET state = 'approved'",
            "a confidential entry is not in the state its last step left it in",
        ),
        (
            "UPDATE confidential_entry SET approved_revision = 0",
            "UPDATE confidential_entry SET approved_revision = 1",
            "a confidential entry does not stand at its last save or approval",
        ),
        (
            "DELETE FROM confidential_step WHERE step = 'read'",
            "INSERT INTO confidential_step SELECT * FROM kept WHERE step = 'read'",
            "step of a confidential entry is missing",
        ),
    ];
    let body = organisation(fixture).await;
    let made = make(fixture, body, &secret("classified", CANARY)).await;
    let account = Uuid::from_u128(1);
    step(fixture, &made, at(20), &ConfidentialStep::ReaderNamed { account }).await.unwrap();
    let entry = approved(fixture, &made, at(30)).await;
    step(fixture, &entry, at(31), &ConfidentialStep::ReadByReader { account }).await.unwrap();
    fixture.tamper("CREATE TABLE kept AS SELECT * FROM confidential_step").await;
    fixture.assert_whole().await;
    for (tamper, mend, expected) in TAMPERING {
        assert!(fixture.tamper(tamper).await > 0, "{tamper}");
        let found = fixture.verify().await;
        assert!(found.findings.iter().any(|(_, what)| *what == expected), "{tamper}: {found:?}");
        fixture.tamper(mend).await;
        fixture.assert_whole().await;
    }
}

contract!(
    every_step_is_kept_and_proved,
    a_step_needs_the_newest_save_and_the_right_state,
    readers_are_named_and_revoked,
    only_what_is_approved_counts,
    nothing_is_lost_with_its_organisation,
    tampering_is_found,
);
