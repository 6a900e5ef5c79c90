//! One field of a form as it is shown: label, hint, control, and aside the ways of saying nothing or to fewer people.

use maki_domain::{FieldId, FieldType, Language, WithheldReason, vocabulary};

use super::control::{Choice, Control};
use super::fault::{FormFault, fault_text};
use super::typed::{STATED, Typed, VISIBILITIES, visibility_code};
use super::{Part, id_of, may_be_absent};
use crate::texts::{Texts, texts};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub field: FieldId,
    pub language: Language,
    /// Whether an entry without an answer cannot be submitted.
    pub needed: bool,
}

/// The ways of saying nothing, and of saying something to fewer people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub open: bool,
    pub absence_legend: String,
    pub absence_name: String,
    pub absences: Vec<Choice>,
    pub reason_name: String,
    pub reason_id: String,
    pub reasons: Vec<Choice>,
    pub visibility_legend: String,
    pub visibility_name: String,
    /// Empty where the field is for the own organisation anyway.
    pub visibilities: Vec<Choice>,
}

/// A field of a form, ready to be shown.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "part/form/field.html")]
pub struct FieldForm {
    pub t: &'static Texts,
    pub id: String,
    pub name: &'static str,
    pub label: &'static str,
    pub needed: bool,
    pub hint: &'static str,
    /// How much may be written, and how lists and dates are.
    pub format: Option<String>,
    pub example: Option<&'static str>,
    pub control: Control,
    pub aside: Option<Aside>,
    pub faults: Vec<String>,
    /// Ids of hint and fault, for the control.
    pub described: String,
}

impl FieldForm {
    /// A field with what stands in its controls and what is wrong with it.
    #[must_use]
    pub fn of(ask: Ask, typed: &Typed, faults: &[FormFault]) -> Self {
        let field = ask.field.field();
        let t = texts(ask.language);
        let id = id_of(field, Part::Value);
        let faults: Vec<String> =
            faults.iter().filter(|f| f.field == ask.field).map(|f| fault_text(f, ask.language)).collect();
        let described = if faults.is_empty() { format!("{id}-hint") } else { format!("{id}-hint {id}-fault") };
        let spoken = field.texts(ask.language);
        let is_chosen = matches!(field.field_type, FieldType::Code | FieldType::Codes | FieldType::Boolean);
        Self {
            t,
            name: &field.key,
            label: &spoken.label,
            needed: ask.needed,
            hint: &spoken.help,
            format: format_text(ask.field, t),
            example: (!is_chosen && field.field_type != FieldType::Date).then_some(spoken.example.as_str()),
            control: Control::of(field, typed, ask.language),
            aside: may_be_absent(field).then(|| aside(ask, typed)),
            id,
            faults,
            described,
        }
    }

    /// The example behind the hint, when it is short.
    #[must_use]
    pub fn short_example(&self) -> Option<String> {
        let example = self.example.filter(|example| !is_long(example))?;
        Some(self.t.one("form-example", "example", example))
    }

    /// The example that is folded away, because it is a paragraph.
    #[must_use]
    pub fn long_example(&self) -> Option<&'static str> {
        self.example.filter(|example| is_long(example))
    }
}

fn is_long(example: &str) -> bool {
    const SHORT: usize = 60;
    example.chars().count() > SHORT
}

/// Limits and ways of writing in words.
fn format_text(id: FieldId, t: &'static Texts) -> Option<String> {
    let field = id.field();
    let text = match field.field_type {
        FieldType::Text | FieldType::LongText => t.count("form-at-most", field.max_length()),
        FieldType::TextList | FieldType::UrlList | FieldType::KeyList => {
            t.count("form-one-per-line", field.max_items())
        }
        FieldType::Date => t.get("form-date").to_owned(),
        FieldType::Codes if field.max_items.is_some() => t.count("form-choose-at-most", field.max_items()),
        FieldType::Codes => t.get("form-choose-several").to_owned(),
        _ => return None,
    };
    Some(text)
}

fn aside(ask: Ask, typed: &Typed) -> Aside {
    let field = ask.field.field();
    let part = |part| typed.part(field, part);
    let kind = Some(part(Part::Absence)).filter(|kind| !kind.is_empty()).unwrap_or(STATED);
    let reason = part(Part::Reason);
    let visibility = Some(part(Part::Visibility)).filter(|code| !code.is_empty());
    let visibility = visibility.unwrap_or_else(|| visibility_code(field.visibility));
    let visibilities = visibilities(ask, visibility);
    let legend = |key| texts(ask.language).one(key, "label", field.label(ask.language));
    Aside {
        open: kind != STATED || !reason.is_empty() || visibility != visibility_code(field.visibility),
        absence_legend: legend("form-absence-of"),
        visibility_legend: legend("form-visibility-of"),
        absence_name: Part::Absence.name(field),
        absences: absences(ask, kind),
        reason_name: Part::Reason.name(field),
        reason_id: id_of(field, Part::Reason),
        reasons: reasons(ask.language, reason),
        visibility_name: Part::Visibility.name(field),
        visibilities,
    }
}

fn absences(ask: Ask, chosen: &str) -> Vec<Choice> {
    let id = id_of(ask.field.field(), Part::Absence);
    let t = texts(ask.language);
    let stated = Choice {
        id: format!("{id}-1"),
        value: STATED,
        label: t.get("absence-stated").to_owned(),
        hint: None,
        chosen: chosen == STATED,
    };
    let terms = vocabulary("absence").map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let kinds = terms.iter().zip(2..).map(|(term, number)| Choice {
        id: format!("{id}-{number}"),
        value: term.code.as_str(),
        label: term.label(ask.language).to_owned(),
        hint: term.definition(ask.language).map(str::to_owned),
        chosen: chosen == term.code,
    });
    std::iter::once(stated).chain(kinds).collect()
}

fn reasons(language: Language, chosen: &str) -> Vec<Choice> {
    let choice = |reason: WithheldReason| Choice {
        id: String::new(),
        value: reason.code(),
        label: vocabulary::label("withheld_reason", reason.code(), language).to_owned(),
        hint: None,
        chosen: chosen == reason.code(),
    };
    WithheldReason::ALL.into_iter().map(choice).collect()
}

/// The field's own visibility and those that are narrower.
fn visibilities(ask: Ask, chosen: &str) -> Vec<Choice> {
    let field = ask.field.field();
    let id = id_of(field, Part::Visibility);
    let offered: Vec<_> = VISIBILITIES.into_iter().filter(|visibility| *visibility >= field.visibility).collect();
    if offered.len() < 2 {
        return Vec::new();
    }
    let choice = |(visibility, number): (maki_domain::Visibility, usize)| {
        let code = visibility_code(visibility);
        let label = vocabulary::label("visibility", code, ask.language).to_owned();
        Choice { id: format!("{id}-{number}"), value: code, label, hint: None, chosen: code == chosen }
    };
    offered.into_iter().zip(1..).map(choice).collect()
}
