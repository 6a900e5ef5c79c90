//! What can stand in a field: a value, or one of four kinds of absence that must never look alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::vocabulary::Code;

/// A present value. Which variant a field takes is decided by its type in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text of any length, a URL, an email address or a key of digits.
    Text(String),
    Code(Code),
    Codes(Vec<Code>),
    Date(PartialDate),
    Boolean(bool),
    Integer(i64),
    List(Vec<String>),
}

/// Why a value is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Absence {
    NotStated,
    Unknown,
    NotApplicable,
    /// Withheld always says why.
    Withheld(WithheldReason),
}

/// The grounds on which a value may be withheld (vocabulary `withheld_reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithheldReason {
    PublicSecurity,
    Classified,
    ItSecurity,
    TradeSecret,
    PersonalData,
    ThirdPartyRights,
}

impl WithheldReason {
    pub const ALL: [Self; 6] = [
        Self::PublicSecurity,
        Self::Classified,
        Self::ItSecurity,
        Self::TradeSecret,
        Self::PersonalData,
        Self::ThirdPartyRights,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PublicSecurity => "public_security",
            Self::Classified => "classified",
            Self::ItSecurity => "it_security",
            Self::TradeSecret => "trade_secret",
            Self::PersonalData => "personal_data",
            Self::ThirdPartyRights => "third_party_rights",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

impl Absence {
    /// The code of the kind of absence (vocabulary `absence`).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotStated => "not_stated",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
            Self::Withheld(_) => "withheld",
        }
    }

    #[must_use]
    pub const fn reason(self) -> Option<WithheldReason> {
        match self {
            Self::Withheld(reason) => Some(reason),
            _ => None,
        }
    }

    /// `None` when the code is unknown, or withheld comes without a reason, or a reason with another kind.
    #[must_use]
    pub fn from_codes(code: &str, reason: Option<&str>) -> Option<Self> {
        match (code, reason) {
            ("not_stated", None) => Some(Self::NotStated),
            ("unknown", None) => Some(Self::Unknown),
            ("not_applicable", None) => Some(Self::NotApplicable),
            ("withheld", Some(reason)) => WithheldReason::from_code(reason).map(Self::Withheld),
            _ => None,
        }
    }
}

/// What a field holds once somebody has said something about it. A field nobody touched has no slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot {
    Value(Value),
    Absent(Absence),
}

impl Slot {
    #[must_use]
    pub const fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent(_) => None,
        }
    }
}

impl From<Value> for Slot {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl Value {
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The codes of a `Code` or `Codes` value; empty for others.
    #[must_use]
    pub fn codes(&self) -> &[Code] {
        match self {
            Self::Code(code) => std::slice::from_ref(code),
            Self::Codes(codes) => codes,
            _ => &[],
        }
    }

    /// Blank text and empty lists carry no information.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Codes(codes) => codes.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Code(_) | Self::Date(_) | Self::Boolean(_) | Self::Integer(_) => false,
        }
    }
}

/// A date as exact as it is known: year, month or day. Orders by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: i16,
    /// 0 when not known.
    month: u8,
    /// 0 when not known.
    day: u8,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a date is written YYYY, YYYY-MM or YYYY-MM-DD and lies between 1900 and 2199")]
pub struct InvalidDate;

impl PartialDate {
    /// # Errors
    /// When the day does not exist or the year is outside 1900–2199.
    pub fn new(year: i16, month: Option<u8>, day: Option<u8>) -> Result<Self, InvalidDate> {
        let exists = (1900..=2199).contains(&year)
            && match (month, day) {
                (None, None) => true,
                (Some(m), None) => (1..=12).contains(&m),
                (Some(m), Some(d)) => (1..=12).contains(&m) && (1..=days_in(year, m)).contains(&d),
                (None, Some(_)) => false,
            };
        if !exists {
            return Err(InvalidDate);
        }
        Ok(Self { year, month: month.unwrap_or(0), day: day.unwrap_or(0) })
    }

    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    #[must_use]
    pub fn month(self) -> Option<u8> {
        (self.month > 0).then_some(self.month)
    }

    #[must_use]
    pub fn day(self) -> Option<u8> {
        (self.day > 0).then_some(self.day)
    }

    /// The last day that is meant: of a month or a year its end.
    #[must_use]
    pub const fn last_day(self) -> Self {
        let month = if self.month > 0 { self.month } else { 12 };
        let day = if self.day > 0 { self.day } else { days_in(self.year, month) };
        Self { year: self.year, month, day }
    }
}

const fn days_in(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for PartialDate {
    type Err = InvalidDate;

    /// Reads ISO (`2026-03-01`, `2026-03`, `2026`), German (`01.03.2026`, `03.2026`, `03/2026`) and the date of an
    /// ISO instant (`2026-03-01T10:00:00Z`).
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let text = text.trim();
        let text = text.split(['T', ' ']).next().unwrap_or_default();
        let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Result<i16, InvalidDate> {
            if !digits.contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(InvalidDate);
            }
            part.parse().map_err(|_| InvalidDate)
        };
        let small = |part: &str| -> Result<u8, InvalidDate> {
            number(part, 1..=2).and_then(|n| u8::try_from(n).map_err(|_| InvalidDate))
        };
        let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
        match (parts.as_slice(), text.contains('-')) {
            ([year], _) => Self::new(number(year, 4..=4)?, None, None),
            ([year, month], true) => Self::new(number(year, 4..=4)?, Some(small(month)?), None),
            ([year, month, day], true) => Self::new(number(year, 4..=4)?, Some(small(month)?), Some(small(day)?)),
            ([month, year], false) => Self::new(number(year, 4..=4)?, Some(small(month)?), None),
            // Three parts with slashes are American or British: ambiguous, so a profile has to say which.
            ([day, month, year], false) if !text.contains('/') => {
                Self::new(number(year, 4..=4)?, Some(small(month)?), Some(small(day)?))
            }
            _ => Err(InvalidDate),
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for PartialDate {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_exactly_as_they_are_known() {
        let check = |text: &str, expected: Option<&str>| {
            let read = text.parse::<PartialDate>().ok().map(|d| d.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        };
        check("2026", Some("2026"));
        check("2026-03", Some("2026-03"));
        check("2026-3-1", Some("2026-03-01"));
        check("01.03.2026", Some("2026-03-01"));
        check("03.2026", Some("2026-03"));
        check("03/2026", Some("2026-03"));
        check("2024-02-29", Some("2024-02-29"));
        check("2026-03-01T10:00:00Z", Some("2026-03-01"));
        check("2025-02-29", None);
        check("2026-13", None);
        check("1/2/2026", None);
        check("26", None);
        check("", None);
        check("9999", None);
    }

    #[test]
    fn withheld_needs_its_reason() {
        assert_eq!(Absence::from_codes("withheld", None), None);
        assert_eq!(Absence::from_codes("unknown", Some("trade_secret")), None);
        let withheld = Absence::from_codes("withheld", Some("trade_secret"));
        assert_eq!(withheld, Some(Absence::Withheld(WithheldReason::TradeSecret)));
    }
}
