//! Which records the rows of a run have spoken of already: rows of one run must agree, and each record counts once.
//!
//! Memory is bounded: beyond the limit, records found unchanged are remembered only until the end of their batch, and
//! written ones through their provenance.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use maki_domain::{Content, RecordId};

/// Records remembered over batches; about 10 MB.
const MOST: usize = 200_000;

/// Record → row that spoke of it first, and the fingerprint of what it said.
#[derive(Debug, Default)]
pub(super) struct Seen {
    run: HashMap<RecordId, (u64, u64)>,
    batch: HashMap<RecordId, (u64, u64)>,
}

impl Seen {
    pub fn get(&self, id: RecordId) -> Option<(u64, u64)> {
        self.run.get(&id).or_else(|| self.batch.get(&id)).copied()
    }

    /// True when no row spoke of the record before.
    pub fn note(&mut self, id: RecordId, row: u64, said: u64) -> bool {
        if self.get(id).is_some() {
            return false;
        }
        let map = if self.run.len() < MOST { &mut self.run } else { &mut self.batch };
        map.insert(id, (row, said));
        true
    }

    pub fn end_batch(&mut self) {
        self.batch.clear();
    }
}

/// Equal contents have equal fingerprints; never 0.
pub(super) fn fingerprint(content: &Content) -> u64 {
    let mut hasher = DefaultHasher::new();
    for slot in content.iter() {
        slot.hash(&mut hasher);
    }
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn memory_is_bounded_and_every_record_is_new_once() {
        let mut seen = Seen::default();
        for n in 0..MOST as u128 + 10 {
            assert!(seen.note(RecordId(Uuid::from_u128(n)), 7, 1));
        }
        let (first, last) = (RecordId(Uuid::from_u128(0)), RecordId(Uuid::from_u128(MOST as u128 + 9)));
        assert!(!seen.note(first, 8, 1) && !seen.note(last, 8, 1));
        assert_eq!((seen.get(first), seen.run.len()), (Some((7, 1)), MOST));
        seen.end_batch();
        assert_eq!((seen.get(first), seen.get(last)), (Some((7, 1)), None));
    }
}
