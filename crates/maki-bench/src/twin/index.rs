//! One Tantivy document per entry: one text field, five filters as terms with columns to count, and what a hit shows.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tantivy::collector::{Collector, Count, SegmentCollector, TopDocs};
use tantivy::columnar::StrColumn;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{DocId, IndexReader, IndexWriter, Score, SegmentReader, TantivyDocument, Term};

use super::{each, entry_id};
use crate::entries::FACETS;

const THREADS: usize = 2;
const MEMORY: usize = 512 << 20;
const HITS: usize = 20;

struct Fields {
    id: Field,
    name: Field,
    short: Field,
    all: Field,
    facets: [Field; 5],
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("default")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        id: builder.add_text_field("id", STRING | STORED),
        name: builder.add_text_field("name", STORED),
        short: builder.add_text_field("short", STORED),
        all: builder.add_text_field("all", TextOptions::default().set_indexing_options(indexing)),
        facets: FACETS.map(|facet| builder.add_text_field(facet, STRING | FAST)),
    };
    (builder.build(), fields)
}

/// Indexes all entries and merges them into one segment.
pub fn build(folder: &Path, source: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let (schema, fields) = schema();
    let index = tantivy::Index::create_in_dir(folder, schema)?;
    let mut writer: IndexWriter = index.writer_with_num_threads(THREADS, MEMORY)?;
    each(source, |number, line, _| {
        let system = &line.system;
        let mut document = TantivyDocument::new();
        document.add_text(fields.id, entry_id(number));
        document.add_text(fields.name, &system.name);
        document.add_text(fields.short, &system.short_description);
        let all = [system.name.as_str(), &system.short_description, &system.purpose, &system.description].join(" ");
        document.add_text(fields.all, all);
        for (field, value) in fields.facets.into_iter().zip(line.facets()) {
            document.add_text(field, value);
        }
        writer.add_document(document)?;
        Ok(())
    })?;
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// The index, open for searching.
pub struct Twin {
    reader: IndexReader,
    fields: Fields,
}

impl Twin {
    pub fn open(folder: &Path) -> Result<Self> {
        let index = tantivy::Index::open_in_dir(folder).context("cannot open the twin's index")?;
        Ok(Self { reader: index.reader()?, fields: schema().1 })
    }

    /// 20 hits with what they show, their number, and the counts of the five facets, as JSON.
    pub fn search(&self, words: &str, filters: &[(usize, String)]) -> Result<String> {
        let searcher = self.reader.searcher();
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for word in words.split_whitespace() {
            let term = Term::from_field_text(self.fields.all, &word.to_lowercase());
            parts.push((Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        }
        for (facet, value) in filters {
            let Some(field) = self.fields.facets.get(*facet) else { continue };
            let query = Box::new(TermQuery::new(Term::from_field_text(*field, value), IndexRecordOption::Basic));
            parts.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        }
        let collector = (TopDocs::with_limit(HITS).order_by_score(), FiveCounts, Count);
        let (top, facets, total) = searcher.search(&BooleanQuery::new(parts), &collector)?;
        let mut hits = Vec::with_capacity(top.len());
        for (_, address) in top {
            let document: TantivyDocument = searcher.doc(address)?;
            let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
            let Fields { id, name, short, .. } = self.fields;
            hits.push(json!({"id": text(id), "name": text(name), "short": text(short)}));
        }
        Ok(json!({"total": total, "hits": hits, "facets": facets}).to_string())
    }
}

type Counts = HashMap<String, u32>;

struct FiveCounts;

struct FiveCountsOfSegment(Vec<(StrColumn, Vec<u32>)>);

impl Collector for FiveCounts {
    type Fruit = Vec<Counts>;
    type Child = FiveCountsOfSegment;

    fn for_segment(&self, _: u32, reader: &SegmentReader) -> tantivy::Result<Self::Child> {
        let mut columns = Vec::with_capacity(FACETS.len());
        for facet in FACETS {
            if let Some(column) = reader.fast_fields().str(facet)? {
                let counts = vec![0; column.num_terms()];
                columns.push((column, counts));
            }
        }
        Ok(FiveCountsOfSegment(columns))
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
    type Fruit = Vec<Counts>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for (column, counts) in &mut self.0 {
            let ordinal = column.ords().first(doc).and_then(|ordinal| usize::try_from(ordinal).ok());
            if let Some(count) = ordinal.and_then(|ordinal| counts.get_mut(ordinal)) {
                *count += 1;
            }
        }
    }

    fn harvest(self) -> Self::Fruit {
        let named = |(column, counts): (StrColumn, Vec<u32>)| {
            let mut named = HashMap::new();
            let mut name = String::new();
            for (ordinal, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
                name.clear();
                // A value without a name is not counted; the twin's own index has none.
                if column.ord_to_str(ordinal, &mut name).is_ok_and(|found| found) {
                    named.insert(name.clone(), count);
                }
            }
            named
        };
        self.0.into_iter().map(named).collect()
    }
}
