//! One change to many published entries at once: confirm that they are current, move their stage, name a mailbox.
//!
//! It makes drafts and hands them in together; another person approves them together. An entry that somebody works on,
//! or that cannot be changed so, is left as it is and said. As long as nothing of it was changed, taken back or
//! approved, an entry can be undone.

use std::collections::BTreeSet;

use maki_domain::{Act, Code, Instant, PartialDate, RecordId, RecordKind, Slot, Value, check, keys, lifecycle};
use maki_store::{Action, BulkEdit, BulkItem, Draft, DraftSave, NewBulkEdit, Step, StoreError, WorkState, WriteTx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entry::{EntryWork, read, read_all};
use super::finding::has_errors;
use super::review::{approvable, approvers, checked, concerned, name};
use super::{MAX_NOTE, Stage};
use crate::access::Permit;
use crate::notice::{EntryName, Notice, Recipient};
use crate::{App, AppError};

/// Entries in one change.
pub const MOST_IN_BULK: usize = 500;
/// Changes in a list.
const LISTED: i64 = 50;

/// What is done to each entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum BulkChange {
    /// All that is said was looked at today and is right.
    Confirm,
    /// Code of vocabulary `lifecycle`.
    Lifecycle { to: String },
    /// Where questions about the system go.
    Mailbox { address: String },
}

/// Why an entry was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BulkSkip {
    /// None that this organisation has published.
    Unknown,
    /// Somebody works on it.
    InWork,
    /// It says so already.
    Unchanged,
    /// The change does not apply: no way from its stage, or the system is looked after by others.
    NotPossible,
    /// Something that has to be stated is not.
    Incomplete,
}

impl BulkSkip {
    /// Names its text.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::InWork => "in-work",
            Self::Unchanged => "unchanged",
            Self::NotPossible => "not-possible",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What became of a change to many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkOutcome {
    /// None where no entry was changed.
    pub id: Option<Uuid>,
    /// Entries that wait for approval now.
    pub done: Vec<RecordId>,
    /// With what they are called.
    pub skipped: Vec<(RecordId, String, BulkSkip)>,
}

/// What became of approving or undoing one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkEnd {
    pub done: usize,
    /// Entries that were changed, taken back or decided since.
    pub left: usize,
}

/// A change to many entries in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkSummary {
    pub id: Uuid,
    pub change: BulkChange,
    pub at: Instant,
    /// Name of who made it; none where the person is gone.
    pub by: Option<String>,
    pub is_own: bool,
    pub is_undone: bool,
    pub entries: i64,
    /// Entries that still wait for approval as the change left them.
    pub waiting: usize,
}

impl App {
    /// Changes published entries of the permit's organisation and hands them in, with a note on what changed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are more than [`MOST_IN_BULK`], or note or value do not fit,
    /// [`AppError::Changed`] when somebody saved one of them just now.
    pub async fn bulk_edit(
        &self,
        permit: &Permit,
        entries: &[RecordId],
        change: &BulkChange,
        note: &str,
    ) -> Result<BulkOutcome, AppError> {
        permit.require(&[Act::Submit])?;
        let (organisation, note) = (permit.organisation()?, checked(note, MAX_NOTE)?);
        let at = self.now();
        let wanted = Wanted::of(change, at)?;
        let chosen: BTreeSet<RecordId> = entries.iter().copied().collect();
        if chosen.len() > MOST_IN_BULK {
            return Err(AppError::Invalid);
        }
        let (mut saves, mut changed, mut skipped) = (Vec::new(), Vec::<EntryWork>::new(), Vec::new());
        let mut touched = BTreeSet::new();
        let mut reading = self.0.store.read().await?;
        let chosen: Vec<RecordId> = chosen.into_iter().collect();
        let read = read_all(&mut reading, Some(organisation), &permit.principal().actor, &chosen).await?;
        for (id, entry) in chosen.into_iter().zip(read) {
            let mut entry = match entry {
                Err(AppError::NotFound | AppError::Forbidden) => {
                    skipped.push((id, String::new(), BulkSkip::Unknown));
                    continue;
                }
                entry => entry?,
            };
            match wanted.apply(&mut entry) {
                Ok(save) if touched.insert(save.draft.id) => {
                    saves.push(save);
                    changed.push(entry);
                }
                Ok(_) => skipped.push((id, entry.name().to_owned(), BulkSkip::Unchanged)),
                Err(skip) => skipped.push((id, entry.name().to_owned(), skip)),
            }
        }
        drop(reading);
        let done: Vec<RecordId> = changed.iter().map(|entry| entry.entry).collect();
        let Some(first) = changed.first() else { return Ok(BulkOutcome { id: None, done, skipped }) };
        let items =
            saves.iter().map(|save| BulkItem { record: save.draft.id, revision: save.draft.expected_revision + 1 });
        let id = self.0.edge.new_id();
        let new = NewBulkEdit { id, organisation, change: serde_json::to_string(change)?, items: items.collect() };
        let actor = permit.actor();
        let mut tx = self.0.store.write().await?;
        tx.save_drafts(at, &actor, &saves).await.map_err(refusal)?;
        for entry in &done {
            let (from, to) = (&[WorkState::Draft][..], WorkState::InReview);
            let step = Step { entry: *entry, from, to, action: Action::Submitted, text: note };
            tx.hand_on(at, &actor, &step).await.map_err(refusal)?;
        }
        tx.note_bulk_edit(at, &actor, &new).await?;
        let by = permit.principal().account;
        for approver in approvers(&mut tx, organisation).await?.into_iter().filter(|account| Some(*account) != by) {
            let notice = Notice::ReviewAsked { entry: several(first, done.len()), by, note: note.to_owned() };
            self.queue(&mut tx, at, Recipient::Account(approver), notice).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(BulkOutcome { id: Some(id), done, skipped })
    }

    /// Approves what still waits of a change to many entries of the permit's organisation, all in one transaction.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such change, [`AppError::OwnWork`] when the approver made it,
    /// [`AppError::Changed`] when one of them changed just now.
    pub async fn approve_bulk(&self, permit: &Permit, id: Uuid) -> Result<BulkEnd, AppError> {
        permit.require(&[Act::Approve])?;
        let mut reading = self.0.store.read().await?;
        let (edit, items) = of_permit(reading.bulk_edit(id).await?, permit)?;
        if *edit.actor == *permit.principal().actor {
            return Err(AppError::OwnWork);
        }
        let mut waiting = Vec::new();
        for item in &items {
            let work = reading.work(item.record).await?;
            let Some(work) = work.filter(|w| w.revision == item.revision && w.state == WorkState::InReview) else {
                continue;
            };
            let entry = read(&mut reading, permit, work.entry).await?;
            // Whoever approves saw what this change did, and nothing else.
            if entry.work.len() == 1 && !entry.is_own {
                waiting.push(entry);
            }
        }
        drop(reading);
        let at = self.now();
        let mut tx = self.0.store.write().await?;
        let mut told = BTreeSet::new();
        let mut kennung = None;
        for entry in &waiting {
            let parts = approvable(entry, None)?;
            kennung = Some(self.publish_entry(&mut tx, permit, at, entry, &parts).await?);
            told.extend(concerned(entry));
        }
        let by = permit.principal().account;
        if let (Some(first), Some(kennung)) = (waiting.first(), kennung) {
            for person in told {
                let (entry, kennung) = (several(first, waiting.len()), kennung.clone());
                let notice = Notice::Approved { entry, kennung, by, note: first.note.clone() };
                self.queue(&mut tx, at, Recipient::Account(person), notice).await?;
            }
        }
        tx.commit().await?;
        self.notify_written(Vec::new());
        Ok(BulkEnd { done: waiting.len(), left: items.len() - waiting.len() })
    }

    /// Undoes a change to many entries of the permit's organisation, where nobody has changed or decided anything since.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such change, [`AppError::WrongStage`] when it was undone before.
    pub async fn undo_bulk(&self, permit: &Permit, id: Uuid) -> Result<BulkEnd, AppError> {
        permit.require(&[Act::Submit])?;
        let (at, actor) = (self.now(), permit.actor());
        let mut tx = self.0.store.write().await?;
        let (_, items) = of_permit(tx.bulk_edit(id).await?, permit)?;
        tx.undo_bulk_edit(at, &actor, id).await.map_err(refusal)?;
        let mut end = BulkEnd::default();
        for item in &items {
            match untouched(&mut tx, item).await? {
                Some(entry) => {
                    tx.end_work(at, &actor, entry, Some(Action::Discarded)).await?;
                    end.done += 1;
                }
                None => end.left += 1,
            }
        }
        tx.commit().await?;
        Ok(end)
    }

    /// Changes to many entries of the permit's organisation, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bulk_edits(&self, permit: &Permit) -> Result<Vec<BulkSummary>, AppError> {
        permit.require(&[Act::ReadWork])?;
        let mut tx = self.0.store.read().await?;
        let edits = tx.bulk_edits(permit.organisation()?, LISTED).await?;
        let people: Vec<Uuid> = edits.iter().filter_map(|edit| edit.actor.parse().ok()).collect();
        let names = tx.account_names(&people).await?;
        let waiting = tx.waiting_of_bulk_edits(&edits.iter().map(|edit| edit.id).collect::<Vec<_>>()).await?;
        let summary = |edit: BulkEdit| {
            let who = edit.actor.parse::<Uuid>().ok();
            Ok(BulkSummary {
                id: edit.id,
                change: serde_json::from_str(&edit.change)?,
                at: edit.at,
                by: names.iter().find(|(known, _)| Some(*known) == who).map(|(_, name)| name.clone()),
                is_own: *edit.actor == *permit.principal().actor,
                is_undone: edit.undone_at.is_some(),
                entries: edit.items,
                waiting: waiting.get(&edit.id).copied().unwrap_or_default(),
            })
        };
        edits.into_iter().map(summary).collect()
    }
}

/// The entry of an item that is as the change left it.
async fn untouched(tx: &mut WriteTx, item: &BulkItem) -> Result<Option<RecordId>, AppError> {
    let Some(work) = tx.work(item.record).await?.filter(|work| work.revision == item.revision) else { return Ok(None) };
    Ok(Some(work.entry).filter(|_| work.state == WorkState::InReview))
}

fn of_permit(found: Option<(BulkEdit, Vec<BulkItem>)>, permit: &Permit) -> Result<(BulkEdit, Vec<BulkItem>), AppError> {
    let organisation = permit.organisation()?;
    found.filter(|(edit, _)| edit.organisation == organisation).ok_or(AppError::NotFound)
}

fn refusal(error: StoreError) -> AppError {
    match error {
        StoreError::NotPossible => AppError::WrongStage,
        StoreError::Stale { .. } => AppError::Changed,
        other => other.into(),
    }
}

/// One mail about many entries: the first one, and how many more.
fn several(first: &EntryWork, count: usize) -> EntryName {
    let mut name = name(first);
    if count > 1 {
        name.title = format!("{} (+{})", name.title, count - 1);
    }
    name
}

/// A change that was checked.
struct Wanted {
    kind: RecordKind,
    key: &'static str,
    value: Value,
    today: PartialDate,
}

impl Wanted {
    fn of(change: &BulkChange, at: Instant) -> Result<Self, AppError> {
        let today = App::day_of(at).ok_or(AppError::Invalid)?;
        let wanted = match change {
            BulkChange::Confirm => {
                let (kind, key) = (RecordKind::Deployment, keys::LAST_CONFIRMED_ON);
                Self { kind, key, value: Value::Date(today), today }
            }
            BulkChange::Lifecycle { to } => {
                let code = maki_domain::vocabulary::vocabulary("lifecycle").and_then(|v| v.code(to));
                let value = Value::Code(code.ok_or(AppError::Invalid)?);
                Self { kind: RecordKind::Deployment, key: keys::LIFECYCLE, value, today }
            }
            BulkChange::Mailbox { address } => {
                let value = Value::Text(address.trim().to_owned());
                Self { kind: RecordKind::System, key: keys::CONTACT_MAILBOX, value, today }
            }
        };
        let id = maki_domain::catalogue().id(wanted.key).ok_or(AppError::Invalid)?;
        let is_blank = wanted.value.as_text().is_some_and(str::is_empty);
        if is_blank || check::slot_fault(id.field(), &Slot::from(wanted.value.clone())).is_some() {
            return Err(AppError::Invalid);
        }
        Ok(wanted)
    }

    /// Changes the entry, and returns what is to be saved.
    fn apply(&self, entry: &mut EntryWork) -> Result<DraftSave, BulkSkip> {
        match entry.stage {
            Stage::Published => {}
            Stage::Draft | Stage::InReview | Stage::Returned => return Err(BulkSkip::InWork),
            Stage::Withdrawn => return Err(BulkSkip::Unknown),
        }
        let (entry_id, organisation) = (entry.entry, entry.organisation);
        let part = entry.parts.iter_mut().find(|part| part.kind == self.kind).ok_or(BulkSkip::NotPossible)?;
        let before = part.content.clone();
        if self.key == keys::LIFECYCLE {
            let from = before.code(keys::LIFECYCLE).map(Code::as_str);
            let to = match &self.value {
                Value::Code(code) => code.as_str(),
                _ => "",
            };
            if !from.is_none_or(|from| lifecycle::may_become(from, to)) {
                return Err(BulkSkip::NotPossible);
            }
        }
        part.content.put(self.key, self.value.clone());
        if part.content == before {
            return Err(BulkSkip::Unchanged);
        }
        part.is_changed = true;
        let save = DraftSave {
            draft: Draft {
                id: part.record,
                kind: part.kind,
                owner: Some(organisation),
                parent: None,
                expected_revision: part.revision,
                content: part.content.clone(),
            },
            entry: entry_id,
            organisation,
            base_version: part.version,
            may_be_returned: entry.stage == Stage::Returned,
        };
        let is_whole = entry.open_points().is_empty() && !has_errors(&entry.findings(self.today));
        if is_whole { Ok(save) } else { Err(BulkSkip::Incomplete) }
    }
}
