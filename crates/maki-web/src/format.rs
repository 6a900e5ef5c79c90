//! Numbers and dates as people of the interface language read them; times are those of Europe/Berlin.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maki_domain::{Instant, Language, PartialDate};

use crate::texts::texts;

/// A date for the eye and for the machine (`<time datetime>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateText {
    pub machine: String,
    pub human: String,
}

/// The zone is bundled; if it were not, times would be shown in UTC.
static BERLIN: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC));

/// Whatever counts things in this crate, by value or by reference as templates have it.
pub trait Count {
    fn as_count(&self) -> i64;
}

macro_rules! counts {
    ($($kind:ty),*) => {$(
        impl Count for $kind {
            fn as_count(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )*};
}
counts!(usize, u64, u32, i64);

impl<T: Count> Count for &T {
    fn as_count(&self) -> i64 {
        (**self).as_count()
    }
}

/// A whole number with the separators of the language.
#[must_use]
pub fn number(language: Language, number: i64) -> String {
    let separator = match language {
        Language::De => '.',
        Language::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A date as exact as it is known.
#[must_use]
pub fn date(language: Language, date: PartialDate) -> DateText {
    let (year, t) = (date.year(), texts(language));
    let human = match (date.month(), date.day(), language) {
        (Some(month), Some(day), Language::De) => format!("{day:02}.{month:02}.{year}"),
        (Some(month), Some(day), Language::En) => format!("{day} {} {year}", t.get(month_key(month))),
        (Some(month), None, _) => format!("{} {year}", t.get(month_key(month))),
        _ => year.to_string(),
    };
    DateText { machine: date.to_string(), human }
}

/// The day of an instant in Berlin.
#[must_use]
pub fn day(language: Language, instant: Instant) -> DateText {
    let civil = berlin(instant).date();
    let (Ok(month), Ok(day)) = (u8::try_from(civil.month()), u8::try_from(civil.day())) else {
        return DateText { machine: civil.to_string(), human: civil.to_string() };
    };
    match PartialDate::new(civil.year(), Some(month), Some(day)) {
        Ok(partial) => date(language, partial),
        Err(_) => DateText { machine: civil.to_string(), human: civil.to_string() },
    }
}

/// Day and time of an instant in Berlin.
#[must_use]
pub fn moment(language: Language, instant: Instant) -> DateText {
    let zoned = berlin(instant);
    let day = day(language, instant);
    let time = format!("{:02}:{:02}", zoned.hour(), zoned.minute());
    let human = texts(language).with("moment", &[("day", day.human.into()), ("time", time.into())]);
    DateText { machine: rfc3339(instant), human }
}

/// An instant as machines read it: RFC 3339 in UTC.
#[must_use]
pub fn rfc3339(instant: Instant) -> String {
    berlin(instant).timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn berlin(instant: Instant) -> jiff::ZonedDateTime {
    Timestamp::from_microsecond(instant.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(BERLIN.clone())
}

const fn month_key(month: u8) -> &'static str {
    match month {
        1 => "month-1",
        2 => "month-2",
        3 => "month-3",
        4 => "month-4",
        5 => "month-5",
        6 => "month-6",
        7 => "month-7",
        8 => "month-8",
        9 => "month-9",
        10 => "month-10",
        11 => "month-11",
        _ => "month-12",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let check = |n: i64, de: &str, en: &str| {
            assert_eq!(number(Language::De, n), de);
            assert_eq!(number(Language::En, n), en);
        };
        check(0, "0", "0");
        check(999, "999", "999");
        check(1_000, "1.000", "1,000");
        check(1_234_567, "1.234.567", "1,234,567");
        check(-1_000, "−1.000", "−1,000");
    }

    #[test]
    fn dates_are_as_exact_as_they_are_known() {
        let check = |iso: &str, de: &str, en: &str| {
            let parsed: PartialDate = iso.parse().unwrap();
            assert_eq!(date(Language::De, parsed), DateText { machine: iso.into(), human: de.into() });
            assert_eq!(date(Language::En, parsed).human, en);
        };
        check("2026", "2026", "2026");
        check("2026-03", "März 2026", "March 2026");
        check("2026-03-01", "01.03.2026", "1 March 2026");
    }

    #[test]
    fn times_are_those_of_berlin() {
        // 2026-07-01T22:30:00Z is already the second of July in Berlin, where clocks stand on summer time.
        let instant = Instant(1_782_945_000_000_000);
        assert_eq!(day(Language::De, instant).human, "02.07.2026");
        assert_eq!(moment(Language::De, instant).human, "02.07.2026, 00:30 Uhr");
        assert_eq!(moment(Language::De, instant).machine, "2026-07-01T22:30:00Z");
    }
}
