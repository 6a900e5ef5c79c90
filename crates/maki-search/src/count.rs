//! One pass over matching documents: which systems pass the filters, and the counts of all facets.
//!
//! A document that passes every filter counts for every facet; one that misses exactly one facet's filter counts for
//! that facet only, because a facet's own filter must not reduce its own counts. Documents of one system are merged
//! before they are counted, so counts are distinct systems; each document is judged alone, so facts of two
//! deployments are never combined.

use tantivy::DocId;

use crate::codes::codes;
use crate::facet::{Facet, Filters};
use crate::row::{NO_AUTHORITY, Row};
use crate::segment::Authorities;

const FACETS: usize = Facet::ALL.len();

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

    /// Whether a row passes every filter.
    pub fn passes(&self, row: &Row) -> bool {
        self.judge(row) == Verdict::Passes
    }

    #[inline]
    fn judge(&self, row: &Row) -> Verdict {
        let mut missed = None;
        if let Some(accepted) = &self.authorities {
            if !accepted.contains(&row.authority) {
                missed = Some(Facet::Authority);
            }
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
    /// By facet and number of the code.
    small: Vec<[u32; 64]>,
    /// By ordinal of the organisation.
    authorities: Vec<u32>,
    wanted: [bool; FACETS],
    /// Distinct systems that pass.
    pub systems: usize,
    /// Documents that pass.
    pub documents: usize,
}

/// Collects the values of one system with several documents.
#[derive(Debug, Default)]
struct Merged {
    system: u32,
    open: bool,
    passes: bool,
    masks: [u64; FACETS],
    authorities: Vec<u32>,
}

/// Counts the documents of a segment in ascending order.
pub struct Counter<'a> {
    masks: &'a Masks,
    rows: &'a [Row],
    counts: &'a mut Counts,
    merged: Merged,
}

impl Counts {
    /// Zero for all; only the wanted facets will be counted.
    pub fn new(wanted: &[Facet], authorities: usize) -> Self {
        let mut flags = [false; FACETS];
        for (flag, facet) in flags.iter_mut().zip(Facet::ALL) {
            *flag = wanted.contains(&facet);
        }
        let authorities = if wanted.contains(&Facet::Authority) { authorities } else { 0 };
        Self { small: vec![[0; 64]; FACETS], authorities: vec![0; authorities], wanted: flags, systems: 0, documents: 0 }
    }

    /// Count of each number of a facet.
    pub fn of(&self, facet: Facet) -> &[u32] {
        if facet == Facet::Authority {
            return &self.authorities;
        }
        self.small.get(facet as usize).map_or(&[], |counts| counts.as_slice())
    }

    #[inline]
    fn add_mask(&mut self, facet: Facet, mask: u64) {
        let Some(counts) = self.small.get_mut(facet as usize) else { return };
        let mut rest = mask;
        while rest != 0 {
            if let Some(count) = counts.get_mut(rest.trailing_zeros() as usize) {
                *count += 1;
            }
            rest &= rest - 1;
        }
    }

    #[inline]
    fn add_authority(&mut self, ordinal: u32) {
        if ordinal != NO_AUTHORITY {
            if let Some(count) = self.authorities.get_mut(ordinal as usize) {
                *count += 1;
            }
        }
    }

    #[inline]
    fn wants(&self, facet: Facet) -> bool {
        self.wanted.get(facet as usize).is_some_and(|wanted| *wanted)
    }

    /// Counts a system with one document.
    #[inline]
    fn add_row(&mut self, row: &Row, facet: Facet) {
        if facet == Facet::Authority {
            self.add_authority(row.authority);
        } else {
            self.add_mask(facet, row.mask(facet));
        }
    }
}

impl<'a> Counter<'a> {
    /// Starts a segment.
    pub fn new(masks: &'a Masks, rows: &'a [Row], counts: &'a mut Counts) -> Self {
        Self { masks, rows, counts, merged: Merged::default() }
    }

    /// Judges and counts a document; true when it passes every filter.
    #[inline]
    pub fn add(&mut self, doc: DocId) -> bool {
        let Some(row) = self.rows.get(doc as usize) else { return false };
        match self.masks.judge(row) {
            Verdict::Fails => false,
            Verdict::Passes => {
                self.counts.documents += 1;
                if row.single {
                    self.counts.systems += 1;
                    for facet in Facet::ALL {
                        if self.counts.wants(facet) {
                            self.counts.add_row(row, facet);
                        }
                    }
                } else {
                    self.merge(row, None);
                }
                true
            }
            Verdict::MissesOnly(facet) => {
                if self.counts.wants(facet) {
                    if row.single {
                        self.counts.add_row(row, facet);
                    } else {
                        self.merge(row, Some(facet));
                    }
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
        if only.is_none_or(|facet| facet == Facet::Authority) && self.merged.authorities.last() != Some(&row.authority) {
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
            if self.counts.wants(facet) {
                self.counts.add_mask(facet, mask);
            }
        }
        for ordinal in self.merged.authorities.drain(..) {
            self.counts.add_authority(ordinal);
        }
        self.merged.masks = [0; FACETS];
        self.merged.open = false;
        self.merged.passes = false;
    }

    /// Ends the segment.
    pub fn finish(mut self) {
        self.flush();
    }
}
