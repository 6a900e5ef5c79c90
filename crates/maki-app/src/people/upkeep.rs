//! Forgetting what is over: sessions, links, failures, applications whose mailbox never answered.

use super::DAY;
use super::session::IDLE;
use super::throttle::MEMORY;
use crate::{App, AppError};

/// Days for which a used or ended link is told apart from one that never was.
const LINKS: i64 = 30 * DAY;
/// Days for which an address stays one that a person signs in from.
const KNOWN_ADDRESSES: i64 = 90 * DAY;
/// Days that a mailbox has to answer; its link ends before.
const APPLICATIONS: i64 = 7 * DAY;

impl App {
    /// Forgets what is over; for a job that runs now and then. Returns how many rows went.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_ended(&self) -> Result<u64, AppError> {
        let mut tx = self.change_people().await?;
        let sessions = tx.forget_sessions(self.now(), self.in_seconds(-IDLE)).await?;
        let links = tx.forget_links(self.in_seconds(-LINKS)).await?;
        let failures = tx.forget_failures(self.in_seconds(-MEMORY), self.in_seconds(-KNOWN_ADDRESSES)).await?;
        let applications = tx.forget_applications(self.in_seconds(-APPLICATIONS)).await?;
        tx.commit().await?;
        Ok(sessions + links + failures + applications)
    }
}
