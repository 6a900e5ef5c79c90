//! Parts of German compounds: "Wohngeldantrags" contains `wohngeld` and `antrag`.
//!
//! The splitter knows the parts of `data/parts.txt`. A word is covered by known parts with linking letters between
//! them, longest parts first; the last part may be inflected. A word that is not covered still gives its last or its
//! first part when that is long enough to be no accident ("Quittungsbescheid" → `bescheid`).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::stem::Stems;
use crate::document::Lang;

/// Letters between two parts.
const LINKS: [&str; 7] = ["", "s", "n", "en", "es", "er", "e"];
/// Most parts of one word.
const MAX_PARTS: usize = 6;
/// Shortest last part of a word that is not covered otherwise.
const MIN_HEAD: usize = 5;
/// Shortest first part of a word that is not covered otherwise.
const MIN_FIRST: usize = 6;
/// Shortest unknown rest.
const MIN_REST: usize = 3;

/// A fast hasher for short ASCII words (FNV-1a); keys are our own, so nobody can choose them badly.
#[derive(Clone, Copy)]
pub struct ShortHasher(u64);

impl Default for ShortHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for ShortHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

type ShortMap<V> = HashMap<String, V, BuildHasherDefault<ShortHasher>>;

struct Lexicon {
    /// Folded part → its stem.
    forms: ShortMap<Box<str>>,
    /// Stem → the same stem, for inflected last parts.
    stems: ShortMap<Box<str>>,
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut stems = Stems::default();
    let mut lexicon = Lexicon { forms: ShortMap::default(), stems: ShortMap::default(), longest: 0 };
    let lines = include_str!("../../data/parts.txt").lines().filter(|line| !line.starts_with('#'));
    for part in lines.flat_map(str::split_whitespace) {
        let stem: Box<str> = stems.stem(Lang::De, part).into();
        lexicon.longest = lexicon.longest.max(part.len());
        lexicon.forms.insert(part.to_owned(), stem.clone());
        lexicon.stems.insert(stem.to_string(), stem);
    }
    lexicon
});

/// The parts of a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Stems of the parts in order.
    pub stems: Vec<String>,
    /// Stems of neighbouring parts taken together, shorter than the word: `bauantrag` in "Bauantragsprüfung".
    pub groups: Vec<String>,
    /// The parts cover the whole word, so together they mean what it means.
    pub complete: bool,
}

/// A part: its place in the word and its stem.
struct Part {
    start: usize,
    end: usize,
    stem: &'static str,
}

/// Splits a folded German word; no parts when it is simple, known as a whole, or not understood.
pub fn split(word: &str, stems: &mut Stems, scratch: &mut String) -> Parts {
    let simple = word.len() < 7 || !word.bytes().all(|byte| byte.is_ascii_lowercase());
    if simple || last_part(word, stems, scratch).is_some() {
        return Parts::default();
    }
    let mut found = Vec::new();
    if cover(word, 0, stems, scratch, &mut found) {
        let groups = groups(word, &found, stems);
        return Parts { stems: found.iter().map(|part| part.stem.to_owned()).collect(), groups, complete: true };
    }
    Parts { stems: borders(word, stems, scratch), ..Parts::default() }
}

/// Stems of two or more neighbouring parts that are not the whole word.
fn groups(word: &str, parts: &[Part], stems: &mut Stems) -> Vec<String> {
    let mut groups = Vec::new();
    for (i, first) in parts.iter().enumerate() {
        for (j, last) in parts.iter().enumerate().skip(i + 1) {
            let whole = i == 0 && j + 1 == parts.len();
            if let Some(text) = word.get(first.start..last.end).filter(|_| !whole) {
                groups.push(stems.stem(Lang::De, text));
            }
        }
    }
    groups
}

/// Long known parts at the end and at the beginning of a word that is not understood as a whole.
fn borders(word: &str, stems: &mut Stems, scratch: &mut String) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for start in MIN_REST..=word.len().saturating_sub(MIN_HEAD) {
        if let Some(stem) = word.get(start..).and_then(|rest| last_part(rest, stems, scratch)) {
            parts.push(stem.to_owned());
            break;
        }
    }
    for end in (MIN_FIRST..=LEXICON.longest.min(word.len().saturating_sub(MIN_REST))).rev() {
        if let Some(stem) = word.get(..end).and_then(|first| LEXICON.forms.get(first)) {
            if parts.iter().all(|part| **part != **stem) {
                parts.insert(0, stem.to_string());
            }
            break;
        }
    }
    parts
}

/// The stem of a known part, inflected or not.
fn last_part(word: &str, stems: &mut Stems, scratch: &mut String) -> Option<&'static str> {
    if let Some(stem) = LEXICON.forms.get(word) {
        return Some(stem);
    }
    if word.len() > LEXICON.longest + 4 {
        return None;
    }
    stems.stem_into(Lang::De, word, scratch);
    LEXICON.stems.get(scratch.as_str()).map(AsRef::as_ref)
}

/// Covers the word from `start` on with known parts, longest first.
fn cover(word: &str, start: usize, stems: &mut Stems, scratch: &mut String, found: &mut Vec<Part>) -> bool {
    let rest = word.get(start..).unwrap_or_default();
    if found.len() >= MAX_PARTS || rest.len() < 3 {
        return false;
    }
    if let Some(stem) = last_part(rest, stems, scratch).filter(|_| !found.is_empty()) {
        found.push(Part { start, end: word.len(), stem });
        return true;
    }
    for len in (3..=LEXICON.longest.min(rest.len().saturating_sub(3))).rev() {
        let Some((first, after)) = rest.split_at_checked(len) else { continue };
        let Some(stem) = LEXICON.forms.get(first) else { continue };
        found.push(Part { start, end: start + len, stem });
        for link in LINKS {
            if after.starts_with(link) && cover(word, start + len + link.len(), stems, scratch, found) {
                return true;
            }
        }
        found.pop();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fold::fold;

    fn parts(word: &str) -> Parts {
        split(&fold(word), &mut Stems::default(), &mut String::new())
    }

    #[test]
    fn compounds_fall_into_their_parts() {
        let mut stems = Stems::default();
        let mut check = |word: &str, expected: &[&str]| {
            let expected: Vec<_> = expected.iter().map(|part| stems.stem(Lang::De, &fold(part))).collect();
            assert_eq!(parts(word).stems, expected, "{word}");
        };
        check("Wohngeldantrag", &["Wohngeld", "Antrag"]);
        check("Wohngeldanträge", &["Wohngeld", "Antrag"]);
        check("Posteingangsbearbeitung", &["Post", "Eingang", "Bearbeitung"]);
        check("Bauantragsprüfungen", &["Bau", "Antrag", "Prüfung"]);
        check("Bürgerservice", &["Bürger", "Service"]);
        check("Gesichtserkennung", &["Gesicht", "Erkennung"]);
        check("Protokollerstellung", &["Protokoll", "Erstellung"]);
        check("Antrag", &[]);
        check("Verwaltung", &[]);
        check("Hamburg", &[]);
        check("Zyxwvutantrag", &["Antrag"]);
    }

    #[test]
    fn neighbouring_parts_are_found_together() {
        assert_eq!(parts("Bauantragsprüfung").groups, ["bauantrag", "antragspruf"]);
        assert_eq!(parts("Wohngeldantrag").groups, Vec::<String>::new());
    }

    #[test]
    fn only_covered_words_are_complete() {
        assert!(parts("Wohngeldantrag").complete);
        assert!(!parts("Zyxwvutantrag").complete);
    }

    #[test]
    fn the_parts_file_is_clean() {
        let lines = include_str!("../../data/parts.txt").lines().filter(|line| !line.starts_with('#'));
        for part in lines.flat_map(str::split_whitespace) {
            assert!(part.len() >= 3 && part.bytes().all(|byte| byte.is_ascii_lowercase()), "{part}");
        }
    }
}
