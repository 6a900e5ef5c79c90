//! The field catalogue: the one source for forms, validation, API schema, import and export headers and help.
//!
//! It lives in `data/fields.toml`. [`FieldId`] is the place of a field in that file and is valid only within one
//! running program; what is stored and exchanged is the key.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::Language;
use crate::record::RecordKind;
use crate::view::Visibility;
use crate::vocabulary::{Vocabulary, vocabulary};

/// Place of a field in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(u16);

impl FieldId {
    #[must_use]
    pub fn field(self) -> &'static Field {
        catalogue().field(self)
    }

    /// Its place among all fields, from 0.
    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Several paragraphs.
    LongText,
    Code,
    Codes,
    /// Year, month or day.
    Date,
    Url,
    Email,
    Boolean,
    /// A whole number from zero.
    Integer,
    TextList,
    UrlList,
    /// Digits only, with leading zeros, such as an ARS.
    Key,
    KeyList,
}

impl FieldType {
    /// Whether the values carry a natural language, and so a language tag.
    #[must_use]
    pub const fn is_prose(self) -> bool {
        matches!(self, Self::Text | Self::LongText | Self::TextList)
    }
}

/// Weight of a field's text in the full-text index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchWeight {
    High,
    Medium,
    Low,
}

/// One condition under which a field is required; a missing list means any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Codes of `lifecycle_group`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Vec<String>>,
    /// Codes of `risk_class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Vec<String>>,
}

impl Requirement {
    /// Whether the condition holds for a lifecycle group and a risk class; an unknown one meets no list.
    #[must_use]
    pub fn applies(&self, lifecycle_group: Option<&str>, risk_class: Option<&str>) -> bool {
        let within = |list: &Option<Vec<String>>, value: Option<&str>| {
            list.as_ref().is_none_or(|codes| value.is_some_and(|v| codes.iter().any(|c| c == v)))
        };
        within(&self.lifecycle, lifecycle_group) && within(&self.risk, risk_class)
    }
}

/// What of an entry decides which of its fields are asked and needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Situation<'a> {
    /// Code of `lifecycle_group`.
    pub lifecycle_group: Option<&'a str>,
    /// Code of `risk_class`.
    pub risk_class: Option<&'a str>,
    /// Code of `system_kind`.
    pub kind: Option<&'a str>,
}

/// One condition under which a field is asked; a missing list means any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicability {
    /// Codes of `lifecycle_group`.
    #[serde(default)]
    pub lifecycle: Option<Vec<String>>,
    /// Codes of `risk_class`.
    #[serde(default)]
    pub risk: Option<Vec<String>>,
    /// Codes of `system_kind`.
    #[serde(default)]
    pub kind: Option<Vec<String>>,
}

impl Applicability {
    /// Whether the condition holds; what is not known meets no list.
    #[must_use]
    pub fn holds(&self, situation: Situation<'_>) -> bool {
        let within = |list: &Option<Vec<String>>, value: Option<&str>| {
            list.as_ref().is_none_or(|codes| value.is_some_and(|v| codes.iter().any(|c| c == v)))
        };
        within(&self.lifecycle, situation.lifecycle_group)
            && within(&self.risk, situation.risk_class)
            && within(&self.kind, situation.kind)
    }
}

/// What people read about a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldTexts {
    pub label: String,
    pub help: String,
    pub example: String,
}

/// A part of the Steckbrief and of the editor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub key: String,
    pub record: RecordKind,
    pub de: String,
    pub en: String,
}

impl Section {
    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// One field of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub key: String,
    pub record: RecordKind,
    pub section: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    #[serde(default)]
    pub vocabulary: Option<String>,
    /// Characters of a text; of each item in a list.
    #[serde(default)]
    pub max_length: Option<usize>,
    #[serde(default)]
    pub max_items: Option<usize>,
    pub visibility: Visibility,
    #[serde(default)]
    pub search: Option<SearchWeight>,
    #[serde(default)]
    pub required: Vec<Requirement>,
    /// When the field is asked; empty: always.
    #[serde(default)]
    pub applies: Vec<Applicability>,
    /// Whether the short form asks it.
    #[serde(default)]
    pub short_form: bool,
    /// Whether risks are to be assessed anew when it changes.
    #[serde(default)]
    pub substantial: bool,
    /// Items of Annex VIII that this field answers, as in `A5`.
    #[serde(default)]
    pub annex_viii: Vec<String>,
    /// Further import headers.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub de: FieldTexts,
    pub en: FieldTexts,
}

impl Field {
    /// Characters when the catalogue does not say otherwise.
    pub const DEFAULT_MAX_LENGTH: usize = 2_000;
    /// Items of a list when the catalogue does not say otherwise.
    pub const DEFAULT_MAX_ITEMS: usize = 100;

    #[must_use]
    pub fn texts(&self, language: Language) -> &FieldTexts {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }

    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        &self.texts(language).label
    }

    #[must_use]
    pub fn vocabulary(&self) -> Option<&'static Vocabulary> {
        self.vocabulary.as_deref().and_then(vocabulary)
    }

    #[must_use]
    pub fn max_length(&self) -> usize {
        self.max_length.unwrap_or(Self::DEFAULT_MAX_LENGTH)
    }

    #[must_use]
    pub fn max_items(&self) -> usize {
        self.max_items.unwrap_or(Self::DEFAULT_MAX_ITEMS)
    }

    /// Whether the field must be stated for a use in this lifecycle group and of this risk class.
    #[must_use]
    pub fn is_required(&self, lifecycle_group: Option<&str>, risk_class: Option<&str>) -> bool {
        self.required.iter().any(|r| r.applies(lifecycle_group, risk_class))
    }

    /// Whether a form asks for the field: it is needed, or one of its conditions holds.
    #[must_use]
    pub fn is_asked(&self, situation: Situation<'_>) -> bool {
        self.applies.is_empty()
            || self.is_required(situation.lifecycle_group, situation.risk_class)
            || self.applies.iter().any(|condition| condition.holds(situation))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    section: Vec<Section>,
    field: Vec<Field>,
}

/// All fields and sections, with the indexes that lookups need.
#[derive(Debug)]
pub struct Catalogue {
    sections: Vec<Section>,
    fields: Vec<Field>,
    by_key: HashMap<String, FieldId>,
    by_header: HashMap<(RecordKind, String), FieldId>,
}

impl Catalogue {
    fn load(source: &str) -> Result<Self, toml::de::Error> {
        let Source { section: sections, field: fields } = toml::from_str(source)?;
        let ids = || (0_u16..).map(FieldId);
        let by_key = fields.iter().zip(ids()).map(|(f, id)| (f.key.clone(), id)).collect();
        let by_header = fields
            .iter()
            .zip(ids())
            .flat_map(|(f, id)| {
                let names = [&f.key, &f.de.label, &f.en.label].into_iter().chain(&f.aliases);
                names.map(move |name| ((f.record, normalise_header(name)), id)).collect::<Vec<_>>()
            })
            .collect();
        Ok(Self { sections, fields, by_key, by_header })
    }

    /// All fields in display order.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0_u16..).map(FieldId).zip(&self.fields)
    }

    /// Fields of one kind of record in display order.
    pub fn fields_of(&self, record: RecordKind) -> impl Iterator<Item = (FieldId, &Field)> {
        self.fields().filter(move |(_, f)| f.record == record)
    }

    pub fn sections_of(&self, record: RecordKind) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |s| s.record == record)
    }

    /// A [`FieldId`] only comes from this catalogue.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made by this catalogue alone and never leave the program")]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[usize::from(id.0)]
    }

    #[must_use]
    pub fn id(&self, key: &str) -> Option<FieldId> {
        self.by_key.get(key).copied()
    }

    /// Finds the field that an import header names: key, label in either language or alias.
    #[must_use]
    pub fn by_header(&self, record: RecordKind, header: &str) -> Option<FieldId> {
        self.by_header.get(&(record, normalise_header(header))).copied()
    }
}

/// Letter case, punctuation and blanks of a header do not matter.
#[must_use]
pub fn normalise_header(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

const SOURCE: &str = include_str!("../data/fields.toml");

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(SOURCE).expect("embedded catalogue parses"));

/// The catalogue of this build.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_is_consistent() {
        let catalogue = catalogue();
        assert_eq!(catalogue.by_key.len(), catalogue.fields.len(), "a key is used twice");
        for (_, field) in catalogue.fields() {
            let key = &field.key;
            let section = catalogue.sections_of(field.record).find(|s| s.key == field.section);
            assert!(section.is_some(), "{key}: section {} is not one of its record", field.section);
            let needs_vocabulary = matches!(field.field_type, FieldType::Code | FieldType::Codes);
            assert_eq!(field.vocabulary().is_some(), needs_vocabulary, "{key}: vocabulary");
            for requirement in &field.required {
                for (list, name) in [(&requirement.lifecycle, "lifecycle_group"), (&requirement.risk, "risk_class")] {
                    for code in list.iter().flatten() {
                        assert!(vocabulary(name).is_some_and(|v| v.position(code).is_some()), "{key}: {code}");
                    }
                }
            }
            for condition in &field.applies {
                let lists = [
                    (&condition.lifecycle, "lifecycle_group"),
                    (&condition.risk, "risk_class"),
                    (&condition.kind, "system_kind"),
                ];
                for (list, name) in lists {
                    for code in list.iter().flatten() {
                        assert!(vocabulary(name).is_some_and(|v| v.position(code).is_some()), "{key}: {code}");
                    }
                }
            }
            for language in Language::ALL {
                let texts = field.texts(language);
                assert!(!texts.label.is_empty() && !texts.help.is_empty() && !texts.example.is_empty(), "{key}");
                assert!(!texts.label.contains(';'), "{key}: ';' would part a CSV header");
            }
        }
    }

    #[test]
    fn headers_are_unambiguous_over_all_records() {
        let mut seen = HashSet::new();
        for (_, field) in catalogue().fields() {
            let names = [&field.key, &field.de.label, &field.en.label].into_iter().chain(&field.aliases);
            let own: HashSet<String> = names.map(|n| normalise_header(n)).collect();
            for name in own {
                assert!(seen.insert((field.record, name.clone())), "{}: header {name} is taken", field.key);
            }
        }
        for language in Language::ALL {
            let labels: HashSet<_> = catalogue().fields().map(|(_, f)| normalise_header(f.label(language))).collect();
            assert_eq!(labels.len(), catalogue().fields.len(), "labels are unique over all records ({language:?})");
        }
    }

    #[test]
    fn the_short_form_has_ten_fields_and_leaves_nothing_open() {
        let short: Vec<_> = catalogue().fields().filter(|(_, field)| field.short_form).collect();
        assert!(short.len() <= 10, "{} fields", short.len());
        // Given before: the name, and the kind by the choice of the form.
        let given = ["name", "kind"];
        for (_, field) in catalogue().fields().filter(|(_, f)| f.record != RecordKind::Organisation) {
            let is_needed = field.is_required(Some("in_operation"), Some("minimal"));
            assert!(!is_needed || field.short_form || given.contains(&field.key.as_str()), "{}", field.key);
        }
    }

    #[test]
    fn what_does_not_apply_is_not_asked() {
        let check = |key: &str, group: &str, risk: &str, kind: &str, expected: bool| {
            let situation = Situation { lifecycle_group: Some(group), risk_class: Some(risk), kind: Some(kind) };
            let field = catalogue().id(key).map(FieldId::field);
            assert_eq!(field.map(|f| f.is_asked(situation)), Some(expected), "{key} {group} {risk} {kind}");
        };
        check("name", "planned", "minimal", "use_case", true);
        check("ended_on", "in_operation", "minimal", "procured", false);
        check("ended_on", "ended", "minimal", "procured", true);
        check("provider_name", "in_operation", "minimal", "own_development", false);
        check("provider_name", "in_operation", "minimal", "procured", true);
        // What is needed is asked, whatever else.
        check("provider_name", "in_operation", "high_risk_annex_iii", "own_development", true);
        check("notified_body", "in_operation", "minimal", "procured", false);
        check("training_data", "planned", "minimal", "use_case", false);
    }

    #[test]
    fn constants_and_catalogue_agree() {
        let constants: HashSet<&str> = crate::keys::ALL.iter().copied().collect();
        let fields: HashSet<&str> = catalogue().fields.iter().map(|f| f.key.as_str()).collect();
        assert_eq!(constants, fields);
    }
}
