//! Killed in the middle of writing: nothing that was acknowledged is lost, and the chain is whole.
//!
//! The child is this very binary; it prints a line after each commit. `MAKI_SOAK=1` makes many more rounds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use maki_domain::{Kennung, RecordId, RecordKind};
use maki_store::{Action, Draft, Publication, Step, Store, WorkSave, WorkState};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, contract, named, new_system, open};

contract!(no_acknowledged_write_is_lost);

const ADDRESS: &str = "MAKI_TEST_CRASH_ADDRESS";
const FIRST_LINE: Duration = Duration::from_secs(30);

/// What the child acknowledged: the last sequence number of a commit, its records, and its saves of drafts.
#[derive(Debug)]
struct Acknowledged {
    sequence: i64,
    records: Vec<RecordId>,
    /// Record, revision and what the draft is called.
    saves: Vec<(RecordId, i64, String)>,
}

async fn no_acknowledged_write_is_lost(f: &Fixture) {
    let rounds = if std::env::var("MAKI_SOAK").is_ok_and(|soak| soak == "1") { 200 } else { 10 };
    let (mut all, mut saves) = (Vec::new(), 0);
    for round in 0..rounds {
        let acknowledged = write_until_killed(&f.address());
        let last = acknowledged.last().expect("at least one commit").sequence;
        let records: Vec<RecordId> = acknowledged.iter().flat_map(|a| a.records.clone()).collect();
        let mut tx = f.store.read().await.unwrap();
        let head = tx.head().await.unwrap();
        assert!(head.sequence >= last, "round {round}: acknowledged {last}, found {}", head.sequence);
        assert_eq!(tx.records(&records).await.unwrap().len(), records.len(), "round {round}");
        for (record, revision, name) in acknowledged.iter().flat_map(|a| &a.saves) {
            let saved = tx.drafts(*record, 100).await.unwrap();
            let save = saved.iter().find(|save| save.revision == *revision).expect("the save is there");
            assert_eq!(save.content.text("name"), Some(name.as_str()), "round {round}");
            saves += 1;
        }
        drop(tx);
        all.extend(records);
        let verification = f.verify().await;
        assert!(verification.is_whole(), "round {round}: {verification:?}");
        // A server may still be ending a commit whose writer was killed.
        assert!(verification.events >= head.sequence, "round {round}: {} of {}", verification.events, head.sequence);
    }
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.records(&all).await.unwrap().len(), all.len());
    println!("{rounds} kills, {} acknowledged records and {saves} saves of drafts, all there", all.len());
}

fn write_until_killed(address: &str) -> Vec<Acknowledged> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(ADDRESS, address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            sender.send(line).unwrap();
        }
    });
    let mut acknowledged = Vec::new();
    while acknowledged.is_empty() {
        let line = lines.recv_timeout(FIRST_LINE);
        acknowledged.extend(parse(&line.expect("the child writes")));
    }
    let random = u64::from_le_bytes(Uuid::now_v7().into_bytes()[8..].try_into().unwrap());
    std::thread::sleep(Duration::from_micros(random % 60_000));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    acknowledged.extend(lines.iter().filter_map(|line| parse(&line)));
    acknowledged
}

/// `ack 17 id id id@3=name .`; the last line may have been cut.
fn parse(line: &str) -> Option<Acknowledged> {
    let mut words = line.strip_suffix(" .")?.split(' ').skip_while(|word| *word != "ack").skip(1);
    let sequence = words.next()?.parse().ok()?;
    let (saves, records): (Vec<&str>, Vec<&str>) = words.partition(|word| word.contains('@'));
    let id = |text: &str| Uuid::parse_str(text).ok().map(RecordId);
    let save = |word: &str| {
        let (record, rest) = word.split_once('@')?;
        let (revision, name) = rest.split_once('=')?;
        Some((id(record)?, revision.parse().ok()?, name.to_owned()))
    };
    let records = records.into_iter().map(id).collect::<Option<_>>()?;
    Some(Acknowledged { sequence, records, saves: saves.into_iter().map(save).collect::<Option<_>>()? })
}

/// Writes until it is killed. Does nothing when it is run as a test.
#[tokio::test]
async fn child() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let store = open(&address).await.unwrap();
    let mut draft = (RecordId(Uuid::now_v7()), 0);
    for round in 0.. {
        acknowledge(&publish(&store, round).await);
        // A draft is saved, handed in with the third save and approved with the fourth turn; then the next one begins.
        let line = match draft.1 {
            ..=2 => save(&store, round, &mut draft).await,
            _ => approve(&store, round, std::mem::replace(&mut draft, (RecordId(Uuid::now_v7()), 0))).await,
        };
        acknowledge(&line);
    }
}

fn acknowledge(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {line} .").unwrap();
    out.flush().unwrap();
}

async fn publish(store: &Store, round: i64) -> String {
    let mut batch: Vec<_> = (0..=round % 3).map(|n| new_system(named(&format!("{round}-{n}")))).collect();
    let mut tx = store.write().await.unwrap();
    let first = tx.take_kennungen("TEST-2027", batch.len() as u64).await.unwrap();
    for (publication, number) in batch.iter_mut().zip(first..) {
        publication.record.kennung = Kennung::new("TEST", "2027", number).unwrap();
    }
    tx.publish(at(round), &actor(), &batch).await.unwrap();
    let sequence = tx.head().await.unwrap().sequence;
    tx.commit().await.unwrap();
    let ids: Vec<String> = batch.iter().map(|p| p.record.id.to_string()).collect();
    format!("{sequence} {}", ids.join(" "))
}

async fn save(store: &Store, round: i64, (id, revision): &mut (RecordId, i64)) -> String {
    let name = format!("draft-{round}");
    let draft = Draft {
        id: *id,
        kind: RecordKind::System,
        owner: None,
        parent: None,
        expected_revision: *revision,
        content: named(&name),
    };
    let mut tx = store.write().await.unwrap();
    *revision = tx.save_draft(at(round), &actor(), &draft).await.unwrap();
    let save = WorkSave { record: *id, entry: *id, organisation: RecordId::NIL, revision: *revision, base_version: 0 };
    tx.note_work(at(round), &actor(), &save).await.unwrap();
    if *revision == 3 {
        let from = &[WorkState::Draft];
        let step = Step { entry: *id, from, to: WorkState::InReview, action: Action::Submitted, text: "note" };
        tx.hand_on(at(round), &actor(), &step).await.unwrap();
    }
    let sequence = tx.head().await.unwrap().sequence;
    tx.commit().await.unwrap();
    format!("{sequence} {id}@{revision}={name}")
}

async fn approve(store: &Store, round: i64, (id, revision): (RecordId, i64)) -> String {
    let mut tx = store.write().await.unwrap();
    let number = tx.take_kennungen("TEST-2027", 1).await.unwrap();
    let mut publication: Publication = new_system(named("approved"));
    publication.record.id = id;
    publication.record.expected_revision = revision;
    publication.record.kennung = Kennung::new("TEST", "2027", number).unwrap();
    tx.publish(at(round), &actor(), &[publication]).await.unwrap();
    tx.end_work(at(round), &actor(), id, None).await.unwrap();
    let sequence = tx.head().await.unwrap().sequence;
    tx.commit().await.unwrap();
    format!("{sequence} {id}")
}
