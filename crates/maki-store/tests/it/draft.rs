//! Drafts: beside what is public, every save kept.

use maki_domain::{RecordId, RecordKind, RecordState};
use maki_store::{Draft, Result, StoreError};

use crate::support::{Fixture, actor, at, contract, named, new_id, new_kennung, new_system};

contract!(a_draft_grows_and_is_published, a_stale_save_is_refused, a_draft_beside_what_is_public_hides_nothing);

fn draft(id: RecordId, expected_revision: i64, name: &str) -> Draft {
    Draft { id, kind: RecordKind::System, owner: None, parent: None, expected_revision, content: named(name) }
}

async fn save(f: &Fixture, draft: &Draft) -> Result<i64> {
    let mut tx = f.store.write().await?;
    let revision = tx.save_draft(at(draft.expected_revision), &actor(), draft).await?;
    tx.commit().await?;
    Ok(revision)
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn a_draft_grows_and_is_published(f: &Fixture) {
    let id = new_id();
    assert_eq!(save(f, &draft(id, 0, "one")).await.unwrap(), 1);
    assert_eq!(save(f, &draft(id, 1, "two")).await.unwrap(), 2);
    let stored = f.record(id).await;
    assert_eq!((stored.envelope.state, stored.envelope.version), (RecordState::Draft, 0));
    assert_eq!((stored.envelope.kennung, stored.envelope.published_at), (None, None));
    assert!(stored.content.is_empty(), "a draft is not what the public sees");
    let mut tx = f.store.read().await.unwrap();
    assert!(tx.list(RecordKind::System, None, 10).await.unwrap().is_empty());
    drop(tx);
    f.assert_whole().await;

    let mut publication = new_system(named("three"));
    publication.record.id = id;
    publication.record.kennung = new_kennung();
    publication.record.expected_revision = 2;
    f.publish(std::slice::from_ref(&publication)).await.unwrap();
    let stored = f.record(id).await;
    assert_eq!((stored.envelope.state, stored.envelope.version), (RecordState::Published, 1));
    assert_eq!(stored.envelope.kennung, Some(publication.record.kennung));
    let mut tx = f.store.read().await.unwrap();
    let kept = tx.drafts(id, 10).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|d| (d.revision, d.content.clone(), d.saved_at)).collect();
    assert_eq!(kept, [(2, named("two"), at(1)), (1, named("one"), at(0))]);
    drop(tx);
    f.assert_whole().await;
}

async fn a_stale_save_is_refused(f: &Fixture) {
    let id = new_id();
    save(f, &draft(id, 0, "one")).await.unwrap();
    save(f, &draft(id, 1, "two")).await.unwrap();
    let error = save(f, &draft(id, 1, "late")).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { expected: 1, found: 2 }), "{error:?}");
    let error = save(f, &draft(id, 0, "again")).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { expected: 0, found: 2 }), "{error:?}");
    let error = save(f, &draft(new_id(), 1, "nowhere")).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error:?}");
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.drafts(id, 10).await.unwrap()[0].content, named("two"), "nothing is lost");
    assert_eq!(tx.head().await.unwrap().sequence, 2);
}

async fn a_draft_beside_what_is_public_hides_nothing(f: &Fixture) {
    let system = new_system(named("public"));
    let id = system.record.id;
    f.publish(&[system]).await.unwrap();
    assert_eq!(save(f, &draft(id, 1, "better")).await.unwrap(), 2);
    let stored = f.record(id).await;
    assert_eq!(stored.envelope.state, RecordState::Published);
    assert_eq!(stored.content, named("public"));
    f.assert_whole().await;
}
