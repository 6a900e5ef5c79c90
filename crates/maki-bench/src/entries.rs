//! What is measured on: generated entries in the own format, and queries that have hits in them.
//!
//! The texts come from the seeded generator of `maki-search`; here they become entries as an import reads them. Level
//! and Land belong to the organisation, so they are derived from it and not drawn per entry.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use maki_domain::vocabulary;
use maki_search::testing::{Generator, Random};
use maki_search::{DeploymentFacts, SystemDocument};
use serde_json::{Value, json};

const SEED: u64 = 1;
/// Most characters of a short description.
const SHORT: usize = 240;
/// How much of the generator's long texts is used.
const LONG_PERCENT: usize = 78;
/// Ranks of words that stand in many entries, and of those that stand in few. The most frequent ones are no words
/// that anybody searches for.
const FREQUENT: Range<usize> = 50..300;
const USUAL: Range<usize> = 50..1_000;
const RARE: Range<usize> = 150..20_000;
/// Distinct queries of one kind.
const QUERIES: usize = 200;
/// Queries are made from the first entries, so that they have hits in every register.
const FROM: usize = 1_000;

/// The facets that the bare twin filters by and counts, in its order.
pub const FACETS: [&str; 5] = ["level", "land", "lifecycle", "risk_class", "personal_data"];

/// Two words and three filters.
pub struct Query {
    pub words: (String, String),
    pub filters: Vec<(&'static str, String)>,
}

/// What was written.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    pub rows: u64,
    pub bytes: u64,
}

/// Writes entries of `systems` systems as JSON Lines; one system in twenty has several uses or none.
pub fn write(path: &Path, systems: usize) -> Result<Written> {
    let generator = Generator::new(SEED);
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut written = Written { rows: 0, bytes: 0 };
    for i in 0..systems {
        for entry in entries(&generator.document(i), i) {
            let line = entry.to_string();
            writeln!(file, "{line}")?;
            written.rows += 1;
            written.bytes += line.len() as u64 + 1;
        }
    }
    file.flush()?;
    Ok(written)
}

fn first(texts: &[maki_search::Text]) -> &str {
    texts.first().map_or("", |text| text.text.as_str())
}

/// The long text, so far as it makes an entry of some 3.3 KB with everything around it.
fn long_text(document: &SystemDocument) -> &str {
    let long = first(&document.texts.medium);
    let limit = long.len() * LONG_PERCENT / 100;
    let end = long.match_indices(' ').map(|(place, _)| place).take_while(|place| *place <= limit).last();
    end.and_then(|end| long.get(..end)).unwrap_or(long)
}

/// One entry for each use of a system, or one for a system that nobody uses.
fn entries(document: &SystemDocument, i: usize) -> Vec<Value> {
    let (short, long) = (first(&document.texts.high), long_text(document));
    let end = short.char_indices().nth(SHORT).map_or(short.len(), |(place, _)| place);
    let short = short.get(..end).unwrap_or_default().trim_end();
    let middle = long.match_indices(". ").map(|(place, _)| place + 1).find(|place| *place > long.len() / 3);
    let (purpose, description) = long.split_at(middle.unwrap_or(long.len()));
    let mut system = json!({"external_ids": [{"scheme": "bench", "value": format!("s{i}")}],
        "name": document.name, "short_description": short, "description": description.trim(), "purpose": purpose,
        "fields": distinct(&document.facts.fields), "techniques": distinct(&document.facts.techniques),
        "reuse": distinct(&document.facts.reuse), "cooperation": distinct(&document.facts.cooperation)});
    put(&mut system, "kind", document.facts.kind.as_ref());
    put(&mut system, "risk_class", document.facts.risk_class.as_ref());
    if document.deployments.is_empty() {
        let keeper = json!({"organisation_name": "Stadt Oberbach", "organisation_level": "municipal"});
        return vec![json!({"organisation": keeper, "system": system})];
    }
    // The organisation of the first use keeps the system.
    let keeper = document.deployments.first().map(|d| d.authority_name.clone()).unwrap_or_default();
    let mut entries = Vec::with_capacity(document.deployments.len());
    for (number, use_) in document.deployments.iter().enumerate() {
        let mut system = system.clone();
        if number > 0
            && let Some(system) = system.as_object_mut()
        {
            system.insert("responsible".to_owned(), json!(keeper));
        }
        let deployment = deployment(use_, &format!("s{i}-{number}"));
        entries.push(json!({"organisation": organisation(use_), "system": system, "deployment": deployment}));
    }
    entries
}

fn organisation(use_: &DeploymentFacts) -> Value {
    let (level, land) = place_of(&use_.authority);
    json!({"organisation_name": use_.authority_name, "organisation_level": level, "organisation_land": land})
}

/// Level and Land of an organisation, always the same.
fn place_of(authority: &str) -> (String, String) {
    let number = authority.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut random = Random::new(number);
    let mut one = |name: &str| {
        let terms = vocabulary(name).map_or(&[][..], maki_domain::Vocabulary::terms);
        // Lower places are more frequent, as in real registers.
        let place = random.below(terms.len()).min(random.below(terms.len()));
        terms.get(place).map(|term| term.code.clone()).unwrap_or_default()
    };
    (one("administrative_level"), one("land"))
}

fn deployment(use_: &DeploymentFacts, id: &str) -> Value {
    let mut deployment = json!({"external_ids": [{"scheme": "bench-use", "value": id}]});
    put(&mut deployment, "lifecycle", use_.lifecycle.as_ref());
    put(&mut deployment, "personal_data", use_.personal_data.as_ref());
    put(&mut deployment, "decision_effect", use_.decision_effect.as_ref());
    put(&mut deployment, "automation_level", use_.automation_level.as_ref());
    put(&mut deployment, "in_operation_since", use_.start_year.map(|year| year.to_string()).as_ref());
    let affected = distinct(&use_.affected);
    if !affected.is_empty()
        && let Some(deployment) = deployment.as_object_mut()
    {
        deployment.insert("affected".to_owned(), json!(affected));
    }
    deployment
}

fn put(object: &mut Value, key: &str, code: Option<&String>) {
    if let (Some(object), Some(code)) = (object.as_object_mut(), code) {
        object.insert(key.to_owned(), json!(code));
    }
}

fn distinct(codes: &[String]) -> Vec<&str> {
    let mut seen: Vec<&str> = Vec::new();
    for code in codes {
        if !seen.contains(&code.as_str()) {
            seen.push(code);
        }
    }
    seen
}

/// How many entries a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    Few,
    Many,
}

/// Queries of words and filter values that stand together in one entry.
#[must_use]
pub fn queries(breadth: Breadth) -> Vec<Query> {
    let generator = Generator::new(SEED);
    let ranks: HashMap<&str, usize> =
        generator.words().iter().enumerate().map(|(rank, word)| (word.as_str(), rank)).collect();
    let ranges = match breadth {
        Breadth::Few => [USUAL, RARE],
        Breadth::Many => [FREQUENT, FREQUENT],
    };
    let mut random = Random::new(9);
    let mut queries = Vec::with_capacity(QUERIES);
    for _ in 0..QUERIES * 100 {
        let document = generator.document(random.below(FROM));
        let words: Vec<&str> = long_text(&document).split([' ', '.']).collect();
        let mut of_rank = |range: &Range<usize>| {
            let fits = |word: &&&str| ranks.get(**word).is_some_and(|rank| range.contains(rank));
            let fitting: Vec<&&str> = words.iter().filter(fits).collect();
            fitting.get(random.below(fitting.len())).map(|word| (**word).to_owned())
        };
        let [a, b] = &ranges;
        let (Some(a), Some(b)) = (of_rank(a), of_rank(b)) else { continue };
        let Some(use_) = document.deployments.first() else { continue };
        if a.eq_ignore_ascii_case(&b) {
            continue;
        }
        let (level, land) = place_of(&use_.authority);
        let values = [
            Some(level),
            Some(land),
            use_.lifecycle.clone(),
            document.facts.risk_class.clone(),
            use_.personal_data.clone(),
        ];
        let all = FACETS.into_iter().zip(values).filter_map(|(facet, value)| Some((facet, value?)));
        let filters: Vec<_> = all.skip(random.below(3)).take(3).collect();
        if filters.len() == 3 {
            queries.push(Query { words: (a, b), filters });
        }
        if queries.len() == QUERIES {
            break;
        }
    }
    queries
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn entries_are_of_the_own_format_and_size() {
        let generator = Generator::new(SEED);
        let (mut bytes, mut count) = (0, 0);
        for i in 0..300 {
            for entry in entries(&generator.document(i), i) {
                let line = entry.to_string();
                let entry: maki_domain::Entry = serde_json::from_str(&line).unwrap();
                for (kind, content) in [
                    (maki_domain::RecordKind::Organisation, Some(&entry.organisation.content)),
                    (maki_domain::RecordKind::System, entry.system.as_ref().map(|s| &s.content)),
                    (maki_domain::RecordKind::Deployment, entry.deployment.as_ref().map(|d| &d.content)),
                ] {
                    assert_eq!(content.map(|c| maki_domain::check::faults(kind, c)).unwrap_or_default(), []);
                }
                bytes += line.len();
                count += 1;
            }
        }
        let mean = bytes / count;
        assert!((3_000..3_700).contains(&mean), "{mean} bytes");
    }

    #[test]
    fn there_are_enough_queries_of_each_kind() {
        for breadth in [Breadth::Few, Breadth::Many] {
            assert_eq!(queries(breadth).len(), QUERIES, "{breadth:?}");
        }
    }
}
