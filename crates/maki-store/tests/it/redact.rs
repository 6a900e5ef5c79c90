//! Redaction: the value is gone, the chain still verifies, the act is in the log.

use maki_domain::{FieldId, RecordKind, catalogue};
use maki_store::{Action, Draft, Redaction, Result, Store, StoreError};

use crate::support::{Fixture, actor, at, content, contract, named, new_id, new_system, next};

contract!(
    a_value_is_taken_out_and_the_chain_verifies,
    several_values_go_one_after_another,
    what_is_not_there_cannot_be_redacted,
    drafts_lose_the_same_value,
);

fn field(key: &str) -> FieldId {
    catalogue().id(key).unwrap()
}

async fn redact(f: &Fixture, redaction: &Redaction) -> Result<()> {
    let mut tx = f.store.write().await?;
    tx.redact(at(5), &actor(), redaction).await?;
    tx.commit().await
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn a_value_is_taken_out_and_the_chain_verifies(f: &Fixture) {
    const SECRET: &str = "Erika Musterfrau, Zimmer 203";
    let first = new_system(content(&format!(
        r#"{{"name":"Lotte","description":"{SECRET}","kind":"procured","_visibility":{{"name":"authorities"}}}}"#
    )));
    let record = first.record.id;
    f.publish(&[first.clone(), next(&first, first.content.clone())]).await.unwrap();
    let root_before = f.store.read().await.unwrap().events_after(0, 1).await.unwrap()[0].root.clone();
    let redaction = Redaction { record, number: 1, field: field("description"), ground: "Art. 17 DSGVO".into() };
    redact(f, &redaction).await.unwrap();

    let expected = content(r#"{"name":"Lotte","kind":"procured","_visibility":{"name":"authorities"}}"#);
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.version(record, 1).await.unwrap().unwrap().0, expected);
    assert_eq!(tx.version(record, 2).await.unwrap().unwrap().0, first.content, "other versions stay");
    let redactions = tx.redactions(record).await.unwrap();
    let told: Vec<_> = redactions.iter().map(|r| (r.number, r.field.as_str(), r.ground.as_str(), r.at)).collect();
    assert_eq!(told, [(1, "description", "Art. 17 DSGVO", at(5))]);
    let events = tx.events_after(0, 10).await.unwrap();
    assert_eq!((events[2].action, events[2].record, events[2].version), (Action::Redacted, record, 1));
    assert_eq!(events[0].root, root_before);
    drop(tx);
    assert_eq!(f.record(record).await.envelope.revision, 3, "whoever has read the record before notices");
    f.assert_whole().await;

    redact(f, &Redaction { number: 2, ..redaction }).await.unwrap();
    f.assert_whole().await;
    assert_eq!(f.record(record).await.content, expected);
    // The public version may go on.
    let mut third = next(&next(&first, first.content.clone()), named("Lotte 3"));
    third.record.expected_revision = 4;
    f.publish(&[third]).await.unwrap();
    f.assert_whole().await;
}

async fn several_values_go_one_after_another(f: &Fixture) {
    let system = new_system(content(r#"{"name":"Lotte","description":"a","purpose":"b","kind":"procured"}"#));
    let record = system.record.id;
    f.publish(&[system]).await.unwrap();
    for key in ["description", "name", "kind", "purpose"] {
        let redaction = Redaction { record, number: 1, field: field(key), ground: "ground".into() };
        redact(f, &redaction).await.unwrap();
        f.assert_whole().await;
    }
    assert!(f.record(record).await.content.is_empty());
}

async fn what_is_not_there_cannot_be_redacted(f: &Fixture) {
    let system = new_system(named("Lotte"));
    let record = system.record.id;
    f.publish(&[system]).await.unwrap();
    let check = async |record, number, key| {
        let redaction = Redaction { record, number, field: field(key), ground: "ground".into() };
        let error = redact(f, &redaction).await.unwrap_err();
        assert!(matches!(error, StoreError::NotFound), "{error:?}");
    };
    check(record, 1, "description").await;
    check(record, 2, "name").await;
    check(new_id(), 1, "name").await;
    let redaction = Redaction { record, number: 1, field: field("name"), ground: "ground".into() };
    redact(f, &redaction).await.unwrap();
    check(record, 1, "name").await;
    assert_eq!(f.number("SELECT sequence FROM head").await, 2);
    f.assert_whole().await;
}

async fn drafts_lose_the_same_value(f: &Fixture) {
    let system = new_system(content(r#"{"name":"Lotte","description":"secret"}"#));
    let id = system.record.id;
    f.publish(&[system]).await.unwrap();
    let contents = [r#"{"name":"Lotte 2","description":"secret"}"#, r#"{"name":"Lotte 2","description":"harmless"}"#];
    for (revision, json) in (1..).zip(contents) {
        let draft = Draft {
            id,
            kind: RecordKind::System,
            owner: None,
            parent: None,
            expected_revision: revision,
            content: content(json),
        };
        let mut tx = f.store.write().await.unwrap();
        tx.save_draft(at(2), &actor(), &draft).await.unwrap();
        tx.commit().await.unwrap();
    }
    let redaction = Redaction { record: id, number: 1, field: field("description"), ground: "ground".into() };
    redact(f, &redaction).await.unwrap();
    let drafts = f.store.read().await.unwrap().drafts(id, 10).await.unwrap();
    let left: Vec<_> = drafts.into_iter().map(|d| d.content).collect();
    assert_eq!(left, [content(contents[1]), content(r#"{"name":"Lotte 2"}"#)]);
}

/// SQLite leaves what was deleted in its file unless it is told not to.
#[tokio::test]
async fn a_redacted_value_is_not_left_in_the_file() {
    let f = Fixture::sqlite().await;
    // Incompressible, so that it stands in the file as it is.
    let secret: String = (0..8).map(|_| uuid::Uuid::now_v7().simple().to_string()).collect();
    let system = new_system(content(&format!(r#"{{"name":"Lotte","description":"{secret}"}}"#)));
    let record = system.record.id;
    f.publish(&[system]).await.unwrap();
    let packed: Vec<u8> = match &f.store {
        Store::Sqlite { read, .. } => sqlx::query_scalar("SELECT content FROM version").fetch_one(read).await.unwrap(),
        Store::Postgres(_) => unreachable!(),
    };
    let part = &packed[packed.len() - 64..];
    let holds = || {
        let file = std::fs::read(f.folder().join(maki_store::SQLITE_FILE)).unwrap();
        file.windows(part.len()).any(|window| window == part)
    };
    f.tamper("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(holds());
    let redaction = Redaction { record, number: 1, field: field("description"), ground: "ground".into() };
    redact(&f, &redaction).await.unwrap();
    f.tamper("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(!holds());
}
