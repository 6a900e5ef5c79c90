//! Work on drafts: states, and what each step keeps.

use maki_domain::{Instant, RecordId, RecordKind};
use maki_store::{Action, Actor, Draft, Step, StoreError, WorkSave, WorkState};
use uuid::Uuid;

use crate::support::{Fixture, content, contract, named, new_system};

contract!(steps_lead_where_they_are_drawn, an_entry_is_listed_once, what_is_published_is_listed_by_use);

fn editor() -> Actor {
    Actor { id: "anna".into(), organisation: None, request: "r".into() }
}

/// A system of an organisation, with a draft saved at an instant.
async fn draft(f: &Fixture, at: i64, entry: Option<RecordId>) -> (RecordId, RecordId) {
    let mut body = new_system(content(r#"{"organisation_name":"Stadt"}"#));
    body.record.kind = RecordKind::Organisation;
    let organisation = body.record.id;
    f.publish(&[body]).await.unwrap();
    let id = RecordId(Uuid::now_v7());
    let draft = Draft {
        id,
        kind: RecordKind::System,
        owner: Some(organisation),
        parent: None,
        expected_revision: 0,
        content: named("Lotte"),
    };
    let mut tx = f.store.write().await.unwrap();
    let revision = tx.save_draft(Instant(at), &editor(), &draft).await.unwrap();
    let save = WorkSave { record: id, entry: entry.unwrap_or(id), organisation, revision, base_version: 0 };
    tx.note_work(Instant(at), &editor(), &save).await.unwrap();
    tx.commit().await.unwrap();
    (id, organisation)
}

async fn steps_lead_where_they_are_drawn(f: &Fixture) {
    use WorkState::{Draft, InReview, Returned};
    let (id, organisation) = draft(f, 1, None).await;
    let hand_on = async |from: &[WorkState], to, action, text: &str| {
        let mut tx = f.store.write().await.unwrap();
        let done = tx.hand_on(Instant(2), &editor(), &Step { entry: id, from, to, action, text }).await;
        tx.commit().await.unwrap();
        done
    };
    let state = async || f.store.read().await.unwrap().work(id).await.unwrap().unwrap();
    assert!(matches!(hand_on(&[InReview], Returned, Action::Returned, "").await, Err(StoreError::NotPossible)));
    hand_on(&[Draft, Returned], InReview, Action::Submitted, "note").await.unwrap();
    assert_eq!((state().await.state, state().await.note.as_str()), (InReview, "note"));
    // What waits for approval is not saved over.
    let mut tx = f.store.write().await.unwrap();
    let save = WorkSave { record: id, entry: id, organisation, revision: 2, base_version: 0 };
    assert!(matches!(tx.note_work(Instant(3), &editor(), &save).await, Err(StoreError::NotPossible)));
    drop(tx);
    hand_on(&[InReview], Returned, Action::Returned, "answer").await.unwrap();
    let returned = state().await;
    assert_eq!((returned.state, returned.note.as_str(), returned.answer.as_str()), (Returned, "note", "answer"));
    hand_on(&[Draft, Returned], InReview, Action::Submitted, "again").await.unwrap();
    assert_eq!(state().await.answer, "");
    hand_on(&[InReview], Draft, Action::TakenBack, "").await.unwrap();
    assert_eq!((state().await.state, state().await.note.as_str()), (Draft, "again"));
    let mut tx = f.store.write().await.unwrap();
    tx.end_work(Instant(4), &editor(), id, Some(Action::Discarded)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.store.read().await.unwrap().work(id).await.unwrap(), None);
    f.assert_whole().await;
}

async fn an_entry_is_listed_once(f: &Fixture) {
    let (system, organisation) = draft(f, 1, None).await;
    let mut tx = f.store.write().await.unwrap();
    let second = Draft {
        id: RecordId(Uuid::now_v7()),
        kind: RecordKind::Deployment,
        owner: Some(organisation),
        parent: Some(system),
        expected_revision: 0,
        content: maki_domain::Content::new(),
    };
    let revision = tx.save_draft(Instant(2), &editor(), &second).await.unwrap();
    let save = WorkSave { record: second.id, entry: system, organisation, revision, base_version: 0 };
    tx.note_work(Instant(2), &editor(), &save).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.work_list(organisation, WorkState::Draft, 0, 10).await.unwrap(), [system]);
    assert_eq!(tx.work_counts(organisation).await.unwrap(), [(WorkState::Draft, 1)]);
    assert_eq!(tx.work_of_entry(system).await.unwrap().len(), 2);
}

async fn what_is_published_is_listed_by_use(f: &Fixture) {
    let of = |kind, owner: Option<RecordId>, parent: Option<RecordId>| {
        let mut publication = new_system(named("Lotte"));
        publication.record.kind = kind;
        (publication.record.owner, publication.record.parent) = (owner, parent);
        publication
    };
    let mut body = new_system(content(r#"{"organisation_name":"Stadt"}"#));
    body.record.kind = RecordKind::Organisation;
    let mut other = body.clone();
    other.record = of(RecordKind::Organisation, None, None).record;
    let (own, foreign) = (Some(body.record.id), Some(other.record.id));
    let (used, alone) = (of(RecordKind::System, own, None), of(RecordKind::System, own, None));
    let shared = of(RecordKind::System, foreign, None);
    let uses = [Some(used.record.id), Some(shared.record.id)].map(|system| of(RecordKind::Deployment, own, system));
    // A use by somebody else does not make the system one's own use.
    let elsewhere = of(RecordKind::Deployment, foreign, Some(alone.record.id));
    let mut all = vec![body, other, used, alone.clone(), shared, elsewhere];
    all.extend(uses.clone());
    f.publish(&all).await.unwrap();
    let mut expected = [alone.record.id, uses[0].record.id, uses[1].record.id];
    expected.sort_unstable();
    expected.reverse();
    let mut tx = f.store.read().await.unwrap();
    let organisation = own.unwrap();
    assert_eq!(tx.published_count(organisation).await.unwrap(), 3);
    assert_eq!(tx.published_entries(organisation, 0, 10).await.unwrap(), expected);
    assert_eq!(tx.published_entries(organisation, 1, 1).await.unwrap(), expected[1..2]);
    assert!(tx.published_entries(organisation, 3, 10).await.unwrap().is_empty());
}
