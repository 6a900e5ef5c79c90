//! What texts say, by words that stand for it. Curated in `data/plausibility/signs.toml`.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use toml::Spanned;

use crate::rules::source::{RuleFault, fault, read_file};

/// Words that turn a sentence round.
const DENYING: [&str; 9] = ["kein", "nicht", "ohne", "nie", "niemals", "weder", "nichts", "never", "without"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    sign: Vec<SignSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignSource {
    name: Spanned<String>,
    terms: Vec<String>,
    #[serde(default)]
    near: Option<String>,
    #[serde(default)]
    denied: bool,
}

#[derive(Debug)]
struct Sign {
    name: String,
    near: Option<usize>,
    counts_denied: bool,
}

/// A part of a word, and where it has to stand in it.
#[derive(Debug)]
struct Term {
    sign: usize,
    begins: bool,
    ends: bool,
}

/// All signs, ready to be looked for in one pass.
#[derive(Debug)]
pub struct Signs {
    signs: Vec<Sign>,
    terms: Vec<Term>,
    matcher: AhoCorasick,
}

/// What a text says: for each sign the first word that says it.
pub type Said = Vec<Option<String>>;

impl Signs {
    /// # Errors
    /// What is wrong with the file, and in which line.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleFault> {
        let source: Source = read_file(file, text)?;
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, sign) in source.sign.iter().enumerate() {
            if places.insert(sign.name.get_ref(), place).is_some() {
                return Err(fault(file, text, sign.name.span().start, "a sign of this name stands above"));
            }
        }
        let (mut signs, mut terms, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        for (place, sign) in source.sign.iter().enumerate() {
            let at = sign.name.span().start;
            let near = sign.near.as_deref().map(|name| {
                places.get(name).copied().ok_or_else(|| fault(file, text, at, format!("{name:?} is no sign")))
            });
            signs.push(Sign { name: sign.name.get_ref().clone(), near: near.transpose()?, counts_denied: sign.denied });
            for term in &sign.terms {
                let pattern = term.trim_start_matches('^').trim_end_matches('$');
                if pattern.len() < 2 || pattern.to_lowercase() != pattern {
                    let reason = format!("{term:?} is too short or has capitals");
                    return Err(fault(file, text, at, reason));
                }
                terms.push(Term { sign: place, begins: term.starts_with('^'), ends: term.ends_with('$') });
                patterns.push(pattern.to_owned());
            }
        }
        let matcher = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns);
        let matcher = matcher.map_err(|error| fault(file, text, 0, error))?;
        Ok(Self { signs, terms, matcher })
    }

    /// Names in the order of [`Said`].
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signs.iter().map(|sign| sign.name.as_str())
    }

    /// Looks for all signs in texts.
    pub fn said(&self, texts: &[&str]) -> Said {
        let mut said: Said = vec![None; self.signs.len()];
        for text in texts {
            let small = text.to_lowercase();
            for sentence in sentences(&small) {
                self.sentence(sentence, &mut said);
            }
        }
        said
    }

    fn sentence(&self, sentence: &str, said: &mut Said) {
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for hit in self.matcher.find_overlapping_iter(sentence) {
            let Some(term) = self.terms.get(hit.pattern().as_usize()) else { continue };
            let before = sentence.get(..hit.start()).and_then(|s| s.chars().next_back());
            let after = sentence.get(hit.end()..).and_then(|s| s.chars().next());
            let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            if term.begins && is_inside(before) || term.ends && is_inside(after) {
                continue;
            }
            if !found.iter().any(|(sign, _)| *sign == term.sign) {
                found.push((term.sign, hit.range()));
            }
        }
        if found.is_empty() {
            return;
        }
        let denies = sentence
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| DENYING.contains(&word) || word.strip_prefix("kein").is_some_and(|rest| rest.len() <= 3));
        for (place, range) in &found {
            let (Some(sign), Some(slot)) = (self.signs.get(*place), said.get_mut(*place)) else { continue };
            let is_near = sign.near.is_none_or(|near| found.iter().any(|(other, _)| *other == near));
            if slot.is_none() && is_near && (sign.counts_denied || !denies) {
                *slot = Some(word_around(sentence, range).to_owned());
            }
        }
    }
}

/// Sentences of a text, roughly: what stands between full stops, questions and calls, line ends and semicolons.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| matches!(c, '.' | '!' | '?' | ';' | '\n');
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = rest.len();
            let mut next = rest.len();
            for (place, c) in rest.char_indices().filter(|(_, c)| is_end(*c)) {
                let after = place + c.len_utf8();
                let follows = rest.get(after..).and_then(|r| r.chars().next());
                // "z. B." and "3. Stufe" are cut too, which is harmless; "1.300" and "v1.2" are not.
                if c != '.' || follows.is_none_or(char::is_whitespace) {
                    (end, next) = (place, after);
                    break;
                }
            }
            let (sentence, more) = (rest.get(..end).unwrap_or(rest), rest.get(next..).unwrap_or_default());
            rest = more;
            if !sentence.trim().is_empty() {
                return Some(sentence.trim());
            }
        }
        None
    })
}

/// The whole words around a match.
fn word_around<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    let is_outside = |c: char| !(c.is_alphanumeric() || c == '-');
    let start = text
        .get(..range.start)
        .and_then(|s| s.rfind(is_outside))
        .map_or(0, |place| place + text.get(place..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8));
    let end = text.get(range.end..).and_then(|s| s.find(is_outside)).map_or(text.len(), |end| range.end + end);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FILE: &str = r#"
        [[sign]]
        name = "benefit"
        terms = ["wohngeld"]
        [[sign]]
        name = "tone"
        terms = ["^ton$"]
        [[sign]]
        name = "hears"
        denied = true
        terms = ["mikrofon"]
        [[sign]]
        name = "scored"
        near = "benefit"
        terms = ["punktwert"]
    "#;

    #[test]
    fn words_are_found_in_compounds_and_denials_count_only_where_they_may() {
        let signs = Signs::parse("signs.toml", FILE).unwrap();
        let check = |text: &str, expected: [Option<&str>; 4]| {
            let said = signs.said(&[text]);
            assert_eq!(said.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{text}");
        };
        check("Prüft Wohngeldanträge.", [Some("wohngeldanträge"), None, None, None]);
        check("Bearbeitet kein Wohngeld.", [None, None, None, None]);
        check("Nicht schnell. Aber Wohngeld", [Some("wohngeld"), None, None, None]);
        check("Es gibt keine Mikrofone.", [None, None, Some("mikrofone"), None]);
        check("22 Tonnen Salz", [None, None, None, None]);
        check("Der Ton wird gelöscht", [None, Some("ton"), None, None]);
        check("Ein Punktwert je Straße. Wohngeld.", [Some("wohngeld"), None, None, None]);
        check("Ein Punktwert je Antrag auf Wohngeld.", [Some("wohngeld"), None, None, Some("punktwert")]);
        check("Rund 1.300 Fälle Wohngeld", [Some("wohngeld"), None, None, None]);
    }

    #[test]
    fn a_broken_file_says_where() {
        let check = |file: &str, expected: &str| {
            assert_eq!(Signs::parse("signs.toml", file).unwrap_err().to_string(), expected);
        };
        check("[[sign]]\nname = \"a\"\nterms = [\"X\"]", "signs.toml, line 2: \"X\" is too short or has capitals");
        check("[[sign]]\nname = \"a\"\nnear = \"b\"\nterms = []", "signs.toml, line 2: \"b\" is no sign");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,300}") {
            let signs = Signs::parse("signs.toml", FILE).unwrap();
            signs.said(&[&text]);
            let together: usize = sentences(&text).map(str::len).sum();
            proptest::prop_assert!(together <= text.len());
        }
    }
}
