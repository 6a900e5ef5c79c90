//! Stems: what the inflected forms of a word have in common.
//!
//! German words arrive folded; ä ö ü are restored where "ae oe ue" can only be an umlaut, so that the Snowball
//! stemmer sees real German and "Anträge", "Antraege" and "Antrags" meet in `antrag`. Feminine forms are reduced
//! to the masculine first. A second, looser stem joins nouns in -ung with their verb ("Prüfung", "prüfen").

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use crate::document::Lang;

/// Reduces words of all languages; cheap to create, not to be shared between threads.
pub struct Stems {
    stemmers: [Stemmer; 3],
    scratch: String,
}

impl Default for Stems {
    fn default() -> Self {
        let stemmers = [Algorithm::German, Algorithm::English, Algorithm::Dutch].map(Stemmer::create);
        Self { stemmers, scratch: String::new() }
    }
}

impl Stems {
    /// Puts the stem of a folded word into `out`.
    pub fn stem_into(&mut self, lang: Lang, word: &str, out: &mut String) {
        out.clear();
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            out.push_str(word);
            return;
        }
        let [german, english, dutch] = &self.stemmers;
        match lang {
            Lang::De => {
                if let Some(stem) = EXCEPTIONS.get(word) {
                    out.push_str(stem);
                    return;
                }
                let word = masculine(word);
                if let Some(stem) = EXCEPTIONS.get(word) {
                    out.push_str(stem);
                    return;
                }
                restore_umlauts(word, &mut self.scratch);
                out.push_str(&german.stem(&self.scratch));
            }
            Lang::En => out.push_str(&english.stem(word)),
            Lang::Nl => out.push_str(&dutch.stem(word)),
        }
    }

    /// The stem of a folded word.
    pub fn stem(&mut self, lang: Lang, word: &str) -> String {
        let mut out = String::new();
        self.stem_into(lang, word, &mut out);
        out
    }
}

/// The stem shared by a German noun in -ung and its verb; none when the noun is no such one.
pub fn loose(stem: &str) -> Option<&str> {
    let verb = stem.strip_suffix("ung")?;
    (verb.len() >= 4 && !NO_VERB.contains(&stem)).then_some(verb)
}

/// Words in -ung that have nothing to do with the verb or noun they seem to come from.
const NO_VERB: [&str; 6] = ["zeitung", "stiftung", "nahrung", "festung", "innung", "wahrung"];

/// Words the stemmer would throw together with others.
static EXCEPTIONS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../../data/stems.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .flat_map(|(stem, forms)| forms.split(' ').map(move |form| (form, stem)))
        .collect()
});

fn masculine(word: &str) -> &str {
    let base = word.strip_suffix("innen").or_else(|| word.strip_suffix("in"));
    let is_person = |base: &&str| {
        base.len() >= 6 && ["er", "ent", "ant", "ist", "eur", "tor", "loge", "og"].iter().any(|end| base.ends_with(end))
    };
    base.filter(is_person).unwrap_or(word)
}

/// "ae", "oe", "ue" become umlauts except after a vowel ("neue", "Bauer") or q ("Quelle").
fn restore_umlauts(word: &str, out: &mut String) {
    out.clear();
    let mut previous = '\0';
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let umlaut = match c {
            'a' => Some('ä'),
            'o' => Some('ö'),
            'u' if previous != 'q' => Some('ü'),
            _ => None,
        };
        let after_vowel = matches!(previous, 'a' | 'e' | 'o');
        match umlaut {
            Some(umlaut) if !after_vowel && chars.peek() == Some(&'e') => {
                chars.next();
                out.push(umlaut);
                previous = umlaut;
            }
            _ => {
                out.push(c);
                previous = c;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fold::fold;

    #[test]
    fn forms_of_one_word_share_a_stem() {
        let mut stems = Stems::default();
        let mut same = |words: &[&str]| {
            let all: Vec<_> = words.iter().map(|word| stems.stem(Lang::De, &fold(word))).collect();
            assert!(all.windows(2).all(|pair| pair.first() == pair.last()), "{words:?} gave {all:?}");
        };
        same(&["Antrag", "Antrags", "Antrages", "Anträge", "Antraege", "Anträgen", "Antrage"]);
        same(&["Bescheid", "Bescheide", "Bescheiden", "Bescheides"]);
        same(&["Behörde", "Behörden", "Behoerde"]);
        same(&["Prüfung", "Prüfungen"]);
        same(&["Sachbearbeiter", "Sachbearbeiterin", "Sachbearbeiterinnen", "Sachbearbeitern"]);
        same(&["Bürger", "Bürgern", "Bürgerin", "Bürgerinnen", "Bürgers"]);
        same(&["Akte", "Akten"]);
        same(&["Straße", "Strassen", "STRASSE"]);
        same(&["automatisch", "automatische", "automatischen"]);
        same(&["Gericht", "Gerichte", "Gerichts"]);
        same(&["Steuer", "Steuern"]);
        same(&["Modell", "Modelle", "Modells", "Modellen"]);
    }

    #[test]
    fn other_words_do_not() {
        let mut stems = Stems::default();
        let mut differ = |a: &str, b: &str| {
            assert_ne!(stems.stem(Lang::De, &fold(a)), stems.stem(Lang::De, &fold(b)), "{a} {b}");
        };
        differ("Bürger", "Burg");
        differ("Wohnung", "Wahl");
        differ("Rat", "Rate");
        differ("Zeitung", "Zeit");
    }

    #[test]
    fn loose_stems_join_noun_and_verb() {
        let mut stems = Stems::default();
        let mut check = |noun: &str, verb: &str| {
            let noun = stems.stem(Lang::De, &fold(noun));
            // Snowball itself takes -ung off long words.
            assert_eq!(loose(&noun).unwrap_or(&noun), stems.stem(Lang::De, &fold(verb)), "{noun}");
        };
        check("Prüfung", "prüfen");
        check("Planungen", "planen");
        check("Übersetzung", "übersetzen");
        assert_eq!(loose("zeitung"), None);
    }

    #[test]
    fn umlauts_are_restored_only_where_they_were() {
        let check = |word: &str, expected: &str| {
            let mut out = String::new();
            restore_umlauts(word, &mut out);
            assert_eq!(out, expected);
        };
        check("pruefung", "prüfung");
        check("neue", "neue");
        check("bauer", "bauer");
        check("quelle", "quelle");
        check("steuer", "steuer");
        check("ueber", "über");
    }
}
