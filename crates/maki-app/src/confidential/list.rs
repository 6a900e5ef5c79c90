//! The confidential entries that somebody may read: those of their own organisations, and those that name them.

use maki_domain::confidential::{ConfidentialState, Ground};
use maki_domain::{Act, Instant, RecordId, keys};
use maki_store::{ConfidentialEntry, ReadTx};

use super::{PAGE, stage_of};
use crate::access::{Permit, Target};
use crate::work::Stage;
use crate::{App, AppError, OrganisationRef};

/// Entries that name somebody; the rest is found under those that were looked at.
const MOST_SHARED: i64 = 500;

/// An entry in a list.
#[derive(Debug, Clone)]
pub struct ConfidentialItem {
    pub entry: RecordId,
    pub organisation: RecordId,
    /// Counted within the organisation.
    pub number: i64,
    pub name: String,
    pub ground: Ground,
    pub stage: Stage,
    pub changed_at: Instant,
}

/// An organisation with its entries.
#[derive(Debug, Clone)]
pub struct ConfidentialPlace {
    pub organisation: OrganisationRef,
    pub may_edit: bool,
    /// Whether drafts are among the entries, or only what is approved.
    pub sees_work: bool,
    pub items: Vec<ConfidentialItem>,
}

/// Everything confidential that somebody may read.
#[derive(Debug, Clone, Default)]
pub struct ConfidentialLists {
    pub places: Vec<ConfidentialPlace>,
    /// Entries of others that name the reader.
    pub shared: Vec<ConfidentialItem>,
    /// Whether there are entries behind this page.
    pub more: bool,
}

impl App {
    /// What the permit's principal may read; pages count from 1.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_lists(&self, permit: &Permit, page: i64) -> Result<ConfidentialLists, AppError> {
        permit.require(&[Act::ReadShared])?;
        let principal = permit.principal();
        let mut lists = ConfidentialLists::default();
        let ids: Vec<RecordId> = principal.organisations().collect();
        for organisation in self.organisation_refs(&ids).await? {
            let may = async |act| match self.permit(principal, act, Target::Organisation(organisation.id)).await {
                Ok(_) => Ok(true),
                Err(AppError::Forbidden) => Ok(false),
                Err(error) => Err(error),
            };
            if !may(Act::ReadConfidential).await? {
                continue;
            }
            let (sees_work, may_edit) = (may(Act::ReadConfidentialWork).await?, may(Act::EditConfidential).await?);
            let mut tx = self.0.store.read().await?;
            let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
            let mut entries = tx.confidential_of(organisation.id, offset, PAGE + 1).await?;
            let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
            lists.more |= entries.len() > shown;
            entries.truncate(shown);
            entries.retain(|entry| sees_work || is_open(entry));
            let items = items(&mut tx, entries, sees_work).await?;
            lists.places.push(ConfidentialPlace { organisation, may_edit, sees_work, items });
        }
        if let Some(account) = principal.account {
            let mut tx = self.0.store.read().await?;
            let entries = tx.confidential_read_by(account, MOST_SHARED).await?;
            lists.shared = items(&mut tx, entries, false).await?;
        }
        Ok(lists)
    }
}

const fn is_open(entry: &ConfidentialEntry) -> bool {
    entry.approved_revision > 0 && !matches!(entry.state, ConfidentialState::Ended)
}

async fn items(
    tx: &mut ReadTx,
    entries: Vec<ConfidentialEntry>,
    sees_work: bool,
) -> Result<Vec<ConfidentialItem>, AppError> {
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let revision = if sees_work { entry.revision } else { entry.approved_revision };
        let content = tx.confidential_content(entry.id, revision).await?.ok_or(AppError::NotFound)?;
        items.push(ConfidentialItem {
            entry: entry.id,
            organisation: entry.organisation,
            number: entry.number,
            name: content.system.text(keys::NAME).unwrap_or_default().to_owned(),
            ground: content.restriction.ground,
            stage: if sees_work { stage_of(entry.state) } else { Stage::Published },
            changed_at: entry.changed_at,
        });
    }
    Ok(items)
}
