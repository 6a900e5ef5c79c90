//! Saving drafts. What fits is saved, what does not is told; nothing that was typed is thrown away here.

use maki_domain::{Act, Content, FieldId, Instant, RecordKind, Slot, Visibility, check};
use maki_store::{Actor, Draft, DraftSave, StoreError};

use super::Stage;
use super::entry::{EntryWork, WorkPart, read, read_without_names};
use crate::access::Permit;
use crate::gather::Limits;
use crate::{App, AppError};

/// What is saved at once: the parts of an entry, with who saves them.
pub(crate) type Saves = Vec<(Actor, DraftSave)>;

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

impl App {
    /// Saves changes to the parts of an entry, all or none of the parts.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry has no such part.
    pub async fn save_work(&self, permit: &Permit, parts: &[SavePart]) -> Result<SaveOutcome, AppError> {
        permit.require(&[Act::Edit])?;
        let record = permit.record()?;
        let entry = read_without_names(&mut self.0.store.read().await?, permit, record).await?;
        if entry.stage == Stage::InReview {
            return Ok(SaveOutcome::Locked);
        }
        let mut faults = Vec::new();
        let mut drafts = Vec::new();
        for save in parts {
            let part = entry.part(save.kind).ok_or(AppError::NotFound)?;
            if part.revision != save.expected_revision {
                return self.told_stale(permit, parts).await;
            }
            let content = changed(part, &save.changes, &mut faults);
            if content != part.content {
                drafts.push((part, content));
            }
        }
        match self.put_drafts(permit, &entry, drafts).await {
            Err(AppError::Store(StoreError::Stale { .. })) => self.told_stale(permit, parts).await,
            Err(AppError::Store(StoreError::NotPossible)) => Ok(SaveOutcome::Locked),
            Err(error) => Err(error),
            Ok(()) => Ok(SaveOutcome::Saved(faults)),
        }
    }

    /// What stands there now, for a writer who has not seen it.
    async fn told_stale(&self, permit: &Permit, parts: &[SavePart]) -> Result<SaveOutcome, AppError> {
        let entry = read(&mut self.0.store.read().await?, permit, permit.record()?).await?;
        let unseen = |save: &SavePart| entry.part(save.kind).filter(|part| part.revision != save.expected_revision);
        let raced = parts.iter().find_map(|save| Some((unseen(save)?, save)));
        let (part, save) = raced.ok_or(AppError::Busy)?;
        Ok(SaveOutcome::Stale(Box::new(self.stale(&entry, part, save).await?)))
    }

    async fn put_drafts(
        &self,
        permit: &Permit,
        entry: &EntryWork,
        drafts: Vec<(&WorkPart, Content)>,
    ) -> Result<(), AppError> {
        if drafts.is_empty() {
            return Ok(());
        }
        let save = |(part, content): (&WorkPart, Content)| DraftSave {
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
        };
        let saves: Saves = drafts.into_iter().map(|part| (permit.actor(), save(part))).collect();
        let app = self.clone();
        let together = move |all: Vec<Saves>| {
            let app = app.clone();
            async move {
                let count = all.len();
                app.commit_saves(&all.into_iter().flatten().collect::<Saves>()).await.ok().map(|()| vec![(); count])
            }
        };
        match self.0.saves.ask(saves.clone(), together).await {
            Some(()) => Ok(()),
            // One of several was refused, and nothing is saved; alone each meets its own end.
            None => self.commit_saves(&saves).await,
        }
    }

    async fn commit_saves(&self, saves: &[(Actor, DraftSave)]) -> Result<(), AppError> {
        let mut tx = self.0.store.write().await?;
        tx.save_drafts_of(self.now(), saves).await?;
        Ok(tx.commit().await?)
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
fn changed(part: &WorkPart, changes: &[PartChange], faults: &mut Vec<check::FieldFault>) -> Content {
    let mut content = part.content.clone();
    for change in changes {
        let field = change.field.field();
        let fault = match &change.slot {
            _ if field.record != part.kind => Some(check::Fault::WrongRecord),
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
