//! One pass over matching documents: which systems pass the filters, and the counts of all facets.
//!
//! A document that passes every filter counts for every facet; one that misses exactly one facet's filter counts for
//! that facet only, because a facet's own filter must not reduce its own counts. Documents of one system are merged
//! before they are counted, so counts are distinct systems; each document is judged alone, so facts of two
//! deployments are never combined.

use std::sync::Arc;

use tantivy::DocId;

use crate::analysis::Key;
use crate::codes::codes;
use crate::docset::DocSet;
use crate::error::Error;
use crate::facet::{Facet, Filters};
use crate::row::{FacetTable, Row, count_mask};
use crate::segment::{Authorities, Segment};
use crate::snapshot::SegmentView;

const FACETS: usize = Facet::ALL.len();
/// Tells cached sets of filters from those of words.
const FILTER_KEY: u64 = 1 << 63;

fn bitmap(rows: &[Row], accepts: impl Fn(&Row) -> bool) -> DocSet {
    let word = |rows: &[Row]| (0..).zip(rows).fold(0, |word, (bit, row)| word | u64::from(accepts(row)) << bit);
    DocSet::of_bits(rows.chunks(64).map(word).collect())
}

/// Filters of a request as masks.
#[derive(Debug)]
pub struct Masks {
    /// Facets that restrict, except `authority`.
    active: Vec<(Facet, u64)>,
    /// Accepted organisations; none when they do not restrict.
    authorities: Option<Vec<u32>>,
}

/// How a document stands to the filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passes,
    MissesOnly(Facet),
    Fails,
}

impl Masks {
    /// Translates filters. Values that do not exist accept nothing.
    pub fn new(filters: &Filters, known: &Authorities) -> Self {
        let mut masks = Self { active: Vec::new(), authorities: None };
        for (facet, values) in filters.iter() {
            if facet == Facet::Authority {
                masks.authorities = Some(values.iter().filter_map(|id| known.ordinal(id)).collect());
                continue;
            }
            let numbers = values.iter().map(|value| codes(facet).number(value)).filter(|number| *number > 0);
            masks.active.push((facet, numbers.fold(0, |mask, number| mask | 1_u64 << number)));
        }
        masks
    }

    /// The documents of a segment that each filter accepts, as bitmaps.
    fn sets(&self, segment: &Segment, cache: usize) -> Result<Vec<(Facet, Arc<DocSet>)>, Error> {
        let mut sets = Vec::new();
        for (facet, accepted) in &self.active {
            let key = FILTER_KEY | Key::of(&format!("{} {accepted}", facet.name())).number();
            let make = || Ok::<_, Error>(bitmap(&segment.rows, |row| row.mask(*facet) & accepted != 0));
            sets.push((*facet, segment.sets.get_or(key, cache, make)?));
        }
        if let Some(accepted) = &self.authorities {
            let key = FILTER_KEY | Key::of(&format!("authority {accepted:?}")).number();
            let make = || Ok::<_, Error>(bitmap(&segment.rows, |row| accepted.contains(&row.authority)));
            sets.push((Facet::Authority, segment.sets.get_or(key, cache, make)?));
        }
        Ok(sets)
    }

    /// Whether a row passes every filter.
    pub fn passes(&self, row: &Row) -> bool {
        self.judge(row) == Verdict::Passes
    }

    #[inline]
    fn judge(&self, row: &Row) -> Verdict {
        let mut missed = None;
        if self.authorities.as_ref().is_some_and(|accepted| !accepted.contains(&row.authority)) {
            missed = Some(Facet::Authority);
        }
        for (facet, accepted) in &self.active {
            if row.mask(*facet) & accepted == 0 {
                if missed.is_some() {
                    return Verdict::Fails;
                }
                missed = Some(*facet);
            }
        }
        missed.map_or(Verdict::Passes, Verdict::MissesOnly)
    }
}

/// Counts of distinct systems.
#[derive(Clone, Debug)]
pub struct Counts {
    table: Box<FacetTable>,
    /// By ordinal of the organisation.
    authorities: Vec<u32>,
    /// Distinct systems that pass.
    pub systems: usize,
    /// Deployments that pass.
    pub deployments: usize,
}

/// Collects the values of one system with several documents.
#[derive(Debug, Default)]
struct Merged {
    system: u32,
    open: bool,
    /// Some document passes every filter.
    passes: bool,
    masks: [u64; FACETS],
    authorities: Vec<u32>,
}

impl Counts {
    /// Zero for all; organisations are counted only when their number is given.
    pub fn new(authorities: usize) -> Self {
        Self { table: Box::new([[0; 64]; FACETS]), authorities: vec![0; authorities], systems: 0, deployments: 0 }
    }

    /// Count of each number of a facet.
    pub fn of(&self, facet: Facet) -> &[u32] {
        if facet == Facet::Authority {
            return &self.authorities;
        }
        self.table.get(facet as usize).map_or(&[], |counts| counts.as_slice())
    }

    #[inline]
    fn add_authority(&mut self, ordinal: u32) {
        // No organisation has an ordinal beyond the list.
        if let Some(count) = self.authorities.get_mut(ordinal as usize) {
            *count += 1;
        }
    }

    /// Counts a system with one document that passes.
    #[inline]
    fn add_single(&mut self, row: &Row) {
        self.deployments += usize::from(row.is_deployment());
        self.systems += 1;
        row.count(&mut self.table);
        self.add_authority(row.authority);
    }

    /// Counts a system with one document for the facet it misses.
    #[inline]
    fn add_missed(&mut self, row: &Row, facet: Facet) {
        if facet == Facet::Authority {
            self.add_authority(row.authority);
        } else {
            count_mask(&mut self.table, facet, row.mask(facet));
        }
    }
}

/// Judges and counts documents of a segment one by one, in ascending order.
struct Counter<'a> {
    masks: &'a Masks,
    counts: &'a mut Counts,
    merged: Merged,
}

impl Counter<'_> {
    /// Judges and counts a document; true when it passes every filter.
    #[inline]
    fn add(&mut self, row: &Row) -> bool {
        match self.masks.judge(row) {
            Verdict::Fails => false,
            Verdict::Passes => {
                if row.single {
                    self.counts.add_single(row);
                } else {
                    self.counts.deployments += 1;
                    self.merge(row, None);
                }
                true
            }
            Verdict::MissesOnly(facet) => {
                if row.single {
                    self.counts.add_missed(row, facet);
                } else {
                    self.merge(row, Some(facet));
                }
                false
            }
        }
    }

    /// Adds a document to its system, for all facets or for the one it misses.
    fn merge(&mut self, row: &Row, only: Option<Facet>) {
        if !self.merged.open || self.merged.system != row.system {
            self.flush();
            self.merged.open = true;
            self.merged.system = row.system;
        }
        self.merged.passes |= only.is_none();
        if only.is_none_or(|facet| facet == Facet::Authority) && self.merged.authorities.last() != Some(&row.authority)
        {
            // Deployments of one organisation stand side by side.
            self.merged.authorities.push(row.authority);
        }
        for (facet, mask) in Facet::ALL.into_iter().zip(&mut self.merged.masks) {
            if only.is_none_or(|only| only == facet) {
                *mask |= row.mask(facet);
            }
        }
    }

    fn flush(&mut self) {
        if !self.merged.open {
            return;
        }
        self.counts.systems += usize::from(self.merged.passes);
        for (facet, mask) in Facet::ALL.into_iter().zip(self.merged.masks) {
            count_mask(&mut self.counts.table, facet, mask);
        }
        for ordinal in self.merged.authorities.drain(..) {
            self.counts.add_authority(ordinal);
        }
        self.merged.masks = [0; FACETS];
        self.merged.open = false;
        self.merged.passes = false;
    }
}

/// Counts the living documents of a segment that match (all, without a match set) and calls `pass` for each that
/// passes every filter; the calls are not always in order.
pub fn count(
    view: &SegmentView,
    matched: Option<&DocSet>,
    masks: &Masks,
    cache: usize,
    counts: &mut Counts,
    mut pass: impl FnMut(DocId),
) -> Result<(), Error> {
    let mut counter = Counter { masks, counts, merged: Merged::default() };
    let rows = &view.segment.rows;
    if let Some(DocSet::Few(docs)) = matched {
        for doc in docs {
            let Some(row) = rows.get(*doc as usize) else { continue };
            if view.is_alive(*doc) && counter.add(row) {
                pass(*doc);
            }
        }
        counter.flush();
        return Ok(());
    }
    let sets = masks.sets(&view.segment, cache)?;
    let filters: Vec<(Facet, &[u64])> =
        sets.iter().map(|(facet, set)| (*facet, set.words().unwrap_or_default())).collect();
    let matched = matched.and_then(DocSet::words);
    for (place, (base, single)) in (0_u32..).step_by(64).zip(&view.segment.single).enumerate() {
        let all = matched.map_or(u64::MAX, |words| words.get(place).copied().unwrap_or(0));
        if all == 0 {
            continue;
        }
        let misses = Misses::new(all, &filters, place);
        if misses.any == 0 {
            continue;
        }
        // Systems with several documents are merged document by document, in order.
        each(misses.any & !single, base, |doc| {
            if rows.get(doc as usize).is_some_and(|row| view.is_alive(doc) && counter.add(row)) {
                pass(doc);
            }
        });
        each(misses.none & single, base, |doc| {
            if let Some(row) = rows.get(doc as usize).filter(|_| view.is_alive(doc)) {
                counter.counts.add_single(row);
                pass(doc);
            }
        });
        if misses.one & single == 0 {
            continue;
        }
        for (facet, words) in &filters {
            let only_this = misses.one & single & !words.get(place).copied().unwrap_or(0);
            each(only_this, base, |doc| {
                if let Some(row) = rows.get(doc as usize).filter(|_| view.is_alive(doc)) {
                    counter.counts.add_missed(row, *facet);
                }
            });
        }
    }
    counter.flush();
    Ok(())
}

/// Of 64 documents: which miss no filter, exactly one, at most one.
struct Misses {
    none: u64,
    one: u64,
    any: u64,
}

impl Misses {
    #[inline]
    fn new(all: u64, filters: &[(Facet, &[u64])], place: usize) -> Self {
        let (mut none, mut one) = (all, 0);
        for (_, words) in filters {
            let passes = words.get(place).copied().unwrap_or(0);
            one = (one & passes) | (none & !passes);
            none &= passes;
        }
        Self { none, one, any: none | one }
    }
}

#[inline]
fn each(bits: u64, base: u32, mut f: impl FnMut(DocId)) {
    let mut rest = bits;
    while rest != 0 {
        f(base + rest.trailing_zeros());
        rest &= rest - 1;
    }
}
