//! What lies around drafts: comments, preview links, proposals, reasons of withdrawals, changes to many at once.

use maki_domain::{RecordId, RecordKind};
use maki_store::{
    Action, Actor, BulkItem, NewBulkEdit, NewComment, NewPreview, NewProposal, ProposalState, Publication, StoreError,
};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, named, new_system, next};

contract!(
    threads_are_about_one_record,
    links_end_and_are_revoked,
    proposals_are_decided_once,
    reasons_stay,
    reasons_of_findings_are_kept_by_rule,
    many_changes_are_one,
    the_log_tells_what_was_public,
);

async fn system(f: &Fixture, owner: Option<RecordId>) -> Publication {
    let mut system = new_system(named("Lotte"));
    system.record.owner = owner;
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    system
}

async fn organisation(f: &Fixture) -> RecordId {
    let mut body = new_system(content(r#"{"organisation_name":"Stadt"}"#));
    body.record.kind = RecordKind::Organisation;
    f.publish(std::slice::from_ref(&body)).await.unwrap();
    body.record.id
}

fn remark(record: RecordId, thread: Option<Uuid>, field: &str) -> NewComment {
    let id = Uuid::now_v7();
    NewComment {
        id,
        record,
        thread: thread.unwrap_or(id),
        field: field.into(),
        organisation: RecordId::NIL,
        body: "Why?".into(),
    }
}

async fn threads_are_about_one_record(f: &Fixture) {
    let (one, other) = (system(f, None).await.record.id, system(f, None).await.record.id);
    let first = remark(one, None, "purpose");
    let answer = remark(one, Some(first.id), "purpose");
    let mut tx = f.store.write().await.unwrap();
    tx.write_comment(at(2), &actor(), &first).await.unwrap();
    tx.write_comment(at(3), &actor(), &answer).await.unwrap();
    // A thread of another record, an answer as a thread, and none at all.
    for wrong in
        [remark(other, Some(first.id), ""), remark(one, Some(answer.id), ""), remark(one, Some(Uuid::nil()), "")]
    {
        assert!(matches!(tx.write_comment(at(3), &actor(), &wrong).await, Err(StoreError::NotFound)));
    }
    assert!(matches!(tx.resolve_thread(at(4), &actor(), other, first.id, true).await, Err(StoreError::NotFound)));
    tx.resolve_thread(at(4), &actor(), one, first.id, true).await.unwrap();
    tx.resolve_thread(at(5), &actor(), one, first.id, true).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let found = tx.comments(one).await.unwrap();
    assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), [first.id, answer.id]);
    assert_eq!(found[0].resolved, Some((at(4), actor().id)), "the first to resolve it is named");
    assert!(tx.comments(other).await.unwrap().is_empty());
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    tx.resolve_thread(at(6), &actor(), one, first.id, false).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.store.read().await.unwrap().comments(one).await.unwrap()[0].resolved, None);
    f.assert_whole().await;
}

async fn links_end_and_are_revoked(f: &Fixture) {
    let entry = system(f, None).await.record.id;
    let link = |n: u8, ends| NewPreview { id: Uuid::now_v7(), hash: [n; 32], entry, ends_at: at(ends) };
    let first = link(1, 10);
    let mut tx = f.store.write().await.unwrap();
    tx.make_preview(at(2), &actor(), &first).await.unwrap();
    for n in 2..=20 {
        tx.make_preview(at(3), &actor(), &link(n, 100)).await.unwrap();
    }
    assert!(matches!(tx.make_preview(at(4), &actor(), &link(21, 100)).await, Err(StoreError::NotPossible)));
    // One that has ended makes room.
    tx.make_preview(at(10), &actor(), &link(21, 100)).await.unwrap();
    let foreign = tx.revoke_preview(at(5), &actor(), RecordId::NIL, first.id).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    tx.revoke_preview(at(5), &actor(), entry, first.id).await.unwrap();
    tx.revoke_preview(at(6), &actor(), entry, first.id).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let found = tx.preview(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.revoked_at, found.is_open(at(5))), (Some(at(5)), false));
    let other = tx.preview(&[2; 32]).await.unwrap().unwrap();
    assert!(other.is_open(at(99)) && !other.is_open(at(100)));
    assert_eq!(tx.preview(&[99; 32]).await.unwrap(), None);
    assert_eq!(tx.previews(entry).await.unwrap().len(), 21);
}

async fn proposals_are_decided_once(f: &Fixture) {
    let (steward, other) = (organisation(f).await, organisation(f).await);
    let record = system(f, Some(steward)).await.record.id;
    let new = || NewProposal {
        id: Uuid::now_v7(),
        record,
        base_version: 1,
        organisation: other,
        content: named("Lotte 2"),
        note: "renamed".into(),
    };
    let (first, second) = (new(), new());
    let mut tx = f.store.write().await.unwrap();
    tx.propose(at(2), &actor(), &first).await.unwrap();
    tx.propose(at(3), &actor(), &second).await.unwrap();
    for _ in 0..18 {
        tx.propose(at(4), &actor(), &new()).await.unwrap();
    }
    assert!(matches!(tx.propose(at(4), &actor(), &new()).await, Err(StoreError::NotPossible)), "enough are open");
    tx.decide_proposal(at(5), &actor(), first.id, ProposalState::Declined, "no").await.unwrap();
    let again = tx.decide_proposal(at(6), &actor(), first.id, ProposalState::Accepted, "").await;
    assert!(matches!(again, Err(StoreError::NotPossible)));
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let found = tx.proposal(first.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.answer.as_str(), found.decided_at), (ProposalState::Declined, "no", Some(at(5))));
    assert_eq!(found.content, first.content);
    assert_eq!(tx.proposals_about(record, 100).await.unwrap().len(), 20);
    assert_eq!(tx.proposals_by(other, 100).await.unwrap().len(), 20);
    assert!(tx.proposals_by(steward, 100).await.unwrap().is_empty());
    let open = tx.proposals_to(steward, 100).await.unwrap();
    assert_eq!((open.len(), open[0].id), (19, second.id), "the oldest first");
    assert!(tx.proposals_to(other, 100).await.unwrap().is_empty());
    drop(tx);
    f.assert_whole().await;
}

async fn reasons_stay(f: &Fixture) {
    let record = system(f, None).await.record.id;
    let mut tx = f.store.write().await.unwrap();
    for (second, reason) in [(2, "first"), (3, "second")] {
        tx.give_reason(at(second), record, reason).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = f.store.read().await.unwrap().withdrawals(&[record, RecordId::NIL]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[&record].reason.as_str(), found[&record].at), ("second", at(3)));
}

async fn many_changes_are_one(f: &Fixture) {
    let organisation = organisation(f).await;
    let mut items = Vec::new();
    for _ in 0..3 {
        items.push(BulkItem { record: system(f, Some(organisation)).await.record.id, revision: 2 });
    }
    items.sort_by_key(|item| item.record);
    let new = NewBulkEdit { id: Uuid::now_v7(), organisation, change: "{}".into(), items: items.clone() };
    let mut tx = f.store.write().await.unwrap();
    tx.note_bulk_edit(at(2), &actor(), &new).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let (edit, found) = tx.bulk_edit(new.id).await.unwrap().unwrap();
    assert_eq!((edit.items, found, edit.undone_at), (3, items, None));
    assert_eq!(tx.bulk_edits(organisation, 10).await.unwrap(), [edit]);
    assert!(tx.waiting_of_bulk_edits(&[new.id]).await.unwrap().is_empty(), "nobody works on them");
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    tx.undo_bulk_edit(at(3), &actor(), new.id).await.unwrap();
    assert!(matches!(tx.undo_bulk_edit(at(4), &actor(), new.id).await, Err(StoreError::NotPossible)));
    tx.commit().await.unwrap();
    f.assert_whole().await;
}

async fn the_log_tells_what_was_public(f: &Fixture) {
    let body = organisation(f).await;
    let one = system(f, None).await;
    let mut used = new_system(content(r#"{"lifecycle":"operation"}"#));
    used.record.kind = RecordKind::Deployment;
    used.record.parent = Some(one.record.id);
    let acting = Actor { organisation: Some(body), ..actor() };
    let mut tx = f.store.write().await.unwrap();
    tx.publish(at(10), &acting, &[used.clone(), next(&one, named("Lotte 2"))]).await.unwrap();
    tx.withdraw(at(20), &acting, used.record.id, 1).await.unwrap();
    tx.commit().await.unwrap();
    let steps = async |before| {
        let mut tx = f.store.read().await.unwrap();
        let found = tx.public_steps(one.record.id, at(before)).await.unwrap();
        found.into_iter().map(|s| (s.record, s.action, s.version, s.organisation)).collect::<Vec<_>>()
    };
    let (id, used) = (one.record.id, used.record.id);
    assert_eq!(steps(1).await, []);
    assert_eq!(steps(10).await, [(id, Action::Published, 1, None)]);
    let second = [(used, Action::Published, 1, Some(body)), (id, Action::Published, 2, Some(body))];
    assert_eq!(steps(20).await[1..], second);
    assert_eq!(steps(21).await[3], (used, Action::Withdrawn, 1, Some(body)));
}

async fn reasons_of_findings_are_kept_by_rule(f: &Fixture) {
    let (one, other) = (system(f, None).await.record.id, system(f, None).await.record.id);
    let mut tx = f.store.write().await.unwrap();
    tx.explain_finding(at(2), &actor(), one, "b", "first").await.unwrap();
    tx.explain_finding(at(3), &actor(), one, "a", "why").await.unwrap();
    tx.explain_finding(at(4), &actor(), one, "b", "second").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let found = tx.finding_reasons(one).await.unwrap();
    let told: Vec<_> = found.iter().map(|r| (r.rule.as_str(), r.reason.as_str(), r.given_at)).collect();
    assert_eq!(told, [("a", "why", at(3)), ("b", "second", at(4))]);
    assert_eq!(found[0].author, actor().id);
    assert!(tx.finding_reasons(other).await.unwrap().is_empty());
}
