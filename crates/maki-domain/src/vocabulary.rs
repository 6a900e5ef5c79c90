//! Controlled values. A code is stable and language-neutral, is never renamed and never reused; labels are for people.
//!
//! The lists live in `data/vocabularies.json`, embedded at build time. Codes are interned: a [`Code`] always comes
//! from a vocabulary, so an unknown code cannot exist inside the register.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{Bilingual, Language};

/// An interned value of some vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Code(&'static str);

impl Code {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One value of a vocabulary with its labels and, where a citizen needs one, its definition.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Term {
    pub code: String,
    pub de: String,
    pub en: String,
    /// A coarser value this one belongs to, such as the lifecycle group or the area of Annex III.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_de: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_en: Option<String>,
    /// ISO 3166-2 code; only the Länder have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
}

impl Term {
    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }

    #[must_use]
    pub fn definition(&self, language: Language) -> Option<&str> {
        match language {
            Language::De => self.definition_de.as_deref(),
            Language::En => self.definition_en.as_deref(),
        }
    }
}

/// One controlled list in display order.
#[derive(Debug)]
pub struct Vocabulary {
    pub name: String,
    pub label: Bilingual,
    terms: Vec<Term>,
    positions: HashMap<String, usize>,
    by_label: HashMap<String, usize>,
}

impl Vocabulary {
    fn new(name: String, label: Bilingual, terms: Vec<Term>) -> Self {
        let positions = terms.iter().enumerate().map(|(i, t)| (t.code.clone(), i)).collect();
        let by_label = terms
            .iter()
            .enumerate()
            .flat_map(|(i, t)| [(normalise_label(&t.de), i), (normalise_label(&t.en), i)])
            .collect();
        Self { name, label, terms, positions, by_label }
    }

    /// All terms in display order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Place of a code in display order, counted from zero.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.positions.get(code).copied()
    }

    #[must_use]
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.terms.get(self.position(code)?)
    }

    /// The label of a code, or the code itself when it is not of this list.
    #[must_use]
    pub fn label_of<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        self.term(code).map_or(code, |t| t.label(language))
    }
}

impl Vocabulary {
    /// The interned code, if the list has it.
    #[must_use]
    pub fn code(&'static self, code: &str) -> Option<Code> {
        self.term(code).map(|t| Code(t.code.as_str()))
    }

    /// Reads what a person wrote: the code, or the label in either language, letter case and outer blanks aside.
    #[must_use]
    pub fn parse(&'static self, text: &str) -> Option<Code> {
        let text = text.trim();
        self.code(text).or_else(|| {
            let place = self.by_label.get(&normalise_label(text))?;
            self.terms.get(*place).map(|t| Code(t.code.as_str()))
        })
    }
}

fn normalise_label(label: &str) -> String {
    label.trim().to_lowercase()
}

const SOURCE: &str = include_str!("../data/vocabularies.json");

fn load(source: &str) -> Result<Vec<Vocabulary>, serde_json::Error> {
    let mut lists: serde_json::Map<String, serde_json::Value> = serde_json::from_str(source)?;
    let labels: HashMap<String, Bilingual> =
        serde_json::from_value(lists.remove("_vocabulary_labels").unwrap_or_default())?;
    lists
        .into_iter()
        .filter(|(name, _)| !name.starts_with('_'))
        .map(|(name, terms)| {
            let label = labels.get(&name).cloned().unwrap_or_default();
            Ok(Vocabulary::new(name, label, serde_json::from_value(terms)?))
        })
        .collect()
}

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static VOCABULARIES: LazyLock<Vec<Vocabulary>> = LazyLock::new(|| load(SOURCE).expect("embedded vocabularies parse"));

static BY_NAME: LazyLock<HashMap<&'static str, &'static Vocabulary>> =
    LazyLock::new(|| VOCABULARIES.iter().map(|v| (v.name.as_str(), v)).collect());

/// All vocabularies in the order of the file.
#[must_use]
pub fn vocabularies() -> &'static [Vocabulary] {
    &VOCABULARIES
}

/// One vocabulary by its name, such as `risk_class`.
#[must_use]
pub fn vocabulary(name: &str) -> Option<&'static Vocabulary> {
    BY_NAME.get(name).copied()
}

/// The label of a code of a vocabulary; the code itself when either is unknown.
#[must_use]
pub fn label<'a>(vocabulary_name: &str, code: &'a str, language: Language) -> &'a str
where
    'static: 'a,
{
    vocabulary(vocabulary_name).map_or(code, |v| v.label_of(code, language))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_list_has_labels_and_unique_codes() {
        for list in vocabularies() {
            assert!(!list.label.de.is_empty() && !list.label.en.is_empty(), "{} has no label", list.name);
            assert_eq!(list.positions.len(), list.terms.len(), "{} repeats a code", list.name);
            for language in Language::ALL {
                let labels: std::collections::HashSet<_> = list.terms.iter().map(|t| t.label(language)).collect();
                assert_eq!(labels.len(), list.terms.len(), "{} repeats a label", list.name);
            }
            for term in &list.terms {
                assert!(!term.de.is_empty() && !term.en.is_empty(), "{}/{}", list.name, term.code);
                assert!(
                    !term.de.contains(';') && !term.en.contains(';'),
                    "{}/{}: ';' parts lists",
                    list.name,
                    term.code
                );
            }
        }
    }

    #[test]
    fn groups_are_values_of_a_list() {
        let groups = vocabulary("lifecycle_group").unwrap();
        for term in vocabulary("lifecycle").unwrap().terms() {
            assert!(groups.position(term.group.as_deref().unwrap()).is_some());
        }
    }

    #[test]
    fn a_person_may_write_code_or_label() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(vocabulary("lifecycle").unwrap().parse(text).map(Code::as_str), expected, "{text:?}");
        };
        check("operation", Some("operation"));
        check(" betrieb ", Some("operation"));
        check("In operation", Some("operation"));
        check("im Einsatz vielleicht", None);
    }
}
