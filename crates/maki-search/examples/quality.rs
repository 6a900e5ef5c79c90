//! Retrieval quality on a collection in BEIR layout (`corpus.jsonl`, `queries.jsonl`, `qrels/dev.tsv`).
//!
//! `cargo run --profile fast -p maki-search --features testing --example quality FOLDER [LANGUAGE]`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a program for developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::HashMap;
use std::path::Path;

use maki_search::{Index, IndexSettings, Lang, Position, SearchRequest, SystemDocument, Text, Texts};
use serde_json::Value;
use uuid::Uuid;

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let folder = Path::new(&folder);
    let lang = Lang::from_tag(&std::env::args().nth(2).unwrap_or_default());
    let temporary = tempfile::tempdir().unwrap();
    let index = Index::open(temporary.path(), IndexSettings::default()).unwrap();
    let mut writer = index.bulk_writer().unwrap();
    for (n, entry) in (1..).zip(lines(&folder.join("corpus.jsonl"))) {
        let document = SystemDocument {
            id: Uuid::from_u128(n),
            kennung: text(&entry, "_id").to_owned(),
            name: text(&entry, "title").to_owned(),
            lang,
            texts: Texts { medium: vec![Text::new(lang, text(&entry, "text"))], ..Texts::default() },
            ..SystemDocument::default()
        };
        writer.put(&document).unwrap();
    }
    writer.finish(&Position { register_id: "quality".into(), epoch: 1, sequence: 1 }).unwrap();
    index.reload().unwrap();

    let mut relevant: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("qrels/dev.tsv")).unwrap().lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        relevant.entry(columns[0].into()).or_default().insert(columns[1].into(), columns[2].parse().unwrap());
    }
    let (mut reciprocal, mut gain, mut at_five, mut empty) = (0.0, 0.0, 0.0, 0);
    for query in lines(&folder.join("queries.jsonl")) {
        let Some(wanted) = relevant.get(text(&query, "_id")) else { continue };
        let request = SearchRequest { query: text(&query, "text").to_owned(), limit: 11, ..SearchRequest::default() };
        let Ok(hits) = index.snapshot().search(&request) else { continue };
        let found: Vec<_> =
            hits.hits.iter().map(|hit| hit.kennung.clone()).filter(|id| id != text(&query, "_id")).take(10).collect();
        let grade = |id: &String| wanted.get(id).copied().unwrap_or(0.0);
        let first = found.iter().position(|id| grade(id) > 0.0);
        reciprocal += first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
        at_five += f64::from(u8::from(first.is_some_and(|place| place < 5)));
        let discounted = |grades: &[f64]| {
            grades.iter().enumerate().map(|(k, g)| (g.exp2() - 1.0) / (k as f64 + 2.0).log2()).sum::<f64>()
        };
        let mut ideal: Vec<f64> = wanted.values().copied().collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        ideal.truncate(10);
        let own = discounted(&found.iter().map(grade).collect::<Vec<_>>()) / discounted(&ideal);
        gain += own;
        empty += usize::from(found.is_empty());
        if own < 0.3 {
            println!(
                "{own:.2} {:?} total {} hints {:?} corrected {:?}",
                request.query, hits.total, hits.hints, hits.corrected
            );
        }
    }
    let n = relevant.len() as f64;
    println!(
        "queries {n}  MRR@10 {:.3}  nDCG@10 {:.3}  R@5 {:.3}  without hits {empty}",
        reciprocal / n,
        gain / n,
        at_five / n
    );
}
