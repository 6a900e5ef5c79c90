//! Unknown words: what the dictionary has that was probably meant, and whole queries to offer for few hits.
//!
//! Distance is Damerau–Levenshtein on folded words: one edit from 4 letters on, two from 8 letters on. Words that
//! only dead documents have are never offered, so withdrawn entries leave no trace.

use std::collections::HashMap;

use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use crate::analysis::labels::is_sign;
use crate::error::Error;
use crate::plan::{CORRECTED, Clause, Plan, Planner, ways_of};
use crate::request::Correction;
use crate::snapshot::{SegmentView, Snapshot};

/// Most words searched in place of one.
const MAX_REPLACEMENTS: usize = 3;
/// Most words searched for one that is taken as a beginning.
const MAX_COMPLETIONS: usize = 8;
/// Most words looked at that share a beginning.
const MAX_SCANNED: usize = 20_000;
/// A word that more documents have is no slip of the pen.
const RARE: usize = 2;
/// A suggestion must be this many times as frequent as what was typed.
const MORE_FREQUENT: usize = 10;

/// A word of the dictionary near another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Near {
    word: String,
    distance: usize,
    documents: usize,
}

/// Replaces the ways of a clause whose word nothing has; none when there is nothing near.
///
/// # Errors
/// When the index cannot be read.
pub fn replace(snapshot: &Snapshot, clause: &mut Clause, planner: &mut Planner) -> Result<Option<Correction>, Error> {
    let Some(word) = clause.correctable.clone() else { return Ok(None) };
    let mut near = near(snapshot, &word)?;
    let nearest = near.iter().map(|near| near.distance).min();
    near.retain(|near| Some(near.distance) == nearest);
    near.truncate(MAX_REPLACEMENTS);
    let mut replaced_by: Vec<String> = near.into_iter().map(|near| near.word).collect();
    if replaced_by.is_empty() {
        replaced_by = completions(snapshot, &word, MAX_COMPLETIONS)?;
    }
    if replaced_by.is_empty() {
        return Ok(None);
    }
    clause.ways.clear();
    for word in &replaced_by {
        clause.ways.extend(ways_of(word, planner).into_iter().map(|(weight, way)| (weight * CORRECTED, way)));
    }
    // What was corrected is not suggested once more.
    clause.correctable = None;
    let replaced_by = replaced_by.iter().map(|word| snapshot.spelled(word)).collect::<Result<_, _>>()?;
    Ok(Some(Correction { word: clause.typed.clone(), replaced_by }))
}

/// Whole queries with one word replaced by a far more frequent one.
///
/// # Errors
/// When the index cannot be read.
pub fn suggestions(snapshot: &Snapshot, plan: &Plan, query: &str) -> Result<Vec<String>, Error> {
    let mut suggestions = Vec::new();
    for clause in &plan.wanted {
        let Some(word) = &clause.correctable else { continue };
        let own = documents(snapshot, word)?;
        if own > RARE {
            continue;
        }
        let near = near(snapshot, word)?;
        let better = near.into_iter().find(|near| near.documents >= own * MORE_FREQUENT);
        if let Some(better) = better {
            let replaced = query.replacen(&clause.typed, &snapshot.spelled(&better.word)?, 1);
            if replaced != query && !suggestions.contains(&replaced) {
                suggestions.push(replaced);
            }
        }
    }
    suggestions.truncate(MAX_REPLACEMENTS);
    Ok(suggestions)
}

/// Other words of the dictionary near a folded word, nearest and most frequent first. Two edits are tried only when
/// one finds nothing, because they find hundreds of words in a large dictionary.
fn near(snapshot: &Snapshot, word: &str) -> Result<Vec<Near>, Error> {
    let letters = word.chars().count();
    let mut found = if letters >= 4 { within(snapshot, word, 1)? } else { Vec::new() };
    if found.is_empty() && letters >= 8 {
        found = within(snapshot, word, 2)?;
    }
    Ok(found)
}

fn within(snapshot: &Snapshot, word: &str, distance: u8) -> Result<Vec<Near>, Error> {
    let automaton_for = FuzzyTermQuery::new(Term::from_field_text(snapshot.fields.body[0], word), distance, true);
    let mut found: HashMap<String, usize> = HashMap::new();
    for terms in snapshot.segments.iter().flat_map(|view| &view.segment.body) {
        let mut stream = terms.terms().search(automaton_for.automaton()?).into_stream()?;
        while let Some((term, info)) = stream.next() {
            if let Some(term) = std::str::from_utf8(term).ok().filter(|term| *term != word && !is_sign(term)) {
                *found.entry(term.to_owned()).or_default() += info.doc_freq as usize;
            }
        }
    }
    let describe = |(found, documents): (String, usize)| {
        let distance = edits(word, &found);
        Near { word: found, distance, documents }
    };
    let mut near: Vec<_> = found.into_iter().map(describe).collect();
    near.sort_by(|a, b| a.distance.cmp(&b.distance).then(b.documents.cmp(&a.documents)).then(a.word.cmp(&b.word)));
    keep_living(snapshot, near, |near| &near.word, MAX_REPLACEMENTS * 2)
}

/// Frequent words that begin like this.
///
/// # Errors
/// When the index cannot be read.
pub fn completions(snapshot: &Snapshot, beginning: &str, limit: usize) -> Result<Vec<String>, Error> {
    if beginning.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let mut found: HashMap<String, u32> = HashMap::new();
    for terms in snapshot.segments.iter().flat_map(|view| &view.segment.body) {
        let mut stream = terms.terms().range().ge(beginning).into_stream()?;
        let mut scanned = 0;
        while let Some((term, info)) = stream.next() {
            if !term.starts_with(beginning.as_bytes()) || scanned > MAX_SCANNED {
                break;
            }
            scanned += 1;
            if let Some(term) = std::str::from_utf8(term).ok().filter(|term| !is_sign(term)) {
                *found.entry(term.to_owned()).or_default() += info.doc_freq;
            }
        }
    }
    let mut words: Vec<_> = found.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let living = keep_living(snapshot, words, |(word, _)| word, limit)?;
    Ok(living.into_iter().map(|(word, _)| word).collect())
}

/// The first few whose word a living document has.
fn keep_living<T>(snapshot: &Snapshot, all: Vec<T>, word: impl Fn(&T) -> &str, limit: usize) -> Result<Vec<T>, Error> {
    let mut kept = Vec::new();
    for entry in all {
        if kept.len() >= limit {
            break;
        }
        let mut lives = false;
        for view in &snapshot.segments {
            lives = lives || lives_in(view, word(&entry))?;
        }
        if lives {
            kept.push(entry);
        }
    }
    Ok(kept)
}

fn lives_in(view: &SegmentView, word: &str) -> Result<bool, Error> {
    for terms in &view.segment.body {
        let Some(info) = terms.terms().get(word)? else { continue };
        if any_lives(view, terms, &info)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a living document has a term.
///
/// # Errors
/// When the index cannot be read.
pub fn any_lives(view: &SegmentView, terms: &InvertedIndexReader, info: &TermInfo) -> Result<bool, Error> {
    if view.all_live() {
        return Ok(true);
    }
    let mut postings = terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    while postings.doc() != TERMINATED {
        if view.is_alive(postings.doc()) {
            return Ok(true);
        }
        postings.advance();
    }
    Ok(false)
}

fn documents(snapshot: &Snapshot, word: &str) -> Result<usize, Error> {
    let mut documents = 0;
    for terms in snapshot.segments.iter().flat_map(|view| &view.segment.body) {
        documents += terms.terms().get(word)?.map_or(0, |info| info.doc_freq as usize);
    }
    Ok(documents)
}

/// Optimal string alignment: edits and swaps of neighbours.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&back, j + 1) + 1).min(at(&row, j) + 1).min(at(&back, j) + usize::from(from != to));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            if swapped {
                best = best.min(at(&two_back, j - 1) + 1);
            }
            row.push(best);
        }
        two_back = std::mem::replace(&mut back, row);
    }
    back.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let check = |a: &str, b: &str, expected: usize| assert_eq!(edits(a, b), expected, "{a} {b}");
        check("", "", 0);
        check("antrag", "antarg", 1);
        check("wohngelt", "wohngeld", 1);
        check("chatbott", "chatbot", 1);
        check("ampelstuerung", "ampelsteuerung", 1);
        check("abc", "", 3);
    }
}
