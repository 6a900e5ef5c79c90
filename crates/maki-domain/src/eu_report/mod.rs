//! EU-Meldung: what is reported to the EU database, section by section and item by item (Annex VIII and IX KI-VO).
//!
//! Items are data (`data/annex-viii.toml`), their fields stand in the catalogue (`annex_viii`). A report says of every
//! item what stands in it, that it is missing, or why it does not apply; nothing is left out silently. Its JSON form has
//! a schema, `data/eu-report.schema.json`. What is owed, from when, and by whom stands in `due`; how far a report is, and
//! what has changed since it was made, in `state`; what the database gave back in `returned`.

mod due;
mod returned;
mod state;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::catalogue::catalogue;
use crate::entry::Parts;
use crate::value::{Absence, Slot, Value};
use crate::{Bilingual, FieldId, Language, keys};

pub use due::{NATIONAL, Obligation, Obligations, obligations};
pub use returned::{MAX_DATABASE_ID, MAX_DATABASE_URL, Returned, ReturnedFault, WrittenReturn};
pub use state::{ItemChange, ReportState, changes, state};

/// The JSON Schema of a report.
pub const SCHEMA: &str = include_str!("../../data/eu-report.schema.json");

/// Where an item comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Fields of the catalogue.
    #[default]
    Fields,
    /// What this register holds is used in Germany.
    Germany,
    /// The person who submits signs in at the database; persons never stand in a report.
    Account,
    /// Handed in at the database, or given by it.
    Database,
    /// No longer part of the annex.
    Deleted,
}

/// One item of a section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Section and number, as in `A5`.
    pub item: String,
    /// Whether the non-public part has it (Art. 49(4)).
    #[serde(default)]
    pub restricted: bool,
    #[serde(default)]
    pub optional: bool,
    #[serde(default, rename = "from")]
    pub origin: Origin,
    pub de: String,
    pub en: String,
}

/// A section of Annex VIII, or Annex IX.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub code: String,
    pub article: String,
    pub de: String,
    pub en: String,
}

impl Section {
    /// Its items in the order of the annex.
    pub fn items(&self) -> impl Iterator<Item = &'static Item> + use<'_> {
        let is_own = |item: &&Item| {
            item.item.strip_prefix(self.code.as_str()).is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        };
        ANNEX.item.iter().filter(is_own)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Annex {
    /// Keys of fields whose texts are words of the body itself, worth saying in another language.
    translated: Vec<String>,
    section: Vec<Section>,
    item: Vec<Item>,
}

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static ANNEX: LazyLock<Annex> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/annex-viii.toml")).expect("embedded annex parses"));

/// All sections.
#[must_use]
pub fn sections() -> &'static [Section] {
    &ANNEX.section
}

#[must_use]
pub fn section(code: &str) -> Option<&'static Section> {
    sections().iter().find(|section| section.code == code)
}

/// What is said of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    Stated,
    /// Has to be stated before the report is ready.
    Missing,
    /// May stay empty, and does.
    Empty,
    /// Does not apply to this system, as its entry says.
    NotApplicable,
    /// Not part of what goes to the non-public part.
    NotInRestrictedPart,
    /// Said or handed in at the database itself.
    AtDatabase,
    /// No longer part of the annex.
    Deleted,
}

/// An item with what the register says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemReport {
    pub item: &'static str,
    pub title: Bilingual,
    pub state: ItemState,
    /// By field of the catalogue: texts as they stand, codes with their labels.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Json>,
    /// The same in another language, by field: `{"language": "en", "text": "…"}`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub translations: Map<String, Json>,
}

/// The report of one section for one system or use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub section: &'static str,
    pub article: &'static str,
    pub title: Bilingual,
    /// Whether it goes to the non-public part, with fewer items.
    pub restricted: bool,
    /// Tag of the language of the texts.
    pub language: &'static str,
    /// Whether nothing is missing.
    pub complete: bool,
    /// Items that are missing.
    pub missing: Vec<&'static str>,
    pub items: Vec<ItemReport>,
}

/// The item of a number such as `A5`.
#[must_use]
pub fn item(number: &str) -> Option<&'static Item> {
    ANNEX.item.iter().find(|item| item.item == number)
}

impl Item {
    /// Fields of the catalogue that answer it.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> + use<'_> {
        let fields = if self.origin == Origin::Fields { Some(catalogue().fields()) } else { None };
        fields.into_iter().flatten().filter(|(_, field)| field.annex_viii.contains(&self.item)).map(|(id, _)| id)
    }
}

/// A text of a report in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    pub field: FieldId,
    pub language: Language,
    pub text: String,
}

impl Report {
    /// The language in which its texts are said beside their own: English, or German where they are English.
    #[must_use]
    pub fn other_language(&self) -> Language {
        if self.language == Language::En.tag() { Language::De } else { Language::En }
    }

    /// Texts that are worth saying in the other language: the field and what stands there, each field once.
    #[must_use]
    pub fn texts_to_translate(&self) -> Vec<(FieldId, &str)> {
        let mut found: Vec<(FieldId, &str)> = Vec::new();
        for (key, value) in self.items.iter().flat_map(|item| &item.values) {
            let field = catalogue().id(key).filter(|_| ANNEX.translated.contains(key));
            if let (Some(field), Some(text)) = (field, value.as_str())
                && found.iter().all(|(known, _)| *known != field)
            {
                found.push((field, text));
            }
        }
        found
    }

    /// Lays texts in another language beside those that are reported.
    pub fn translate(&mut self, texts: &[Translation]) {
        for item in &mut self.items {
            for text in texts {
                let key = &text.field.field().key;
                if item.values.contains_key(key) {
                    let said = serde_json::json!({ "language": text.language, "text": text.text });
                    item.translations.insert(key.clone(), said);
                }
            }
        }
    }
}

/// The report of a section.
#[must_use]
pub fn report(section: &'static Section, parts: Parts<'_>, restricted: bool) -> Report {
    let items: Vec<ItemReport> = section.items().map(|item| item_report(item, parts, restricted)).collect();
    let missing: Vec<&'static str> =
        items.iter().filter(|item| item.state == ItemState::Missing).map(|item| item.item).collect();
    let language = parts.system.and_then(|content| content.code(keys::TEXT_LANGUAGE)).map_or("de", crate::Code::as_str);
    Report {
        section: &section.code,
        article: &section.article,
        title: Bilingual { de: section.de.clone(), en: section.en.clone() },
        restricted,
        language,
        complete: missing.is_empty(),
        missing,
        items,
    }
}

fn item_report(item: &'static Item, parts: Parts<'_>, restricted: bool) -> ItemReport {
    let mut values = Map::new();
    let state = match item.origin {
        Origin::Deleted => ItemState::Deleted,
        _ if restricted && !item.restricted => ItemState::NotInRestrictedPart,
        Origin::Account | Origin::Database => ItemState::AtDatabase,
        Origin::Germany => {
            values.insert("member_states".to_owned(), Json::from(vec!["DE"]));
            ItemState::Stated
        }
        Origin::Fields => stated(item, parts, &mut values),
    };
    let title = Bilingual { de: item.de.clone(), en: item.en.clone() };
    ItemReport { item: &item.item, title, state, values, translations: Map::new() }
}

/// What the fields of an item say.
fn stated(item: &Item, parts: Parts<'_>, values: &mut Map<String, Json>) -> ItemState {
    let mut not_applicable = false;
    for id in item.fields() {
        let field = id.field();
        match parts.of(field.record).and_then(|content| content.slot_of(id)) {
            Some(Slot::Value(value)) => {
                values.insert(field.key.clone(), shown(field.vocabulary.as_deref(), value));
            }
            Some(Slot::Absent(Absence::NotApplicable)) => not_applicable = true,
            Some(Slot::Absent(_)) | None => {}
        }
    }
    if item.item == "A1" || item.item == "B1" {
        provided_by_body(parts, values);
    }
    // A status that nobody set follows from the uses.
    if values.is_empty() && (item.item == "A7" || item.item == "B8") {
        values.extend(status(parts));
    }
    match (values.is_empty(), not_applicable, item.optional) {
        (false, ..) => ItemState::Stated,
        (true, true, _) => ItemState::NotApplicable,
        (true, false, true) => ItemState::Empty,
        (true, false, false) => ItemState::Missing,
    }
}

/// A body that developed the system itself is its provider.
fn provided_by_body(parts: Parts<'_>, values: &mut Map<String, Json>) {
    let kind = parts.system.and_then(|content| content.code(keys::KIND)).map(crate::Code::as_str);
    if !matches!(kind, Some("own_development" | "joint_development")) || !values.is_empty() {
        return;
    }
    let fields = [keys::ORGANISATION_NAME, keys::ORGANISATION_ADDRESS, keys::ORGANISATION_MAILBOX];
    for key in fields {
        if let Some(text) = parts.organisation.and_then(|content| content.text(key)) {
            values.insert(key.to_owned(), text.into());
        }
    }
}

fn status(parts: Parts<'_>) -> Option<(String, Json)> {
    let stage = parts.deployment.and_then(|content| content.code(keys::LIFECYCLE))?;
    let code = match stage.as_str() {
        "retired" | "discarded" => "no_longer",
        "pilot" | "rollout" | "operation" | "suspended" => "on_market_or_in_service",
        _ => return None,
    };
    Some((keys::ANNEX_VIII_STATUS.to_owned(), labelled("annex_viii_status", code)))
}

fn labelled(vocabulary: &str, code: &str) -> Json {
    let label = |language| crate::vocabulary::label(vocabulary, code, language);
    serde_json::json!({ "code": code, "de": label(crate::Language::De), "en": label(crate::Language::En) })
}

fn shown(vocabulary: Option<&str>, value: &Value) -> Json {
    match (vocabulary, value) {
        (Some(vocabulary), Value::Code(code)) => labelled(vocabulary, code.as_str()),
        (Some(vocabulary), Value::Codes(codes)) => {
            codes.iter().map(|code| labelled(vocabulary, code.as_str())).collect()
        }
        _ => serde_json::to_value(value).unwrap_or(Json::Null),
    }
}

#[cfg(test)]
mod tests;
