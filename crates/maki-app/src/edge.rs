//! Where clock and randomness enter. Tests bring their own.

use std::time::{SystemTime, UNIX_EPOCH};

use maki_domain::{Instant, RecordKind};
use uuid::Uuid;

/// Clock and randomness.
pub trait Edge: Send + Sync {
    fn now(&self) -> Instant;

    /// An id that sorts by time (UUID version 7).
    fn new_id(&self) -> Uuid;

    /// Random bytes for the commitments of a version.
    fn seed(&self) -> [u8; 32];
}

/// The machine's clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEdge;

impl Edge for SystemEdge {
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        rand::fill(&mut seed);
        seed
    }
}

/// The series of a Kennung given at this instant: the year in Berlin, or `B` for organisations.
#[must_use]
pub fn series_of(kind: RecordKind, at: Instant) -> String {
    if kind == RecordKind::Organisation {
        return maki_domain::Kennung::ORGANISATION_SERIES.to_owned();
    }
    let timestamp = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC);
    format!("{:04}", timestamp.to_zoned_datetime(berlin).year())
}
