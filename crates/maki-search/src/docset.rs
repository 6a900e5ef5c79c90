//! Sets of documents of one segment: a sorted list when few, a bitmap when many, and a bounded cache of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::DocId;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;

/// A set of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocSet {
    /// Ascending document numbers.
    Few(Box<[DocId]>),
    /// One bit per document, and how many are set.
    Many(Box<[u64]>, usize),
}

/// A set becomes a bitmap when it has more than one of this many documents.
const SPARSE: usize = 32;

impl DocSet {
    /// No document.
    pub fn empty() -> Self {
        Self::Few(Box::default())
    }

    /// The documents of all these terms together.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of_terms(terms: &InvertedIndexReader, infos: &[TermInfo], max_doc: u32) -> std::io::Result<Self> {
        let total: usize = infos.iter().map(|info| info.doc_freq as usize).sum();
        let mut collect = Collect::new(total, max_doc);
        let mut postings = None;
        for info in infos {
            let postings = match &mut postings {
                Some(postings) => {
                    terms.reset_block_postings_from_terminfo(info, postings)?;
                    postings
                }
                none => none.insert(terms.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?),
            };
            loop {
                let docs = postings.docs();
                if docs.is_empty() {
                    break;
                }
                collect.extend(docs);
                postings.advance();
            }
        }
        Ok(collect.finish(infos.len() > 1))
    }

    /// The documents that an iterator gives in ascending order.
    pub fn of_sorted(docs: Vec<DocId>, max_doc: u32) -> Self {
        if docs.len() > max_doc as usize / SPARSE {
            let mut collect = Collect::new(docs.len(), max_doc);
            collect.extend(&docs);
            collect.finish(false)
        } else {
            Self::Few(docs.into_boxed_slice())
        }
    }

    /// How many documents.
    pub fn len(&self) -> usize {
        match self {
            Self::Few(docs) => docs.len(),
            Self::Many(_, len) => *len,
        }
    }

    /// Whether a document is in the set.
    #[inline]
    pub fn contains(&self, doc: DocId) -> bool {
        match self {
            Self::Few(docs) => docs.binary_search(&doc).is_ok(),
            Self::Many(words, _) => words.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1),
        }
    }

    /// Calls `f` for every document in ascending order.
    pub fn for_each(&self, mut f: impl FnMut(DocId)) {
        match self {
            Self::Few(docs) => docs.iter().copied().for_each(f),
            Self::Many(words, _) => each_bit(words, &mut f),
        }
    }

    /// All documents of several sets.
    pub fn union(sets: &[Arc<Self>], max_doc: u32) -> Arc<Self> {
        if let [only] = sets {
            return Arc::clone(only);
        }
        let mut collect = Collect::new(sets.iter().map(|set| set.len()).sum(), max_doc);
        for set in sets {
            match (&mut collect, set.as_ref()) {
                (Collect::Many(bits), Self::Many(words, _)) => {
                    bits.iter_mut().zip(words).for_each(|(bits, word)| *bits |= word);
                }
                (collect, Self::Few(docs)) => collect.extend(docs),
                (collect, set) => set.for_each(|doc| collect.extend(&[doc])),
            }
        }
        Arc::new(collect.finish(true))
    }

    /// The documents that are in every set; all documents when there is no set.
    pub fn intersection(sets: &[Arc<Self>], max_doc: u32) -> Arc<Self> {
        let mut sets: Vec<_> = sets.iter().collect();
        sets.sort_by_key(|set| set.len());
        let Some((smallest, others)) = sets.split_first() else { return Arc::new(Self::all(max_doc)) };
        if others.is_empty() {
            return Arc::clone(smallest);
        }
        match smallest.as_ref() {
            Self::Few(docs) => {
                let in_all = |doc: &DocId| others.iter().all(|set| set.contains(*doc));
                Arc::new(Self::Few(docs.iter().copied().filter(in_all).collect()))
            }
            Self::Many(words, _) => {
                let mut bits = words.clone();
                for set in others {
                    if let Self::Many(words, _) = set.as_ref() {
                        bits.iter_mut().zip(words).for_each(|(bits, word)| *bits &= word);
                    }
                }
                Arc::new(Self::of_bits(bits))
            }
        }
    }

    /// The documents that are in none of the sets.
    pub fn without(&self, sets: &[Arc<Self>], max_doc: u32) -> Self {
        let mut docs = Vec::with_capacity(self.len());
        self.for_each(|doc| {
            if !sets.iter().any(|set| set.contains(doc)) {
                docs.push(doc);
            }
        });
        Self::of_sorted(docs, max_doc)
    }

    /// Every document of a segment.
    pub fn all(max_doc: u32) -> Self {
        Self::of_sorted((0..max_doc).collect(), max_doc)
    }

    /// The bitmap, when it is one.
    pub fn words(&self) -> Option<&[u64]> {
        match self {
            Self::Few(_) => None,
            Self::Many(words, _) => Some(words),
        }
    }

    /// The set of a bitmap.
    pub fn of_bits(bits: Box<[u64]>) -> Self {
        let len = bits.iter().map(|word| word.count_ones() as usize).sum();
        Self::Many(bits, len)
    }

    fn bytes(&self) -> usize {
        64 + match self {
            Self::Few(docs) => size_of_val(docs.as_ref()),
            Self::Many(words, _) => size_of_val(words.as_ref()),
        }
    }
}

/// Calls `f` for every set bit.
fn each_bit(words: &[u64], f: &mut impl FnMut(DocId)) {
    for (base, word) in (0..).step_by(64).zip(words) {
        let mut rest = *word;
        while rest != 0 {
            f(base + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
}

/// A set in the making.
enum Collect {
    Few(Vec<DocId>),
    Many(Box<[u64]>),
}

impl Collect {
    fn new(expected: usize, max_doc: u32) -> Self {
        if expected > max_doc as usize / SPARSE {
            Self::Many(vec![0; (max_doc as usize).div_ceil(64)].into_boxed_slice())
        } else {
            Self::Few(Vec::with_capacity(expected))
        }
    }

    fn extend(&mut self, docs: &[DocId]) {
        match self {
            Self::Few(all) => all.extend_from_slice(docs),
            Self::Many(bits) => {
                for doc in docs {
                    if let Some(word) = bits.get_mut(*doc as usize / 64) {
                        *word |= 1 << (doc % 64);
                    }
                }
            }
        }
    }

    fn finish(self, mixed: bool) -> DocSet {
        match self {
            Self::Few(mut docs) => {
                if mixed {
                    docs.sort_unstable();
                    docs.dedup();
                }
                DocSet::Few(docs.into_boxed_slice())
            }
            Self::Many(bits) => DocSet::of_bits(bits),
        }
    }
}

/// Keeps recently used sets in at most a given number of bytes: when the young half is full it becomes the old half.
#[derive(Debug, Default)]
pub struct SetCache {
    halves: Mutex<Halves>,
}

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<u64, Arc<DocSet>>,
    old: HashMap<u64, Arc<DocSet>>,
    young_bytes: usize,
}

impl SetCache {
    /// The cached set of a key, or the one that `make` gives.
    ///
    /// # Errors
    /// The error of `make`.
    pub fn get_or<E>(
        &self,
        key: u64,
        budget: usize,
        make: impl FnOnce() -> Result<DocSet, E>,
    ) -> Result<Arc<DocSet>, E> {
        {
            let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(set) = halves.young.get(&key) {
                return Ok(Arc::clone(set));
            }
            if let Some(set) = halves.old.remove(&key) {
                halves.keep(key, &set, budget);
                return Ok(set);
            }
        }
        let set = Arc::new(make()?);
        self.halves.lock().unwrap_or_else(PoisonError::into_inner).keep(key, &set, budget);
        Ok(set)
    }
}

impl Halves {
    fn keep(&mut self, key: u64, set: &Arc<DocSet>, budget: usize) {
        let bytes = set.bytes();
        if self.young_bytes + bytes > budget / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if bytes <= budget / 2 {
            self.young_bytes += bytes;
            self.young.insert(key, Arc::clone(set));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(docs: &[DocId]) -> Arc<DocSet> {
        Arc::new(DocSet::of_sorted(docs.to_vec(), 640))
    }

    fn list(set: &DocSet) -> Vec<DocId> {
        let mut docs = Vec::new();
        set.for_each(|doc| docs.push(doc));
        assert_eq!(docs.len(), set.len());
        docs
    }

    #[test]
    fn few_and_many_agree() {
        let few = set(&[3, 70, 200]);
        let many = set(&(0..640).step_by(10).collect::<Vec<_>>());
        assert!(matches!(few.as_ref(), DocSet::Few(_)) && matches!(many.as_ref(), DocSet::Many(..)));
        assert_eq!(list(&DocSet::intersection(&[few.clone(), many.clone()], 640)), [70, 200]);
        assert_eq!(DocSet::union(&[few.clone(), many.clone()], 640).len(), 65);
        assert_eq!(list(&few.without(std::slice::from_ref(&many), 640)), [3]);
        assert_eq!(many.without(&[few], 640).len(), 62);
        assert_eq!(DocSet::intersection(&[], 640).len(), 640);
        assert_eq!(list(&DocSet::union(&[set(&[5]), set(&[1, 5])], 640)), [1, 5]);
    }

    #[test]
    fn the_cache_forgets_but_never_lies() {
        let cache = SetCache::default();
        for round in 0..3_u32 {
            for key in 0..50_u32 {
                let made = cache.get_or::<()>(u64::from(key), 1_000, || Ok(DocSet::of_sorted(vec![key], 640)));
                assert_eq!(made.map(|set| list(&set)), Ok(vec![key]), "{round}");
            }
        }
    }
}
