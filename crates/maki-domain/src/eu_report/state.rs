//! How far a report is, and what has changed since it was reported.
//!
//! ```text
//! not_required ⇄ required → incomplete → ready      by the entry alone
//!                    ↓           ↓         ↓
//!                 reported ⇄ to_be_updated          once it was reported
//! ```
//!
//! Who reports again after a change, or after the duty has ended, is back at `reported` or at `not_required`.

use serde_json::{Map, Value as Json};

use super::{ItemState, Report, item};
use crate::{Bilingual, RecordKind, catalogue};

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportState {
    /// It was reported, and something that was reported has changed since.
    ToBeUpdated,
    Incomplete,
    /// Owed, and nothing of it is stated yet.
    Required,
    Ready,
    Reported,
    /// Nobody has said of which class the system is.
    Unassessed,
    NotRequired,
}

impl ReportState {
    /// What is to be done first.
    pub const ALL: [Self; 7] = [
        Self::ToBeUpdated,
        Self::Incomplete,
        Self::Required,
        Self::Ready,
        Self::Reported,
        Self::Unassessed,
        Self::NotRequired,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ToBeUpdated => "to_be_updated",
            Self::Incomplete => "incomplete",
            Self::Required => "required",
            Self::Ready => "ready",
            Self::Reported => "reported",
            Self::Unassessed => "unassessed",
            Self::NotRequired => "not_required",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether there is a report to look at.
    #[must_use]
    pub const fn is_report(self) -> bool {
        !matches!(self, Self::Unassessed | Self::NotRequired)
    }
}

/// One value that is not what was reported.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemChange {
    pub item: String,
    pub title: Bilingual,
    /// Key of the field.
    pub field: String,
    /// As it was reported; none where nothing was.
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// How far a report is that is owed or not. `reported` is what was reported last, as JSON of a [`Report`], and whether it
/// was owed then.
#[must_use]
pub fn state(report: &Report, is_due: bool, reported: Option<(&Json, bool)>) -> ReportState {
    match reported {
        Some((_, was_due)) if was_due != is_due => ReportState::ToBeUpdated,
        Some(_) if !is_due => ReportState::NotRequired,
        Some((before, _)) if !changes(before, report).is_empty() => ReportState::ToBeUpdated,
        Some(_) => ReportState::Reported,
        None if !is_due => ReportState::NotRequired,
        None if report.complete => ReportState::Ready,
        None if is_begun(report) => ReportState::Incomplete,
        None => ReportState::Required,
    }
}

/// Whether anything that has to be reported was entered for it: what the register knows of the body itself does not
/// count.
fn is_begun(report: &Report) -> bool {
    let entered = |key: &str| {
        let field = catalogue().id(key).map(crate::FieldId::field);
        field.is_some_and(|field| field.record != RecordKind::Organisation)
    };
    let needed = report.items.iter().filter(|one| one.state == ItemState::Stated);
    let needed = needed.filter(|one| item(one.item).is_some_and(|item| !item.optional));
    needed.flat_map(|one| one.values.keys()).any(|key| entered(key))
}

/// Values of a report that differ from what was reported, in the order of the annex. Codes count, not their labels.
#[must_use]
pub fn changes(before: &Json, now: &Report) -> Vec<ItemChange> {
    let reported: Vec<(&str, &Map<String, Json>)> = values_of(before).collect();
    let current: Vec<(&str, &Map<String, Json>)> = now.items.iter().map(|one| (one.item, &one.values)).collect();
    let mut numbers: Vec<&str> = current.iter().map(|(number, _)| *number).collect();
    // An item that the annex no longer has was reported nevertheless.
    numbers.extend(reported.iter().map(|(number, _)| *number).filter(|number| item(number).is_none()));
    let mut found = Vec::new();
    for number in numbers {
        let of = |all: &[(&str, &Map<String, Json>)]| {
            let values = all.iter().find(|(known, _)| *known == number).map(|(_, values)| (*values).clone());
            values.unwrap_or_default()
        };
        let (mut old, new) = (of(&reported), of(&current));
        let title = item(number).map(|item| Bilingual { de: item.de.clone(), en: item.en.clone() }).unwrap_or_default();
        let change = |field: &str, before: Option<Json>, after: Option<Json>| ItemChange {
            item: number.to_owned(),
            title: title.clone(),
            field: field.to_owned(),
            before,
            after,
        };
        for (field, value) in &new {
            let before = old.remove(field);
            if before.as_ref().map(bare) != Some(bare(value)) {
                found.push(change(field, before, Some(value.clone())));
            }
        }
        found.extend(old.into_iter().map(|(field, value)| change(&field, Some(value), None)));
    }
    found
}

/// Number and values of each item of a stored report; what cannot be read says nothing.
fn values_of(report: &Json) -> impl Iterator<Item = (&str, &Map<String, Json>)> {
    let items = report.get("items").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.get("item")?.as_str()?, item.get("values")?.as_object()?)))
}

/// A value without the labels of its codes.
fn bare(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(bare).collect(),
        Json::Object(members) => members.get("code").unwrap_or(value).clone(),
        other => other.clone(),
    }
}
