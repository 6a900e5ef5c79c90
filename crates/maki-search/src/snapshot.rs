//! One commit, ready to be searched: its segments, the orders over all of them, and counts over everything.
//!
//! A system has a number in the snapshot: its number in its segment plus the numbers of the segments before. Orders
//! are lists of living systems, so any page of them is a slice. The snapshot of an index that lies over another one
//! has the segments of both; a system that is in the upper one is hidden in the lower one.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use tantivy::fastfield::AliveBitSet;
use tantivy::index::SegmentId;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, Searcher, TERMINATED, Term};

use crate::count::{Counts, Masks, count};
use crate::error::Error;
use crate::facet::{Facet, Filters};
use crate::index::Position;
use crate::lexicon::Memo;
use crate::lexicon_file::Folder;
use crate::lookup::{Lookup, Statistics};
use crate::request::Overview;
use crate::schema::Fields;
use crate::segment::{Authorities, Readers, Segment, SharedAuthorities, read_lexicons};

/// Builds snapshots and keeps what they share.
pub struct SnapshotBuilder {
    fields: Fields,
    cache_memory: usize,
    folder: Folder,
    segments: HashMap<SegmentId, Arc<Segment>>,
    authorities: SharedAuthorities,
}

impl SnapshotBuilder {
    /// A builder for one index. Indexes that lie over each other share their table of organisations.
    pub fn new(directory: &Path, fields: Fields, cache_memory: usize, authorities: SharedAuthorities) -> Self {
        Self { fields, cache_memory, folder: Folder::new(directory), segments: HashMap::new(), authorities }
    }

    /// Builds the snapshot of a commit, over the snapshot of the index below where there is one, reading only segments
    /// that are new.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn build(
        &mut self,
        searcher: Searcher,
        position: Option<Position>,
        below: Option<Arc<Snapshot>>,
    ) -> Result<Snapshot, Error> {
        let mut views: Vec<SegmentView> = Vec::new();
        let mut memo = Memo::default();
        let mut shared = self.authorities.lock().unwrap_or_else(PoisonError::into_inner);
        let living: Vec<SegmentId> = searcher.segment_readers().iter().map(|r| r.segment_id()).collect();
        for reader in searcher.segment_readers() {
            let id = reader.segment_id();
            let lexicons = |body: &Readers, lead: &Readers| match self.folder.load(id) {
                Some(kept) => Ok(kept),
                None => {
                    let read = read_lexicons(body, lead, &mut memo)?;
                    self.folder.keep(id, &read, &living);
                    // Mapped, it takes no memory of ours.
                    Ok(self.folder.load(id).unwrap_or(read))
                }
            };
            let segment = match self.segments.get(&id) {
                Some(segment) => Arc::clone(segment),
                None => Arc::new(Segment::read(reader, &self.fields, Arc::make_mut(&mut shared), lexicons)?),
            };
            views.push(SegmentView { segment, alive: reader.alive_bitset().cloned(), hidden: None, base: 0 });
        }
        let authorities = Arc::clone(&shared);
        drop(shared);
        self.segments = views.iter().map(|view| (view.segment.id, Arc::clone(&view.segment))).collect();
        if let Some(below) = &below {
            let covered = covered(&below.segments, &views, &self.fields)?;
            views.splice(0..0, covered);
        }
        let mut base = 0;
        for view in &mut views {
            view.base = base;
            base += u32::try_from(view.segment.systems()).unwrap_or(u32::MAX);
        }
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
            authorities,
            fields: self.fields,
            overview: Overview::default(),
            segments: views,
            searcher,
            below,
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
    alive: Option<AliveBitSet>,
    /// One bit per document that the index above has in its own way; none when it has none of them.
    hidden: Option<Box<[u64]>>,
    /// Number of its first system in the snapshot.
    pub base: u32,
}

impl SegmentView {
    /// Whether a document lives.
    #[inline]
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc)) && !self.is_hidden(doc)
    }

    /// Whether every document lives.
    pub const fn all_live(&self) -> bool {
        self.alive.is_none() && self.hidden.is_none()
    }

    #[inline]
    fn is_hidden(&self, doc: DocId) -> bool {
        let word = |hidden: &[u64]| hidden.get(doc as usize / 64).copied().unwrap_or(0);
        self.hidden.as_ref().is_some_and(|hidden| word(hidden) >> (doc % 64) & 1 == 1)
    }
}

/// One commit of an index; share it in an [`Arc`].
pub struct Snapshot {
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) fields: Fields,
    pub(crate) statistics: Statistics,
    /// By language: some text is in it.
    pub(crate) languages: [bool; 3],
    pub(crate) authorities: Arc<Authorities>,
    /// Living systems, newest first.
    pub(crate) newest: Vec<u32>,
    /// Living systems by name.
    pub(crate) by_name: Vec<u32>,
    pub(crate) cache_per_segment: usize,
    overview: Overview,
    searcher: Searcher,
    /// The snapshot this one lies over.
    below: Option<Arc<Self>>,
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

    pub(crate) fn is_same(&self, searcher: &Searcher, below: Option<&Arc<Self>>) -> bool {
        let same_below = match (&self.below, below) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        };
        same_below && self.searcher.generation().segments() == searcher.generation().segments()
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
        Ok(Overview { systems: counts.systems, deployments: counts.deployments, facets: facets.collect() })
    }

    /// Counts of a search start from these.
    pub(crate) fn new_counts(&self, facets: &[Facet]) -> Counts {
        Counts::new(if facets.contains(&Facet::Authority) { self.authorities.entries.len() } else { 0 })
    }
}

/// The lower segments as they are seen under the upper ones.
fn covered(lower: &[SegmentView], upper: &[SegmentView], fields: &Fields) -> Result<Vec<SegmentView>, Error> {
    let mut ids: Vec<Term> = Vec::new();
    for view in upper {
        let id = view.segment.ids()?;
        let living = view.segment.first_docs.iter().filter(|doc| view.is_alive(**doc));
        ids.extend(living.map(|doc| Term::from_field_bytes(fields.id, id(*doc).as_bytes())));
    }
    ids.sort_unstable();
    let cover = |view: &SegmentView| {
        let terms = view.segment.reader.inverted_index(fields.id)?;
        let mut hidden: Option<Box<[u64]>> = None;
        for id in &ids {
            let Some(mut postings) = terms.read_postings(id, IndexRecordOption::Basic)? else { continue };
            let words = view.segment.max_doc.div_ceil(64) as usize;
            let hidden = hidden.get_or_insert_with(|| vec![0; words].into_boxed_slice());
            while postings.doc() != TERMINATED {
                if let Some(word) = hidden.get_mut(postings.doc() as usize / 64) {
                    *word |= 1 << (postings.doc() % 64);
                }
                postings.advance();
            }
        }
        Ok(SegmentView { segment: Arc::clone(&view.segment), alive: view.alive.clone(), hidden, base: 0 })
    };
    lower.iter().map(cover).collect()
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
