//! Small pages with one form whose fields are not of the catalogue: signing in, passwords, joining, teams.
//!
//! A field that was refused says so at the field and, in the same words, in the summary above; what was typed stays,
//! but for passwords and codes.

use crate::form::{FaultLink, FaultSummary, FieldForm, FormFault};
use crate::guard::Submitted;
use crate::respond::{Cache, Page};
use crate::shell::{Crumb, Shell};
use axum::http::StatusCode;

/// What kind of control a field has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainControl {
    Line {
        kind: &'static str,
        autocomplete: &'static str,
    },
    Area {
        rows: u8,
    },
    /// Boxes, of which any may be ticked.
    Boxes(Vec<PlainChoice>),
    /// Buttons, of which one is pressed.
    Radios(Vec<PlainChoice>),
    Select(Vec<PlainChoice>),
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainChoice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    pub chosen: bool,
}

/// A field of a plain form.
#[derive(Debug, Clone)]
pub struct PlainField {
    pub name: &'static str,
    pub label: String,
    pub hint: Option<String>,
    pub control: PlainControl,
    pub value: String,
    pub needed: bool,
    /// Text of what is wrong.
    pub fault: Option<String>,
}

impl PlainField {
    /// A line of text; label and hint are texts of the interface.
    #[must_use]
    pub fn line(shell: &Shell, name: &'static str, label: &str, kind: &'static str) -> Self {
        let autocomplete = match kind {
            "email" => "email",
            "password" => "current-password",
            _ => "off",
        };
        Self::new(shell, name, label, PlainControl::Line { kind, autocomplete })
    }

    #[must_use]
    pub fn new(shell: &Shell, name: &'static str, label: &str, control: PlainControl) -> Self {
        Self {
            name,
            label: shell.t.get(label).to_owned(),
            hint: None,
            control,
            value: String::new(),
            needed: true,
            fault: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn optional(mut self) -> Self {
        self.needed = false;
        self
    }

    #[must_use]
    pub fn autocomplete(mut self, value: &'static str) -> Self {
        if let PlainControl::Line { autocomplete, .. } = &mut self.control {
            *autocomplete = value;
        }
        self
    }

    /// What was typed before.
    #[must_use]
    pub fn typed(mut self, typed: &Submitted) -> Self {
        let is_secret = matches!(
            self.control,
            PlainControl::Line { kind: "password", .. } | PlainControl::Line { autocomplete: "one-time-code", .. }
        );
        match &mut self.control {
            PlainControl::Boxes(choices) | PlainControl::Radios(choices) | PlainControl::Select(choices) => {
                for choice in choices {
                    choice.chosen = typed.all(self.name).any(|value| value == choice.value);
                }
            }
            _ if !is_secret => typed.get(self.name).clone_into(&mut self.value),
            _ => {}
        }
        self
    }

    #[must_use]
    pub fn fault(mut self, fault: Option<String>) -> Self {
        self.fault = fault;
        self
    }

    /// The id of the first control.
    #[must_use]
    pub fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.control, PlainControl::Boxes(_) | PlainControl::Radios(_))
    }

    #[must_use]
    pub fn described(&self) -> String {
        let (id, hint, fault) = (self.id(), self.hint.is_some(), self.fault.is_some());
        [(hint, "hint"), (fault, "fault")]
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, part)| format!("{id}-{part}"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A page with one form.
#[derive(askama::Template)]
#[template(path = "plain_form.html")]
pub struct PlainForm {
    pub shell: Shell,
    /// Paragraphs above the form.
    pub lead: Vec<String>,
    /// What the form before has done.
    pub done: Option<String>,
    /// What is wrong with the form as a whole.
    pub faults: FaultSummary,
    /// Fields of the catalogue, above the others.
    pub catalogue: Vec<FieldForm>,
    pub fields: Vec<PlainField>,
    pub hidden: Vec<(&'static str, String)>,
    /// Where the form goes; empty for this very address.
    pub action: String,
    pub submit: String,
    /// The button does something that cannot be undone.
    pub grave: bool,
    /// Other ways, below the form.
    pub ways: Vec<Crumb>,
    pub status: StatusCode,
}

impl PlainForm {
    #[must_use]
    pub fn new(shell: Shell, submit: &str) -> Self {
        let submit = shell.t.get(submit).to_owned();
        let faults = FaultSummary { t: shell.t, links: Vec::new() };
        Self {
            shell,
            lead: Vec::new(),
            done: None,
            faults,
            catalogue: Vec::new(),
            fields: Vec::new(),
            hidden: Vec::new(),
            action: String::new(),
            submit,
            grave: false,
            ways: Vec::new(),
            status: StatusCode::OK,
        }
    }

    #[must_use]
    pub fn lead(mut self, text: impl Into<String>) -> Self {
        self.lead.push(text.into());
        self
    }

    /// Fields of the catalogue with what is wrong with them.
    #[must_use]
    pub fn catalogue(mut self, fields: Vec<FieldForm>, faults: &[FormFault]) -> Self {
        if !faults.is_empty() {
            self.faults.links.extend(FaultSummary::of(faults, self.shell.language).links);
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.catalogue = fields;
        self
    }

    /// Where the form goes.
    #[must_use]
    pub fn action(mut self, href: impl Into<String>) -> Self {
        self.action = href.into();
        self
    }

    /// Marks what cannot be undone.
    #[must_use]
    pub fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    /// Adds a field; its fault also stands in the summary.
    #[must_use]
    pub fn field(mut self, field: PlainField) -> Self {
        if let Some(fault) = &field.fault {
            let first = if field.is_group() { format!("{}-1", field.id()) } else { field.id() };
            self.faults.push(&first, format!("{}: {fault}", field.label));
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.fields.push(field);
        self
    }

    /// A fault of the form as a whole; the link leads to its first field.
    #[must_use]
    pub fn refused(mut self, text: impl Into<String>, status: StatusCode) -> Self {
        let href = self.fields.first().map_or_else(|| "#inhalt".to_owned(), |field| format!("#{}", field.id()));
        self.faults.links.push(FaultLink { text: text.into(), href });
        self.status = status;
        self
    }

    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn way(mut self, label: &str, href: impl Into<String>) -> Self {
        let label = self.shell.t.get(label).to_owned();
        self.ways.push(Crumb { label, href: href.into() });
        self
    }
}

impl Page for PlainForm {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}
