//! Publishing: new and changed records, and everything that stands against it.

use maki_domain::{RecordKind, RecordState};
use maki_store::{Publication, StoreError, StoreErrorKind};

use crate::support::{Fixture, actor, at, content, contract, external, named, new_id, new_system, next};

contract!(
    a_new_record_is_public_at_once,
    a_change_appends_a_version,
    a_stale_write_is_refused_and_leaves_nothing,
    a_version_follows_the_last_one,
    a_kennung_is_taken_once,
    an_external_id_belongs_to_one_record,
    a_thousand_records_go_in_one_commit,
    content_comes_back_as_it_was,
    a_dropped_transaction_leaves_nothing,
    a_withdrawn_record_keeps_its_versions_and_may_return,
    kennungen_are_given_once,
);

async fn a_new_record_is_public_at_once(f: &Fixture) {
    let organisation = Publication {
        content: content(r#"{"organisation_name":"Musterstadt"}"#),
        change_note: "first".into(),
        ..new_system(named(""))
    };
    let mut organisation = organisation;
    organisation.record.kind = RecordKind::Organisation;
    let mut system = new_system(named("Lotte"));
    system.record.owner = Some(organisation.record.id);
    system.record.new_external_ids = vec![external("eu", "1"), external("old", "x")];
    f.publish(&[organisation.clone(), system.clone()]).await.unwrap();

    let stored = f.record(system.record.id).await;
    assert_eq!(stored.content, system.content);
    assert_eq!(stored.version_at, at(1));
    let envelope = &stored.envelope;
    assert_eq!((envelope.version, envelope.revision), (1, 1));
    assert_eq!(envelope.kind, RecordKind::System);
    assert_eq!(envelope.kennung.as_ref(), Some(&system.record.kennung));
    assert_eq!(envelope.state, RecordState::Published);
    assert_eq!(envelope.owner, Some(organisation.record.id));
    assert_eq!(envelope.external_ids, system.record.new_external_ids);
    assert_eq!((envelope.published_at, envelope.changed_at), (Some(at(1)), at(1)));
    f.assert_whole().await;
}

async fn a_change_appends_a_version(f: &Fixture) {
    let first = new_system(named("Lotte"));
    let mut second = next(&first, named("Lotte 2"));
    second.record.new_external_ids = vec![external("eu", "1")];
    let mut third = next(&second, named("Lotte 3"));
    // An id that the record has already is no conflict.
    third.record.new_external_ids = vec![external("eu", "1"), external("eu", "2")];
    f.publish(std::slice::from_ref(&first)).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    // Two versions of one record may even go in one batch.
    tx.publish(at(9), &actor(), &[second, third.clone()]).await.unwrap();
    tx.commit().await.unwrap();

    let stored = f.record(first.record.id).await;
    assert_eq!(stored.content, third.content);
    assert_eq!((stored.envelope.version, stored.envelope.revision), (3, 3));
    assert_eq!((stored.envelope.published_at, stored.envelope.changed_at), (Some(at(1)), at(9)));
    assert_eq!(stored.envelope.external_ids, [external("eu", "1"), external("eu", "2")]);
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.version(first.record.id, 1).await.unwrap(), Some((first.content, at(1))));
    assert_eq!(tx.version(first.record.id, 4).await.unwrap(), None);
    f.assert_whole().await;
}

async fn a_stale_write_is_refused_and_leaves_nothing(f: &Fixture) {
    let first = new_system(named("Lotte"));
    f.publish(std::slice::from_ref(&first)).await.unwrap();
    let second = next(&first, named("Lotte 2"));
    f.publish(std::slice::from_ref(&second)).await.unwrap();
    let new = new_system(named("Other"));

    let late = f.publish(&[new.clone(), second.clone()]).await.unwrap_err();
    assert!(matches!(late, StoreError::Stale { expected: 1, found: 2 }), "{late:?}");
    assert_eq!(late.kind(), StoreErrorKind::Conflict);
    // Making a record that is there already is the same mistake.
    let again = f.publish(std::slice::from_ref(&first)).await.unwrap_err();
    assert!(matches!(again, StoreError::Stale { expected: 0, found: 2 }), "{again:?}");
    let unknown = f.publish(&[next(&new, named("x"))]).await.unwrap_err();
    assert!(matches!(unknown, StoreError::NotFound), "{unknown:?}");

    assert_eq!(f.number("SELECT COUNT(*) FROM record").await, 1);
    assert_eq!(f.number("SELECT sequence FROM head").await, 2);
    f.assert_whole().await;
}

async fn a_version_follows_the_last_one(f: &Fixture) {
    let first = new_system(named("Lotte"));
    f.publish(std::slice::from_ref(&first)).await.unwrap();
    let mut far = next(&first, named("Lotte 2"));
    far.record.version = 7;
    let error = f.publish(&[far]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotPossible), "{error:?}");
}

async fn a_kennung_is_taken_once(f: &Fixture) {
    let holder = new_system(named("Lotte"));
    f.publish(std::slice::from_ref(&holder)).await.unwrap();
    let check = async |batch: &[Publication]| {
        let error = f.publish(batch).await.unwrap_err();
        let expected = holder.record.kennung.as_str();
        assert!(matches!(&error, StoreError::KennungTaken(k) if k == expected), "{error:?}");
        assert_eq!(error.kind(), StoreErrorKind::Conflict);
    };
    let mut other = new_system(named("Other"));
    other.record.kennung = holder.record.kennung.clone();
    // Also among others, which are not to blame.
    check(&[new_system(named("a")), other.clone(), new_system(named("b"))]).await;
    assert_eq!(f.number("SELECT COUNT(*) FROM record").await, 1);

    // Within one batch.
    let mut one = new_system(named("a"));
    let two = new_system(named("b"));
    one.record.kennung = two.record.kennung.clone();
    let error = f.publish(&[one, two]).await.unwrap_err();
    assert!(matches!(error, StoreError::KennungTaken(_)), "{error:?}");

    // First publication of a record that was a draft.
    let draft = maki_store::Draft {
        id: new_id(),
        kind: RecordKind::System,
        owner: None,
        parent: None,
        expected_revision: 0,
        content: named("Draft"),
    };
    let mut tx = f.store.write().await.unwrap();
    tx.save_draft(at(2), &actor(), &draft).await.unwrap();
    tx.commit().await.unwrap();
    other.record.id = draft.id;
    other.record.expected_revision = 1;
    check(&[other]).await;
    f.assert_whole().await;
}

async fn an_external_id_belongs_to_one_record(f: &Fixture) {
    let mut holder = new_system(named("Lotte"));
    holder.record.new_external_ids = vec![external("eu", "1"), external("eu", "2")];
    f.publish(&[holder]).await.unwrap();
    let mut other = new_system(named("Other"));
    // The same value in another scheme is free.
    other.record.new_external_ids = vec![external("nl", "1"), external("eu", "3"), external("eu", "2")];
    let error = f.publish(&[other]).await.unwrap_err();
    let exact = matches!(&error, StoreError::ExternalIdTaken { scheme, value } if scheme == "eu" && value == "2");
    assert!(exact, "{error:?}");

    let mut one = new_system(named("a"));
    let mut two = new_system(named("b"));
    one.record.new_external_ids = vec![external("eu", "9")];
    two.record.new_external_ids = vec![external("eu", "9")];
    let error = f.publish(&[one, two]).await.unwrap_err();
    assert!(matches!(error, StoreError::ExternalIdTaken { .. }), "{error:?}");
    assert_eq!(f.number("SELECT COUNT(*) FROM external_id").await, 2);
}

async fn a_thousand_records_go_in_one_commit(f: &Fixture) {
    let mut batch: Vec<Publication> = (0..1_000).map(|n| new_system(named(&format!("System {n}")))).collect();
    for (n, publication) in batch.iter_mut().enumerate() {
        publication.record.new_external_ids = vec![external("table", &n.to_string())];
    }
    f.publish(&batch).await.unwrap();
    let changed: Vec<Publication> = batch.iter().step_by(3).map(|p| next(p, named("changed"))).collect();
    let mixed: Vec<Publication> = changed.into_iter().chain((0..300).map(|_| new_system(named("late")))).collect();
    f.publish(&mixed).await.unwrap();

    let ids: Vec<_> = batch.iter().rev().map(|p| p.record.id).collect();
    let mut tx = f.store.read().await.unwrap();
    let stored = tx.records(&ids).await.unwrap();
    assert_eq!(stored.iter().map(|r| r.envelope.id).collect::<Vec<_>>(), ids, "in the order asked for");
    assert_eq!(stored.iter().filter(|r| r.content == named("changed")).count(), 334);
    assert_eq!(tx.head().await.unwrap().sequence, 1_634);
    let verification = f.verify().await;
    assert_eq!((verification.events, verification.total_findings), (1_634, 0));
}

async fn content_comes_back_as_it_was(f: &Fixture) {
    let check = async |json: &str| {
        let publication = new_system(content(json));
        f.publish(std::slice::from_ref(&publication)).await.unwrap();
        let stored = f.record(publication.record.id).await;
        assert_eq!(stored.content, publication.content);
        assert_eq!(serde_json::to_string(&stored.content).unwrap(), json);
    };
    check("{}").await;
    // Every type of value.
    check(r#"{"name":"Lotte","description":"Zwei\n\nAbsätze"}"#).await;
    check(r#"{"kind":"procured"}"#).await;
    check(r#"{"techniques":["speech"]}"#).await;
    check(r#"{"substantial_change_on":"2026-03"}"#).await;
    check(r#"{"interface_languages":["de","en"]}"#).await;
    check(r#"{"links":["https://example.org/a?b=c&d"]}"#).await;
    check(r#"{"used_on_real_cases":false,"places":["010010000000"],"usage_per_year":9223372036854775807}"#).await;
    check(r#"{"organisation_ars":"010010000000","organisation_mailbox":"ki@example.org"}"#).await;
    // Every kind of absence.
    for absence in ["not_stated", "unknown", "not_applicable"] {
        check(&format!(r#"{{"hosting":{{"absent":"{absence}"}}}}"#)).await;
    }
    check(r#"{"hosting":{"absent":"withheld","reason":"it_security"}}"#).await;
    // A narrowed visibility, and text that is hard on encodings.
    check(r#"{"name":"Lotte","problem":"x","_visibility":{"problem":"authorities"}}"#).await;
    let hard = serde_json::json!({ "name": "\u{0} \"\\ \u{1f} \u{1f3db} e\u{301} \u{feff}" });
    check(&hard.to_string()).await;
    check(&format!(r#"{{"description":"{}"}}"#, "ß".repeat(500_000))).await;
    f.assert_whole().await;
}

async fn a_dropped_transaction_leaves_nothing(f: &Fixture) {
    let mut tx = f.store.write().await.unwrap();
    tx.publish(at(1), &actor(), &[new_system(named("Lotte"))]).await.unwrap();
    assert_eq!(tx.head().await.unwrap().sequence, 1);
    drop(tx);
    let after = new_system(named("After"));
    f.publish(&[after]).await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM record").await, 1);
    assert_eq!(f.number("SELECT MAX(sequence) FROM event").await, 1, "the number was not used up");
    f.assert_whole().await;
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn a_withdrawn_record_keeps_its_versions_and_may_return(f: &Fixture) {
    let system = new_system(named("Lotte"));
    let id = system.record.id;
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    let withdraw = async |id, revision| {
        let mut tx = f.store.write().await.unwrap();
        tx.withdraw(at(2), &actor(), id, revision).await?;
        tx.commit().await
    };
    let error = withdraw(id, 5).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { expected: 5, found: 1 }), "{error:?}");
    let error = withdraw(new_id(), 1).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error:?}");
    withdraw(id, 1).await.unwrap();
    let error = withdraw(id, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::NotPossible), "{error:?}");

    let stored = f.record(id).await;
    assert_eq!(stored.envelope.state, RecordState::Withdrawn);
    assert_eq!((stored.envelope.version, stored.envelope.revision), (1, 2));
    assert_eq!(stored.content, system.content);
    let mut other = new_system(named("Other"));
    other.record.kennung = system.record.kennung.clone();
    assert!(matches!(f.publish(&[other]).await, Err(StoreError::KennungTaken(_))));
    f.assert_whole().await;

    let mut back = next(&system, named("Lotte 2"));
    back.record.expected_revision = 2;
    f.publish(&[back]).await.unwrap();
    assert_eq!(f.record(id).await.envelope.state, RecordState::Published);
    f.assert_whole().await;
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn kennungen_are_given_once(f: &Fixture) {
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(tx.take_kennungen("TEST-2026", 1).await.unwrap(), 1);
    assert_eq!(tx.take_kennungen("TEST-2026", 10).await.unwrap(), 2);
    assert_eq!(tx.take_kennungen("TEST-2026", 1).await.unwrap(), 12);
    assert_eq!(tx.take_kennungen("TEST-2027", 1).await.unwrap(), 1, "each series counts for itself");
    for kept in ["TEST-2026-000050", "TEST-2026-000020", "TEST-B-000003", "FREMD-2026-000900"] {
        tx.keep_kennung(&kept.parse().unwrap()).await.unwrap();
    }
    assert_eq!(tx.take_kennungen("TEST-2026", 2).await.unwrap(), 51);
    assert_eq!(tx.take_kennungen("TEST-B", 1).await.unwrap(), 4);
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(tx.take_kennungen("TEST-2026", 1).await.unwrap(), 53);
    drop(tx);
    // What a dropped transaction took was given to nobody: gaps must not tell of drafts.
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(tx.take_kennungen("TEST-2026", 1).await.unwrap(), 53);
}
