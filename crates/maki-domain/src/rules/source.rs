//! Files of rules: what is wrong with one is said with file, line and reason.

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::value::PartialDate;

/// Why a file is no file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct RuleFault {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub reason: String,
}

/// Reads a file by its form alone.
pub(crate) fn read_file<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RuleFault> {
    let place = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    toml::from_str(text).map_err(|error| fault(file, text, place(&error), error.message()))
}

/// A fault at a place of the text, in bytes.
pub(crate) fn fault(file: &str, text: &str, place: usize, reason: impl ToString) -> RuleFault {
    let line = text.get(..place).map_or(1, |before| before.matches('\n').count() + 1);
    RuleFault { file: file.to_owned(), line, reason: reason.to_string() }
}

/// A day that exists, written in full.
pub(crate) fn whole_day(file: &str, text: &str, source: &Spanned<String>) -> Result<PartialDate, RuleFault> {
    let day: Option<PartialDate> = source.get_ref().parse().ok();
    let reason = || format!("{:?} is no day that exists (YYYY-MM-DD)", source.get_ref());
    day.filter(|day| day.day().is_some()).ok_or_else(|| fault(file, text, source.span().start, reason()))
}
