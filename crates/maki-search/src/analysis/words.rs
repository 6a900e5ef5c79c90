//! Words of a text: runs of letters and digits, folded, with their place in the text.
//!
//! "KI-gestützt" gives `ki`, `gestuetzt` and, at the place of the first, the joined `kigestuetzt`, so that
//! "E-Mail" and "Email" meet. Slash and every other sign only separate. Words are cut after 80 bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::fold::{is_invisible, is_mark, push_folded};

/// Longest word in bytes after folding; the rest of a longer one is ignored.
pub const MAX_WORD: usize = 80;
/// Most parts of a hyphenated word that are also joined.
const MAX_JOINED_PARTS: usize = 4;

/// A word of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Folded form.
    pub text: String,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Place among the words.
    pub position: usize,
    /// Joined from hyphenated parts; it repeats what the parts already say.
    pub joined: bool,
}

/// Reads the words of a text one after the other.
pub struct Words<'a> {
    text: &'a str,
    at: usize,
    next_position: usize,
    joined: Word,
    parts: usize,
    joined_ready: bool,
}

const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

#[inline]
fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || is_mark(c) }
}

impl<'a> Words<'a> {
    /// Starts reading.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, next_position: 0, joined: Word::default(), parts: 0, joined_ready: false }
    }

    /// Puts the next word into `word`; false at the end.
    pub fn next_into(&mut self, word: &mut Word) -> bool {
        if std::mem::take(&mut self.joined_ready) {
            word.clone_from(&self.joined);
            self.parts = 0;
            return true;
        }
        self.skip_separators();
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        word.text.clear();
        word.joined = false;
        word.start = self.at;
        word.end = self.text.len();
        for (offset, c) in rest.char_indices() {
            if is_word(c) {
                if word.text.len() < MAX_WORD {
                    push_folded(c, &mut word.text);
                }
            } else if !is_invisible(c) {
                word.end = self.at + offset;
                break;
            }
        }
        self.at = word.end;
        word.position = self.next_position;
        self.next_position += 1;
        self.note_part(word);
        true
    }

    fn skip_separators(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let skipped = rest.char_indices().find(|(_, c)| is_word(*c) && !is_mark(*c)).map_or(rest.len(), |(i, _)| i);
        self.at += skipped;
    }

    /// Collects the parts of a hyphenated word; after the last part the joined form is ready.
    fn note_part(&mut self, word: &Word) {
        let mut following = self.text.get(self.at..).unwrap_or_default().chars();
        let goes_on = following.next().is_some_and(is_hyphen) && following.next().is_some_and(char::is_alphanumeric);
        if self.parts == 0 {
            if !goes_on {
                return;
            }
            self.joined.clone_from(word);
            self.joined.joined = true;
        } else {
            self.joined.text.push_str(&word.text);
            self.joined.end = word.end;
        }
        self.parts += 1;
        if !goes_on {
            self.joined_ready = self.parts <= MAX_JOINED_PARTS && self.joined.text.len() <= MAX_WORD;
            if !self.joined_ready {
                self.parts = 0;
            }
        }
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let mut word = Word::default();
        self.next_into(&mut word).then_some(word)
    }
}

/// The words as tokens of the engine. All copies count the bytes that they read, so that a writer knows how much
/// still waits.
#[derive(Clone, Debug, Default)]
pub struct WordTokenizer(Arc<AtomicU64>);

impl WordTokenizer {
    /// A tokenizer that adds to a counter.
    pub const fn counting(read: Arc<AtomicU64>) -> Self {
        Self(read)
    }
}

/// Adapter from [`Words`] to the engine.
pub struct WordStream<'a> {
    words: Words<'a>,
    word: Word,
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.0.fetch_add(text.len() as u64, Ordering::Relaxed);
        WordStream { words: Words::new(text), word: Word::default(), token: Token::default() }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        // The buffers change places instead of being copied.
        std::mem::swap(&mut self.word.text, &mut self.token.text);
        let found = self.words.next_into(&mut self.word);
        std::mem::swap(&mut self.word.text, &mut self.token.text);
        self.token.offset_from = self.word.start;
        self.token.offset_to = self.word.end;
        self.token.position = self.word.position;
        found
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_texts() {
        let check = |text: &str, expected: &[(&str, usize)]| {
            let words: Vec<_> = Words::new(text).map(|word| (word.text, word.position)).collect();
            let expected: Vec<_> = expected.iter().map(|(word, position)| ((*word).to_owned(), *position)).collect();
            assert_eq!(words, expected, "{text}");
        };
        check("", &[]);
        check(" – „Prüfung“ (2025) ", &[("pruefung", 0), ("2025", 1)]);
        check("KI-gestützte Suche", &[("ki", 0), ("gestuetzte", 1), ("kigestuetzte", 0), ("suche", 2)]);
        check("Bund/Länder", &[("bund", 0), ("laender", 1)]);
        check("Wohn\u{ad}geld- und Bauantrag", &[("wohngeld", 0), ("und", 1), ("bauantrag", 2)]);
        check("a-b-c-d-e f-g", &[("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 4), ("f", 5), ("g", 6), ("fg", 5)]);
        check("§ 35a VwVfG", &[("35a", 0), ("vwvfg", 1)]);
        check("Bürger*innen", &[("buerger", 0), ("innen", 1)]);
        check("\u{301}x", &[("x", 0)]);
        check("-- - a-", &[("a", 0)]);
    }

    #[test]
    fn places_point_into_the_text() {
        let text = "Die „Fu\u{308}hrerschein-Stelle“.";
        let words: Vec<_> = Words::new(text).map(|word| text.get(word.start..word.end)).collect();
        assert_eq!(
            words,
            [Some("Die"), Some("Fu\u{308}hrerschein"), Some("Stelle"), Some("Fu\u{308}hrerschein-Stelle")]
        );
    }
}
