//! Saving drafts. What fits is saved, what does not is told; nothing that was typed is thrown away here.

use std::collections::BTreeSet;

use maki_domain::{Act, Content, FieldId, Instant, RecordId, RecordKind, Slot, Visibility, check};
use maki_store::{Actor, Draft, DraftSave, Entry};

use super::Stage;
use super::entry::{EntryWork, WorkPart, assembled, read};
use crate::access::Permit;
use crate::gather::Limits;
use crate::{App, AppError};

/// A commit costs most of a save, so those that come while one is made share the next. There is one writer.
pub(crate) const TOGETHER: Limits = Limits { at_once: 1, together: 64 };

/// What is to become of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    pub field: FieldId,
    /// None: nothing is stated any more.
    pub slot: Option<Slot>,
    pub visibility: Visibility,
}

/// Changes to one part of an entry.
#[derive(Debug, Clone)]
pub struct SavePart {
    pub kind: RecordKind,
    /// The revision that the writer has seen.
    pub expected_revision: i64,
    pub changes: Vec<PartChange>,
}

/// A save that somebody else's was faster than.
#[derive(Debug, Clone)]
pub struct Stale {
    pub kind: RecordKind,
    /// What stands there now.
    pub content: Content,
    /// What stood there when the writer began; none when that cannot be told any more.
    pub base: Option<Content>,
    pub revisions: Vec<(RecordKind, i64)>,
    /// Name of who saved.
    pub editor: Option<String>,
    pub saved_at: Option<Instant>,
}

/// What became of a save.
#[derive(Debug, Clone)]
pub enum SaveOutcome {
    /// What fitted is saved; these fields did not fit and are as they were.
    Saved(Vec<check::FieldFault>),
    Stale(Box<Stale>),
    /// It waits for approval: nobody changes it before it is taken back or returned.
    Locked,
}

/// A save on its way.
#[derive(Clone)]
pub(crate) struct Save {
    permit: Permit,
    record: RecordId,
    parts: Vec<SavePart>,
}

/// What became of a save on its way.
pub(crate) enum Done {
    Saved(Vec<check::FieldFault>),
    /// Somebody was faster.
    Unseen,
    Locked,
}

impl Save {
    pub(super) fn of(permit: &Permit, parts: Vec<SavePart>) -> Result<Self, AppError> {
        Ok(Self { permit: permit.clone(), record: permit.record()?, parts })
    }

    fn of_permit(&self, entry: Entry) -> Result<EntryWork, AppError> {
        assembled(entry, Some(self.permit.organisation()?), &self.permit.principal().actor)
    }

    /// Adds the drafts that the changes make of an entry.
    pub(super) fn laid_over(&self, entry: &EntryWork, drafts: &mut Vec<(Actor, DraftSave)>) -> Result<Done, AppError> {
        if entry.stage == Stage::InReview {
            return Ok(Done::Locked);
        }
        let (mut faults, mut own) = (Vec::new(), Vec::with_capacity(self.parts.len()));
        for save in &self.parts {
            let part = entry.part(save.kind).ok_or(AppError::NotFound)?;
            if part.revision != save.expected_revision {
                return Ok(Done::Unseen);
            }
            let content = changed(part.kind, &part.content, &save.changes, &mut faults);
            if content != part.content {
                own.push((self.permit.actor(), draft_of(entry, part, content)));
            }
        }
        drafts.append(&mut own);
        Ok(Done::Saved(faults))
    }
}

fn draft_of(entry: &EntryWork, part: &WorkPart, content: Content) -> DraftSave {
    DraftSave {
        draft: Draft {
            id: part.record,
            kind: part.kind,
            owner: Some(entry.organisation),
            parent: None,
            expected_revision: part.revision,
            content,
        },
        entry: entry.entry,
        organisation: entry.organisation,
        base_version: part.version,
        may_be_returned: entry.stage == Stage::Returned,
    }
}

impl App {
    /// Saves changes to the parts of an entry, all or none of the parts.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry has no such part.
    pub async fn save_work(&self, permit: &Permit, parts: &[SavePart]) -> Result<SaveOutcome, AppError> {
        permit.require(&[Act::Edit])?;
        let save = Save::of(permit, parts.to_vec())?;
        let app = self.clone();
        let together = move |saves: Vec<Save>| {
            let app = app.clone();
            async move { app.commit(&saves).await.ok() }
        };
        let done = match self.0.saves.ask(save.clone(), together).await.flatten() {
            Some(done) => done,
            // One that cannot be written with the others; alone it meets its own end.
            None => self.commit(&[save]).await?.pop().flatten().ok_or(AppError::Busy)?,
        };
        match done? {
            Done::Saved(faults) => Ok(SaveOutcome::Saved(faults)),
            Done::Locked => Ok(SaveOutcome::Locked),
            Done::Unseen => self.told_stale(permit, parts).await,
        }
    }

    /// Reads the entries, lays the changes over them and writes, in one transaction. What became of each save stands in
    /// its place; nothing where it has to wait for another one of the same entry.
    async fn commit(&self, saves: &[Save]) -> Result<Vec<Option<Result<Done, AppError>>>, AppError> {
        let mut tx = self.0.store.write().await?;
        let records: Vec<RecordId> = saves.iter().map(|save| save.record).collect();
        let entries = tx.entries(&records).await?;
        let (mut drafts, mut taken) = (Vec::new(), BTreeSet::new());
        let mut done = Vec::with_capacity(saves.len());
        for (save, entry) in saves.iter().zip(entries) {
            let entry = match entry {
                Some(entry) => save.of_permit(entry),
                None => Err(AppError::NotFound),
            };
            done.push(match entry {
                Ok(entry) if !taken.insert(entry.entry) => None,
                Ok(entry) => Some(save.laid_over(&entry, &mut drafts)),
                Err(error) => Some(Err(error)),
            });
        }
        if !drafts.is_empty() {
            tx.save_drafts_of(self.now(), &drafts).await?;
            tx.commit().await?;
        }
        Ok(done)
    }

    /// What stands there now, for a writer who has not seen it.
    async fn told_stale(&self, permit: &Permit, parts: &[SavePart]) -> Result<SaveOutcome, AppError> {
        let entry = read(&mut self.0.store.read().await?, permit, permit.record()?).await?;
        let unseen = |save: &SavePart| entry.part(save.kind).filter(|part| part.revision != save.expected_revision);
        let raced = parts.iter().find_map(|save| Some((unseen(save)?, save)));
        let (part, save) = raced.ok_or(AppError::Busy)?;
        Ok(SaveOutcome::Stale(Box::new(self.stale(&entry, part, save).await?)))
    }

    async fn stale(&self, entry: &EntryWork, part: &WorkPart, save: &SavePart) -> Result<Stale, AppError> {
        /// Saves that are looked through for the one that the writer began with.
        const LOOKED_AT: i64 = 50;
        let drafts = self.0.store.read().await?.drafts(part.record, LOOKED_AT).await?;
        let seen = drafts.into_iter().find(|draft| draft.revision == save.expected_revision).map(|draft| draft.content);
        // The first save is compared with what is public.
        let base = seen.or_else(|| (part.version > 0).then(|| part.published.clone()));
        Ok(Stale {
            kind: part.kind,
            content: part.content.clone(),
            base,
            revisions: entry.parts.iter().map(|part| (part.kind, part.revision)).collect(),
            editor: entry.editor.clone(),
            saved_at: entry.changed_at,
        })
    }
}

/// The content with the changes that fit.
pub(crate) fn changed(
    kind: RecordKind,
    before: &Content,
    changes: &[PartChange],
    faults: &mut Vec<check::FieldFault>,
) -> Content {
    let mut content = before.clone();
    for change in changes {
        let field = change.field.field();
        let fault = match &change.slot {
            _ if field.record != kind => Some(check::Fault::WrongRecord),
            Some(slot) => check::slot_fault(field, slot),
            None => None,
        };
        if let Some(fault) = fault {
            faults.push(check::FieldFault { field: change.field, fault });
            continue;
        }
        match &change.slot {
            Some(slot) => content.set(change.field, slot.clone()),
            None => drop(content.remove(change.field)),
        }
        content.narrow(change.field, change.visibility);
    }
    content
}
