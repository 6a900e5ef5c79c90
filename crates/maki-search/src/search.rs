//! Answering one search on one snapshot.
//!
//! Without words only packed rows are read. With words the match sets are combined first, then each match is judged
//! and counted on its row, and only what passes every filter is scored, because filters leave little.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tantivy::DocId;

use crate::analysis::Analyzer;
use crate::codes::codes;
use crate::correct;
use crate::count::{Counts, Masks, count};
use crate::docset::DocSet;
use crate::error::Error;
use crate::facet::{Facet, Filters};
use crate::lookup::Found;
use crate::matcher::Matcher;
use crate::plan::{Clause, Plan, Planner, WordKey, fragments, plan};
use crate::query::parse;
use crate::request::{
    Correction, FacetCounts, FacetValue, Hit, Hits, MAX_OFFSET_BY_RELEVANCE, MAX_PAGE_SIZE, QueryHint, SearchRequest,
    Sort,
};
use crate::snapshot::Snapshot;
use crate::stored::Stored;

/// How many of the best documents are scored precisely; with them all that are roughly as good.
const PRECISE: usize = 100;
/// A word that more documents have is not looked for in compounds: they would only drown the word itself.
const FREQUENT: usize = 1_000;
/// With fewer matches than this (filters aside), compounds count nevertheless.
const ENOUGH: usize = 20;
/// With fewer matches than this (filters aside), other spellings are suggested.
const FEW_MATCHES: usize = 3;

/// A system of the page: number in the snapshot, best document if known, score.
struct Place {
    system: u32,
    doc: Option<DocId>,
    score: f32,
    /// Scored precisely: stands before everything that is not.
    precise: bool,
}

impl Place {
    fn better(&self, other: &Self) -> std::cmp::Ordering {
        let by_score = other.precise.cmp(&self.precise).then(other.score.total_cmp(&self.score));
        by_score.then(self.system.cmp(&other.system))
    }
}

/// Match sets of a query.
struct Matches {
    /// Per clause, per segment.
    clauses: Vec<Vec<Found>>,
    /// Per excluded clause, per segment.
    excluded: Vec<Vec<Found>>,
    /// Per segment: what satisfies the whole query.
    matched: Vec<Arc<DocSet>>,
}

impl Matches {
    /// Number of documents, dead ones included.
    fn len(&self) -> usize {
        self.matched.iter().map(|set| set.len()).sum()
    }
}

/// Sets of several clauses in one segment.
fn of_segment(clauses: &[Vec<Found>], segment: usize) -> Vec<Arc<DocSet>> {
    clauses.iter().filter_map(|found| found.get(segment)).map(|found| Arc::clone(&found.all)).collect()
}

impl Snapshot {
    /// Searches.
    ///
    /// # Errors
    /// [`Error::QueryTooLong`], [`Error::PageTooDeep`], or [`Error::Corrupt`] when the index must be built anew.
    pub fn search(&self, request: &SearchRequest) -> Result<Hits, Error> {
        guarded(|| self.answer(request))
    }

    /// Ids of all systems that match, in the order asked for, without limit and page: for exports.
    ///
    /// # Errors
    /// As [`Snapshot::search`].
    pub fn all_ids(&self, request: &SearchRequest) -> Result<Vec<uuid::Uuid>, Error> {
        guarded(|| {
            let request =
                SearchRequest { offset: 0, after: None, limit: usize::MAX, facets: Vec::new(), ..request.clone() };
            let (_, _, places, _) = self.find(&request)?;
            let ids: Result<Vec<_>, Error> = self.segments.iter().map(|view| view.segment.ids()).collect();
            let ids = ids?;
            let id = |place: &Place| {
                let segment = self.segments.partition_point(|view| view.base <= place.system).checked_sub(1)?;
                let (view, system) = self.locate(place.system)?;
                ids.get(segment).map(|ids| ids(view.segment.first_doc(system)))
            };
            Ok(places.iter().filter_map(id).collect())
        })
    }

    fn answer(&self, request: &SearchRequest) -> Result<Hits, Error> {
        let start = Instant::now();
        let sort = effective_sort(request);
        if sort == Sort::Relevance && request.offset > MAX_OFFSET_BY_RELEVANCE {
            return Err(Error::PageTooDeep { limit: MAX_OFFSET_BY_RELEVANCE });
        }
        let request = &SearchRequest { limit: request.limit.min(MAX_PAGE_SIZE), ..request.clone() };
        let (mut hits, counts, places, plan) = self.find(request)?;
        hits.hits = places.iter().map(|place| self.hit(place)).collect::<Result<_, _>>()?;
        if let Some(counts) = counts {
            let of = |facet: &Facet| self.facet_counts(&counts, *facet, &request.filters, request.authority_limit);
            hits.facets = request.facets.iter().map(of).collect();
        } else {
            hits.facets =
                request.facets.iter().map(|facet| self.overview_counts(*facet, request.authority_limit)).collect();
        }
        hits.matcher = Matcher::new(&plan);
        hits.took = start.elapsed();
        Ok(hits)
    }

    /// Totals, counts (none when nothing restricts: the overview has them), page and plan.
    fn find(&self, request: &SearchRequest) -> Result<(Hits, Option<Counts>, Vec<Place>, Plan), Error> {
        let query = parse(&request.query)?;
        let mut planner = Planner { analyzer: Analyzer::default(), languages: self.languages };
        let mut plan = plan(&query, &mut planner);
        let mut hits = Hits::default();
        if plan.wanted.is_empty() && plan.excluded.is_empty() {
            hits.hints = plan.hints.clone();
            let (counts, places) = self.browse(request, &mut hits)?;
            return Ok((hits, counts, places, plan));
        }
        let narrowed = self.narrow(&plan);
        let mut matches = self.matches(narrowed.as_ref().unwrap_or(&plan))?;
        let mut few = false;
        if matches.len() >= ENOUGH {
            plan = narrowed.unwrap_or(plan);
        } else {
            if request.correct {
                hits.corrected = self.correct(&mut plan, &mut planner)?;
            }
            matches = self.matches(&plan)?;
            few = matches.len() < FEW_MATCHES;
            self.relax(&mut plan, &mut matches);
        }
        let (counts, places) = self.select(request, &plan, &matches, &mut hits)?;
        hits.hints.clone_from(&plan.hints);
        if few && request.correct {
            hits.suggestions = correct::suggestions(self, &plan, &request.query)?;
        }
        Ok((hits, Some(counts), places, plan))
    }

    /// Everything that passes the filters, from packed rows alone.
    fn browse(&self, request: &SearchRequest, hits: &mut Hits) -> Result<(Option<Counts>, Vec<Place>), Error> {
        let order = if effective_sort(request) == Sort::Name { &self.by_name } else { &self.newest };
        if request.filters.is_empty() {
            hits.total = self.overview().systems;
            hits.deployments = self.overview().deployments;
            hits.offset = self.first_of_page(order, request, |_| true)?;
            let page = order.iter().skip(hits.offset).take(request.limit);
            return Ok((
                None,
                page.map(|system| Place { system: *system, doc: None, score: 0.0, precise: false }).collect(),
            ));
        }
        let masks = Masks::new(&request.filters, &self.authorities);
        let mut counts = self.new_counts(&request.facets);
        let mut systems = Systems::new(self);
        for view in &self.segments {
            let rows = &view.segment.rows;
            count(view, None, &masks, self.cache_per_segment, &mut counts, |doc| {
                if let Some(row) = rows.get(doc as usize) {
                    systems.insert(view.base + row.system);
                }
            })?;
        }
        hits.total = counts.systems;
        hits.deployments = counts.deployments;
        hits.offset = self.first_of_page(order, request, |system| systems.has(system))?;
        let places = systems.page(order, hits.offset, request.limit);
        let places = places.into_iter().map(|system| self.first_passing(system, &masks, None)).collect();
        Ok((Some(counts), places))
    }

    /// The first document of a system that passes the filters and is among the matches.
    fn first_passing(&self, system: u32, masks: &Masks, matches: Option<&Matches>) -> Place {
        let mut place = Place { system, doc: None, score: 0.0, precise: false };
        let Some((view, local)) = self.locate(system) else { return place };
        let number = self.segments.partition_point(|other| other.base <= system).saturating_sub(1);
        let matched = matches.and_then(|matches| matches.matched.get(number));
        let first = view.segment.first_doc(local);
        let rows = view.segment.rows.get(first as usize..).unwrap_or_default();
        let block = (first..).zip(rows).take_while(|(_, row)| row.system == local);
        let passes = |(doc, row): (DocId, &crate::row::Row)| {
            (masks.passes(row) && matched.is_none_or(|set| set.contains(doc))).then_some(doc)
        };
        place.doc = block.into_iter().find_map(passes);
        place
    }

    /// The plan without compounds of frequent words; none when there is no frequent word.
    fn narrow(&self, plan: &Plan) -> Option<Plan> {
        let frequent = |key: &WordKey| {
            self.segments.iter().map(|view| view.segment.documents(&key.keys)).sum::<usize>() > FREQUENT
        };
        let mut narrowed = plan.clone();
        let changed = narrowed.wanted.iter_mut().fold(false, |changed, clause| clause.narrow(&frequent) | changed);
        changed.then_some(narrowed)
    }

    /// Replaces words that nothing has by near ones, else by their parts.
    fn correct(&self, plan: &mut Plan, planner: &mut Planner) -> Result<Vec<Correction>, Error> {
        let mut corrected = Vec::new();
        for clause in &mut plan.wanted {
            if clause.strict || clause.label || self.found(clause)?.iter().any(|found| found.all.len() > 0) {
                continue;
            }
            match correct::replace(self, clause, planner)? {
                Some(correction) => corrected.push(correction),
                None => clause.ways.extend(fragments(clause, planner)),
            }
        }
        Ok(corrected)
    }

    /// Match sets of all clauses in all segments.
    fn matches(&self, plan: &Plan) -> Result<Matches, Error> {
        let clauses: Result<Vec<_>, Error> = plan.wanted.iter().map(|clause| self.found(clause)).collect();
        let excluded: Result<Vec<_>, Error> = plan.excluded.iter().map(|clause| self.found(clause)).collect();
        let mut matches = Matches { clauses: clauses?, excluded: excluded?, matched: Vec::new() };
        for (segment, view) in self.segments.iter().enumerate() {
            matches.matched.push(DocSet::intersection(&of_segment(&matches.clauses, segment), view.segment.max_doc));
        }
        self.exclude(&mut matches);
        Ok(matches)
    }

    fn exclude(&self, matches: &mut Matches) {
        if matches.excluded.is_empty() {
            return;
        }
        for (segment, (view, set)) in self.segments.iter().zip(&mut matches.matched).enumerate() {
            *set = Arc::new(set.without(&of_segment(&matches.excluded, segment), view.segment.max_doc));
        }
    }

    /// Takes entries with most of the words when none has all.
    fn relax(&self, plan: &mut Plan, matches: &mut Matches) {
        if plan.wanted.len() < 2 || self.any_lives(matches) {
            return;
        }
        let sets: Vec<_> = (0..self.segments.len()).map(|segment| of_segment(&matches.clauses, segment)).collect();
        matches.matched = self.most_words(&sets);
        self.exclude(matches);
        if self.any_lives(matches) {
            plan.hints.push(QueryHint::SomeWordsMissing);
        }
    }

    /// Whether a living document is among the matches.
    fn any_lives(&self, matches: &Matches) -> bool {
        self.segments.iter().zip(&matches.matched).any(|(view, set)| {
            let mut lives = view.all_live() && set.len() > 0;
            if !lives {
                set.for_each(|doc| lives |= view.is_alive(doc));
            }
            lives
        })
    }

    /// What satisfies a clause, per segment.
    fn found(&self, clause: &Clause) -> Result<Vec<Found>, Error> {
        self.segments.iter().map(|view| self.lookup(view).clause(clause)).collect()
    }

    /// Documents with the most words that any document has, or one less.
    fn most_words(&self, clauses: &[Vec<Arc<DocSet>>]) -> Vec<Arc<DocSet>> {
        let mut counted: Vec<Vec<u8>> = Vec::new();
        for (view, sets) in self.segments.iter().zip(clauses) {
            let mut counts = vec![0_u8; view.segment.max_doc as usize];
            for set in sets {
                set.for_each(|doc| {
                    if let Some(count) = counts.get_mut(doc as usize).filter(|_| view.is_alive(doc)) {
                        *count += 1;
                    }
                });
            }
            counted.push(counts);
        }
        let most = counted.iter().flatten().copied().max().unwrap_or(0);
        let enough = most.saturating_sub(1).max(1);
        let docs =
            |counts: &Vec<u8>| (0..).zip(counts).filter(|(_, count)| **count >= enough).map(|(doc, _)| doc).collect();
        let sets = self.segments.iter().zip(&counted);
        sets.map(|(view, counts)| Arc::new(DocSet::of_sorted(docs(counts), view.segment.max_doc))).collect()
    }

    /// Counts the matches and picks the page.
    fn select(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        matches: &Matches,
        hits: &mut Hits,
    ) -> Result<(Counts, Vec<Place>), Error> {
        let masks = Masks::new(&request.filters, &self.authorities);
        let mut counts = self.new_counts(&request.facets);
        let by_relevance = effective_sort(request) == Sort::Relevance;
        let mut systems = Systems::new(if by_relevance { None } else { Some(self) });
        let mut passing: Vec<Vec<DocId>> = Vec::new();
        for (view, matched) in self.segments.iter().zip(&matches.matched) {
            let mut docs = Vec::new();
            count(view, Some(matched), &masks, self.cache_per_segment, &mut counts, |doc| {
                if by_relevance {
                    docs.push(doc);
                } else if let Some(row) = view.segment.rows.get(doc as usize) {
                    systems.insert(view.base + row.system);
                }
            })?;
            docs.sort_unstable();
            passing.push(docs);
        }
        hits.total = counts.systems;
        hits.deployments = counts.deployments;
        let places = if by_relevance {
            hits.offset = request.offset;
            if request.limit > 0 { self.best(request, plan, matches, &passing)? } else { Vec::new() }
        } else {
            let order = if request.sort == Sort::Name { &self.by_name } else { &self.newest };
            hits.offset = self.first_of_page(order, request, |system| systems.has(system))?;
            let page = systems.page(order, hits.offset, request.limit);
            page.into_iter().map(|system| self.first_passing(system, &masks, Some(matches))).collect()
        };
        Ok((counts, places))
    }

    /// The page of the best systems, each by its best document.
    fn best(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        matches: &Matches,
        passing: &[Vec<DocId>],
    ) -> Result<Vec<Place>, Error> {
        let documents: Vec<Vec<usize>> = plan.wanted.iter().zip(&matches.clauses).map(documents_by_way).collect();
        let all: usize = passing.iter().map(Vec::len).sum();
        let mut rough: Vec<Vec<f32>> = Vec::new();
        let mut least = f32::MIN;
        if all > PRECISE {
            for (number, docs) in passing.iter().enumerate() {
                rough.push(self.scores(number, plan, matches, &documents, docs, false)?);
            }
            let mut scores: Vec<f32> = rough.iter().flatten().copied().collect();
            let (_, last, _) = scores.select_nth_unstable_by(PRECISE, |a, b| b.total_cmp(a));
            least = *last;
        }
        let mut places: Vec<Place> = Vec::with_capacity(all);
        for (number, (view, docs)) in self.segments.iter().zip(passing).enumerate() {
            let rough = rough.get(number).map_or(&[][..], Vec::as_slice);
            let is_best = |at: usize| rough.get(at).is_none_or(|score| *score >= least);
            let best: Vec<DocId> =
                docs.iter().enumerate().filter(|(at, _)| is_best(*at)).map(|(_, doc)| *doc).collect();
            let mut precise = best.iter().zip(self.scores(number, plan, matches, &documents, &best, true)?).peekable();
            let first_of_segment = places.len();
            for (at, doc) in docs.iter().enumerate() {
                let Some(row) = view.segment.rows.get(*doc as usize) else { continue };
                let own = precise.next_if(|(best, _)| *best == doc).map(|(_, score)| score);
                let score = own.or_else(|| rough.get(at).copied()).unwrap_or(0.0);
                let place = Place { system: view.base + row.system, doc: Some(*doc), score, precise: own.is_some() };
                let of_segment = places.get_mut(first_of_segment..).unwrap_or_default();
                match of_segment.last_mut().filter(|last| last.system == place.system) {
                    Some(last) if last.better(&place).is_le() => {}
                    Some(last) => *last = place,
                    None => places.push(place),
                }
            }
        }
        let end = request.offset.saturating_add(request.limit);
        if end < places.len() {
            places.select_nth_unstable_by(end, Place::better);
            places.truncate(end);
        }
        places.sort_unstable_by(Place::better);
        Ok(places.into_iter().skip(request.offset).collect())
    }

    /// Scores of ascending documents of a segment. `documents` gives per clause and way how many documents have it.
    fn scores(
        &self,
        segment: usize,
        plan: &Plan,
        matches: &Matches,
        documents: &[Vec<usize>],
        docs: &[DocId],
        precise: bool,
    ) -> Result<Vec<f32>, Error> {
        let mut scores = vec![0.0; docs.len()];
        let Some(view) = self.segments.get(segment).filter(|_| !docs.is_empty()) else { return Ok(scores) };
        let lookup = self.lookup(view);
        for ((clause, by_segment), documents) in plan.wanted.iter().zip(&matches.clauses).zip(documents) {
            if let Some(found) = by_segment.get(segment).filter(|found| found.all.len() > 0) {
                lookup.score(clause, found, documents, docs, precise, &mut scores)?;
            }
        }
        Ok(scores)
    }

    fn hit(&self, place: &Place) -> Result<Hit, Error> {
        let (view, local) = self.locate(place.system).ok_or_else(damaged)?;
        let bytes = view.segment.stored(local)?;
        let stored = Stored::decode(&bytes).ok_or_else(damaged)?;
        let first = view.segment.first_doc(local);
        let deployment = stored.deployment(place.doc.map_or(0, |doc| doc.saturating_sub(first) as usize));
        Ok(Hit {
            id: stored.id,
            kennung: stored.kennung.to_owned(),
            name: stored.name.to_owned(),
            score: place.score,
            deployment,
            card: stored.card.to_vec(),
        })
    }

    /// Named counts of a facet.
    pub(crate) fn facet_counts(&self, counts: &Counts, facet: Facet, filters: &Filters, limit: usize) -> FacetCounts {
        let chosen = filters.values(facet);
        if facet == Facet::Authority {
            return self.authority_counts(counts.of(facet), chosen, limit);
        }
        let mut values = Vec::new();
        for (number, count) in counts.of(facet).iter().enumerate().skip(1) {
            let Some(code) = codes(facet).name(number) else { break };
            let chosen = chosen.iter().any(|value| value == code);
            if *count > 0 || chosen {
                values.push(FacetValue { code: code.to_owned(), label: None, count: *count, chosen });
            }
        }
        FacetCounts { facet, values, more: 0 }
    }

    fn authority_counts(&self, counts: &[u32], chosen: &[String], limit: usize) -> FacetCounts {
        let chosen: Vec<u32> = chosen.iter().filter_map(|id| self.authorities.ordinal(id)).collect();
        let mut present: Vec<(u32, u32)> =
            (0..).zip(counts).filter(|(_, count)| **count > 0).map(|(o, c)| (o, *c)).collect();
        let name = |ordinal: u32| self.authorities.entries.get(ordinal as usize).map_or("", |entry| entry.1.as_str());
        let first = |a: &(u32, u32), b: &(u32, u32)| b.1.cmp(&a.1).then_with(|| name(a.0).cmp(name(b.0)));
        let more = present.len().saturating_sub(limit);
        if more > 0 && limit > 0 {
            present.select_nth_unstable_by(limit - 1, first);
        }
        let mut cut = present.split_off(limit.min(present.len()));
        cut.retain(|(ordinal, _)| chosen.contains(ordinal));
        let absent = chosen.iter().filter(|ordinal| counts.get(**ordinal as usize).is_none_or(|count| *count == 0));
        let absent: Vec<(u32, u32)> = absent.map(|ordinal| (*ordinal, 0)).collect();
        present.sort_unstable_by(first);
        let value = |(ordinal, count): (u32, u32)| {
            let (id, name) = self.authorities.entries.get(ordinal as usize)?;
            Some(FacetValue { code: id.clone(), label: Some(name.clone()), count, chosen: chosen.contains(&ordinal) })
        };
        let more = more - cut.len();
        let values = present.into_iter().chain(cut).chain(absent).filter_map(value).collect();
        FacetCounts { facet: Facet::Authority, values, more }
    }

    fn overview_counts(&self, facet: Facet, limit: usize) -> FacetCounts {
        let Some(counts) = self.overview().facets.get(facet as usize) else {
            return FacetCounts { facet, values: Vec::new(), more: 0 };
        };
        if facet != Facet::Authority {
            return counts.clone();
        }
        let values: Vec<_> = counts.values.iter().take(limit).cloned().collect();
        FacetCounts { facet, more: counts.values.len() - values.len(), values }
    }
}

/// In how many documents of the index each way of a clause is found.
fn documents_by_way((clause, by_segment): (&Clause, &Vec<Found>)) -> Vec<usize> {
    let in_all = |way: usize| by_segment.iter().map(|found| found.documents(way)).sum();
    (0..clause.ways.len()).map(in_all).collect()
}

/// Without wanted words nothing is more relevant than something else.
fn effective_sort(request: &SearchRequest) -> Sort {
    if request.sort == Sort::Relevance && request.query.trim().is_empty() { Sort::Newest } else { request.sort }
}

fn damaged() -> Error {
    Error::Corrupt("stored bytes of a system".to_owned())
}

/// A damaged file behind a mapping makes the engine panic; that must end as an error, not as a dead worker.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::Corrupt("reading failed".to_owned())))
}

/// Systems found, one bit each.
struct Systems(Vec<u64>);

impl Systems {
    fn new<'a>(snapshot: impl Into<Option<&'a Snapshot>>) -> Self {
        let last = snapshot.into().and_then(|snapshot| snapshot.segments.last());
        let len = last.map_or(0, |view| view.base as usize + view.segment.systems());
        Self(vec![0; len.div_ceil(64)])
    }

    #[inline]
    fn insert(&mut self, system: u32) {
        if let Some(word) = self.0.get_mut(system as usize / 64) {
            *word |= 1 << (system % 64);
        }
    }

    #[inline]
    fn has(&self, system: u32) -> bool {
        self.0.get(system as usize / 64).is_some_and(|word| word >> (system % 64) & 1 == 1)
    }

    /// A page in the given order of all systems.
    fn page(&self, order: &[u32], offset: usize, limit: usize) -> Vec<u32> {
        order.iter().copied().filter(|system| self.has(*system)).skip(offset).take(limit).collect()
    }
}
