//! Verification finds every kind of tampering, and nothing in a register that nobody touched.

use maki_domain::{Content, RecordId, RecordKind};
use maki_store::{Draft, Redaction, Store, Verification};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, named, new_id, new_system, next};

contract!(a_whole_chain_verifies, damaged_content_is_found);

/// Events 1 to 7: two versions of one system (1, 3), another system (2), one that is withdrawn (4, 5), a draft (6), and
/// a redaction in version 1 of the first system (7).
async fn sample(f: &Fixture) -> RecordId {
    let first = new_system(content(r#"{"name":"Lotte","kind":"procured","description":"secret"}"#));
    let gone = new_system(named("Gone"));
    f.publish(&[first.clone(), new_system(named("Other")), next(&first, named("Lotte 2")), gone.clone()])
        .await
        .unwrap();
    let draft = Draft {
        id: new_id(),
        kind: RecordKind::System,
        owner: None,
        parent: None,
        expected_revision: 0,
        content: Content::new(),
    };
    let field = maki_domain::catalogue().id("description").unwrap();
    let redaction = Redaction { record: first.record.id, number: 1, field, ground: "Art. 17".into() };
    let mut tx = f.store.write().await.unwrap();
    tx.withdraw(at(2), &actor(), gone.record.id, 1).await.unwrap();
    tx.save_draft(at(3), &actor(), &draft).await.unwrap();
    tx.redact(at(4), &actor(), &redaction).await.unwrap();
    tx.commit().await.unwrap();
    first.record.id
}

async fn a_whole_chain_verifies(f: &Fixture) {
    assert_eq!(f.verify().await, Verification::default(), "a new register");
    sample(f).await;
    let mut steps = Vec::new();
    let verification = maki_store::verify(&f.store, |reached, last| steps.push((reached, last))).await.unwrap();
    assert_eq!(verification, Verification { events: 7, findings: Vec::new(), total_findings: 0 });
    assert_eq!(steps, [(7, 7)]);
}

const FOLLOWS_NOT: &str = "hash does not follow from the event before";
const GAP: &str = "gap in the sequence";
const HEAD: &str = "head does not agree with the last event";

/// What somebody does to the database, and what must be found.
const TAMPERINGS: &[(&str, &str)] = &[
    // Every column of an event.
    ("UPDATE event SET at = at + 1 WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET actor = 'account-8' WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET organisation = record WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET action = 'draft_saved' WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET record = (SELECT record FROM event WHERE sequence = 4) WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET version = 2 WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET request = '' WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET root = hash WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET hash = root WHERE sequence = 2", FOLLOWS_NOT),
    ("UPDATE event SET sequence = 8 WHERE sequence = 2", GAP),
    ("DELETE FROM event WHERE sequence = 1", GAP),
    ("DELETE FROM event WHERE sequence = 5", GAP),
    ("DELETE FROM event WHERE sequence = 7", HEAD),
    ("DELETE FROM event", HEAD),
    (
        "INSERT INTO event SELECT 8, at, actor, organisation, action, record, version, request, root, hash
            FROM event WHERE sequence = 6",
        FOLLOWS_NOT,
    ),
    ("UPDATE head SET sequence = 6", HEAD),
    ("UPDATE head SET sequence = 8", HEAD),
    ("UPDATE head SET hash = (SELECT hash FROM event WHERE sequence = 6)", HEAD),
    // Versions.
    ("DELETE FROM version WHERE number = 2", "version is missing"),
    ("UPDATE version SET number = 3 WHERE number = 2", "version is missing"),
    (
        "INSERT INTO version SELECT record, 3, content, seed, published_at, actor, change_note FROM version
            WHERE number = 2",
        "a version without an event",
    ),
    (
        "UPDATE version SET content = (SELECT content FROM version WHERE number = 2) WHERE number = 1",
        "content is not what was committed to",
    ),
    (
        "UPDATE version SET seed = (SELECT seed FROM version WHERE number = 2) WHERE number = 1",
        "content is not what was committed to",
    ),
    ("UPDATE version SET seed = (SELECT hash FROM head) WHERE number = 2", "seed cannot be read"),
    (
        "UPDATE version SET published_at = published_at - 1 WHERE number = 2",
        "version and event name another time or actor",
    ),
    ("UPDATE version SET actor = 'nobody' WHERE number = 2", "version and event name another time or actor"),
    // Records.
    ("UPDATE record SET version = 1 WHERE version = 2", "a record does not stand at its last version"),
    (
        "UPDATE record SET state = 'published' WHERE state = 'withdrawn'",
        "a record is not in the state its last event left it in",
    ),
    (
        "UPDATE record SET state = 'withdrawn' WHERE version = 2",
        "a record is not in the state its last event left it in",
    ),
    // Redactions.
    ("UPDATE redaction SET ground = 'none'", "redaction is not what its event says"),
    ("UPDATE redaction SET field = 'name'", "redaction is not what its event says"),
    ("UPDATE redaction SET sequence = 6", "redaction is not what its event says"),
    ("DELETE FROM redaction", "values are gone that no redaction names, or there although redacted"),
    (
        "INSERT INTO redaction SELECT 6, record, number, 'name', ground FROM redaction",
        "redactions and their events differ in number",
    ),
];

async fn check_tampering(f: &Fixture, sql: &'static str, expected: &str) {
    sample(f).await;
    assert!(f.tamper(sql).await > 0, "{sql}: changed nothing");
    let verification = f.verify().await;
    assert!(verification.findings.iter().any(|(_, what)| *what == expected), "{sql}: {verification:?}");
    assert!(!verification.is_whole());
}

#[tokio::test]
async fn every_tampering_is_found_on_sqlite() {
    for (sql, expected) in TAMPERINGS {
        check_tampering(&Fixture::sqlite().await, sql, expected).await;
    }
}

#[tokio::test]
async fn every_tampering_is_found_on_postgres() {
    for (sql, expected) in TAMPERINGS {
        let Some(f) = Fixture::postgres().await else { return };
        check_tampering(&f, sql, expected).await;
        f.drop_database().await;
    }
}

/// Content that says something else, however small the difference, and content that cannot be read.
async fn damaged_content_is_found(f: &Fixture) {
    let id = sample(f).await;
    let original = packed(f, id).await;
    let pack = |json: &str| zstd::bulk::compress(json.as_bytes(), 1).unwrap();
    let middle = original.len() / 2;
    let mut flipped = original.clone();
    flipped[middle] ^= 1;
    let damages = [
        flipped,
        original[..middle].to_vec(),
        Vec::new(),
        b"not zstd".to_vec(),
        pack(r#"{"name":"Lotte 3","kind":"procured"}"#),
        pack(r#"{"name":"Lotte 2"}"#),
        pack(r#"{"name":"Lotte 2","kind":"procured","licence":"MIT"}"#),
        pack(r#"{"name":"Lotte 2","kind":"procured","_visibility":{"name":"authorities"}}"#),
        pack(r#"{"name":"Lotte 2","kind":"procured","kind":"procured"}"#),
        pack("no JSON"),
        // A gigabyte in a few bytes must not be unpacked.
        zstd::bulk::compress(&vec![b' '; 64 << 20], 1).unwrap(),
    ];
    for damage in damages {
        put_packed(f, id, &damage).await;
        let verification = f.verify().await;
        assert_eq!(verification.findings, [(3, "content is not what was committed to")], "{damage:.20?}");
    }
    // Only the order of the fields is free.
    put_packed(f, id, &pack(r#"{"kind":"procured","name":"Lotte 2"}"#)).await;
    f.assert_whole().await;
}

async fn packed(f: &Fixture, record: RecordId) -> Vec<u8> {
    const SQL: &str = "SELECT content FROM version WHERE record = $1 AND number = 2";
    match &f.store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(SQL).bind(record.0).fetch_one(read).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(SQL).bind(record.0).fetch_one(pool).await.unwrap(),
    }
}

async fn put_packed(f: &Fixture, RecordId(record): RecordId, packed: &[u8]) {
    const SQL: &str = "UPDATE version SET content = $1 WHERE record = $2 AND number = 2";
    let record: Uuid = record;
    match &f.store {
        Store::Sqlite { write, .. } => drop(sqlx::query(SQL).bind(packed).bind(record).execute(write).await.unwrap()),
        Store::Postgres(pool) => drop(sqlx::query(SQL).bind(packed).bind(record).execute(pool).await.unwrap()),
    }
}
