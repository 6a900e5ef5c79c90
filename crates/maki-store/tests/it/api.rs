//! What programs write: many drafts at once, requests that come twice, large uploads.

use maki_domain::{ExternalId, Instant, RecordId, RecordKind, RecordState};
use maki_store::{Action, Actor, Begun, Draft, DraftSave, KeyedRequest, NewJob, Step, StoreError, Upload, WorkState};
use uuid::Uuid;

use crate::support::{Fixture, content, contract, named, new_id, new_system};

contract!(
    many_drafts_are_like_single_ones,
    several_writers_share_a_call,
    what_waits_or_is_stale_stops_the_whole_call,
    a_key_is_answered_once,
    an_upload_stays_until_its_job_has_ended
);

fn program() -> Actor {
    Actor { id: "token:1".into(), organisation: None, request: "r".into() }
}

async fn organisation(f: &Fixture) -> RecordId {
    let mut body = new_system(content(r#"{"organisation_name":"Stadt"}"#));
    body.record.kind = RecordKind::Organisation;
    let id = body.record.id;
    f.publish(&[body]).await.unwrap();
    id
}

/// A system and its use, as one entry.
fn pair(organisation: RecordId, name: &str) -> [DraftSave; 2] {
    let (system, entry) = (new_id(), new_id());
    let draft = |id, kind, parent, content| Draft {
        id,
        kind,
        owner: Some(organisation),
        parent,
        expected_revision: 0,
        content,
    };
    let save = |draft| DraftSave { draft, entry, organisation, base_version: 0, may_be_returned: true };
    [
        save(draft(system, RecordKind::System, None, named(name))),
        save(draft(entry, RecordKind::Deployment, Some(system), content(r#"{"lifecycle":"operation"}"#))),
    ]
}

async fn many_drafts_are_like_single_ones(f: &Fixture) {
    let organisation = organisation(f).await;
    let before = f.store.read().await.unwrap().head().await.unwrap().sequence;
    let mut saves: Vec<DraftSave> = (0..450).flat_map(|n| pair(organisation, &format!("System {n}"))).collect();
    let mut tx = f.store.write().await.unwrap();
    tx.save_drafts(Instant(5), &program(), &saves).await.unwrap();
    let first = saves[0].draft.id;
    tx.add_external_ids(&[(first, ExternalId::new("own", "1"))]).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.head().await.unwrap().sequence, before + 900);
    let events = tx.events_after(before, 1_000).await.unwrap();
    assert!(events.iter().all(|e| e.action == Action::DraftSaved && e.actor == "token:1"));
    assert_eq!(tx.work_counts(organisation).await.unwrap(), [(WorkState::Draft, 450)]);
    let works = tx.work_of_entry(saves[0].entry).await.unwrap();
    assert_eq!(works.iter().map(|w| (w.revision, w.editor.as_str())).collect::<Vec<_>>(), [(1, "token:1"); 2]);
    drop(tx);

    // Again, as a change.
    saves.truncate(2);
    saves[0].draft.expected_revision = 1;
    saves[0].draft.content = named("Lotte");
    let mut tx = f.store.write().await.unwrap();
    tx.save_drafts(Instant(6), &program(), &saves[..1]).await.unwrap();
    let newest = tx.newest_drafts(&[first, saves[1].draft.id]).await.unwrap();
    assert_eq!((newest.len(), &newest[&first]), (2, &named("Lotte")));
    assert_eq!(tx.works(&[first]).await.unwrap()[&first].revision, 2);
    let uses = tx.uses_of(&[first], &[organisation]).await.unwrap();
    assert_eq!(
        uses.iter().map(|u| (u.deployment, u.state)).collect::<Vec<_>>(),
        [(saves[1].draft.id, RecordState::Draft)]
    );
    assert!(tx.uses_of(&[first], &[new_id()]).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    assert_eq!(f.record(first).await.envelope.external_ids, [ExternalId::new("own", "1")]);
    f.assert_whole().await;
}

async fn several_writers_share_a_call(f: &Fixture) {
    let organisation = organisation(f).await;
    let (one, other) = (pair(organisation, "Lotte"), pair(organisation, "Emil"));
    let by = |id: &str| Actor { id: id.to_owned(), organisation: Some(organisation), request: String::new() };
    let mut tx = f.store.write().await.unwrap();
    tx.save_drafts_of(Instant(1), &[(by("anna"), one[0].clone()), (by("ben"), other[0].clone())]).await.unwrap();
    tx.commit().await.unwrap();
    let events = f.store.read().await.unwrap().events_after(0, 100).await.unwrap();
    let drafts = events.iter().filter(|e| e.action == Action::DraftSaved);
    assert_eq!(drafts.map(|e| e.actor.as_str()).collect::<Vec<_>>(), ["anna", "ben"]);
    // Both saw revision 1 of the same record: who comes second is told, and the call leaves nothing behind.
    let mut again = one[0].clone();
    again.draft.expected_revision = 1;
    let mut tx = f.store.write().await.unwrap();
    let twice = tx.save_drafts_of(Instant(2), &[(by("anna"), again.clone()), (by("ben"), again)]).await;
    assert!(matches!(twice, Err(StoreError::Stale { expected: 1, .. })), "{twice:?}");
    drop(tx);
    assert_eq!(f.record(one[0].draft.id).await.envelope.revision, 1);
    f.assert_whole().await;
}

async fn what_waits_or_is_stale_stops_the_whole_call(f: &Fixture) {
    let organisation = organisation(f).await;
    let saves = pair(organisation, "Lotte");
    let mut tx = f.store.write().await.unwrap();
    tx.save_drafts(Instant(1), &program(), &saves).await.unwrap();
    tx.commit().await.unwrap();
    let save = async |saves: &[DraftSave]| {
        let mut tx = f.store.write().await.unwrap();
        tx.save_drafts(Instant(2), &program(), saves).await
    };
    assert!(matches!(save(&saves).await, Err(StoreError::Stale { expected: 0, found: 1 })));
    let mut late = saves.clone();
    late.iter_mut().for_each(|save| save.draft.expected_revision = 9);
    assert!(matches!(save(&late).await, Err(StoreError::Stale { expected: 9, found: 1 })));
    let step = Step {
        entry: saves[0].entry,
        from: &[WorkState::Draft],
        to: WorkState::InReview,
        action: Action::Submitted,
        text: "",
    };
    let mut tx = f.store.write().await.unwrap();
    tx.hand_on(Instant(3), &program(), &step).await.unwrap();
    tx.commit().await.unwrap();
    late.iter_mut().for_each(|save| save.draft.expected_revision = 1);
    assert!(matches!(save(&late).await, Err(StoreError::NotPossible)));
    f.assert_whole().await;
}

async fn a_key_is_answered_once(f: &Fixture) {
    let organisation = new_id();
    let (hash, other) = ([1; 32], [2; 32]);
    let request = KeyedRequest { organisation, key: "k", hash: &hash };
    let begin = async |at: i64, request: KeyedRequest<'_>| {
        let mut tx = f.store.write().await.unwrap();
        let begun = tx.begin_request(Instant(at), request, Instant(at - 10), Instant(at - 100)).await.unwrap();
        tx.commit().await.unwrap();
        begun
    };
    assert_eq!(begin(1_000, request).await, Begun::New);
    assert_eq!(begin(1_005, request).await, Begun::Running);
    assert_eq!(begin(1_005, KeyedRequest { hash: &other, ..request }).await, Begun::Another);
    assert_eq!(begin(1_005, KeyedRequest { organisation: new_id(), ..request }).await, Begun::New);
    assert_eq!(begin(1_020, request).await, Begun::New, "the first one got lost");
    let mut tx = f.store.write().await.unwrap();
    tx.answer_request(request, 200, "answer").await.unwrap();
    tx.forget_request(request).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(begin(1_050, request).await, Begun::Answered { status: 200, answer: "answer".into() });
    assert_eq!(begin(1_200, request).await, Begun::New, "answers are kept for a while only");
    let mut tx = f.store.write().await.unwrap();
    tx.forget_request(request).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(begin(1_201, KeyedRequest { hash: &other, ..request }).await, Begun::New);
}

async fn an_upload_stays_until_its_job_has_ended(f: &Fixture) {
    let organisation = new_id();
    let put = async || {
        let id = Uuid::now_v7();
        let upload =
            Upload { id, organisation, token: Uuid::now_v7(), options: "{}".into(), body: vec![b'x'; 1 << 20] };
        let job = NewJob {
            id,
            kind: "upload",
            payload: String::new(),
            due_at: Instant(1),
            account: None,
            organisation: Some(organisation),
            total: 1,
        };
        let mut tx = f.store.write().await.unwrap();
        tx.put_jobs(Instant(1), &[job]).await.unwrap();
        tx.put_upload(Instant(1), &upload).await.unwrap();
        tx.commit().await.unwrap();
        upload
    };
    let (first, second) = (put().await, put().await);
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.upload(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.open_uploads(organisation).await.unwrap(), 2);
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    tx.cancel_job(Instant(2), first.id).await.unwrap();
    tx.drop_upload(second.id).await.unwrap();
    tx.commit().await.unwrap();
    put().await;
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.upload(first.id).await.unwrap(), None);
    assert_eq!(tx.upload(second.id).await.unwrap(), None);
}
