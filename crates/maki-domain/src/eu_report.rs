//! EU-Meldung: what is reported to the EU database, section by section and item by item (Annex VIII and IX KI-VO).
//!
//! Items are data (`data/annex-viii.toml`), their fields stand in the catalogue (`annex_viii`). A report says of every
//! item what stands in it, that it is missing, or why it does not apply; nothing is left out silently. Its JSON form has
//! a schema, `data/eu-report.schema.json`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::assess::{Case, RuleSet};
use crate::catalogue::catalogue;
use crate::entry::Parts;
use crate::value::{Absence, PartialDate, Slot, Value};
use crate::{Bilingual, keys};

/// The JSON Schema of a report.
pub const SCHEMA: &str = include_str!("../data/eu-report.schema.json");

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
#[derive(Debug, Deserialize)]
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
    section: Vec<Section>,
    item: Vec<Item>,
}

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static ANNEX: LazyLock<Annex> =
    LazyLock::new(|| toml::from_str(include_str!("../data/annex-viii.toml")).expect("embedded annex parses"));

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

/// Sections that apply to an entry on a day: codes of [`Section`], `national` for the register of Art. 49(5), and whether
/// they go to the non-public part.
#[must_use]
pub fn due(rules: &RuleSet, parts: Parts<'_>, today: PartialDate) -> (Vec<String>, bool) {
    let stage = parts.deployment.and_then(|content| content.code(keys::LIFECYCLE)).map(crate::Code::as_str);
    if matches!(stage, Some("retired" | "discarded")) {
        return (Vec::new(), false);
    }
    let mut due = rules.assess(&Case::of_entry(rules, parts), today).registration;
    let is_restricted = due.iter().any(|code| code == "non_public");
    due.retain(|code| code != "non_public");
    if stage == Some("pilot") && parts.class() == "high_risk_annex_iii" {
        due.push("IX".to_owned());
    }
    (due, is_restricted)
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
    ItemReport { item: &item.item, title, state, values }
}

/// What the fields of an item say.
fn stated(item: &Item, parts: Parts<'_>, values: &mut Map<String, Json>) -> ItemState {
    let mut not_applicable = false;
    for (id, field) in catalogue().fields().filter(|(_, field)| field.annex_viii.contains(&item.item)) {
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
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::Entry;
    use crate::assess::rule_set;

    fn entries() -> Vec<Entry> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/register.jsonl");
        std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_item_is_answered_by_fields_or_says_why_not() {
        let of_fields: BTreeSet<&str> =
            catalogue().fields().flat_map(|(_, field)| &field.annex_viii).map(String::as_str).collect();
        let known: BTreeSet<&str> = ANNEX.item.iter().map(|item| item.item.as_str()).collect();
        assert_eq!(of_fields.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "fields of no item");
        for item in ANNEX.item.iter().filter(|item| item.origin == Origin::Fields) {
            assert!(of_fields.contains(item.item.as_str()), "{} has no field", item.item);
        }
        let numbers = |code: &str| section(code).unwrap().items().count();
        assert_eq!([numbers("A"), numbers("B"), numbers("C"), numbers("IX")], [13, 9, 5, 5]);
    }

    #[test]
    fn reports_of_all_demo_systems_fit_the_schema() {
        let schema: Json = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut reports = 0;
        for entry in entries() {
            for section in sections() {
                for restricted in [false, true] {
                    let report = report(section, entry.parts(), restricted);
                    let json = serde_json::to_value(&report).unwrap();
                    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
                    assert_eq!(errors, Vec::<String>::new(), "{json}");
                    assert_eq!(report.items.len(), section.items().count());
                    reports += 1;
                }
            }
        }
        assert!(reports > 2_000);
        assert!(!validator.is_valid(&serde_json::json!({ "section": "Z" })), "the schema refuses something");
    }

    #[test]
    fn sections_follow_from_the_classification() {
        let check = |system: Json, deployment: Json, expected: &[&str], restricted: bool| {
            let entry: Entry = serde_json::from_value(serde_json::json!({
                "organisation": { "organisation_name": "Stadt Talheide", "organisation_level": "municipal" },
                "system": system, "deployment": deployment,
            }))
            .unwrap();
            let (due, is_restricted) = due(rule_set(), entry.parts(), "2026-11-25".parse().unwrap());
            assert_eq!(
                (due.iter().map(String::as_str).collect::<Vec<_>>(), is_restricted),
                (expected.to_vec(), restricted)
            );
        };
        let of = |class: &str, points: &[&str], kind: &str, fields: &str| {
            serde_json::json!({ "name": "x", "risk_class": class, "annex_iii_points": points, "kind": kind,
                "fields": [fields], "article_6_3_conditions": if class == "annex_iii_exempt" { vec!["a"] } else { vec![] } })
        };
        let running = || serde_json::json!({ "lifecycle": "operation", "in_operation_since": "2026-01" });
        let pilot = || serde_json::json!({ "lifecycle": "pilot" });
        check(of("high_risk_annex_iii", &["5a"], "procured", "social_affairs"), running(), &["C"], false);
        check(of("high_risk_annex_iii", &["5a"], "own_development", "social_affairs"), running(), &["A", "C"], false);
        check(of("high_risk_annex_iii", &["5a"], "procured", "social_affairs"), pilot(), &["C", "IX"], false);
        check(of("annex_iii_exempt", &["3a"], "own_development", "education"), running(), &["B"], false);
        check(of("high_risk_annex_iii", &["2"], "procured", "transport"), running(), &["national"], false);
        check(of("high_risk_annex_iii", &["6d"], "procured", "internal_security"), running(), &["C"], true);
        check(of("minimal", &[], "procured", "transport"), running(), &[], false);
        let ended = serde_json::json!({ "lifecycle": "retired" });
        check(of("high_risk_annex_iii", &["5a"], "own_development", "social_affairs"), ended, &[], false);
    }

    #[test]
    fn what_is_missing_is_named() {
        let entry: Entry = serde_json::from_value(serde_json::json!({
            "organisation": { "organisation_name": "Stadt Talheide" },
            "system": { "name": "x", "purpose": "Hilft.", "kind": "procured", "risk_class": "high_risk_annex_iii" },
            "deployment": { "lifecycle": "operation", "fria_summary": { "absent": "not_applicable" } },
        }))
        .unwrap();
        let state = |report: &Report, item: &str| report.items.iter().find(|one| one.item == item).unwrap().state;
        let use_report = report(section("C").unwrap(), entry.parts(), false);
        assert_eq!(state(&use_report, "C1"), ItemState::Stated);
        assert_eq!(state(&use_report, "C2"), ItemState::AtDatabase);
        assert_eq!(state(&use_report, "C4"), ItemState::NotApplicable);
        assert_eq!(state(&use_report, "C5"), ItemState::Empty);
        assert_eq!((use_report.missing.as_slice(), use_report.complete), (&["C3"][..], false));
        let restricted = report(section("A").unwrap(), entry.parts(), true);
        assert_eq!(state(&restricted, "A6"), ItemState::NotInRestrictedPart);
        assert_eq!(restricted.missing, ["A1", "A4"]);
        let of_exempt = report(section("B").unwrap(), entry.parts(), false);
        assert_eq!(state(&of_exempt, "B7"), ItemState::Deleted);
    }
}
