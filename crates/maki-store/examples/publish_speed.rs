//! How fast the embedded register takes publications, and what the time goes to.
//!
//! `cargo run --release -p maki-store --example publish_speed [publications]` writes contents of about 3.3 KB in
//! commits of 1,000, as an import does, then verifies the chain. It prints CPU time of this process per publication.

use std::time::{Duration, Instant};

use maki_domain::{Content, Kennung, RecordId, RecordKind};
use maki_store::{Actor, Publication, RecordWrite, Store, verify};
use uuid::Uuid;

const BATCH: usize = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let total: usize = std::env::args().nth(1).map_or(Ok(20_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let store = Store::open_sqlite(folder.path()).await?;
    store.migrate("speed").await?;
    let actor = Actor { id: "speed".into(), organisation: None, request: "run".into() };
    let (cpu, wall) = (cpu_time()?, Instant::now());
    let mut making = Duration::ZERO;
    for first in (0..total).step_by(BATCH) {
        let since = Instant::now();
        let batch = (first..total.min(first + BATCH)).map(publication).collect::<Result<Vec<_>, _>>()?;
        making += since.elapsed();
        let mut tx = store.write().await?;
        tx.publish(maki_domain::Instant(1), &actor, &batch).await?;
        tx.commit().await?;
    }
    let cpu = cpu_time()?.saturating_sub(cpu).saturating_sub(making);
    report("publish, CPU", cpu, total);
    report("publish, wall", wall.elapsed().saturating_sub(making), total);

    let sample = (0..2_000).map(publication).collect::<Result<Vec<_>, _>>()?;
    let json: Vec<Vec<u8>> = sample.iter().map(|p| serde_json::to_vec(&p.content)).collect::<Result<_, _>>()?;
    println!("{} bytes of JSON on average", json.iter().map(Vec::len).sum::<usize>() / json.len());
    let since = Instant::now();
    for p in &sample {
        std::hint::black_box(serde_json::to_vec(&p.content)?);
    }
    report("  of which JSON", since.elapsed(), sample.len());
    let since = Instant::now();
    let mut compressor = zstd::bulk::Compressor::new(1)?;
    for plain in &json {
        std::hint::black_box(compressor.compress(plain)?);
    }
    report("  of which zstd", since.elapsed(), sample.len());

    let (cpu, wall) = (cpu_time()?, Instant::now());
    let verification = verify(&store, |_, _| ()).await?;
    assert!(verification.is_whole(), "{verification:?}");
    report("verify, CPU (unpack, commitments, hash, reading)", cpu_time()?.saturating_sub(cpu), total);
    report("verify, wall", wall.elapsed(), total);
    store.close().await;
    println!(
        "{} bytes in the file per publication",
        std::fs::metadata(folder.path().join(maki_store::SQLITE_FILE))?.len() / total as u64
    );
    Ok(())
}

fn report(what: &str, time: Duration, count: usize) {
    println!(
        "{what}: {:.1} µs each, {:.0} per second",
        time.as_secs_f64() * 1e6 / count as f64,
        count as f64 / time.as_secs_f64()
    );
}

/// Time that all threads of this process have computed.
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// Text that compresses about as well as what administrations write.
#[expect(clippy::too_many_lines, reason = "one record, field by field")]
fn publication(n: usize) -> Result<Publication, Box<dyn std::error::Error>> {
    const WORDS: [&str; 24] = [
        "Antrag",
        "Verwaltung",
        "erkennt",
        "Sprache",
        "Daten",
        "und",
        "der",
        "die",
        "Bescheid",
        "prüft",
        "mit",
        "Modell",
        "Bürgerinnen",
        "Auskunft",
        "Verfahren",
        "in",
        "Kommune",
        "über",
        "Dokument",
        "ordnet",
        "zu",
        "von",
        "Eingang",
        "Frist",
    ];
    let mut state = n as u64 * 2_654_435_761 + 1;
    let mut text = |words: usize| {
        let mut text = String::new();
        for _ in 0..words {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let word = WORDS.get((state >> 33) as usize % WORDS.len()).copied().unwrap_or_default();
            text.push_str(word);
            if state >> 60 == 0 {
                text.push_str(&(state >> 40 & 0xfff).to_string());
            }
            text.push(' ');
        }
        text
    };
    let json = serde_json::json!({
        "name": text(4), "short_description": text(20), "description": text(150), "purpose": text(60),
        "problem": text(60), "kind": "procured", "provider_name": text(3), "techniques": ["speech"],
        "information_used": text(60), "training_data": {"absent": "not_stated"}, "known_limits": text(40),
        "hosting": {"absent": "withheld", "reason": "it_security"}, "links": ["https://example.org/system"],
    });
    let content: Content = serde_json::from_value(json)?;
    let half = Uuid::now_v7().into_bytes();
    let mut seed = [0; 32];
    seed.iter_mut().zip(half.iter().cycle()).for_each(|(to, from)| *to = *from);
    Ok(Publication {
        record: RecordWrite {
            id: RecordId(Uuid::now_v7()),
            kind: RecordKind::System,
            kennung: Kennung::new("TEST", "2026", n as u64)?,
            owner: None,
            parent: None,
            version: 1,
            expected_revision: 0,
            new_external_ids: vec![maki_domain::ExternalId::new("speed", n.to_string())],
        },
        content,
        seed,
        change_note: String::new(),
    })
}
