//! What an organisation works on.

use maki_domain::{Act, Instant, Kennung, RecordId, RecordKind, Role, keys};
use maki_store::{Judgement, ReadTx, Sight, WorkState};

use super::Stage;
use super::entry::read_all;
use crate::access::Permit;
use crate::{App, AppError, Principal, ProblemWish};

/// Entries on one page of a list.
const PAGE: usize = 20;

/// An entry in a list.
#[derive(Debug, Clone)]
pub struct WorkItem {
    pub entry: RecordId,
    pub name: String,
    pub kennung: Option<Kennung>,
    /// Whether it is only the use of a system that others look after.
    pub is_use: bool,
    pub stage: Stage,
    pub changed_at: Option<Instant>,
    pub editor: Option<String>,
    /// Whether who looks saved last or handed it in.
    pub is_own: bool,
    /// Why it came back; empty unless it did.
    pub answer: String,
    /// What was found of it, where it is public and was judged.
    pub judgement: Option<Judgement>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct WorkPage {
    pub items: Vec<WorkItem>,
    pub total: usize,
    pub page: usize,
    pub pages: usize,
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl App {
    /// How many entries the permit's organisation works on: drafts, waiting, returned.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn work_counts(&self, permit: &Permit) -> Result<[usize; 3], AppError> {
        permit.require(&[Act::ReadWork])?;
        let counts = self.0.store.read().await?.work_counts(permit.organisation()?).await?;
        let of = |state| {
            counts.iter().find(|(found, _)| *found == state).map_or(0, |(_, n)| usize::try_from(*n).unwrap_or(0))
        };
        Ok(WorkState::ALL.map(of))
    }

    /// Entries of the permit's organisation in a state, the latest changed first. Pages count from 1.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn work_page(&self, permit: &Permit, state: WorkState, page: usize) -> Result<WorkPage, AppError> {
        permit.require(&[Act::ReadWork])?;
        let organisation = permit.organisation()?;
        let mut tx = self.0.store.read().await?;
        let counts = tx.work_counts(organisation).await?;
        let total =
            counts.iter().find(|(found, _)| *found == state).map_or(0, |(_, n)| usize::try_from(*n).unwrap_or(0));
        let pages = total.div_ceil(PAGE).max(1);
        let page = page.clamp(1, pages);
        let entries = tx.work_list(organisation, state, number((page - 1) * PAGE), number(PAGE)).await?;
        let read = read_all(&mut tx, Some(organisation), &permit.principal().actor, &entries).await?;
        let mut items = Vec::with_capacity(entries.len());
        for (id, entry) in entries.into_iter().zip(read) {
            let entry = entry?;
            let system = entry.part(RecordKind::System);
            items.push(WorkItem {
                entry: id,
                name: entry.name().to_owned(),
                kennung: system.and_then(|part| part.kennung.clone()),
                is_use: system.is_none(),
                stage: entry.stage,
                changed_at: entry.changed_at,
                editor: entry.editor.clone(),
                is_own: entry.is_own,
                answer: if entry.stage == Stage::Returned { entry.answer.clone() } else { String::new() },
                judgement: None,
            });
        }
        Ok(WorkPage { items, total, page, pages })
    }

    /// Published entries of the permit's organisation that it can change: its uses, and its systems without one; the
    /// newest first, or of those with a problem the worst.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn published_entries(
        &self,
        permit: &Permit,
        wish: &ProblemWish,
        page: usize,
    ) -> Result<WorkPage, AppError> {
        permit.require(&[Act::ReadWork])?;
        let organisation = permit.organisation()?;
        let (own, problem) = ([organisation], wish.problem());
        let mut tx = self.0.store.read().await?;
        let total = match wish {
            ProblemWish::None => tx.published_count(organisation).await?,
            _ => tx.count_judged(Sight::Of(&own), problem).await?,
        };
        let pages = total.div_ceil(PAGE).max(1);
        let page = page.clamp(1, pages);
        let offset = number((page - 1) * PAGE);
        let shown = match wish {
            ProblemWish::None => tx.published_entries(organisation, offset, number(PAGE)).await?,
            _ => {
                let judged = tx.judged(Sight::Of(&own), problem, offset, number(PAGE)).await?;
                judged.into_iter().map(|one| one.entry).collect()
            }
        };
        let items = published_items(&mut tx, organisation, &shown).await?;
        Ok(WorkPage { items, total, page, pages })
    }

    /// All entries of [`Self::published_entries`], as many as one change may be about and one more.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to read work.
    pub async fn every_published_entry(&self, permit: &Permit) -> Result<Vec<RecordId>, AppError> {
        permit.require(&[Act::ReadWork, Act::Submit])?;
        let mut tx = self.0.store.read().await?;
        Ok(tx.published_entries(permit.organisation()?, 0, number(super::MOST_IN_BULK + 1)).await?)
    }

    /// Organisations that delegated approval to one where the principal coordinates, and how many entries wait there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_below(&self, principal: &Principal) -> Result<Vec<(RecordId, usize)>, AppError> {
        let mut tx = self.0.store.read().await?;
        let mut found = Vec::new();
        for (at, _) in principal.memberships.iter().filter(|(_, roles)| roles.has(Role::Coordinator)) {
            found.extend(tx.waiting_below(*at).await?.into_iter().map(|(id, n)| (id, usize::try_from(n).unwrap_or(0))));
        }
        found.sort_unstable_by_key(|(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        Ok(found)
    }
}

/// Published entries as a list shows them.
async fn published_items(
    tx: &mut ReadTx,
    organisation: RecordId,
    shown: &[RecordId],
) -> Result<Vec<WorkItem>, AppError> {
    let records = tx.records(shown).await?;
    let parents: Vec<RecordId> = records.iter().filter_map(|r| r.envelope.parent).collect();
    let parents = tx.records(&parents).await?;
    let mut judgements = tx.judgements(shown).await?;
    let items = records.iter().map(|record| {
        let system =
            record.envelope.parent.and_then(|id| parents.iter().find(|p| p.envelope.id == id)).unwrap_or(record);
        WorkItem {
            entry: record.envelope.id,
            name: system.content.text(keys::NAME).unwrap_or_default().to_owned(),
            kennung: system.envelope.kennung.clone(),
            is_use: system.envelope.owner != Some(organisation),
            stage: Stage::Published,
            changed_at: Some(record.version_at),
            editor: None,
            is_own: false,
            answer: String::new(),
            judgement: judgements.remove(&record.envelope.id),
        }
    });
    Ok(items.collect())
}
