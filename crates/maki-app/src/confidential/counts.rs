//! What everybody learns: how many confidential entries there are.
//!
//! Levels of administration and legal grounds are counted apart and never crossed, small counts are not told, and all of
//! them are as of the first day of the month: nobody can watch them change together and conclude whose entry came.

use std::collections::HashMap;

use maki_domain::confidential::{Ground, Tally};
use maki_domain::{Instant, PartialDate, RecordId, vocabulary};

use crate::{App, AppError};

/// A group of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tallied<T> {
    pub of: T,
    pub tally: Tally,
}

/// Approved entries that had not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentialCounts {
    /// The first day of the month; what was approved on it or later does not count yet.
    pub day: PartialDate,
    /// By code of vocabulary `administrative_level`, in its order.
    pub levels: Vec<Tallied<&'static str>>,
    pub grounds: Vec<Tallied<Ground>>,
}

impl App {
    /// The public counts. They need no permit.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_counts(&self) -> Result<ConfidentialCounts, AppError> {
        let (day, start) = month_of(self.now()).ok_or_else(|| AppError::Defect("no month".to_owned()))?;
        let counts = self.0.store.read().await?.confidential_counts(start).await?;
        let mut ids: Vec<RecordId> = counts.iter().map(|count| count.organisation).collect();
        ids.dedup();
        let organisations = self.organisation_refs(&ids).await?;
        let level: HashMap<RecordId, &'static str> =
            organisations.iter().filter_map(|organisation| Some((organisation.id, organisation.level?))).collect();
        let sum = |fits: &dyn Fn(RecordId, Ground) -> bool| {
            let fitting = counts.iter().filter(|count| fits(count.organisation, count.ground));
            Tally::of(fitting.map(|count| usize::try_from(count.count).unwrap_or(0)).sum())
        };
        let levels = vocabulary("administrative_level").map(maki_domain::Vocabulary::terms).unwrap_or_default();
        let levels = levels.iter().map(|term| {
            let of = term.code.as_str();
            Tallied { of, tally: sum(&|organisation, _| level.get(&organisation) == Some(&of)) }
        });
        let grounds = Ground::all().map(|of| Tallied { of, tally: sum(&|_, ground| ground == of) });
        Ok(ConfidentialCounts { day, levels: levels.collect(), grounds: grounds.collect() })
    }
}

/// The first day of the month in Berlin, and when it began.
fn month_of(at: Instant) -> Option<(PartialDate, Instant)> {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").ok()?;
    let first = zone.to_datetime(jiff::Timestamp::from_microsecond(at.0).ok()?).date().first_of_month();
    let start = zone.to_timestamp(first.at(0, 0, 0, 0)).ok()?;
    let day = PartialDate::new(first.year(), u8::try_from(first.month()).ok(), Some(1)).ok()?;
    Some((day, Instant(start.as_microsecond())))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn months_begin_at_midnight_in_berlin() {
        let check = |at: &str, day: &str, start: &str| {
            let instant = |text: &str| Instant(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
            let (found, began) = month_of(instant(at)).unwrap();
            assert_eq!((found.to_string().as_str(), began), (day, instant(start)), "{at}");
        };
        check("2026-11-24T12:00:00Z", "2026-11-01", "2026-10-31T23:00:00Z");
        check("2026-10-31T23:30:00Z", "2026-11-01", "2026-10-31T23:00:00Z");
        check("2026-06-30T21:59:59Z", "2026-06-01", "2026-05-31T22:00:00Z");
    }
}
