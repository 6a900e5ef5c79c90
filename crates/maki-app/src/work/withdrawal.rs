//! Taking back what is published, with a reason that the public reads. Pages, versions and Kennungen stay.
//!
//! A use is taken back by itself or with its system. A system that other bodies use is not taken back over their heads:
//! it can be retired, or handed on.

use maki_domain::{Act, RecordId, RecordKind, RecordState};
use maki_store::{ReadTx, StoreError, StoredRecord, Withdrawal, WriteTx};

use super::review::checked;
use crate::access::Permit;
use crate::{App, AppError};

/// Characters of a reason.
pub const WITHDRAWAL_REASON: std::ops::RangeInclusive<usize> = 10..=2_000;

/// What can be taken back together with the permit's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawalScope {
    pub kind: RecordKind,
    pub is_published: bool,
    /// Whether the system can go too: it is one's own and nobody else uses it. Always so where the record is a system
    /// that can be taken back.
    pub system: bool,
    /// Published uses of the same body that go with the system.
    pub own_uses: usize,
    /// Published uses of others; they keep the system where it is.
    pub foreign_uses: usize,
}

/// A record and what hangs together with it.
struct Family {
    record: StoredRecord,
    system: Option<StoredRecord>,
    /// Published uses of the system.
    uses: Vec<StoredRecord>,
}

/// Reads that both kinds of transaction offer.
macro_rules! family {
    ($name:ident, $tx:ty) => {
        async fn $name(tx: &mut $tx, id: RecordId) -> Result<Family, AppError> {
            let record = tx.records(&[id]).await?.pop().ok_or(AppError::NotFound)?;
            let system = match record.envelope.kind {
                RecordKind::System => Some(record.clone()),
                RecordKind::Deployment => match record.envelope.parent {
                    Some(parent) => tx.records(&[parent]).await?.pop(),
                    None => None,
                },
                RecordKind::Organisation => return Err(AppError::NotFound),
            };
            let of: Vec<RecordId> = system.iter().map(|system| system.envelope.id).collect();
            let uses: Vec<RecordId> =
                tx.children(&of, RecordKind::Deployment).await?.into_iter().map(|(_, id)| id).collect();
            Ok(Family { record, system, uses: tx.records(&uses).await? })
        }
    };
}
family!(family, ReadTx);
family!(family_to_write, WriteTx);

impl Family {
    fn scope(&self) -> WithdrawalScope {
        let owner = self.record.envelope.owner;
        let own_uses = self.uses.iter().filter(|other| other.envelope.owner == owner).count();
        let foreign_uses = self.uses.len() - own_uses;
        let is_own = self.system.as_ref().is_some_and(|s| s.envelope.owner == owner && is_published(s));
        WithdrawalScope {
            kind: self.record.envelope.kind,
            is_published: is_published(&self.record),
            system: is_own && foreign_uses == 0,
            own_uses,
            foreign_uses,
        }
    }
}

fn is_published(record: &StoredRecord) -> bool {
    record.envelope.state == RecordState::Published
}

impl App {
    /// What can be taken back together with the permit's record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is none that can be taken back.
    pub async fn withdrawal_scope(&self, permit: &Permit) -> Result<WithdrawalScope, AppError> {
        permit.require(&[Act::Withdraw])?;
        Ok(family(&mut self.0.store.read().await?, permit.record()?).await?.scope())
    }

    /// Takes the permit's record back, and where it is a use and `with_system` says so, its system with all uses. A
    /// system goes with all its uses.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the reason is not of [`WITHDRAWAL_REASON`] characters, [`AppError::WrongStage`] when
    /// the record is not published or the system cannot go.
    pub async fn withdraw(&self, permit: &Permit, reason: &str, with_system: bool) -> Result<(), AppError> {
        permit.require(&[Act::Withdraw])?;
        let reason = checked(reason, *WITHDRAWAL_REASON.end())?;
        if reason.chars().count() < *WITHDRAWAL_REASON.start() {
            return Err(AppError::Invalid);
        }
        let at = self.now();
        let mut tx = self.0.store.write().await?;
        let family = family_to_write(&mut tx, permit.record()?).await?;
        let scope = family.scope();
        let with_system = with_system || scope.kind == RecordKind::System;
        if !scope.is_published || (with_system && !scope.system) {
            return Err(AppError::WrongStage);
        }
        // Uses go before the system, so that no reader of the log sees a use without one.
        let whole = family.uses.iter().chain(&family.system);
        let withdrawn: Vec<&StoredRecord> = if with_system { whole.collect() } else { vec![&family.record] };
        for record in withdrawn {
            let envelope = &record.envelope;
            tx.give_reason(at, envelope.id, reason).await?;
            match tx.withdraw(at, &permit.actor(), envelope.id, envelope.revision).await {
                Err(StoreError::NotPossible | StoreError::Stale { .. }) => return Err(AppError::Changed),
                done => done?,
            }
        }
        tx.commit().await?;
        self.notify_written(Vec::new());
        Ok(())
    }

    /// Why and when a record was taken back; for those that are, because it is kept when one is published again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn withdrawal_reason(&self, record: RecordId) -> Result<Option<Withdrawal>, AppError> {
        Ok(self.0.store.read().await?.withdrawals(&[record]).await?.remove(&record))
    }
}
