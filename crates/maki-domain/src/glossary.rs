//! The words of the register explained in plain language; the glossary page shows them beside the vocabularies.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::Language;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlossaryEntry {
    pub term_de: String,
    pub term_en: String,
    pub text_de: String,
    pub text_en: String,
    /// The article or paper that the explanation rests on.
    #[serde(default)]
    pub source: Option<String>,
}

impl GlossaryEntry {
    #[must_use]
    pub fn term(&self, language: Language) -> &str {
        match language {
            Language::De => &self.term_de,
            Language::En => &self.term_en,
        }
    }

    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::De => &self.text_de,
            Language::En => &self.text_en,
        }
    }
}

const SOURCE: &str = include_str!("../data/glossary.json");

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static GLOSSARY: LazyLock<Vec<GlossaryEntry>> =
    LazyLock::new(|| serde_json::from_str(SOURCE).expect("embedded glossary parses"));

#[must_use]
pub fn glossary() -> &'static [GlossaryEntry] {
    &GLOSSARY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_is_complete_in_both_languages() {
        assert!(glossary().len() >= 20);
        for entry in glossary() {
            for language in Language::ALL {
                assert!(!entry.term(language).is_empty() && !entry.text(language).is_empty(), "{entry:?}");
            }
        }
    }
}
