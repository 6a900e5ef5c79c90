//! How people spell the words of the index, which folds ä to ae and ß to ss: no reader should meet "strassennetz".
//!
//! Only words with letters beyond ASCII are kept, folded and as spelled, once per system. A spelling that only dead
//! documents have is never shown, like the word itself.

use std::collections::{BTreeSet, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use crate::analysis::fold::is_invisible;
use crate::analysis::words::{MAX_WORD, Word, Words};
use crate::correct::any_lives;
use crate::error::Error;
use crate::schema::SEPARATOR;
use crate::snapshot::Snapshot;

/// Most spellings kept of one system.
const MAX_SPELLINGS: usize = 5_000;
/// Most spellings of one word that are looked at.
const MAX_VARIANTS: usize = 100;
/// The first combining mark. No character below it is composed with others or has another form.
const FIRST_MARK: char = '\u{300}';

/// Collects the spellings of one system.
pub struct Spellings<'t> {
    terms: BTreeSet<String>,
    /// Pieces of text that have been read: most words stand in a text more than once.
    seen: HashSet<&'t str>,
    /// Bytes of text still read.
    room: usize,
    /// Buffers that are used again: the next word and the next term.
    word: Word,
    term: String,
}

impl<'t> Spellings<'t> {
    /// None yet; at most so many bytes of text will be read.
    pub fn new(room: usize) -> Self {
        Self { terms: BTreeSet::new(), seen: HashSet::new(), room, word: Word::default(), term: String::new() }
    }

    /// Adds the words of a text.
    pub fn add(&mut self, text: &'t str) {
        if text.is_ascii() || text.len() > self.room {
            return;
        }
        self.room -= text.len();
        let mut rest = text;
        while let Some(chunk) = next_chunk(&mut rest) {
            if self.terms.len() >= MAX_SPELLINGS {
                return;
            }
            if self.seen.insert(chunk) {
                self.add_chunk(chunk);
            }
        }
    }

    fn add_chunk(&mut self, chunk: &str) {
        let mut words = Words::new(chunk);
        while words.next_into(&mut self.word) {
            let own = chunk.get(self.word.start..self.word.end).unwrap_or_default();
            if own.is_ascii() || self.word.text.len() >= MAX_WORD || self.terms.len() >= MAX_SPELLINGS {
                continue;
            }
            self.term.clear();
            self.term.push_str(&self.word.text);
            self.term.push(SEPARATOR);
            // Letters before the combining marks are composed as they are.
            if own.chars().all(|c| c < FIRST_MARK && !is_invisible(c)) {
                self.term.push_str(own);
            } else {
                self.term.extend(own.chars().filter(|c| !is_invisible(*c)).nfc());
            }
            if !self.terms.contains(&self.term) {
                self.terms.insert(self.term.clone());
            }
        }
    }

    /// The terms for the index.
    pub fn terms(self) -> impl Iterator<Item = String> {
        self.terms.into_iter()
    }
}

/// The next piece between blanks that has letters beyond ASCII; `rest` then begins behind it.
fn next_chunk<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let bytes = rest.as_bytes();
    let beyond = bytes.iter().position(|byte| !byte.is_ascii())?;
    let (before, behind) = bytes.split_at_checked(beyond)?;
    let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    let end = behind.iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |blank| beyond + blank);
    let chunk = rest.get(start..end);
    *rest = rest.get(end..).unwrap_or_default();
    chunk
}

impl Snapshot {
    /// A folded word as most texts spell it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn spelled(&self, folded: &str) -> Result<String, Error> {
        let prefix = format!("{folded}{SEPARATOR}");
        let mut found: HashMap<String, u32> = HashMap::new();
        for view in &self.segments {
            let terms = &view.segment.spelling;
            let mut stream = terms.terms().range().ge(&prefix).into_stream()?;
            for _ in 0..MAX_VARIANTS {
                let Some((term, info)) = stream.next() else { break };
                let Some(spelled) = term.strip_prefix(prefix.as_bytes()) else { break };
                if let Ok(spelled) = std::str::from_utf8(spelled)
                    && any_lives(view, terms, info)?
                {
                    *found.entry(spelled.to_owned()).or_default() += info.doc_freq;
                }
            }
        }
        let best = found.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
        Ok(best.map_or_else(|| folded.to_owned(), |(spelled, _)| spelled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_texts() {
        let check = |text: &str, expected: &[&str]| {
            let mut spellings = Spellings::new(1_000);
            spellings.add(text);
            let terms: Vec<_> = spellings.terms().map(|term| term.replace(SEPARATOR, "=")).collect();
            assert_eq!(terms, expected, "{text}");
        };
        check("Der Müll im Straßennetz.", &["muell=Müll", "strassennetz=Straßennetz"]);
        check("Mu\u{308}ll „Auto“ – neue", &["muell=Müll"]);
        check("E-Akte für Ärztinnen/Ärzte", &["aerzte=Ärzte", "aerztinnen=Ärztinnen", "fuer=für"]);
        check("nichts davon", &[]);
        check("Müll,\u{a0}Öl\u{a0}und Müll", &["muell=Müll", "oel=Öl"]);
        check("ü", &["ue=ü"]);
        check("Wohn\u{ad}geld auf Antrag", &["wohngeld=Wohngeld"]);
    }
}
