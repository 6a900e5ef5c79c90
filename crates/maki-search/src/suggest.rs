//! Suggestions while typing: systems, organisations and words that begin like the text typed so far.
//!
//! Names are matched at the beginning first, then at the beginning of any of their words. Nothing that only dead
//! documents have is offered.

use crate::analysis::fold::fold;
use crate::analysis::words::Words;
use crate::correct::completions;
use crate::error::Error;
use crate::facet::Facet;
use crate::request::{Suggestion, SuggestionKind};
use crate::search::guarded;
use crate::snapshot::{SegmentView, Snapshot};
use crate::stored::Stored;
use crate::writer::cut;

/// Longest text that is completed, in characters.
const MAX_TYPED: usize = 100;
/// Most suggestions.
const MAX_SUGGESTIONS: usize = 50;
/// Bytes of names looked through for a word inside a name.
const MAX_SCANNED: usize = 16_000_000;

impl Snapshot {
    /// Names of systems and organisations and words that begin like the text typed so far; at most `limit`, of which
    /// systems take at most half as long as there is something else.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the index must be built anew.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, Error> {
        let limit = limit.min(MAX_SUGGESTIONS);
        let raw = typed.trim();
        let typed: String = fold(raw).chars().take(MAX_TYPED).collect();
        if typed.chars().count() < 2 || limit == 0 {
            return Ok(Vec::new());
        }
        guarded(|| {
            let systems = self.systems_like(&typed, limit)?;
            let authorities = self.authorities_like(&typed, limit.div_ceil(4));
            let words = self.words_like(raw, limit.div_ceil(2))?;
            let others = authorities.len() + words.len();
            let room = limit.saturating_sub(others).max(limit.div_ceil(2));
            let all = systems.into_iter().take(room).chain(authorities).chain(words);
            Ok(all.take(limit).collect())
        })
    }

    fn systems_like(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, Error> {
        let mut found: Vec<(&SegmentView, u32)> = Vec::new();
        for view in &self.segments {
            for rank in ranks_like(view, typed, limit) {
                found.extend(living_of_rank(view, rank).map(|system| (view, system)));
            }
        }
        let key = |(view, system): &(&SegmentView, u32)| {
            let name = view.segment.names.of(*system);
            (!name.starts_with(typed), name.to_owned())
        };
        found.sort_by_cached_key(key);
        let mut suggestions = Vec::new();
        for (view, system) in found.into_iter().take(limit) {
            let bytes = view.segment.stored(system)?;
            if let Some(stored) = Stored::decode(&bytes) {
                let (text, target) = (stored.name.to_owned(), stored.kennung.to_owned());
                suggestions.push(Suggestion { kind: SuggestionKind::System, text, target });
            }
        }
        Ok(suggestions)
    }

    fn authorities_like(&self, typed: &str, limit: usize) -> Vec<Suggestion> {
        let Some(counts) = self.overview().facets.get(Facet::Authority as usize) else { return Vec::new() };
        let mut found: Vec<(usize, Suggestion)> = Vec::new();
        for value in &counts.values {
            let name = value.label.as_deref().unwrap_or_default();
            let folded = fold(name);
            let place = if folded.starts_with(typed) {
                0
            } else if folded.match_indices(typed).any(|(at, _)| begins_word(&folded, at)) {
                1
            } else {
                continue;
            };
            let (text, target) = (name.to_owned(), value.code.clone());
            found.push((place, Suggestion { kind: SuggestionKind::Authority, text, target }));
        }
        // The values stand most frequent first; a stable sort keeps that within each place.
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().take(limit).map(|(_, suggestion)| suggestion).collect()
    }

    /// Completes the last word typed and keeps the words before it.
    fn words_like(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, Error> {
        let typed = typed.char_indices().nth(MAX_TYPED).map_or(typed, |(end, _)| typed.get(..end).unwrap_or_default());
        let Some(last) = Words::new(typed).filter(|word| !word.joined).last() else { return Ok(Vec::new()) };
        if last.end < typed.len() {
            return Ok(Vec::new());
        }
        let before = typed.get(..last.start).unwrap_or_default();
        let words = completions(self, &last.text, limit)?;
        let suggestion = |word: String| {
            let text = format!("{before}{}", self.spelled(&word)?);
            Ok(Suggestion { kind: SuggestionKind::Word, text, target: String::new() })
        };
        words.into_iter().map(suggestion).collect()
    }
}

fn begins_word(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|before| !before.is_alphanumeric())
}

/// Ranks of names that begin like the text, then of names with a word that does.
fn ranks_like(view: &SegmentView, typed: &str, limit: usize) -> Vec<u32> {
    let names = &view.segment.names;
    let all = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low + (high - low) / 2;
        if names.key(middle) < typed { low = middle + 1 } else { high = middle }
    }
    let mut ranks: Vec<u32> = (low..all).take_while(|rank| names.key(*rank).starts_with(typed)).take(limit).collect();
    if ranks.len() < limit {
        let scanned = cut(&names.text, MAX_SCANNED);
        for (at, _) in scanned.match_indices(typed) {
            let rank = names.rank_at(at);
            if begins_word(scanned, at) && !ranks.contains(&rank) {
                ranks.push(rank);
                if ranks.len() >= limit {
                    break;
                }
            }
        }
    }
    ranks
}

/// Living systems with the name of a rank.
fn living_of_rank(view: &SegmentView, rank: u32) -> impl Iterator<Item = u32> + '_ {
    let segment = &view.segment;
    let start = segment.by_name.partition_point(|system| segment.names.rank(*system) < rank);
    let same = segment.by_name.get(start..).unwrap_or_default().iter().copied();
    let same = same.take_while(move |system| segment.names.rank(*system) == rank);
    same.filter(|system| view.is_alive(segment.first_doc(*system)))
}
