//! How people spell the words of the index, which folds ä to ae and ß to ss: no reader should meet "strassennetz".
//!
//! Only words with letters beyond ASCII are kept, folded and as spelled, once per system. A spelling that only dead
//! documents have is never shown, like the word itself.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use crate::analysis::fold::is_invisible;
use crate::analysis::words::{MAX_WORD, Words};
use crate::correct::any_lives;
use crate::error::Error;
use crate::schema::SEPARATOR;
use crate::snapshot::Snapshot;

/// Most spellings kept of one system.
const MAX_SPELLINGS: usize = 5_000;
/// Most spellings of one word that are looked at.
const MAX_VARIANTS: usize = 100;

/// Collects the spellings of one system.
pub struct Spellings {
    terms: BTreeSet<String>,
    /// Bytes of text still read.
    room: usize,
}

impl Spellings {
    /// None yet; at most so many bytes of text will be read.
    pub const fn new(room: usize) -> Self {
        Self { terms: BTreeSet::new(), room }
    }

    /// Adds the words of a text.
    pub fn add(&mut self, text: &str) {
        if text.is_ascii() || text.len() > self.room {
            return;
        }
        self.room -= text.len();
        for chunk in text.split_whitespace().filter(|chunk| !chunk.is_ascii()) {
            for word in Words::new(chunk).filter(|word| word.text.len() < MAX_WORD) {
                let own = chunk.get(word.start..word.end).unwrap_or_default();
                if !own.is_ascii() && self.terms.len() < MAX_SPELLINGS {
                    let spelled: String = own.chars().filter(|c| !is_invisible(*c)).nfc().collect();
                    self.terms.insert(format!("{}{SEPARATOR}{spelled}", word.text));
                }
            }
        }
    }

    /// The terms for the index.
    pub fn terms(self) -> impl Iterator<Item = String> {
        self.terms.into_iter()
    }
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
    }
}
