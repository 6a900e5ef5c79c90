//! Looking up planned words in a segment: the documents that have them, and how well.
//!
//! Scores follow BM25 (Robertson and Zaragoza 2009; k1 = 1.2, b = 0.75) with the forms of a stem taken together as
//! one term. A compound that contains the word counts as part of one occurrence. Weighty text adds a bonus.

use std::sync::Arc;

use tantivy::index::InvertedIndexReader;
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, TERMINATED, Term};

use crate::analysis::Key;
use crate::docset::DocSet;
use crate::error::Error;
use crate::lexicon::Lexicon;
use crate::plan::{Clause, What, WordKey};
use crate::schema::Fields;
use crate::segment::Segment;

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// A compound that contains the word, as a share of one occurrence.
const PART: f32 = 0.45;
/// Most that weighty text adds, as a share of the best score of a word.
const LEAD: f32 = 1.0;
/// A compound in weighty text that contains the word.
const LEAD_PART: f32 = 0.4;

/// Figures over all segments that scores need.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Documents in the index.
    pub documents: usize,
    /// By language and coded length of a text: the divisor part of BM25 that depends on it.
    pub norms: Box<[[f32; 256]; 3]>,
}

impl Statistics {
    /// Figures of an index with so many documents and words per language.
    pub fn new(documents: usize, words: [u64; 3]) -> Self {
        let mut norms = Box::new([[K1; 256]; 3]);
        // Most documents have text of one language; the mean over all is near enough for the others.
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let mean = words.iter().sum::<u64>() as f32 / documents.max(1) as f32;
        for of_language in norms.iter_mut() {
            for (code, norm) in (0..=u8::MAX).zip(of_language) {
                #[expect(clippy::cast_precision_loss, reason = "a length")]
                let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(code) as f32;
                *norm = K1 * (1.0 - B + B * length / mean.max(1.0));
            }
        }
        Self { documents, norms }
    }

    /// How much a word found in so many documents tells.
    #[expect(clippy::cast_precision_loss, reason = "a logarithm is taken")]
    pub fn idf(&self, found: usize) -> f32 {
        let found = found.min(self.documents) as f32;
        (1.0 + (self.documents as f32 - found + 0.5) / (found + 0.5)).ln()
    }
}

/// Where a set of documents comes from; part of its key in the cache.
#[derive(Clone, Copy)]
enum Source {
    Body = 0,
    BodyWide = 1,
    LeadParts = 2,
}

/// Looks things up in one segment.
pub struct Lookup<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// Fields of the index.
    pub fields: &'a Fields,
    /// Bytes for cached sets of this segment.
    pub cache: usize,
}

impl Lookup<'_> {
    /// Documents that satisfy a clause.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn clause(&self, clause: &Clause) -> Result<Arc<DocSet>, Error> {
        let sets: Result<Vec<_>, Error> = clause.ways.iter().map(|(_, way)| self.way(way)).collect();
        let sets: Vec<_> = sets?.into_iter().filter(|set| set.len() > 0).collect();
        Ok(if sets.is_empty() { Arc::new(DocSet::empty()) } else { DocSet::union(&sets, self.segment.max_doc) })
    }

    /// Documents that satisfy a way.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn way(&self, way: &What) -> Result<Arc<DocSet>, Error> {
        match way {
            What::Word(key) => self.word(key),
            What::All(keys) => {
                let sets: Result<Vec<_>, Error> = keys.iter().map(|key| self.word(key)).collect();
                Ok(DocSet::intersection(&sets?, self.segment.max_doc))
            }
            What::Phrase(words) => self.phrase(words),
        }
    }

    /// Documents that have a word in any language.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn word(&self, key: &WordKey) -> Result<Arc<DocSet>, Error> {
        let source = if key.wide { Source::BodyWide } else { Source::Body };
        let mut sets = Vec::new();
        for language in 0..3 {
            let set = self.cached(source, language, key)?;
            if set.len() > 0 {
                sets.push(set);
            }
        }
        Ok(if sets.is_empty() { Arc::new(DocSet::empty()) } else { DocSet::union(&sets, self.segment.max_doc) })
    }

    fn cached(&self, source: Source, language: usize, key: &WordKey) -> Result<Arc<DocSet>, Error> {
        let (Some(stem), Some([body, lead])) = (key.keys.get(language), self.segment.lexicons.get(language)) else {
            return Ok(Arc::new(DocSet::empty()));
        };
        let ordinals: Vec<u32> = match source {
            Source::Body => body.stems.ordinals(*stem).collect(),
            Source::BodyWide => {
                let mut both: Vec<u32> = body.stems.ordinals(*stem).chain(body.parts.ordinals(*stem)).collect();
                both.sort_unstable();
                both.dedup();
                both
            }
            Source::LeadParts => lead.parts.ordinals(*stem).collect(),
        };
        if ordinals.is_empty() {
            return Ok(Arc::new(DocSet::empty()));
        }
        let (terms, lexicon) = match source {
            Source::LeadParts => (self.segment.lead.get(language), lead),
            Source::Body | Source::BodyWide => (self.segment.body.get(language), body),
        };
        let Some(terms) = terms else { return Ok(Arc::new(DocSet::empty())) };
        let cache_key = stem.number() << 4 | (language as u64) << 2 | source as u64;
        let make = || {
            let infos: Vec<_> = ordinals.iter().filter_map(|ordinal| lexicon.term(*ordinal)).collect();
            DocSet::of_terms(terms, &infos, self.segment.max_doc).map_err(Error::from)
        };
        self.segment.sets.get_or(cache_key, self.cache, make)
    }

    fn phrase(&self, words: &[String]) -> Result<Arc<DocSet>, Error> {
        let mut sets = Vec::new();
        for field in self.fields.body {
            let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(field, word)).collect();
            let query = PhraseQuery::new(terms);
            let weight = query.weight(EnableScoring::disabled_from_schema(self.segment.reader.schema()))?;
            let mut scorer = weight.scorer(&self.segment.reader, 1.0)?;
            let mut docs = Vec::new();
            while scorer.doc() != TERMINATED {
                docs.push(scorer.doc());
                scorer.advance();
            }
            if !docs.is_empty() {
                sets.push(Arc::new(DocSet::of_sorted(docs, self.segment.max_doc)));
            }
        }
        Ok(if sets.is_empty() { Arc::new(DocSet::empty()) } else { DocSet::union(&sets, self.segment.max_doc) })
    }

    /// Adds to `scores` how well each of the ascending `docs` satisfies a clause. `found` gives the number of
    /// documents in the whole index that have a way.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn score(
        &self,
        clause: &Clause,
        found: &[usize],
        docs: &[DocId],
        statistics: &Statistics,
        scores: &mut [f32],
    ) -> Result<(), Error> {
        let mut best = vec![0.0_f32; docs.len()];
        let mut of_way = vec![0.0_f32; docs.len()];
        // A rare synonym must not count more than the frequent word that was typed.
        let typed = found.first().copied().unwrap_or(0);
        for ((weight, way), found) in clause.ways.iter().zip(found).filter(|(_, found)| **found > 0) {
            of_way.fill(0.0);
            let idf = statistics.idf((*found).max(typed));
            match way {
                What::Word(key) => self.score_word(key, idf, docs, statistics, &mut of_way)?,
                What::All(keys) => self.score_all(keys, idf, docs, statistics, &mut of_way)?,
                What::Phrase(_) => {
                    let set = self.way(way)?;
                    for (doc, score) in docs.iter().zip(&mut of_way) {
                        *score = if set.contains(*doc) { idf * (1.0 + K1) * 0.5 } else { 0.0 };
                    }
                }
            }
            for (best, score) in best.iter_mut().zip(&of_way) {
                *best = best.max(weight * score);
            }
        }
        for (score, best) in scores.iter_mut().zip(best) {
            *score += best;
        }
        Ok(())
    }

    /// Several words together: the mean of their scores, at the rarity of the whole.
    fn score_all(
        &self,
        keys: &[WordKey],
        idf: f32,
        docs: &[DocId],
        statistics: &Statistics,
        scores: &mut [f32],
    ) -> Result<(), Error> {
        let mut present = vec![true; docs.len()];
        for key in keys {
            let mut of_word = vec![0.0_f32; docs.len()];
            self.score_word(key, idf, docs, statistics, &mut of_word)?;
            for ((score, of_word), present) in scores.iter_mut().zip(of_word).zip(&mut present) {
                *score += of_word;
                *present &= of_word > 0.0;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
        let share = 1.0 / keys.len().max(1) as f32;
        for (score, present) in scores.iter_mut().zip(present) {
            *score *= if present { share } else { 0.0 };
        }
        Ok(())
    }

    fn score_word(
        &self,
        key: &WordKey,
        idf: f32,
        docs: &[DocId],
        statistics: &Statistics,
        scores: &mut [f32],
    ) -> Result<(), Error> {
        let mut counts = vec![0_u32; docs.len()];
        for (language, stem) in key.keys.iter().enumerate() {
            let Some([body, lead]) = self.segment.lexicons.get(language) else { continue };
            let norms = self.segment.norms.get(language).and_then(Option::as_ref);
            let (Some(terms), Some(norms), Some(divisors)) =
                (self.segment.body.get(language), norms, statistics.norms.get(language))
            else {
                continue;
            };
            if join(terms, body, *stem, docs, &mut counts)? {
                for ((doc, count), score) in docs.iter().zip(&mut counts).zip(scores.iter_mut()) {
                    if *count > 0 {
                        let divisor = divisors.get(usize::from(norms.fieldnorm_id(*doc))).copied().unwrap_or(K1);
                        *score += idf * saturate(*count, divisor);
                        *count = 0;
                    }
                }
            }
            let Some(terms) = self.segment.lead.get(language) else { continue };
            if join(terms, lead, *stem, docs, &mut counts)? {
                for (count, score) in counts.iter_mut().zip(scores.iter_mut()) {
                    *score += if *count > 0 { idf * LEAD * saturate(*count, K1) } else { 0.0 };
                    *count = 0;
                }
            }
        }
        if key.wide { self.score_parts(key, idf, docs, scores) } else { Ok(()) }
    }

    /// Compounds count where the word itself does not occur, and a little in weighty text.
    fn score_parts(&self, key: &WordKey, idf: f32, docs: &[DocId], scores: &mut [f32]) -> Result<(), Error> {
        let wide = self.word(key)?;
        let lead = self.cached(Source::LeadParts, 0, key)?;
        for (doc, score) in docs.iter().zip(scores) {
            if *score == 0.0 && wide.contains(*doc) {
                *score += idf * PART;
            }
            if lead.len() > 0 && lead.contains(*doc) {
                *score += idf * LEAD_PART;
            }
        }
        Ok(())
    }
}

/// Term frequency that saturates.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn saturate(count: u32, divisor: f32) -> f32 {
    let count = count as f32;
    count * (1.0 + K1) / (count + divisor)
}

/// Adds up how often the terms of a stem occur in each of the ascending documents; true when any does.
fn join(
    terms: &InvertedIndexReader,
    lexicon: &Lexicon,
    stem: Key,
    docs: &[DocId],
    counts: &mut [u32],
) -> Result<bool, Error> {
    let mut any = false;
    let Some(first) = docs.first() else { return Ok(false) };
    for info in lexicon.stems.ordinals(stem).filter_map(|ordinal| lexicon.term(ordinal)) {
        let mut postings = terms.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        let mut at = 0;
        let mut target = *first;
        while at < docs.len() {
            let doc = if postings.doc() < target { postings.seek(target) } else { postings.doc() };
            if doc == TERMINATED {
                break;
            }
            if doc > target {
                at += skip_to(docs.get(at..).unwrap_or_default(), doc);
            }
            let Some(next) = docs.get(at) else { break };
            if *next == doc {
                if let Some(count) = counts.get_mut(at) {
                    *count += postings.term_freq();
                    any = true;
                }
                at += 1;
            }
            let Some(next) = docs.get(at) else { break };
            target = *next;
        }
    }
    Ok(any)
}

/// How many documents of an ascending list lie before `doc`; galloping, because it is mostly near.
fn skip_to(docs: &[DocId], doc: DocId) -> usize {
    let mut step = 1;
    while docs.get(step).is_some_and(|found| *found < doc) {
        step *= 2;
    }
    let from = step / 2;
    let near = docs.get(from..docs.len().min(step + 1)).unwrap_or_default();
    from + near.partition_point(|found| *found < doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galloping_finds_the_place() {
        let docs: Vec<DocId> = (0..100).map(|i| i * 3).collect();
        for doc in 0..310 {
            assert_eq!(skip_to(&docs, doc), docs.partition_point(|found| *found < doc), "{doc}");
        }
        assert_eq!(skip_to(&[], 5), 0);
    }
}
