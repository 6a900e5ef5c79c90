//! What stands in the controls of a form: names with their texts, as a browser sends them.

use std::collections::BTreeMap;

use maki_domain::value::PartialDate;
use maki_domain::{Content, Field, FieldId, Slot, Value, Visibility};

use super::Part;

/// Value of the absence control of a field that is stated.
pub(super) const STATED: &str = "stated";
/// Values of a yes-or-no control.
pub(super) const YES: &str = "yes";
pub(super) const NO: &str = "no";

/// Texts by the name of their control. Several texts under one name are the ticked boxes of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// What the controls of some fields show for a content.
    #[must_use]
    pub fn of(fields: &[FieldId], content: &Content) -> Self {
        let mut typed = Self::default();
        for id in fields {
            typed.put_slot(id.field(), content.slot_of(*id), content.visibility(*id));
        }
        typed
    }

    /// Adds one text under a name.
    pub fn push(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(text.into());
    }

    /// All texts under a name.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first text under a name; empty when there is none.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every name with each of its texts, for forms that carry them along.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, texts)| texts.iter().map(move |text| (name.as_str(), text.as_str())))
    }

    pub(super) fn part(&self, field: &Field, part: Part) -> &str {
        self.one(&part.name(field))
    }

    fn put_slot(&mut self, field: &Field, slot: Option<&Slot>, visibility: Visibility) {
        let absence = match slot {
            Some(Slot::Absent(absence)) => Some(absence),
            _ => None,
        };
        self.put_value(field, slot.and_then(Slot::value));
        if super::may_be_absent(field) {
            self.push(Part::Absence.name(field), absence.map_or(STATED, |a| a.code()));
            let reason = absence.and_then(|a| a.reason()).map_or("", maki_domain::WithheldReason::code);
            self.push(Part::Reason.name(field), reason);
            self.push(Part::Visibility.name(field), visibility_code(visibility));
        }
    }

    fn put_value(&mut self, field: &Field, value: Option<&Value>) {
        let name = Part::Value.name(field);
        match value {
            Some(Value::Text(text)) => self.push(name, text.as_str()),
            Some(Value::Code(code)) => self.push(name, code.as_str()),
            Some(Value::Codes(codes)) => {
                for code in codes {
                    self.push(name.as_str(), code.as_str());
                }
            }
            Some(Value::Date(date)) => self.put_date(field, *date),
            Some(Value::Boolean(yes)) => self.push(name, if *yes { YES } else { NO }),
            Some(Value::Integer(number)) => self.push(name, number.to_string()),
            Some(Value::List(items)) => self.push(name, items.join("\n")),
            None => {}
        }
    }

    fn put_date(&mut self, field: &Field, date: PartialDate) {
        let number = |part: Option<u8>| part.map(|n| n.to_string()).unwrap_or_default();
        self.push(Part::Day.name(field), number(date.day()));
        self.push(Part::Month.name(field), number(date.month()));
        self.push(Part::Year.name(field), date.year().to_string());
    }
}

pub(super) const fn visibility_code(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Authorities => "authorities",
        Visibility::OwnOrganisation => "own_organisation",
    }
}

pub(super) const VISIBILITIES: [Visibility; 3] =
    [Visibility::Public, Visibility::Authorities, Visibility::OwnOrganisation];
