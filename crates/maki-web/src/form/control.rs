//! The controls that take a value, by the type of the field.

use maki_domain::{Field, FieldType, Language};

use super::typed::{NO, Typed, YES};
use super::{Part, has_radios, id_of};
use crate::texts::texts;

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub value: &'static str,
    pub label: String,
    /// What the choice means, where a word alone does not say it.
    pub hint: Option<String>,
    pub chosen: bool,
}

/// One of the three parts of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePart {
    pub id: String,
    pub name: String,
    pub label: &'static str,
    pub value: String,
    pub wide: bool,
}

/// What takes the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    Line { kind: &'static str, numeric: bool, value: String },
    Area { rows: usize, value: String, limit: Option<usize> },
    Radios(Vec<Choice>),
    Boxes(Vec<Choice>),
    Select(Vec<Choice>),
    Date(Vec<DatePart>),
}

impl Control {
    pub(super) fn of(field: &'static Field, typed: &Typed, language: Language) -> Self {
        let value = || typed.part(field, Part::Value).to_owned();
        let line = |kind| Self::Line { kind, numeric: false, value: value() };
        match field.field_type {
            FieldType::Text => line("text"),
            FieldType::Url => line("url"),
            FieldType::Email => line("email"),
            FieldType::Integer | FieldType::Key => Self::Line { kind: "text", numeric: true, value: value() },
            FieldType::LongText => Self::Area { rows: rows_of(field), value: value(), limit: Some(field.max_length()) },
            FieldType::TextList | FieldType::UrlList | FieldType::KeyList => {
                Self::Area { rows: LIST_ROWS, value: value(), limit: None }
            }
            FieldType::Boolean => Self::Radios(yes_or_no(field, typed, language)),
            FieldType::Code if has_radios(field) => Self::Radios(terms(field, typed, language)),
            FieldType::Code => Self::Select(terms(field, typed, language)),
            FieldType::Codes => Self::Boxes(terms(field, typed, language)),
            FieldType::Date => Self::Date(date_parts(field, typed, language)),
        }
    }

    /// Whether the control is a group under a legend; otherwise one control with a label.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        matches!(self, Self::Radios(_) | Self::Boxes(_) | Self::Date(_))
    }
}

const LIST_ROWS: usize = 4;

/// A field for a page of text is taller than one for a paragraph.
fn rows_of(field: &Field) -> usize {
    if field.max_length() > 5_000 { 10 } else { 5 }
}

fn terms(field: &'static Field, typed: &Typed, language: Language) -> Vec<Choice> {
    let chosen = typed.all(&Part::Value.name(field));
    let id = id_of(field, Part::Value);
    let hints = has_radios(field);
    let terms = field.vocabulary().map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let choices = terms.iter().zip(1..).map(|(term, number)| Choice {
        id: format!("{id}-{number}"),
        value: term.code.as_str(),
        label: term.label(language).to_owned(),
        hint: term.definition(language).filter(|_| hints).map(str::to_owned),
        chosen: chosen.contains(&term.code),
    });
    choices.collect()
}

fn yes_or_no(field: &Field, typed: &Typed, language: Language) -> Vec<Choice> {
    let chosen = typed.part(field, Part::Value);
    let id = id_of(field, Part::Value);
    [(YES, "value-yes"), (NO, "value-no")]
        .into_iter()
        .zip(1..)
        .map(|((value, key), number)| Choice {
            id: format!("{id}-{number}"),
            value,
            label: texts(language).get(key).to_owned(),
            hint: None,
            chosen: value == chosen,
        })
        .collect()
}

fn date_parts(field: &Field, typed: &Typed, language: Language) -> Vec<DatePart> {
    [(Part::Day, "date-day"), (Part::Month, "date-month"), (Part::Year, "date-year")]
        .into_iter()
        .map(|(part, key)| DatePart {
            id: id_of(field, part),
            name: part.name(field),
            label: texts(language).get(key),
            value: typed.part(field, part).to_owned(),
            wide: part == Part::Year,
        })
        .collect()
}
