//! Killed in the middle of writing: nothing that was acknowledged is lost, and the chain is whole.
//!
//! The child is this very binary; it prints a line after each commit. `MAKI_SOAK=1` makes many more rounds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use maki_domain::{Kennung, RecordId};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, contract, named, new_system, open};

contract!(no_acknowledged_write_is_lost);

const ADDRESS: &str = "MAKI_TEST_CRASH_ADDRESS";
const FIRST_LINE: Duration = Duration::from_secs(30);

/// What the child acknowledged: the last sequence number of a commit and its records.
#[derive(Debug)]
struct Acknowledged {
    sequence: i64,
    records: Vec<RecordId>,
}

async fn no_acknowledged_write_is_lost(f: &Fixture) {
    let rounds = if std::env::var("MAKI_SOAK").is_ok_and(|soak| soak == "1") { 200 } else { 10 };
    let mut all = Vec::new();
    for round in 0..rounds {
        let acknowledged = write_until_killed(&f.address());
        let last = acknowledged.last().expect("at least one commit").sequence;
        let records: Vec<RecordId> = acknowledged.iter().flat_map(|a| a.records.clone()).collect();
        let mut tx = f.store.read().await.unwrap();
        let head = tx.head().await.unwrap();
        assert!(head.sequence >= last, "round {round}: acknowledged {last}, found {}", head.sequence);
        assert_eq!(tx.records(&records).await.unwrap().len(), records.len(), "round {round}");
        drop(tx);
        all.extend(records);
        let verification = f.verify().await;
        assert!(verification.is_whole(), "round {round}: {verification:?}");
        assert_eq!(verification.events, head.sequence, "round {round}");
    }
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.records(&all).await.unwrap().len(), all.len());
    println!("{rounds} kills, {} acknowledged records, all there", all.len());
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

/// `ack 17 id id .`; the last line may have been cut.
fn parse(line: &str) -> Option<Acknowledged> {
    let mut words = line.strip_suffix(" .")?.split(' ').skip_while(|word| *word != "ack").skip(1);
    let sequence = words.next()?.parse().ok()?;
    let records = words.map(|id| Uuid::parse_str(id).map(RecordId)).collect::<Result<_, _>>().ok()?;
    Some(Acknowledged { sequence, records })
}

/// Writes until it is killed. Does nothing when it is run as a test.
#[tokio::test]
async fn child() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let store = open(&address).await.unwrap();
    for round in 0.. {
        let mut batch: Vec<_> = (0..1 + round % 3).map(|n| new_system(named(&format!("{round}-{n}")))).collect();
        let mut tx = store.write().await.unwrap();
        let first = tx.take_kennungen("TEST-2027", batch.len() as u64).await.unwrap();
        for (publication, number) in batch.iter_mut().zip(first..) {
            publication.record.kennung = Kennung::new("TEST", "2027", number).unwrap();
        }
        tx.publish(at(round), &actor(), &batch).await.unwrap();
        let sequence = tx.head().await.unwrap().sequence;
        tx.commit().await.unwrap();
        let ids: String = batch.iter().map(|p| format!("{} ", p.record.id)).collect();
        let mut out = std::io::stdout().lock();
        writeln!(out, "ack {sequence} {ids}.").unwrap();
        out.flush().unwrap();
    }
}
