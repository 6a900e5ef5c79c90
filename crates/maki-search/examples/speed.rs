//! Speed of the index beside a bare twin in the same process: the same entries, words and filters.
//!
//! `cargo run --release -p maki-search --features testing --example speed [ENTRIES]`
//!
//! The twin is the engine without anything around it: one text field, filters as terms, five counts, 20 hits read
//! from the store. Both run the same queries in turn; the figures are means in microseconds.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a program for developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use maki_search::testing::{Generator, Random, json_line};
use maki_search::{Facet, Filters, Index, IndexSettings, Position, SearchRequest, Sort, SystemDocument};
use tantivy::collector::{Collector, Count, SegmentCollector, TopDocs};
use tantivy::columnar::StrColumn;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{DocId, IndexWriter, Score, SegmentReader, TantivyDocument, Term};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FACETS: [Facet; 5] = [Facet::Level, Facet::Land, Facet::Lifecycle, Facet::RiskClass, Facet::PersonalData];

fn value(document: &SystemDocument, facet: Facet) -> Option<String> {
    let deployment = document.deployments.first()?;
    match facet {
        Facet::Level => deployment.level.clone(),
        Facet::Land => deployment.land.clone(),
        Facet::Lifecycle => deployment.lifecycle.clone(),
        Facet::PersonalData => deployment.personal_data.clone(),
        _ => document.facts.risk_class.clone(),
    }
}

/// Words, and for each filter the number of its facet and its value.
type WordsAndFilters = (Vec<String>, Vec<(usize, String)>);

struct Twin {
    reader: tantivy::IndexReader,
    all: Field,
    id: Field,
    facets: [Field; 5],
}

impl Twin {
    fn build(folder: &Path, entries: usize, generator: &Generator) -> Self {
        let mut builder = Schema::builder();
        let id = builder.add_text_field("id", STRING | STORED);
        let name = builder.add_text_field("name", STORED);
        let short = builder.add_text_field("short", STORED);
        let record = IndexRecordOption::WithFreqsAndPositions;
        let indexing = TextFieldIndexing::default().set_tokenizer("default").set_index_option(record);
        let all = builder.add_text_field("all", TextOptions::default().set_indexing_options(indexing));
        let facets = FACETS.map(|facet| builder.add_text_field(facet.name(), STRING | tantivy::schema::FAST));
        let index = tantivy::Index::create_in_dir(folder, builder.build()).unwrap();
        let mut writer: IndexWriter = index.writer_with_num_threads(2, 128_000_000).unwrap();
        for i in 0..entries {
            let document = generator.document(i);
            let mut twin = TantivyDocument::new();
            let (short_text, long) = (&document.texts.high[0].text, &document.texts.medium[0].text);
            twin.add_text(id, &document.kennung);
            twin.add_text(name, &document.name);
            twin.add_text(short, short_text);
            twin.add_text(all, format!("{} {short_text} {long}", document.name));
            for (facet, field) in FACETS.into_iter().zip(facets) {
                if let Some(value) = value(&document, facet) {
                    twin.add_text(field, value);
                }
            }
            writer.add_document(twin).unwrap();
        }
        writer.commit().unwrap();
        let segments = index.searchable_segment_ids().unwrap();
        if segments.len() > 1 {
            writer.merge(&segments).wait().unwrap();
        }
        writer.garbage_collect_files().wait().unwrap();
        writer.wait_merging_threads().unwrap();
        Self { reader: index.reader().unwrap(), all, id, facets }
    }

    fn search(&self, words: &[String], filters: &[(usize, String)]) -> (usize, usize) {
        let searcher = self.reader.searcher();
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for word in words {
            let term = Term::from_field_text(self.all, &word.to_lowercase());
            parts.push((Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        }
        for (facet, value) in filters {
            let term = Term::from_field_text(self.facets[*facet], value);
            let query = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            parts.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        }
        let collector = (TopDocs::with_limit(20).order_by_score(), FiveCounts, Count);
        let (top, counts, total) = searcher.search(&BooleanQuery::new(parts), &collector).unwrap();
        let mut bytes = counts.iter().map(HashMap::len).sum();
        for (_, address) in top {
            let document: TantivyDocument = searcher.doc(address).unwrap();
            bytes += document.get_first(self.id).unwrap().as_str().unwrap().len();
        }
        (total, bytes)
    }
}

struct FiveCounts;

struct FiveCountsOfSegment(Vec<(StrColumn, Vec<u32>)>);

impl Collector for FiveCounts {
    type Fruit = Vec<HashMap<String, u32>>;
    type Child = FiveCountsOfSegment;

    fn for_segment(&self, _: u32, reader: &SegmentReader) -> tantivy::Result<Self::Child> {
        let column = |facet: Facet| {
            let column = reader.fast_fields().str(facet.name()).unwrap().unwrap();
            let counts = vec![0; column.num_terms()];
            (column, counts)
        };
        Ok(FiveCountsOfSegment(FACETS.map(column).into_iter().collect()))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        let mut all = vec![HashMap::new(); FACETS.len()];
        for fruit in fruits {
            for (all, counts) in all.iter_mut().zip(fruit) {
                for (value, count) in counts {
                    *all.entry(value).or_insert(0) += count;
                }
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for FiveCountsOfSegment {
    type Fruit = Vec<HashMap<String, u32>>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for (column, counts) in &mut self.0 {
            if let Some(ordinal) = column.ords().first(doc) {
                counts[usize::try_from(ordinal).unwrap()] += 1;
            }
        }
    }

    fn harvest(self) -> Self::Fruit {
        let named = |(column, counts): (StrColumn, Vec<u32>)| {
            let mut named = HashMap::new();
            let mut name = String::new();
            for (ordinal, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                name.clear();
                column.ord_to_str(ordinal as u64, &mut name).unwrap();
                named.insert(name.clone(), count);
            }
            named
        };
        self.0.into_iter().map(named).collect()
    }
}

/// Two words and three filters of one entry, so that there is at least one hit.
fn queries(generator: &Generator, ranks: [std::ops::Range<usize>; 2]) -> Vec<WordsAndFilters> {
    let rank: HashMap<&str, usize> =
        generator.words().iter().enumerate().map(|(rank, word)| (word.as_str(), rank)).collect();
    let mut random = Random::new(9);
    let mut queries = Vec::new();
    while queries.len() < 100 {
        let document = generator.document(random.below(1_000));
        let words: Vec<&str> = document.texts.medium[0].text.split([' ', '.']).collect();
        let mut of_rank = |range: &std::ops::Range<usize>| {
            let fitting: Vec<_> =
                words.iter().filter(|word| rank.get(**word).is_some_and(|rank| range.contains(rank))).collect();
            fitting.get(random.below(fitting.len().max(1))).map(|word| (**word).to_owned())
        };
        let (Some(a), Some(b)) = (of_rank(&ranks[0]), of_rank(&ranks[1])) else { continue };
        let filters: Vec<_> =
            FACETS.into_iter().enumerate().filter_map(|(i, facet)| Some((i, value(&document, facet)?))).collect();
        if a.eq_ignore_ascii_case(&b) || filters.len() < 3 {
            continue;
        }
        let first = random.below(filters.len() - 2);
        queries.push((vec![a, b], filters[first..first + 3].to_vec()));
    }
    queries
}

fn micros(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    format!("mean {mean:7.1}  p50 {:7.1}  p99 {:7.1}", times[times.len() / 2], times[times.len() * 99 / 100])
}

fn timed(rounds: usize, mut work: impl FnMut(usize)) -> Vec<f64> {
    let mut times = Vec::new();
    for i in 0..rounds {
        let start = Instant::now();
        work(i);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times
}

fn folder_size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn request((words, filters): &WordsAndFilters) -> SearchRequest {
    let mut request = SearchRequest { query: words.join(" "), ..SearchRequest::default() };
    for (facet, value) in filters {
        request.filters.add(FACETS[*facet], value.clone());
    }
    request
}

fn compare(name: &str, index: &Index, twin: &Twin, queries: &[WordsAndFilters]) {
    let requests: Vec<_> = queries.iter().map(request).collect();
    let snapshot = index.snapshot();
    let (mut found, mut twin_found) = (0, 0);
    let cold = micros(&mut timed(requests.len(), |i| found += snapshot.search(&requests[i]).unwrap().total));
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    for _ in 0..5 {
        bare.extend(timed(queries.len(), |i| twin_found += twin.search(&queries[i].0, &queries[i].1).0));
        ours.extend(timed(requests.len(), |i| {
            snapshot.search(&requests[i]).unwrap();
        }));
    }
    let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len() as f64;
    let share = mean(&bare) / mean(&ours) * 100.0;
    println!("{name}: mean hits {} (twin {})", found / queries.len(), twin_found / queries.len() / 5);
    println!("  bare twin  {}", micros(&mut bare));
    println!("  index      {}   = {share:.0} % of bare", micros(&mut ours));
    println!("  index cold {cold}");
}

fn main() {
    let entries: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let generator = Generator::new(1);
    let sample: usize = (0..200).map(|i| json_line(&generator.document(i)).len()).sum();
    let jsonl = sample as f64 / 200.0 * entries as f64;
    println!("{entries} entries of {} bytes", sample / 200);
    let start = Instant::now();
    for i in 0..entries.min(10_000) {
        std::hint::black_box(generator.document(i));
    }
    let generating = start.elapsed().as_secs_f64() * entries as f64 / entries.min(10_000) as f64;

    let bare_folder = folder.path().join("bare");
    std::fs::create_dir(&bare_folder).unwrap();
    let start = Instant::now();
    let twin = Twin::build(&bare_folder, entries, &generator);
    let bare = start.elapsed().as_secs_f64() - generating;
    let start = Instant::now();
    let ours_folder = folder.path().join("index");
    let index = Index::open(&ours_folder, IndexSettings::default()).unwrap();
    let mut writer = index.bulk_writer().unwrap();
    for i in 0..entries {
        writer.put(&generator.document(i)).unwrap();
    }
    writer.finish(&Position { register_id: "speed".into(), epoch: 1, sequence: 1 }).unwrap();
    let ours = start.elapsed().as_secs_f64() - generating;
    println!("indexing: bare {bare:.1} s, index {ours:.1} s (documents took {generating:.1} s, left out)");
    let sizes = [&bare_folder, &ours_folder].map(|folder| folder_size(folder) as f64 / jsonl);
    println!("size by JSONL: bare {:.2}, index {:.2}", sizes[0], sizes[1]);
    let start = Instant::now();
    index.reload().unwrap();
    println!("reload with all segments new: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);

    if let Some(rounds) = std::env::args().nth(2).and_then(|rounds| rounds.parse::<usize>().ok()) {
        // For a profiler: only the index, only queries with few hits.
        let queries = queries(&generator, [50..1_000, 150..20_000]);
        let snapshot = index.snapshot();
        let requests: Vec<_> = queries.iter().map(request).collect();
        let mut times = timed(rounds * requests.len(), |i| {
            snapshot.search(&requests[i % requests.len()]).unwrap();
        });
        println!("few hits {}", micros(&mut times));
        return;
    }
    compare("many hits, 2 words + 3 filters", &index, &twin, &queries(&generator, [50..300, 50..300]));
    compare("few hits, 2 words + 3 filters", &index, &twin, &queries(&generator, [50..1_000, 150..20_000]));
    others(&index, &generator);
    println!("{}", memory());
}

fn others(index: &Index, generator: &Generator) {
    let snapshot = index.snapshot();
    let run = |name: &str, requests: &[SearchRequest]| {
        let mut times = timed(requests.len() * 3, |i| {
            snapshot.search(&requests[i % requests.len()]).unwrap();
        });
        println!("{name:<34} {}", micros(&mut times));
    };
    let queries = queries(generator, [50..1_000, 150..20_000]);
    let browsing: Vec<_> = queries
        .iter()
        .map(|(_, filters)| {
            let mut request = SearchRequest::default();
            filters.iter().for_each(|(facet, value)| {
                request.filters.add(FACETS[*facet], value.clone());
            });
            request
        })
        .collect();
    run("3 filters, no words", &browsing);
    let one: Vec<_> = browsing
        .iter()
        .map(|request| {
            let (facet, values) = request.filters.iter().next().unwrap();
            SearchRequest { filters: Filters::new().with(facet, values[0].clone()), ..SearchRequest::default() }
        })
        .collect();
    run("1 filter, no words", &one);
    run("newest, page 1", &[SearchRequest::default()]);
    run("newest, page 5000", &[SearchRequest { offset: 99_980, ..SearchRequest::default() }]);
    run("by name, page 2500", &[SearchRequest { offset: 49_980, sort: Sort::Name, ..SearchRequest::default() }]);
    run("nothing chosen, counts only", &[SearchRequest { limit: 0, ..SearchRequest::default() }]);
    let words: Vec<_> =
        queries.iter().map(|(words, _)| SearchRequest { query: words.join(" "), ..SearchRequest::default() }).collect();
    run("2 words, no filters", &words);
    let one_word: Vec<_> = queries
        .iter()
        .map(|(words, _)| SearchRequest { query: words[0].clone(), ..SearchRequest::default() })
        .collect();
    run("1 word, no filters", &one_word);
    let typos: Vec<_> = queries
        .iter()
        .map(|(words, _)| {
            let mut typo: Vec<char> = words[0].chars().collect();
            typo.swap(2, 3);
            SearchRequest {
                query: format!("{} {}", typo.into_iter().collect::<String>(), words[1]),
                ..SearchRequest::default()
            }
        })
        .collect();
    run("typo", &typos);
    let prefixes: Vec<String> = queries.iter().map(|(words, _)| words[1].chars().take(5).collect()).collect();
    let mut times = timed(300, |i| {
        snapshot.suggest(&prefixes[i % prefixes.len()], 8).unwrap();
    });
    println!("{:<34} {}", "suggestions", micros(&mut times));
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("RssAnon") || line.starts_with("VmHWM"))
        .collect::<Vec<_>>()
        .join("  ")
}
