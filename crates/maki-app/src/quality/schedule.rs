//! When the register is judged: once a day at a time of day in Berlin.

use std::str::FromStr;

use jiff::civil::Time;
use maki_domain::Instant;
use maki_store::NewJob;
use serde::Deserialize;

use crate::jobs::JobKind;
use crate::{App, AppError};

/// A time of day in Berlin, written as in `02:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeOfDay {
    hour: i8,
    minute: i8,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a time of day is written as in 02:30")]
pub struct TimeOfDayError;

impl Default for TimeOfDay {
    /// When hardly anybody works.
    fn default() -> Self {
        Self { hour: 2, minute: 30 }
    }
}

impl FromStr for TimeOfDay {
    type Err = TimeOfDayError;

    fn from_str(text: &str) -> Result<Self, TimeOfDayError> {
        let (hour, minute) = text.split_once(':').ok_or(TimeOfDayError)?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !two_digits(hour) || !two_digits(minute) {
            return Err(TimeOfDayError);
        }
        let number = |part: &str| part.parse::<i8>().map_err(|_| TimeOfDayError);
        let (hour, minute) = (number(hour)?, number(minute)?);
        Time::new(hour, minute, 0, 0).map_err(|_| TimeOfDayError)?;
        Ok(Self { hour, minute })
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = TimeOfDayError;

    fn try_from(text: String) -> Result<Self, TimeOfDayError> {
        text.parse()
    }
}

impl TimeOfDay {
    /// The next moment after `now` at which clocks in Berlin show it.
    #[must_use]
    pub fn next_after(self, now: Instant) -> Option<Instant> {
        let berlin = crate::history::berlin();
        let at = jiff::Timestamp::from_microsecond(now.0).ok()?.to_zoned_datetime(berlin.clone());
        let time = Time::new(self.hour, self.minute, 0, 0).ok()?;
        let today = at.date();
        [today, today.tomorrow().ok()?]
            .into_iter()
            .filter_map(|day| berlin.to_timestamp(day.to_datetime(time)).ok())
            .map(|moment| Instant(moment.as_microsecond()))
            .find(|moment| *moment > now)
    }
}

impl App {
    /// Sees to it that the next nightly run is among the jobs, at this time of day.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn schedule_judging(&self, time: TimeOfDay) -> Result<(), AppError> {
        let now = self.now();
        let Some(due_at) = time.next_after(now) else { return Ok(()) };
        let job = NewJob {
            id: self.0.edge.new_id(),
            kind: JobKind::Quality.code(),
            payload: "{}".to_owned(),
            due_at,
            account: None,
            organisation: None,
            total: 0,
        };
        let mut tx = self.0.store.write().await?;
        tx.schedule_job(now, &job).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn times_are_read_strictly() {
        let check = |text: &str, expected: Option<(i8, i8)>| {
            let read = text.parse::<TimeOfDay>().ok().map(|time| (time.hour, time.minute));
            assert_eq!(read, expected, "{text:?}");
        };
        check("02:30", Some((2, 30)));
        check("23:59", Some((23, 59)));
        check("24:00", None);
        check("2:30", None);
        check("02:60", None);
        check("02:3", None);
        check("+2:30", None);
        check("", None);
    }

    #[test]
    fn the_next_moment_follows_the_clocks_of_berlin() {
        let check = |time: &str, now: &str, expected: &str| {
            let at = |text: &str| Instant(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
            let next = time.parse::<TimeOfDay>().unwrap().next_after(at(now));
            assert_eq!(next, Some(at(expected)), "{time} after {now}");
        };
        check("02:30", "2026-11-25T00:00:00Z", "2026-11-25T01:30:00Z");
        check("02:30", "2026-11-25T01:30:00Z", "2026-11-26T01:30:00Z");
        check("02:30", "2026-07-01T12:00:00Z", "2026-07-02T00:30:00Z");
        // In the night of 29 March 2026 there is no half past two; the clocks show half past three then.
        check("02:30", "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z");
        // And two of them on 25 October: the first counts, and only once.
        check("02:30", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z");
        check("02:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }
}
