//! Looking up planned words in a segment: the documents that have them, and how well.
//!
//! Scores follow BM25 (Robertson and Zaragoza 2009; k1 = 1.2, b = 0.75) with the forms of a stem taken together as
//! one term. A compound that contains the word counts as part of one occurrence. Weighty text adds a bonus.

use std::sync::Arc;

use tantivy::index::InvertedIndexReader;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, TERMINATED, Term};

use crate::analysis::{KEY_BITS, Key};
use crate::docset::DocSet;
use crate::error::Error;
use crate::lexicon::{Entries, Lexicon};
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
    Lead = 3,
}

/// Tells cached combinations from single words.
const COMBINED_KEY: u64 = 1 << 62;

/// A number of 40 bits for a combination.
fn hash(numbers: impl Iterator<Item = u64>) -> u64 {
    let mix = |hash: u64, number: u64| (hash.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    numbers.fold(0x5bd1_e995, mix) >> (64 - KEY_BITS)
}

/// What satisfies a clause in one segment.
pub struct Found {
    /// By way; none for several words together, which are looked up word by word.
    pub ways: Vec<Option<Arc<DocSet>>>,
    /// All ways together.
    pub all: Arc<DocSet>,
}

impl Found {
    /// How many documents have a way; for several words together at most this many.
    pub fn documents(&self, way: usize) -> usize {
        self.ways.get(way).map_or(0, |set| set.as_ref().map_or(self.all.len(), |set| set.len()))
    }
}

/// Looks things up in one segment.
pub struct Lookup<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// Fields of the index.
    pub fields: &'a Fields,
    /// Figures over all segments.
    pub statistics: &'a Statistics,
    /// Bytes for cached sets of this segment.
    pub cache: usize,
}

impl Lookup<'_> {
    /// Documents that satisfy a clause.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn clause(&self, clause: &Clause) -> Result<Found, Error> {
        let mut ways = Vec::with_capacity(clause.ways.len());
        for (_, way) in &clause.ways {
            ways.push(match way {
                What::Word(key) => Some(self.word(key)?),
                What::Phrase(words) => Some(self.phrase(words)?),
                What::All(_) => None,
            });
        }
        if let [Some(only)] = ways.as_slice() {
            return Ok(Found { all: Arc::clone(only), ways });
        }
        let key = COMBINED_KEY | hash(clause.ways.iter().flat_map(|(_, way)| way.numbers()));
        let all = self.segment.sets.get_or(key, self.cache, || {
            let mut sets: Vec<Arc<DocSet>> = ways.iter().flatten().cloned().collect();
            for (_, way) in &clause.ways {
                if let What::All(keys) = way {
                    let words: Result<Vec<_>, Error> = keys.iter().map(|key| self.word(key)).collect();
                    sets.push(DocSet::intersection(&words?, self.segment.max_doc));
                }
            }
            sets.retain(|set| set.len() > 0);
            Ok::<_, Error>(self.together(&sets).as_ref().clone())
        })?;
        Ok(Found { all, ways })
    }

    fn together(&self, sets: &[Arc<DocSet>]) -> Arc<DocSet> {
        if sets.is_empty() { Arc::new(DocSet::empty()) } else { DocSet::union(sets, self.segment.max_doc) }
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
        Ok(self.together(&sets))
    }

    fn cached(&self, source: Source, language: usize, key: &WordKey) -> Result<Arc<DocSet>, Error> {
        let lexicons = self.segment.lexicons.get(language);
        let (Some(Some(stem)), Some([body, lead])) = (key.keys.get(language), lexicons) else {
            return Ok(Arc::new(DocSet::empty()));
        };
        // A word that no compound contains has one set, not two equal ones.
        let simple = matches!(source, Source::BodyWide) && body.parts.ordinals(*stem).next().is_none();
        let source = if simple { Source::Body } else { source };
        let (terms, lexicon) = match source {
            Source::Lead | Source::LeadParts => (self.segment.lead.get(language), lead),
            Source::Body | Source::BodyWide => (self.segment.body.get(language), body),
        };
        let of_parts = match source {
            Source::BodyWide => body.parts.ordinals(*stem),
            Source::LeadParts => lead.parts.ordinals(*stem),
            Source::Body | Source::Lead => Entries::none(),
        };
        let of_stem = match source {
            Source::LeadParts => Entries::none(),
            _ => lexicon.stems.ordinals(*stem),
        };
        let mut ordinals = of_stem.chain(of_parts).peekable();
        let Some(terms) = terms.filter(|_| ordinals.peek().is_some()) else { return Ok(Arc::new(DocSet::empty())) };
        let cache_key = stem.number() << 4 | (language as u64) << 2 | source as u64;
        self.segment.sets.get_or(cache_key, self.cache, || {
            let mut ordinals: Vec<u32> = ordinals.collect();
            ordinals.sort_unstable();
            ordinals.dedup();
            let infos: Vec<_> = ordinals.iter().filter_map(|ordinal| lexicon.term(*ordinal)).collect();
            DocSet::of_terms(terms, &infos, self.segment.max_doc).map_err(Error::from)
        })
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
        Ok(self.together(&sets))
    }

    /// Adds to `scores` how well each of the ascending `docs` satisfies a clause. `documents` gives for each way the
    /// number of documents in the whole index that have it. Only a precise score reads how often the typed word
    /// occurs; a rough one knows only that it does.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn score(
        &self,
        clause: &Clause,
        found: &Found,
        documents: &[usize],
        docs: &[DocId],
        precise: bool,
        scores: &mut [f32],
    ) -> Result<(), Error> {
        let mut best = vec![0.0_f32; docs.len()];
        // A rare synonym must not count more than the frequent word that was typed.
        let typed = documents.first().copied().unwrap_or(0);
        for (number, (((weight, way), set), documents)) in
            clause.ways.iter().zip(&found.ways).zip(documents).enumerate()
        {
            let (places, docs) = match (set, way) {
                (Some(set), _) => within(docs, set),
                (None, What::All(keys)) => self.within_all(docs, keys)?,
                _ => continue,
            };
            if docs.is_empty() {
                continue;
            }
            let idf = self.statistics.idf((*documents).max(typed));
            let mut of_way = vec![0.0_f32; docs.len()];
            match way {
                What::Word(key) if precise && number == 0 => {
                    self.score_word(key, idf, &docs, &mut of_way)?;
                }
                What::Word(key) => self.score_roughly(key, idf, &docs, &mut of_way)?,
                What::All(keys) => {
                    for key in keys {
                        self.score_roughly(key, idf, &docs, &mut of_way)?;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
                    let share = 1.0 / keys.len().max(1) as f32;
                    of_way.iter_mut().for_each(|score| *score *= share);
                }
                What::Phrase(_) => of_way.fill(idf * (1.0 + K1) * 0.5),
            }
            for (place, score) in places.iter().zip(of_way) {
                if let Some(best) = best.get_mut(*place) {
                    *best = best.max(weight * score);
                }
            }
        }
        for (score, best) in scores.iter_mut().zip(best) {
            *score += best;
        }
        Ok(())
    }

    /// The documents of a list that have several words, with their places in the list.
    fn within_all(&self, docs: &[DocId], keys: &[WordKey]) -> Result<(Vec<usize>, Vec<DocId>), Error> {
        let sets: Result<Vec<_>, Error> = keys.iter().map(|key| self.word(key)).collect();
        let sets = sets?;
        let in_all = |(_, doc): &(usize, &DocId)| sets.iter().all(|set| set.contains(**doc));
        Ok(docs.iter().enumerate().filter(in_all).map(|(place, doc)| (place, *doc)).unzip())
    }

    /// Adds the score of a word for documents that all have it in one way or another. Postings are read only for
    /// documents that the match sets name.
    fn score_word(&self, key: &WordKey, idf: f32, docs: &[DocId], scores: &mut [f32]) -> Result<(), Error> {
        let mut exact = vec![false; docs.len()];
        for (language, stem) in key.keys.iter().enumerate() {
            let (Some(stem), Some([body, lead])) = (stem, self.segment.lexicons.get(language)) else { continue };
            let (places, of_body) = within(docs, self.cached(Source::Body, language, key)?.as_ref());
            let norms = self.segment.norms.get(language).and_then(Option::as_ref);
            if let (Some(terms), Some(norms), Some(divisors)) =
                (self.segment.body.get(language), norms, self.statistics.norms.get(language))
            {
                let counts = join(terms, body, *stem, &of_body)?;
                for ((place, doc), count) in places.iter().zip(&of_body).zip(counts) {
                    let divisor = divisors.get(usize::from(norms.fieldnorm_id(*doc))).copied().unwrap_or(K1);
                    add(scores, *place, idf * saturate(count, divisor));
                    exact.get_mut(*place).into_iter().for_each(|exact| *exact = true);
                }
            }
            let (places, of_lead) = within(docs, self.cached(Source::Lead, language, key)?.as_ref());
            if let Some(terms) = self.segment.lead.get(language) {
                for (place, count) in places.iter().zip(join(terms, lead, *stem, &of_lead)?) {
                    add(scores, *place, idf * LEAD * saturate(count, K1));
                }
            }
        }
        let lead_parts = self.cached(Source::LeadParts, 0, key)?;
        for ((doc, exact), score) in docs.iter().zip(exact).zip(scores) {
            *score += if exact { 0.0 } else { idf * PART };
            *score += if key.wide && lead_parts.contains(*doc) { idf * LEAD_PART } else { 0.0 };
        }
        Ok(())
    }

    /// As [`Lookup::score_word`], as if every word occurred once in a text of mean length.
    fn score_roughly(&self, key: &WordKey, idf: f32, docs: &[DocId], scores: &mut [f32]) -> Result<(), Error> {
        let mut body = Vec::new();
        let mut lead = Vec::new();
        for language in 0..key.keys.len() {
            body.push(self.cached(Source::Body, language, key)?);
            lead.push(self.cached(Source::Lead, language, key)?);
        }
        body.retain(|set| set.len() > 0);
        lead.retain(|set| set.len() > 0);
        let lead_parts = self.cached(Source::LeadParts, 0, key)?;
        for (doc, score) in docs.iter().zip(scores) {
            let share = if body.iter().any(|set| set.contains(*doc)) { 1.0 } else { PART };
            let in_lead = if lead.iter().any(|set| set.contains(*doc)) { LEAD } else { 0.0 };
            let in_lead_part = if key.wide && lead_parts.contains(*doc) { LEAD_PART } else { 0.0 };
            *score += idf * (share + in_lead + in_lead_part);
        }
        Ok(())
    }
}

fn add(scores: &mut [f32], place: usize, score: f32) {
    if let Some(sum) = scores.get_mut(place) {
        *sum += score;
    }
}

/// The documents of a list that are in a set, with their places in the list.
fn within(docs: &[DocId], set: &DocSet) -> (Vec<usize>, Vec<DocId>) {
    if set.len() == 0 {
        return (Vec::new(), Vec::new());
    }
    let room = docs.len().min(set.len());
    let (mut places, mut found) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for (place, doc) in docs.iter().enumerate().filter(|(_, doc)| set.contains(**doc)) {
        places.push(place);
        found.push(*doc);
    }
    (places, found)
}

/// Term frequency that saturates.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn saturate(count: u32, divisor: f32) -> f32 {
    let count = count as f32;
    count * (1.0 + K1) / (count + divisor)
}

/// How often the terms of a stem occur in each of the ascending documents.
fn join(terms: &InvertedIndexReader, lexicon: &Lexicon, stem: Key, docs: &[DocId]) -> Result<Vec<u32>, Error> {
    let mut counts = vec![0; docs.len()];
    if docs.is_empty() {
        return Ok(counts);
    }
    for info in lexicon.stems.ordinals(stem).filter_map(|ordinal| lexicon.term(ordinal)) {
        let mut postings = terms.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        let mut at = 0;
        while let Some(target) = docs.get(at) {
            // Jumps to the block of the next wanted document, then walks both lists to the end of the block.
            let start = postings.seek(*target);
            let mut block = postings.docs().iter().zip(postings.freqs()).skip(start).peekable();
            if block.peek().is_none() {
                break;
            }
            for (doc, count) in block {
                if docs.get(at).is_some_and(|wanted| wanted < doc) {
                    at += skip_to(docs.get(at..).unwrap_or_default(), *doc);
                }
                match docs.get(at) {
                    Some(wanted) if wanted == doc => {
                        counts.get_mut(at).into_iter().for_each(|sum: &mut u32| *sum += count);
                        at += 1;
                    }
                    Some(_) => {}
                    None => break,
                }
            }
        }
    }
    Ok(counts)
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
