//! Faults of a form in words: at the field and, in the same words, in the summary above the form.

use maki_domain::{FieldId, Language};

use super::{Part, id_of};
use crate::texts::{Texts, texts};

/// A fault and the field where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormFault {
    pub field: FieldId,
    /// Names the text; those of `maki_domain::check::Fault` are among them.
    pub key: &'static str,
    /// Characters or items that are allowed, where the text names them.
    pub limit: Option<usize>,
}

impl FormFault {
    #[must_use]
    pub const fn new(field: FieldId, key: &'static str) -> Self {
        Self { field, key, limit: None }
    }
}

impl From<maki_domain::check::FieldFault> for FormFault {
    fn from(found: maki_domain::check::FieldFault) -> Self {
        Self { field: found.field, key: found.fault.key(), limit: found.fault.limit() }
    }
}

/// What a fault says, with the field's name in front.
#[must_use]
pub fn fault_text(fault: &FormFault, language: Language) -> String {
    let t = texts(language);
    let text = match fault.limit {
        Some(limit) => t.count(fault.key, limit),
        None => t.get(fault.key).to_owned(),
    };
    t.with("fault-of-field", &[("label", fault.field.field().label(language).into()), ("text", text.into())])
}

/// One line of the summary.
#[derive(Debug, Clone)]
pub struct FaultLink {
    pub text: String,
    pub href: String,
}

/// The summary above a form that was refused; empty when there is nothing to say.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "part/form/faults.html")]
pub struct FaultSummary {
    pub t: &'static Texts,
    pub links: Vec<FaultLink>,
}

impl FaultSummary {
    #[must_use]
    pub fn of(faults: &[FormFault], language: Language) -> Self {
        let links = faults
            .iter()
            .map(|fault| FaultLink { text: fault_text(fault, language), href: format!("#{}", first_id(fault.field)) });
        Self { t: texts(language), links: links.collect() }
    }

    /// Adds a fault of a control that is not of the catalogue.
    pub fn push(&mut self, id: &str, text: impl Into<String>) {
        self.links.push(FaultLink { text: text.into(), href: format!("#{id}") });
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }
}

/// The id of the first control of a field: where a link to it leads.
#[must_use]
pub fn first_id(field: FieldId) -> String {
    let field = field.field();
    let part = Part::of_value(field).first().copied().unwrap_or(Part::Value);
    let id = id_of(field, part);
    match field.field_type {
        maki_domain::FieldType::Codes => format!("{id}-1"),
        _ if super::has_radios(field) => format!("{id}-1"),
        _ => id,
    }
}
