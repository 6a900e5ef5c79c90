//! The query language: words, `"phrases"`, `-excluded` words and `-"excluded phrases"`. All words are wanted.
//!
//! Every input within the limits is a query: what has no meaning is ignored, an open quotation mark runs to the end
//! and is reported. German and typographic quotation marks work like straight ones.

use crate::analysis::words::Words;
use crate::error::Error;
use crate::request::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, QueryHint};

/// One wanted or excluded piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// As typed, without sign and quotation marks.
    pub typed: String,
    /// Folded words; several for a phrase or a hyphenated word.
    pub words: Vec<String>,
    /// Words joined, for a hyphenated word.
    pub joined: Option<String>,
    /// Stood in quotation marks.
    pub phrase: bool,
    /// Must not occur.
    pub excluded: bool,
}

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// What was noticed.
    pub hints: Vec<QueryHint>,
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '„' | '“' | '”' | '‟' | '«' | '»' | '‹' | '›')
}

const fn is_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '–')
}

/// Parses a query.
///
/// # Errors
/// [`Error::QueryTooLong`] only.
pub fn parse(text: &str) -> Result<Query, Error> {
    let too_long = Error::QueryTooLong { chars: MAX_QUERY_CHARS, words: MAX_QUERY_WORDS };
    if text.chars().nth(MAX_QUERY_CHARS).is_some() {
        return Err(too_long);
    }
    let mut query = Query::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let after_sign = rest.strip_prefix(is_minus);
        let signed = after_sign.filter(|after| after.starts_with(|c: char| is_quote(c) || c.is_alphanumeric()));
        let body = signed.unwrap_or(rest);
        let excluded = signed.is_some();
        let after = if let Some(quoted) = body.strip_prefix(is_quote) {
            let end = quoted.find(is_quote);
            if end.is_none() {
                query.hints.push(QueryHint::UnbalancedQuote);
            }
            let (phrase, after) = quoted.split_at(end.unwrap_or(quoted.len()));
            query.add(phrase, true, excluded);
            after.strip_prefix(is_quote).unwrap_or(after)
        } else {
            // The body begins with neither blank nor quotation mark, so at least one character is consumed.
            let (word, after) =
                body.split_at(body.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(body.len()));
            query.add_words(word, excluded);
            after
        };
        rest = after.trim_start();
    }
    if query.pieces.iter().map(|piece| piece.words.len()).sum::<usize>() > MAX_QUERY_WORDS {
        return Err(too_long);
    }
    if query.pieces.is_empty() && !text.trim().is_empty() {
        query.hints.push(QueryHint::NothingSearchable);
    }
    if !query.pieces.is_empty() && query.pieces.iter().all(|piece| piece.excluded) {
        query.hints.push(QueryHint::OnlyExclusions);
    }
    Ok(query)
}

impl Query {
    /// One piece per word, but hyphenated words stay one piece: "Bund/Länder-Portal" gives two.
    fn add_words(&mut self, text: &str, excluded: bool) {
        for part in text.split(|c: char| !c.is_alphanumeric() && !belongs_to_word(c)) {
            self.add(part, false, excluded);
        }
    }

    fn add(&mut self, typed: &str, phrase: bool, excluded: bool) {
        let all: Vec<_> = Words::new(typed).collect();
        let joined = all.iter().find(|word| word.joined && !phrase).map(|word| word.text.clone());
        let words: Vec<_> = all.into_iter().filter(|word| !word.joined).map(|word| word.text).collect();
        if !words.is_empty() {
            let phrase = phrase && words.len() > 1;
            self.pieces.push(Piece { typed: typed.trim().to_owned(), words, joined, phrase, excluded });
        }
    }
}

/// Hyphens join, marks and invisible characters belong to the letter before.
const fn belongs_to_word(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn show(query: &Query) -> String {
        let show = |piece: &Piece| {
            let sign = if piece.excluded { "-" } else { "" };
            let words = piece.words.join(" ");
            if piece.phrase { format!("{sign}[{words}]") } else { format!("{sign}{words}") }
        };
        query.pieces.iter().map(show).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn queries() {
        let check = |text: &str, expected: &str| assert_eq!(show(&parse(text).unwrap()), expected, "{text}");
        check("", "");
        check("  Wohngeld  Antrag ", "wohngeld | antrag");
        check("\"Antrag auf Wohngeld\" -Chatbot", "[antrag auf wohngeld] | -chatbot");
        check("„Künstliche Intelligenz“", "[kuenstliche intelligenz]");
        check("-\"alte Akte\" neu", "-[alte akte] | neu");
        check("KI-gestützte Suche", "ki gestuetzte | suche");
        check("Bund/Länder", "bund | laender");
        check("MAKI-2026-000123", "maki 2026 000123");
        check("- -- \" \" -", "");
        check("a-", "a");
        check("C#; DROP TABLE", "c | drop | table");
        check("wort\"phrase hier\"wort", "wort | [phrase hier] | wort");
        check("\"eins\"", "eins");
    }

    #[test]
    fn hints() {
        let check = |text: &str, expected: &[QueryHint]| assert_eq!(parse(text).unwrap().hints, expected, "{text}");
        check("\"offen bis zum Ende", &[QueryHint::UnbalancedQuote]);
        check("-nur -weg", &[QueryHint::OnlyExclusions]);
        check("gut", &[]);
        check(" ", &[]);
        check("👍", &[QueryHint::NothingSearchable]);
        check("- ?", &[QueryHint::NothingSearchable]);
    }

    #[test]
    fn limits() {
        assert!(matches!(parse(&"x".repeat(10_000)), Err(Error::QueryTooLong { .. })));
        assert!(parse(&"x".repeat(MAX_QUERY_CHARS)).is_ok());
        assert!(parse(&"ab ".repeat(MAX_QUERY_WORDS)).is_ok());
        assert!(parse(&"ab ".repeat(MAX_QUERY_WORDS + 1)).is_err());
    }

    proptest! {
        #[test]
        fn every_input_is_a_query(text in "\\PC{0,60}") {
            let query = parse(&text);
            if let Ok(query) = query {
                prop_assert!(query.pieces.iter().all(|piece| !piece.words.is_empty()));
            }
        }

        #[test]
        fn signs_never_confuse_the_parser(text in "[-\"„“ a-zä/]{0,40}") {
            let query = parse(&text).unwrap();
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let found: usize = query.pieces.iter().map(|piece| piece.words.iter().map(|word| word.replace("ae", "ä").chars().count()).sum::<usize>()).sum();
            prop_assert!(found <= letters);
        }
    }
}
