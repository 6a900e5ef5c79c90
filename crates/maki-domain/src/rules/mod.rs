//! Rules as data: conditions over facts, written in files, read once and checked before anything is judged by them.
//!
//! A fact may be unknown. Conditions are read like sentences, from left to right, and stop where the answer is clear:
//! what they stop at is what they need to know. [`open`] follows every answer that an unknown fact could have, and finds
//! the facts that could change a result.

pub mod expression;
pub mod open;
pub(crate) mod source;

use std::collections::BTreeSet;

pub use source::RuleFault;

use crate::value::PartialDate;

/// What is known of a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    Truth(bool),
    Codes(BTreeSet<String>),
    /// A whole day; none says that it has not happened.
    Day(Option<PartialDate>),
}

impl Answer {
    /// Whether it says anything: yes, some code, some day.
    #[must_use]
    pub fn is_any(&self) -> bool {
        match self {
            Self::Truth(yes) => *yes,
            Self::Codes(codes) => !codes.is_empty(),
            Self::Day(day) => day.is_some(),
        }
    }
}

/// What kind of answer a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Truth,
    /// At most one of its codes.
    Choice,
    /// Any of its codes.
    Codes,
    /// A whole day.
    Day,
    /// A whole day, or that it has not happened.
    DayOrNot,
}

/// A fact, by its place in the file that declares it.
pub type FactId = usize;

/// Where conditions read facts. An unknown one ends the reading with its id.
pub trait Facts {
    /// # Errors
    /// The fact itself, when nobody knows it.
    fn ask(&self, fact: FactId) -> Result<&Answer, FactId>;
}
