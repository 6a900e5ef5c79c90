//! What the database gave back for a report: its id, its address, and the day. Nothing else is believed.

use super::Obligation;
use crate::check::is_web_url;
use crate::value::PartialDate;

/// Most characters of an id, as in the field of the catalogue.
pub const MAX_DATABASE_ID: usize = 100;
/// Most characters of an address.
pub const MAX_DATABASE_URL: usize = 2_000;
/// The regulation is in force since 1 August 2024; nothing was reported before.
const FIRST_DAY: (i16, u8, u8) = (2024, 8, 1);

/// What somebody wrote down of an answer of the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct WrittenReturn<'a> {
    pub id: &'a str,
    pub url: &'a str,
    pub day: &'a str,
}

/// What the database gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    id: String,
    url: Option<String>,
    reported_on: PartialDate,
}

/// Why something cannot be what the database gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnedFault {
    IdMissing,
    IdTooLong,
    /// Letters, digits, and `-`, `_`, `.`, `/`, `:` after a letter or digit.
    IdMisshapen,
    UrlMissing,
    UrlTooLong,
    /// Nothing but https with a host and no user part.
    UrlMisshapen,
    DayMissing,
    DayMisshapen,
    DayInFuture,
    DayTooEarly,
}

impl ReturnedFault {
    /// Names the text that explains it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::IdMissing => "eu-fault-id-missing",
            Self::IdTooLong => "eu-fault-id-long",
            Self::IdMisshapen => "eu-fault-id-shape",
            Self::UrlMissing => "eu-fault-url-missing",
            Self::UrlTooLong => "eu-fault-url-long",
            Self::UrlMisshapen => "eu-fault-url-shape",
            Self::DayMissing => "eu-fault-day-missing",
            Self::DayMisshapen => "eu-fault-day-shape",
            Self::DayInFuture => "eu-fault-day-future",
            Self::DayTooEarly => "eu-fault-day-early",
        }
    }

    /// The control of the form at which it stands: `id`, `url` or `day`.
    #[must_use]
    pub const fn control(self) -> &'static str {
        match self {
            Self::IdMissing | Self::IdTooLong | Self::IdMisshapen => "id",
            Self::UrlMissing | Self::UrlTooLong | Self::UrlMisshapen => "url",
            Self::DayMissing | Self::DayMisshapen | Self::DayInFuture | Self::DayTooEarly => "day",
        }
    }
}

impl Returned {
    /// Reads what was written down, for a report.
    ///
    /// # Errors
    /// Every fault, at most one of each control.
    pub fn parse(of: &Obligation, written: WrittenReturn<'_>, today: PartialDate) -> Result<Self, Vec<ReturnedFault>> {
        let id = id(written.id.trim());
        let url = url(written.url.trim(), of.has_address());
        let day = day(written.day, today);
        match (id, url, day) {
            (Ok(id), Ok(url), Ok(reported_on)) => Ok(Self { id, url, reported_on }),
            (id, url, day) => Err([id.err(), url.err(), day.err()].into_iter().flatten().collect()),
        }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    #[must_use]
    pub const fn reported_on(&self) -> PartialDate {
        self.reported_on
    }
}

fn id(text: &str) -> Result<String, ReturnedFault> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':');
    match text.as_bytes().first() {
        None => Err(ReturnedFault::IdMissing),
        Some(_) if text.chars().count() > MAX_DATABASE_ID => Err(ReturnedFault::IdTooLong),
        Some(first) if first.is_ascii_alphanumeric() && text.bytes().all(fits) => Ok(text.to_owned()),
        Some(_) => Err(ReturnedFault::IdMisshapen),
    }
}

fn url(text: &str, is_needed: bool) -> Result<Option<String>, ReturnedFault> {
    if text.is_empty() {
        return if is_needed { Err(ReturnedFault::UrlMissing) } else { Ok(None) };
    }
    if text.chars().count() > MAX_DATABASE_URL {
        return Err(ReturnedFault::UrlTooLong);
    }
    let is_secure = text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let host = text.get(8..).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let is_named = host.bytes().any(|b| b.is_ascii_alphanumeric()) && host.contains('.') && !host.ends_with('.');
    if is_secure && is_named && is_web_url(text) { Ok(Some(text.to_owned())) } else { Err(ReturnedFault::UrlMisshapen) }
}

fn day(text: &str, today: PartialDate) -> Result<PartialDate, ReturnedFault> {
    // As it stands in calendars: `1.2.2026`, also with a blank after each dot.
    let text = text.trim().replace(". ", ".");
    if text.is_empty() {
        return Err(ReturnedFault::DayMissing);
    }
    let day = text.parse::<PartialDate>().ok().filter(|day| day.day().is_some());
    let day = day.ok_or(ReturnedFault::DayMisshapen)?;
    let (year, month, first) = FIRST_DAY;
    let is_early = (day.year(), day.month(), day.day()) < (year, Some(month), Some(first));
    match day > today {
        true => Err(ReturnedFault::DayInFuture),
        false if is_early => Err(ReturnedFault::DayTooEarly),
        false => Ok(day),
    }
}
