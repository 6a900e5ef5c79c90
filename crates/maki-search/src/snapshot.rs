//! One commit, ready to be searched: its segments, the orders over all of them, and counts over everything.
//!
//! A system has a number in the snapshot: its number in its segment plus the numbers of the segments before. Orders
//! are lists of living systems, so any page of them is a slice.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::fastfield::AliveBitSet;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher};

use crate::count::{Counts, Masks, count};
use crate::error::Error;
use crate::facet::{Facet, Filters};
use crate::index::Position;
use crate::lexicon::Memo;
use crate::lookup::{Lookup, Statistics};
use crate::request::Overview;
use crate::schema::Fields;
use crate::segment::{Authorities, Segment};

/// Builds snapshots and keeps what they share.
pub struct SnapshotBuilder {
    fields: Fields,
    cache_memory: usize,
    segments: HashMap<SegmentId, Arc<Segment>>,
    authorities: Authorities,
}

impl SnapshotBuilder {
    /// A builder for one index.
    pub fn new(fields: Fields, cache_memory: usize) -> Self {
        Self { fields, cache_memory, segments: HashMap::new(), authorities: Authorities::default() }
    }

    /// Builds the snapshot of a commit, reading only segments that are new.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn build(&mut self, searcher: Searcher, position: Option<Position>) -> Result<Snapshot, Error> {
        let mut views: Vec<SegmentView> = Vec::new();
        let mut base = 0;
        let mut memo = Memo::default();
        for reader in searcher.segment_readers() {
            let segment = match self.segments.get(&reader.segment_id()) {
                Some(segment) => Arc::clone(segment),
                None => Arc::new(Segment::read(reader, &self.fields, &mut self.authorities, &mut memo)?),
            };
            let systems = u32::try_from(segment.systems()).unwrap_or(u32::MAX);
            views.push(SegmentView { segment, alive: reader.alive_bitset().cloned(), base });
            base += systems;
        }
        self.segments = views.iter().map(|view| (view.segment.id, Arc::clone(&view.segment))).collect();
        let documents = views.iter().map(|view| view.segment.max_doc as usize).sum();
        let mut words = [0_u64; 3];
        for view in &views {
            for (words, terms) in words.iter_mut().zip(&view.segment.body) {
                *words += terms.total_num_tokens();
            }
        }
        let mut snapshot = Snapshot {
            newest: order(&views, |view| &view.segment.by_date, Snapshot::newer),
            by_name: order(&views, |view| &view.segment.by_name, Snapshot::named_before),
            cache_per_segment: self.cache_memory / views.len().max(1),
            languages: words.map(|words| words > 0),
            statistics: Statistics::new(documents, words),
            authorities: self.authorities.clone(),
            fields: self.fields,
            overview: Overview::default(),
            segments: views,
            searcher,
            position,
        };
        snapshot.overview = snapshot.count_everything()?;
        Ok(snapshot)
    }
}

/// A segment as one commit sees it.
pub struct SegmentView {
    /// The segment.
    pub segment: Arc<Segment>,
    /// Living documents; none when all live.
    pub alive: Option<AliveBitSet>,
    /// Number of its first system in the snapshot.
    pub base: u32,
}

impl SegmentView {
    /// Whether a document lives.
    #[inline]
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
    }
}

/// One commit of an index; share it in an [`Arc`].
pub struct Snapshot {
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) fields: Fields,
    pub(crate) statistics: Statistics,
    /// By language: some text is in it.
    pub(crate) languages: [bool; 3],
    pub(crate) authorities: Authorities,
    /// Living systems, newest first.
    pub(crate) newest: Vec<u32>,
    /// Living systems by name.
    pub(crate) by_name: Vec<u32>,
    pub(crate) cache_per_segment: usize,
    overview: Overview,
    searcher: Searcher,
    position: Option<Position>,
}

impl Snapshot {
    /// Place in the change log up to which this snapshot knows everything.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Counts over everything, kept ready.
    #[must_use]
    pub const fn overview(&self) -> &Overview {
        &self.overview
    }

    pub(crate) fn is_same(&self, searcher: &Searcher) -> bool {
        self.searcher.generation().segments() == searcher.generation().segments()
    }

    pub(crate) fn lookup<'a>(&'a self, view: &'a SegmentView) -> Lookup<'a> {
        Lookup {
            segment: &view.segment,
            fields: &self.fields,
            statistics: &self.statistics,
            cache: self.cache_per_segment,
        }
    }

    /// The segment of a system and its number there.
    pub(crate) fn locate(&self, system: u32) -> Option<(&SegmentView, u32)> {
        let after = self.segments.partition_point(|view| view.base <= system);
        let view = self.segments.get(after.checked_sub(1)?)?;
        Some((view, system - view.base))
    }

    fn newer(a: (&SegmentView, u32), b: (&SegmentView, u32)) -> bool {
        let date = |(view, system): (&SegmentView, u32)| view.segment.published.get(system as usize).copied();
        date(a) >= date(b)
    }

    fn named_before(a: (&SegmentView, u32), b: (&SegmentView, u32)) -> bool {
        a.0.segment.names.of(a.1) <= b.0.segment.names.of(b.1)
    }

    fn count_everything(&self) -> Result<Overview, Error> {
        let filters = Filters::new();
        let masks = Masks::new(&filters, &self.authorities);
        let mut counts = Counts::new(self.authorities.entries.len());
        for view in &self.segments {
            count(view, None, &masks, self.cache_per_segment, &mut counts, |_| {})?;
        }
        let facets = Facet::ALL.into_iter().map(|facet| self.facet_counts(&counts, facet, &filters, usize::MAX));
        Ok(Overview {
            systems: counts.systems,
            deployments: counts.documents,
            uses: counts.uses,
            facets: facets.collect(),
        })
    }

    /// Counts of a search start from these.
    pub(crate) fn new_counts(&self, facets: &[Facet]) -> Counts {
        Counts::new(if facets.contains(&Facet::Authority) { self.authorities.entries.len() } else { 0 })
    }
}

/// Merges the orders of the segments into one order of living systems.
fn order<'a>(
    views: &'a [SegmentView],
    of: impl Fn(&'a SegmentView) -> &'a [u32],
    before: impl Fn((&'a SegmentView, u32), (&'a SegmentView, u32)) -> bool,
) -> Vec<u32> {
    let mut lists: Vec<Vec<(u32, u32)>> = Vec::new();
    for (number, view) in (0..).zip(views) {
        let alive = of(view).iter().filter(|system| view.is_alive(view.segment.first_doc(**system)));
        lists.push(alive.map(|system| (number, *system)).collect());
    }
    let resolve = |(number, system): (u32, u32)| views.get(number as usize).map(|view| (view, system));
    while lists.len() > 1 {
        // The two shortest first, so that a large segment is copied once.
        lists.sort_by_key(|list| std::cmp::Reverse(list.len()));
        let (Some(short), Some(long)) = (lists.pop(), lists.pop()) else { break };
        let mut merged = Vec::with_capacity(short.len() + long.len());
        let (mut long, mut short) = (long.into_iter().peekable(), short.into_iter().peekable());
        loop {
            let long_first = match (long.peek(), short.peek()) {
                (Some(a), Some(b)) => match (resolve(*a), resolve(*b)) {
                    (Some(a), Some(b)) => before(a, b),
                    _ => true,
                },
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            merged.extend(if long_first { long.next() } else { short.next() });
        }
        lists.push(merged);
    }
    let only = lists.pop().unwrap_or_default();
    only.into_iter().filter_map(|entry| resolve(entry).map(|(view, system)| view.base + system)).collect()
}
