//! From a parsed query to what is looked up: per wanted piece the alternatives that satisfy it, best first.
//!
//! A word is satisfied by its own forms and by compounds that contain it, less by the verb of a noun in -ung, by the
//! parts of a compound spread over the text ("Antrag auf Wohngeld" for "Wohngeldantrag"), and by synonyms.

use crate::analysis::stem::loose;
use crate::analysis::words::Words;
use crate::analysis::{Analyzer, Key, is_stop_word, labels, synonyms};
use crate::document::Lang;
use crate::query::{Piece, Query};
use crate::request::QueryHint;

/// Weight of a synonym.
const SYNONYM: f32 = 0.55;
/// Weight of the parts of a compound found apart.
const APART: f32 = 0.7;
/// Weight of the verb of a noun.
const VERB: f32 = 0.5;
/// Weight of a value of a facet that is called so.
const LABEL: f32 = 0.6;
/// Weight of one part of a word that nothing has.
const FRAGMENT: f32 = 0.4;
/// Weight of a correction per edit.
pub const CORRECTED: f32 = 0.8;

/// A word reduced to what is looked up, by language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WordKey {
    /// German stem.
    pub stem: String,
    /// Keys of the stems by language; none for languages that the index has no text in.
    pub keys: [Option<Key>; 3],
    /// Compounds that contain the word count too.
    pub wide: bool,
}

impl WordKey {
    /// The key of a folded word.
    fn of(word: &str, wide: bool, planner: &mut Planner) -> Self {
        let mut keys = [None; 3];
        let mut stem = String::new();
        for ((lang, key), present) in Lang::ALL.into_iter().zip(&mut keys).zip(planner.languages).skip(1) {
            if present {
                planner.analyzer.stem_into(lang, word, &mut stem);
                *key = Some(Key::of(&stem));
            }
        }
        planner.analyzer.stem_into(Lang::De, word, &mut stem);
        keys[0] = Some(Key::of(&stem));
        Self { stem, keys, wide }
    }

    fn of_german_stem(stem: String, wide: bool) -> Self {
        Self { keys: [Some(Key::of(&stem)), None, None], stem, wide }
    }
}

/// What planning needs: an analyzer and the languages that the index has text in.
pub struct Planner {
    /// Analyzes words.
    pub analyzer: Analyzer,
    /// By language: the index has text in it.
    pub languages: [bool; 3],
}

impl Default for Planner {
    fn default() -> Self {
        Self { analyzer: Analyzer::default(), languages: [true; 3] }
    }
}

/// One way to satisfy a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A word.
    Word(WordKey),
    /// All of several words, anywhere.
    All(Vec<WordKey>),
    /// Folded words one after the other.
    Phrase(Vec<String>),
}

impl What {
    /// Numbers that identify what is looked up.
    pub fn numbers(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        let of_key = |key: &WordKey| {
            key.keys
                .iter()
                .map(|key| key.map_or(u64::MAX, Key::number))
                .chain([u64::from(key.wide)])
                .collect::<Vec<_>>()
        };
        match self {
            Self::Word(key) => Box::new(of_key(key).into_iter()),
            Self::All(keys) => Box::new(keys.iter().flat_map(of_key)),
            Self::Phrase(words) => Box::new(words.iter().map(|word| Key::of(word).number()).chain([2])),
        }
    }
}

/// A piece of the query with the ways to satisfy it.
#[derive(Clone, Debug)]
pub struct Clause {
    /// As typed.
    pub typed: String,
    /// Ways with their weights.
    pub ways: Vec<(f32, What)>,
    /// The folded word that may be corrected when nothing has it.
    pub correctable: Option<String>,
    /// Names a value of a facet: known, whether or not anything has it.
    pub label: bool,
    /// Stood in quotation marks.
    pub strict: bool,
}

impl Clause {
    /// Leaves out compounds that contain a frequent word; true when that changes anything. `frequent` says of a word
    /// whether so many documents have it itself that compounds would only drown them.
    pub fn narrow(&mut self, frequent: &impl Fn(&WordKey) -> bool) -> bool {
        let mut changed = false;
        if matches!(self.ways.first(), Some((_, What::Word(key))) if frequent(key)) {
            let before = self.ways.len();
            self.ways.retain(|(_, way)| !matches!(way, What::All(keys) if keys.iter().any(|key| key.wide)));
            changed = self.ways.len() != before;
        }
        for (_, way) in &mut self.ways {
            let keys = match way {
                What::Word(key) => std::slice::from_mut(key),
                What::All(keys) => keys.as_mut_slice(),
                What::Phrase(_) => continue,
            };
            for key in keys.iter_mut().filter(|key| key.wide && frequent(key)) {
                key.wide = false;
                changed = true;
            }
        }
        changed
    }
}

/// A query ready to be looked up.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// All of these are wanted.
    pub wanted: Vec<Clause>,
    /// None of these may occur.
    pub excluded: Vec<Clause>,
    /// Notes.
    pub hints: Vec<QueryHint>,
}

/// Plans a query.
pub fn plan(query: &Query, planner: &mut Planner) -> Plan {
    let mut plan = Plan { hints: query.hints.clone(), ..Plan::default() };
    let excluded = query.pieces.iter().filter(|piece| piece.excluded);
    plan.excluded = excluded.map(|piece| excluding_clause(piece, planner)).collect();
    let wanted: Vec<&Piece> = query.pieces.iter().filter(|piece| !piece.excluded).collect();
    let fillers = |piece: &&Piece| !piece.phrase && piece.words.iter().all(|word| is_stop_word(word));
    let mut rest: Vec<&Piece> = wanted.iter().copied().filter(|piece| !fillers(piece)).collect();
    if rest.is_empty() && !wanted.is_empty() {
        plan.hints.push(QueryHint::OnlyStopWords);
        rest = wanted;
    }
    let mut at = 0;
    while let Some(piece) = rest.get(at) {
        if let Some((used, clause)) = expression(rest.get(at..).unwrap_or_default(), planner) {
            plan.wanted.push(clause);
            at += used;
        } else {
            plan.wanted.push(wide_clause(piece, planner));
            at += 1;
        }
    }
    plan
}

/// A clause for the longest run of two or more plain words that is a known expression.
fn expression(pieces: &[&Piece], planner: &mut Planner) -> Option<(usize, Clause)> {
    let plain = pieces.iter().take(synonyms::MAX_WORDS).take_while(|piece| !piece.phrase).count();
    for used in (2..=plain).rev() {
        let run = pieces.get(..used).unwrap_or_default();
        let words: Vec<String> = run.iter().flat_map(|piece| piece.words.iter().cloned()).collect();
        let others = synonyms::of(&words, &mut planner.analyzer);
        let mut of_label = Vec::new();
        let label = label_ways(&words, &mut of_label, planner);
        if label || !others.is_empty() {
            let typed: Vec<&str> = run.iter().map(|piece| piece.typed.as_str()).collect();
            let mut ways = vec![(1.0, all_of(&words, true, planner))];
            ways.extend(others.iter().map(|words| (SYNONYM, all_of(words, false, planner))));
            ways.extend(of_label);
            return Some((used, Clause { typed: typed.join(" "), ways, correctable: None, label, strict: false }));
        }
    }
    None
}

fn all_of(words: &[String], wide: bool, planner: &mut Planner) -> What {
    match words {
        [word] => What::Word(WordKey::of(word, wide, planner)),
        words => What::All(words.iter().map(|word| WordKey::of(word, wide, planner)).collect()),
    }
}

/// What was typed and compounds that contain it, without synonyms, for exclusion.
fn excluding_clause(piece: &Piece, planner: &mut Planner) -> Clause {
    let mut ways = vec![match piece.words.as_slice() {
        [word] => (1.0, What::Word(WordKey::of(word, true, planner))),
        words => (1.0, What::Phrase(words.to_vec())),
    }];
    ways.extend(piece.joined.iter().map(|joined| (1.0, What::Word(WordKey::of(joined, true, planner)))));
    let label = !piece.phrase && label_ways(&piece.words, &mut ways, planner);
    Clause { typed: piece.typed.clone(), ways, correctable: None, label, strict: piece.phrase }
}

fn wide_clause(piece: &Piece, planner: &mut Planner) -> Clause {
    if piece.phrase {
        return Clause {
            typed: piece.typed.clone(),
            ways: vec![(1.2, What::Phrase(piece.words.clone()))],
            correctable: None,
            label: false,
            strict: piece.phrase,
        };
    }
    let mut ways = Vec::new();
    let has_digits = piece.words.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    let mut correctable = None;
    match piece.words.as_slice() {
        [word] => {
            word_ways(word, &mut ways, planner);
            correctable = (!has_digits).then(|| word.clone());
        }
        words if has_digits => ways.push((1.0, What::Phrase(words.to_vec()))),
        words => ways.push((1.0, all_of(words, true, planner))),
    }
    if let Some(joined) = &piece.joined {
        word_ways(joined, &mut ways, planner);
        if !has_digits {
            correctable = Some(joined.clone());
        }
    }
    let label = label_ways(&piece.words, &mut ways, planner);
    // "Chat-Bot" is found like "Chatbot".
    let spellings = std::iter::once(piece.words.clone()).chain(piece.joined.iter().map(|joined| vec![joined.clone()]));
    spellings.for_each(|words| synonym_ways(&words, &mut ways, planner));
    Clause { typed: piece.typed.clone(), ways, correctable: correctable.filter(|_| !label), label, strict: false }
}

/// Adds synonyms of an expression.
fn synonym_ways(words: &[String], ways: &mut Vec<(f32, What)>, planner: &mut Planner) {
    for words in synonyms::of(words, &mut planner.analyzer) {
        let way = (SYNONYM, all_of(words, false, planner));
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
}

/// Adds the values of facets that an expression names; true when there are some.
fn label_ways(words: &[String], ways: &mut Vec<(f32, What)>, planner: &mut Planner) -> bool {
    let signs = labels::of(words);
    ways.extend(signs.iter().map(|sign| (LABEL, What::Word(WordKey::of(sign, false, planner)))));
    !signs.is_empty()
}

/// All ways to satisfy one folded word, as if it had been typed.
pub fn ways_of(word: &str, planner: &mut Planner) -> Vec<(f32, What)> {
    let mut ways = Vec::new();
    word_ways(word, &mut ways, planner);
    let words = [word.to_owned()];
    label_ways(&words, &mut ways, planner);
    synonym_ways(&words, &mut ways, planner);
    ways
}

/// Ways to satisfy one folded word without synonyms.
fn word_ways(word: &str, ways: &mut Vec<(f32, What)>, planner: &mut Planner) {
    let key = WordKey::of(word, true, planner);
    let verb = loose(&key.stem).map(str::to_owned);
    ways.push((1.0, What::Word(key)));
    if let Some(verb) = verb {
        ways.push((VERB, What::Word(WordKey::of_german_stem(verb, false))));
    }
    let parts = planner.analyzer.parts(Lang::De, word);
    if parts.complete {
        let keys = parts.stems.into_iter().map(|stem| WordKey::of_german_stem(stem, true));
        ways.push((APART, What::All(keys.collect())));
    }
}

/// Ways to satisfy a clause that nothing satisfies by a part of its words alone; none when they have no parts.
pub fn fragments(clause: &Clause, planner: &mut Planner) -> Vec<(f32, What)> {
    let words: Vec<String> = Words::new(&clause.typed).filter(|word| !word.joined).map(|word| word.text).collect();
    let mut ways = Vec::new();
    for word in &words {
        if words.len() > 1 && !is_stop_word(word) {
            ways.push((FRAGMENT, What::Word(WordKey::of(word, true, planner))));
        }
        for stem in planner.analyzer.parts(Lang::De, word).stems {
            ways.push((FRAGMENT, What::Word(WordKey::of_german_stem(stem, true))));
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::query::parse;

    fn show(text: &str) -> Vec<String> {
        let plan = plan(&parse(text).unwrap(), &mut Planner::default());
        let way = |(weight, what): &(f32, What)| match what {
            What::Word(key) => format!("{weight} {}", key.stem),
            What::All(keys) => {
                format!("{weight} {}", keys.iter().map(|key| key.stem.as_str()).collect::<Vec<_>>().join("+"))
            }
            What::Phrase(words) => format!("{weight} [{}]", words.join(" ")),
        };
        plan.wanted.iter().map(|clause| clause.ways.iter().map(way).collect::<Vec<_>>().join(", ")).collect()
    }

    #[test]
    fn plans() {
        assert_eq!(show("Antrag auf Wohngeldes"), ["1 antrag", "1 wohngeld, 0.55 mietzuschuss, 0.55 wohngeldantrag"]);
        assert_eq!(show("Bauprüfung"), ["1 baupruf, 0.7 bau+prufung"]);
        assert_eq!(show("Planungen"), ["1 planung, 0.5 plan"]);
        assert_eq!(show("\"zwei Wörter\""), ["1.2 [zwei woerter]"]);
        assert_eq!(show("auf der"), ["1 auf", "1 der"]);
        assert_eq!(show("MAKI-2026-000123"), ["1 [maki 2026 000123], 1 maki2026000123"]);
        assert!(show("künstliche Intelligenz").first().unwrap().contains("0.55 ki"));
        assert_eq!(show("künstliche Intelligenz").len(), 1);
    }
}
