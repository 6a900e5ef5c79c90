//! Synonyms and abbreviations from `data/synonyms.toml`, applied to queries only.
//!
//! An expression is found by the German stems of its words, so "virtuelle Assistenzen" finds the group of "virtuelle
//! Assistenz". Hyphenated words are several words here.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Analyzer;
use super::words::Words;
use crate::document::Lang;

/// Most words of an expression.
pub const MAX_WORDS: usize = 5;

#[derive(Deserialize)]
struct File {
    groups: Vec<Vec<String>>,
}

struct Expression {
    stems: String,
    words: Vec<String>,
}

struct Table {
    groups: Vec<Vec<Expression>>,
    /// Stems of an expression, joined by spaces → its groups.
    by_stems: HashMap<String, Vec<usize>>,
}

fn parse() -> Result<File, toml::de::Error> {
    toml::from_str(include_str!("../../data/synonyms.toml"))
}

fn folded_words(expression: &str) -> Vec<String> {
    Words::new(expression).filter(|word| !word.joined).map(|word| word.text).collect()
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut analyzer = Analyzer::default();
    // A broken file is found by the test below; without the file the search works with less.
    let file = parse().unwrap_or(File { groups: Vec::new() });
    let mut expression = |text: &String| {
        let words = folded_words(text);
        Expression { stems: stems_of(&words, &mut analyzer), words }
    };
    let groups: Vec<Vec<Expression>> =
        file.groups.iter().map(|group| group.iter().map(&mut expression).collect()).collect();
    let mut by_stems: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for expression in group {
            let groups = by_stems.entry(expression.stems.clone()).or_default();
            if !groups.contains(&number) {
                groups.push(number);
            }
        }
    }
    Table { groups, by_stems }
});

fn stems_of(words: &[String], analyzer: &mut Analyzer) -> String {
    let stems: Vec<_> = words.iter().map(|word| analyzer.stem(Lang::De, word)).collect();
    stems.join(" ")
}

/// Other expressions for a sequence of folded words, each as its folded words; empty when there are none.
pub fn of(words: &[String], analyzer: &mut Analyzer) -> Vec<&'static [String]> {
    if words.is_empty() || words.len() > MAX_WORDS {
        return Vec::new();
    }
    let own = stems_of(words, analyzer);
    let mut found: Vec<&'static [String]> = Vec::new();
    for number in TABLE.by_stems.get(&own).map(Vec::as_slice).unwrap_or_default() {
        for expression in TABLE.groups.get(*number).map(Vec::as_slice).unwrap_or_default() {
            if expression.stems != own && !found.contains(&expression.words.as_slice()) {
                found.push(&expression.words);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_file_is_clean() {
        let file = parse().unwrap();
        assert!(file.groups.len() >= 150, "{} groups", file.groups.len());
        for group in &file.groups {
            assert!(group.len() >= 2, "{group:?}");
            for expression in group {
                let words = folded_words(expression);
                assert!((1..=MAX_WORDS).contains(&words.len()), "{expression}");
            }
        }
    }

    #[test]
    fn expressions_find_their_group() {
        let check = |query: &str, expected: &str| {
            let found: Vec<_> =
                of(&folded_words(query), &mut Analyzer::default()).iter().map(|words| words.join(" ")).collect();
            assert!(found.iter().any(|words| words == expected), "{query}: {found:?}");
        };
        check("Chatbots", "dialogsystem");
        check("virtuelle Assistenz", "chatbot");
        check("DSFA", "datenschutz folgenabschaetzung");
        check("Datenschutz-Folgenabschätzung", "dsfa");
        check("OCR", "texterkennung");
        check("Bafög", "ausbildungsfoerderung");
        check("KFZ", "auto");
        assert!(of(&["zyx".to_owned()], &mut Analyzer::default()).is_empty());
    }
}
