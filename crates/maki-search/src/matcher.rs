//! Highlighting: which words of a text a query meant, whatever their inflection.

use crate::analysis::words::{Word, Words};
use crate::analysis::{Analyzer, Key};
use crate::document::Lang;
use crate::plan::{Plan, What};
use crate::request::Span;

/// Letters of a stem that a word must contain before it is analysed.
const HINT: usize = 4;

/// Finds the words of a query in a text, for highlighting.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// Keys by language, and whether compounds that contain the word count.
    keys: Vec<([Option<Key>; 3], bool)>,
    /// First letters of the stems without umlauts.
    hints: Vec<String>,
    /// Folded words of phrases.
    words: Vec<String>,
}

impl Matcher {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut matcher = Self::default();
        for (_, way) in plan.wanted.iter().flat_map(|clause| &clause.ways) {
            let keys = match way {
                What::Word(key) => std::slice::from_ref(key),
                What::All(keys) => keys.as_slice(),
                What::Phrase(words) => {
                    matcher.words.extend(words.iter().cloned());
                    continue;
                }
            };
            for key in keys {
                matcher.keys.push((key.keys, key.wide));
                let hint: String = plain(&key.stem).chars().take(HINT).collect();
                if !matcher.hints.contains(&hint) {
                    matcher.hints.push(hint);
                }
            }
        }
        matcher
    }

    /// True when nothing can match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.words.is_empty()
    }

    /// The words of `text` that the query matched, in order, without overlap.
    #[must_use]
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        if self.is_empty() {
            return spans;
        }
        let mut analyzer = Analyzer::default();
        let mut words = Words::new(text);
        let mut word = Word::default();
        while words.next_into(&mut word) {
            if !self.matches(&word.text, &mut analyzer) {
                continue;
            }
            // The joined form of a hyphenated word covers its parts.
            while spans.last().is_some_and(|last| last.start >= word.start) {
                spans.pop();
            }
            spans.push(Span { start: word.start, end: word.end });
        }
        spans
    }

    fn matches(&self, word: &str, analyzer: &mut Analyzer) -> bool {
        if self.words.iter().any(|wanted| wanted == word) {
            return true;
        }
        let plain_word = plain(word);
        if !self.hints.iter().any(|hint| plain_word.contains(hint.as_str())) {
            return false;
        }
        for (lang, place) in Lang::ALL.into_iter().zip(0..) {
            let stem = Key::of(&analyzer.stem(lang, word));
            if self.keys.iter().any(|(keys, _)| keys.get::<usize>(place) == Some(&Some(stem))) {
                return true;
            }
        }
        let parts = analyzer.parts(Lang::De, word);
        let is_wanted = |stem: &String| {
            let key = Key::of(stem);
            self.keys.iter().any(|([german, ..], wide)| *wide && *german == Some(key))
        };
        parts.stems.iter().chain(&parts.groups).any(is_wanted)
    }
}

/// Without umlauts, in either spelling, so that stems can be compared roughly.
fn plain(word: &str) -> String {
    let word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    word.replace('ä', "a").replace('ö', "o").replace('ü', "u")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::plan::{Planner, plan};
    use crate::query::parse;

    #[test]
    fn marked_words() {
        let check = |query: &str, text: &str, expected: &[&str]| {
            let matcher = Matcher::new(&plan(&parse(query).unwrap(), &mut Planner::default()));
            let found: Vec<_> =
                matcher.spans(text).iter().map(|span| text.get(span.start..span.end).unwrap()).collect();
            assert_eq!(found, expected, "{query} in {text}");
        };
        check("Antrag", "Anträge, Wohngeldantrag und Vertrag", &["Anträge", "Wohngeldantrag"]);
        check("Fuehrerschein", "Der Führerschein.", &["Führerschein"]);
        check("Wohngeldantrag", "Antrag auf Wohngeld", &["Antrag", "Wohngeld"]);
        check("email", "Per E-Mail senden", &["E-Mail"]);
        check("\"auf Antrag\"", "nur auf Antrag", &["auf", "Antrag"]);
        check("", "Antrag", &[]);
        check("-Antrag", "Antrag", &[]);
        check("policy", "Several policies", &["policies"]);
    }
}
