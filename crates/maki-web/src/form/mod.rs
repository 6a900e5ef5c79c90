//! Forms from the field catalogue: from a field and what stands in it to accessible controls, and back from what a
//! browser sends to slots.
//!
//! Both directions go through [`Typed`], the controls' names with their texts: a slot is written as the texts its
//! controls show, and reading takes the same texts. So what was typed is shown again exactly, also where it is refused,
//! and a form that nobody touched says what it said before. No policy here: whether a field may be changed is asked
//! before, whether an entry is complete is judged elsewhere.

mod control;
mod fault;
mod field;
mod parse;
mod read;
mod tasks;
mod typed;

#[cfg(test)]
mod tests;

use maki_domain::{Field, FieldType, keys};

pub use control::{Choice, Control};
pub use fault::{FaultLink, FaultSummary, FormFault, fault_text, first_id};
pub use field::{Aside, Ask, FieldForm};
pub use read::{Change, Submitted, read};
pub use tasks::{Task, TaskList, TaskState};
pub use typed::Typed;

/// Fields without which nothing else can be understood; they cannot be absent and everyone sees them.
const MUST_BE_STATED: [&str; 3] = [keys::ORGANISATION_NAME, keys::NAME, keys::LIFECYCLE];

/// Terms up to which single choices are radio buttons.
const MOST_RADIOS: usize = 6;
/// Characters of a label beyond which a select would cut it off on a telephone.
const LONG_LABEL: usize = 45;

/// Whether a field can be answered with an absence, and shown to fewer people.
#[must_use]
pub fn may_be_absent(field: &Field) -> bool {
    !MUST_BE_STATED.contains(&field.key.as_str())
}

/// Which of the parts a control has; the name of a part is the field's key with this behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    Day,
    Month,
    Year,
    /// Whether the value is stated, or how it is absent.
    Absence,
    Reason,
    Visibility,
}

impl Part {
    const ALL: [Self; 7] =
        [Self::Value, Self::Day, Self::Month, Self::Year, Self::Absence, Self::Reason, Self::Visibility];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Day => ".day",
            Self::Month => ".month",
            Self::Year => ".year",
            Self::Absence => ".absence",
            Self::Reason => ".reason",
            Self::Visibility => ".visibility",
        }
    }

    fn name(self, field: &Field) -> String {
        format!("{}{}", field.key, self.suffix())
    }

    /// Parts that hold the value itself.
    fn of_value(field: &Field) -> &'static [Self] {
        match field.field_type {
            FieldType::Date => &[Self::Day, Self::Month, Self::Year],
            _ => &[Self::Value],
        }
    }

    /// Field key and part that a control's name stands for.
    fn split(name: &str) -> Option<(&str, Self)> {
        let (key, suffix) = name.split_at(name.find('.').unwrap_or(name.len()));
        Self::ALL.into_iter().find(|part| part.suffix() == suffix).map(|part| (key, part))
    }
}

/// The id of a part's control in the page.
fn id_of(field: &Field, part: Part) -> String {
    format!("f-{}{}", field.key, part.suffix().replace('.', "-"))
}

/// Whether one code of a list is chosen by radio buttons.
fn has_radios(field: &Field) -> bool {
    field.field_type == FieldType::Boolean
        || field.field_type == FieldType::Code
            && field.vocabulary().is_some_and(|list| {
                list.terms().len() <= MOST_RADIOS || list.terms().iter().any(|t| t.de.chars().count() > LONG_LABEL)
            })
}
