//! Confidential entries: made, approved, read and counted apart from everything else.
//!
//! Invariants: nothing here reads or writes records, drafts, versions or the index. Every use case takes a permit for an
//! act about confidential entries, which only roles at the very organisation give, or being named as a reader. Who may
//! not read an entry is not told whether it exists. Notices about them say nothing, not even that they are about them.

mod counts;
mod entry;
mod list;
mod readers;
mod review;

pub use counts::{ConfidentialCounts, Tallied};
pub use entry::ConfidentialWork;
pub use list::{ConfidentialItem, ConfidentialLists, ConfidentialPlace};
pub use readers::{ConfidentialSheet, HistoryRow, NamedReader};

use maki_domain::RecordId;
use maki_domain::confidential::{ConfidentialState, ConfidentialStep};
use maki_store::{ConfidentialEntry, ConfidentialWrite, StoreError, WriteTx};

use crate::access::Permit;
use crate::work::Stage;
use crate::{App, AppError};

/// Entries of an organisation on one page of a list, and steps on one page of a history.
const PAGE: i64 = 50;

/// Where the work stands, as pages of work know it.
const fn stage_of(state: ConfidentialState) -> Stage {
    match state {
        ConfidentialState::Draft => Stage::Draft,
        ConfidentialState::InReview => Stage::InReview,
        ConfidentialState::Returned => Stage::Returned,
        ConfidentialState::Approved => Stage::Published,
        ConfidentialState::Ended => Stage::Withdrawn,
    }
}

/// The entry of a permit, when it still belongs to the organisation that the permit was given for.
fn of_permit(entry: Option<ConfidentialEntry>, permit: &Permit) -> Result<ConfidentialEntry, AppError> {
    let organisation = permit.organisation()?;
    entry.filter(|entry| entry.organisation == organisation).ok_or(AppError::NotFound)
}

impl App {
    /// Takes one step with an entry, when it is still at the revision that was read.
    async fn confidential_step(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        (entry, expected_revision): (RecordId, i64),
        step: &ConfidentialStep,
    ) -> Result<ConfidentialEntry, AppError> {
        let write = ConfidentialWrite { entry, expected_revision, step, seed: self.0.edge.seed() };
        match tx.write_confidential(self.now(), &permit.actor(), &write).await {
            Err(StoreError::Stale { .. }) => Err(AppError::Changed),
            Err(StoreError::NotPossible) => Err(AppError::WrongStage),
            Err(StoreError::NotFound) => Err(AppError::NotFound),
            done => Ok(done?),
        }
    }
}
