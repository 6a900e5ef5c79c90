//! Fields of a record as a Steckbrief shows them: label, value or absence, language, way to the glossary.
//!
//! Absences never look alike: each has its own word, and withheld says why. A field nobody touched is not shown among
//! the values; the page lists such fields apart.

use maki_domain::{Absence, Content, Field, FieldType, Language, RecordKind, Slot, Value, catalogue, vocabulary};

use super::{foreign, glossary_href};
use crate::context::localised;
use crate::format::{self, DateText};
use crate::texts::texts;

/// A value of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermShown {
    pub label: String,
    pub href: Option<String>,
}

/// A web address; only http and https become links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkShown {
    pub href: String,
    pub safe: bool,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentShown {
    pub label: String,
    pub reason: Option<String>,
    pub href: String,
}

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Paragraphs(Vec<String>),
    Items(Vec<String>),
    Terms(Vec<TermShown>),
    Links(Vec<LinkShown>),
    Mail(String),
    Date(DateText),
    Plain(String),
    Absent(AbsentShown),
}

/// One field with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    pub key: &'static str,
    pub label: &'static str,
    pub glossary: Option<String>,
    /// Language of the words, when it is not that of the page.
    pub lang: Option<String>,
    pub shown: Shown,
}

/// One section of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionView {
    pub id: String,
    pub title: String,
    pub rows: Vec<FieldRow>,
}

/// The sections of a record that have at least one touched field. `skip` names fields shown elsewhere on the page,
/// `text_language` is the tag of the record's prose.
#[must_use]
pub fn sections(
    content: &Content,
    kind: RecordKind,
    language: Language,
    text_language: &str,
    skip: &[&str],
) -> Vec<SectionView> {
    catalogue::catalogue()
        .sections_of(kind)
        .map(|section| {
            let rows = content
                .iter()
                .map(|(id, slot)| (id.field(), slot))
                .filter(|(f, _)| f.record == kind && f.section == section.key && !skip.contains(&f.key.as_str()))
                .map(|(field, slot)| row(field, slot, language, text_language))
                .collect();
            SectionView { id: format!("teil-{}", section.key), title: section.label(language).to_owned(), rows }
        })
        .filter(|section: &SectionView| !section.rows.is_empty())
        .collect()
}

/// Labels of fields of one kind without any statement: those that are due at this stage, and the others.
#[must_use]
pub fn untouched(
    content: &Content,
    kind: RecordKind,
    language: Language,
    lifecycle_group: Option<&str>,
    risk_class: Option<&str>,
) -> (Vec<&'static str>, Vec<&'static str>) {
    let public = |field: &Field| field.visibility == maki_domain::Visibility::Public;
    catalogue::catalogue()
        .fields_of(kind)
        .filter(|(id, field)| public(field) && content.slot_of(*id).is_none())
        .map(|(_, field)| field)
        .fold((Vec::new(), Vec::new()), |(mut due, mut others), field| {
            let list = if field.is_required(lifecycle_group, risk_class) { &mut due } else { &mut others };
            list.push(field.label(language));
            (due, others)
        })
}

/// One field as it is shown.
#[must_use]
pub fn row(field: &'static Field, slot: &Slot, language: Language, text_language: &str) -> FieldRow {
    let lang = if field.field_type.is_prose() { foreign(language, text_language) } else { None };
    let shown = match slot {
        Slot::Value(value) => shown(field, value, language),
        Slot::Absent(absence) => Shown::Absent(absent(*absence, language)),
    };
    let glossary = field
        .vocabulary()
        .filter(|v| v.terms().iter().any(|t| t.definition(language).is_some()))
        .map(|v| localised(language, &format!("/glossar#liste-{}", v.name)));
    FieldRow { key: &field.key, label: field.label(language), glossary, lang, shown }
}

/// How an absence reads.
#[must_use]
pub fn absent(absence: Absence, language: Language) -> AbsentShown {
    let label = vocabulary::label("absence", absence.code(), language);
    AbsentShown {
        label: if absence.reason().is_some() {
            texts(language).get("absence-withheld").to_owned()
        } else {
            label.to_owned()
        },
        reason: absence.reason().map(|r| vocabulary::label("withheld_reason", r.code(), language).to_owned()),
        href: localised(language, &format!("/glossar#absence-{}", absence.code())),
    }
}

fn shown(field: &Field, value: &Value, language: Language) -> Shown {
    let link = |text: &String| LinkShown { href: text.clone(), safe: is_web_address(text) };
    match (field.field_type, value) {
        (FieldType::Url, Value::Text(text)) => Shown::Links(vec![link(text)]),
        (FieldType::UrlList, Value::List(items)) => Shown::Links(items.iter().map(link).collect()),
        (FieldType::Email, Value::Text(text)) if is_mail_address(text) => Shown::Mail(text.clone()),
        (FieldType::LongText, Value::Text(text)) => Shown::Paragraphs(paragraphs(text)),
        (FieldType::Text, Value::Text(text)) => Shown::Paragraphs(vec![text.clone()]),
        (_, Value::Text(text)) => Shown::Plain(text.clone()),
        (_, Value::Code(_) | Value::Codes(_)) => Shown::Terms(
            value
                .codes()
                .iter()
                .map(|code| term(field.vocabulary.as_deref().unwrap_or_default(), code.as_str(), language))
                .collect(),
        ),
        (_, Value::Date(date)) => Shown::Date(format::date(language, *date)),
        (_, Value::Boolean(yes)) => {
            Shown::Plain(texts(language).get(if *yes { "value-yes" } else { "value-no" }).to_owned())
        }
        (_, Value::Integer(number)) => Shown::Plain(format::number(language, *number)),
        (_, Value::List(items)) => Shown::Items(items.clone()),
    }
}

/// A value of a vocabulary with its way to the glossary.
#[must_use]
pub fn term(vocabulary_name: &str, code: &str, language: Language) -> TermShown {
    TermShown {
        label: vocabulary::label(vocabulary_name, code, language).to_owned(),
        href: glossary_href(language, vocabulary_name, code),
    }
}

/// Only these schemes may stand behind a link: anything else could run script.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn is_mail_address(text: &str) -> bool {
    text.contains('@') && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+'))
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n").map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

/// The words of a value on one line, for comparisons.
#[must_use]
pub fn plain(field: &'static Field, slot: &Slot, language: Language) -> String {
    let words = |terms: &[TermShown]| terms.iter().map(|t| t.label.as_str()).collect::<Vec<_>>().join(", ");
    match row(field, slot, language, "").shown {
        Shown::Paragraphs(paragraphs) => paragraphs.join("\n"),
        Shown::Items(items) => items.join("\n"),
        Shown::Terms(terms) => words(&terms),
        Shown::Links(links) => links.into_iter().map(|l| l.href).collect::<Vec<_>>().join("\n"),
        Shown::Mail(text) | Shown::Plain(text) => text,
        Shown::Date(date) => date.human,
        Shown::Absent(absent) => match absent.reason {
            Some(reason) => format!("{}: {reason}", absent.label),
            None => absent.label,
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn content(json: &str) -> Content {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn absences_never_look_alike() {
        let read = |json: &str| {
            let content = content(json);
            let (id, slot) = content.iter().next().unwrap();
            plain(id.field(), slot, Language::De)
        };
        let all = [
            read(r#"{"hosting":{"absent":"not_stated"}}"#),
            read(r#"{"hosting":{"absent":"unknown"}}"#),
            read(r#"{"hosting":{"absent":"not_applicable"}}"#),
            read(r#"{"hosting":{"absent":"withheld","reason":"it_security"}}"#),
            read(r#"{"hosting":{"absent":"withheld","reason":"trade_secret"}}"#),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        let check = |text: &str, expected: bool| assert_eq!(is_web_address(text), expected, "{text}");
        check("https://example.org/a?b=c", true);
        check("HTTP://example.org", true);
        check("javascript:alert(1)", false);
        check("data:text/html,x", false);
        check("//example.org", false);
        check("https://a\u{0}b", false);
        check("", false);
    }

    #[test]
    fn foreign_prose_keeps_its_language() {
        let content = content(r#"{"name":"Chat","description":"Answers.","kind":"procured"}"#);
        let sections = sections(&content, RecordKind::System, Language::De, "en", &[]);
        let rows: Vec<_> = sections.iter().flat_map(|s| &s.rows).collect();
        let lang = |key: &str| rows.iter().find(|r| r.key == key).unwrap().lang.as_deref();
        assert_eq!(lang("description"), Some("en"));
        assert_eq!(lang("kind"), None, "labels of codes are in the language of the page");
    }
}
