//! Risk assessments: kept as made, reviewed once, in the log, within reach of redactions.

use maki_domain::{RecordId, catalogue};
use maki_store::{Action, NewAssessment, Redaction, StoreError};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, new_system};

contract!(
    assessments_are_kept_and_reviewed_once,
    what_was_changed_behind_the_log_is_found,
    a_redaction_reaches_what_an_assessment_was_made_of,
);

const PURPOSE: &str = r#"{"purpose":"secret"}"#;

async fn system(f: &Fixture) -> RecordId {
    let system = new_system(content(PURPOSE));
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    system.record.id
}

fn made(record: RecordId, reasons: &str) -> NewAssessment {
    NewAssessment {
        id: Uuid::now_v7(),
        record,
        system: Some(record),
        rule_set: "ki-vo-1".into(),
        day: "2026-11-25".into(),
        answers: r#"{"is_ai_system":true}"#.into(),
        result: r#"{"risk_class":"not_assessed"}"#.into(),
        reasons: reasons.into(),
        substance: content(PURPOSE),
    }
}

async fn keep(f: &Fixture, at_minute: i64, new: &NewAssessment) {
    let mut tx = f.store.write().await.unwrap();
    tx.keep_assessment(at(at_minute), &actor(), new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn assessments_are_kept_and_reviewed_once(f: &Fixture) {
    let record = system(f).await;
    let (first, second) = (made(record, "first"), made(record, "second"));
    keep(f, 2, &first).await;
    keep(f, 3, &second).await;
    let newest = f.store.read().await.unwrap().assessments(record, 10).await.unwrap();
    assert_eq!(newest.iter().map(|one| &one.made).collect::<Vec<_>>(), [&second, &first]);
    assert_eq!((newest[0].made_at, newest[0].assessor.as_str(), &newest[0].reviewed), (at(3), &*actor().id, &None));
    assert_eq!(f.store.read().await.unwrap().assessments(record, 1).await.unwrap().len(), 1);

    let now = content(r#"{"purpose":"secret","kind":"procured"}"#);
    let mut tx = f.store.write().await.unwrap();
    tx.review_assessment(at(4), &actor(), second.id, &now).await.unwrap();
    let again = tx.review_assessment(at(5), &actor(), second.id, &now).await.unwrap_err();
    assert!(matches!(again, StoreError::NotPossible), "{again:?}");
    tx.commit().await.unwrap();
    let newest = f.store.read().await.unwrap().assessments(record, 10).await.unwrap();
    assert_eq!(newest[0].reviewed, Some((actor().id, at(4))));
    assert_eq!((&newest[0].made.substance, &newest[1].reviewed), (&now, &None));
    let events = f.store.read().await.unwrap().events_after(1, 10).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| (event.action, event.record)).collect();
    let of = |action| (action, record);
    assert_eq!(actions, [of(Action::Assessed), of(Action::Assessed), of(Action::AssessmentReviewed)]);
    f.assert_whole().await;
}

async fn what_was_changed_behind_the_log_is_found(f: &Fixture) {
    let record = system(f).await;
    keep(f, 2, &made(record, "true")).await;
    f.assert_whole().await;
    f.tamper("UPDATE assessment SET reasons = 'false'").await;
    let found = f.verify().await;
    assert_eq!(found.findings, [(2, "assessment is not what was committed to")]);
    f.tamper("UPDATE assessment SET reasons = 'true'").await;
    f.assert_whole().await;
    f.tamper("UPDATE assessment SET made_at = made_at + 1").await;
    assert_eq!(f.verify().await.total_findings, 2);
}

async fn a_redaction_reaches_what_an_assessment_was_made_of(f: &Fixture) {
    let record = system(f).await;
    keep(f, 2, &made(record, "")).await;
    let field = catalogue().id("purpose").unwrap();
    let redaction = Redaction { record, number: 1, field, ground: "ground".into() };
    let mut tx = f.store.write().await.unwrap();
    tx.redact(at(3), &actor(), &redaction).await.unwrap();
    tx.commit().await.unwrap();
    let left = f.store.read().await.unwrap().assessments(record, 1).await.unwrap();
    assert!(left[0].made.substance.is_empty());
    f.assert_whole().await;
}
