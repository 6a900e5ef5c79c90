//! Identifiers: the internal record id, the public Kennung and ids that other registers gave.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Internal id of a record (UUID version 7, made at the edge where clock and randomness are).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub Uuid);

impl RecordId {
    /// No record. Operators hold their role here, because they belong to no organisation of the register.
    pub const NIL: Self = Self(Uuid::nil());
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The public, permanent name of a published record: prefix of the instance, a series and a number, as in
/// `MAKI-2026-000123`. The series is the year of first publication, or `B` for an organisation (Behörde).
/// It is given at first publication, so that gaps reveal nothing about drafts, and it is never used twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kennung {
    text: String,
    prefix_len: usize,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a Kennung is written PREFIX-YEAR-NUMBER, as in MAKI-2026-000123")]
pub struct InvalidKennung;

impl Kennung {
    /// The longest prefix an instance may choose.
    pub const MAX_PREFIX: usize = 12;
    /// The series of organisations.
    pub const ORGANISATION_SERIES: &'static str = "B";

    /// # Errors
    /// When the prefix or the series does not have the form a Kennung needs.
    pub fn new(prefix: &str, series: &str, number: u64) -> Result<Self, InvalidKennung> {
        format!("{prefix}-{series}-{number:06}").parse()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn prefix(&self) -> &str {
        self.text.get(..self.prefix_len).unwrap_or_default()
    }

    /// Year of first publication as text, or `B`.
    #[must_use]
    pub fn series(&self) -> &str {
        self.text.get(self.prefix_len + 1..).and_then(|rest| rest.split('-').next()).unwrap_or_default()
    }

    #[must_use]
    pub fn number(&self) -> u64 {
        self.text.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or_default()
    }
}

impl FromStr for Kennung {
    type Err = InvalidKennung;

    /// Reads what people type: letter case and outer blanks do not matter.
    fn from_str(text: &str) -> Result<Self, InvalidKennung> {
        let text = text.trim().to_ascii_uppercase();
        let mut parts = text.rsplitn(3, '-');
        let (Some(number), Some(series), Some(prefix)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidKennung);
        };
        let prefix_fits = (1..=Self::MAX_PREFIX).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
            && prefix.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
            && !prefix.ends_with('-');
        let series_fits =
            series == Self::ORGANISATION_SERIES || (series.len() == 4 && series.bytes().all(|b| b.is_ascii_digit()));
        let number_fits = (6..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        if !(prefix_fits && series_fits && number_fits) {
            return Err(InvalidKennung);
        }
        let prefix_len = prefix.len();
        Ok(Self { text, prefix_len })
    }
}

impl TryFrom<String> for Kennung {
    type Error = InvalidKennung;
    fn try_from(text: String) -> Result<Self, InvalidKennung> {
        text.parse()
    }
}

impl From<Kennung> for String {
    fn from(kennung: Kennung) -> Self {
        kennung.text
    }
}

impl fmt::Display for Kennung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An id that another register gave; unique per scheme.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExternalId {
    pub scheme: String,
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ExternalId {
    /// Limits of both parts in characters.
    pub const MAX_SCHEME: usize = 60;
    pub const MAX_VALUE: usize = 300;

    #[must_use]
    pub fn new(scheme: impl Into<String>, value: impl Into<String>) -> Self {
        Self { scheme: scheme.into(), value: value.into(), url: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kennungen_are_read_as_people_type_them() {
        let check = |text: &str, expected: Option<(&str, &str, u64)>| {
            let read = text.parse::<Kennung>().ok();
            assert_eq!(read.as_ref().map(|k| (k.prefix(), k.series(), k.number())), expected, "{text:?}");
        };
        check("MAKI-2026-000123", Some(("MAKI", "2026", 123)));
        check(" maki-2026-000123 ", Some(("MAKI", "2026", 123)));
        check("BY-KI-2026-1000000", Some(("BY-KI", "2026", 1_000_000)));
        check("MAKI-B-000001", Some(("MAKI", "B", 1)));
        check("MAKI-26-000123", None);
        check("MAKI-2026-123", None);
        check("-2026-000123", None);
        check("MÄKI-2026-000123", None);
        check("", None);
    }
}
