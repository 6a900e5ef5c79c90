//! Changes to shared systems, proposed by those who use them to the organisation that looks after them.
//!
//! Who proposes starts from what authorities see of the system. The steward sees the difference, takes it over into a
//! draft of its own, which then goes through review like any other, or declines it with an answer.

use maki_domain::diff::{FieldChange, apply, diff};
use maki_domain::{Act, Content, Instant, Kennung, RecordId, RecordKind, Role, View, check, keys};
use maki_store::{Draft, NewProposal, Proposal, ProposalState, ReadTx, StoreError, StoredRecord, WorkSave, WriteTx};
use uuid::Uuid;

use super::entry::read;
use super::preview::name_of;
use super::review::{checked, holders};
use super::{MAX_ANSWER, MAX_NOTE, PartChange, Stage};
use crate::access::Permit;
use crate::notice::{EntryName, Notice, Recipient};
use crate::records::PublishedRecord;
use crate::{App, AppError};

/// Proposals in a list.
const LISTED: i64 = 100;

/// What became of proposing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposeOutcome {
    Made(Uuid),
    /// These do not fit; nothing was proposed.
    Faults(Vec<check::FieldFault>),
    /// Nothing would change.
    Unchanged,
}

/// A shared system as those see it who may propose changes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposable {
    pub record: RecordId,
    pub kennung: Option<Kennung>,
    pub content: Content,
    pub version: i64,
    /// Name of who looks after it.
    pub steward: String,
}

/// A proposal as its author and the steward read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalView {
    pub id: Uuid,
    /// The system that it is about.
    pub record: RecordId,
    pub kennung: Option<Kennung>,
    pub name: String,
    pub state: ProposalState,
    /// Name of the organisation that proposes.
    pub organisation: String,
    pub note: String,
    pub answer: String,
    pub made_at: Instant,
    pub decided_at: Option<Instant>,
    /// What would change, against what was public when it was made.
    pub changes: Vec<FieldChange>,
    /// Whether another version was published since.
    pub is_outdated: bool,
}

impl App {
    /// The permit's system as it can be changed in a proposal.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is no published system.
    pub async fn proposable(&self, permit: &Permit) -> Result<Proposable, AppError> {
        permit.require(&[Act::Propose])?;
        let mut tx = self.0.store.read().await?;
        let record = tx.records(&[permit.record()?]).await?.pop().and_then(shared).ok_or(AppError::NotFound)?;
        let steward = tx.records(record.envelope.owner.as_slice()).await?.pop();
        Ok(Proposable {
            record: record.envelope.id,
            kennung: record.envelope.kennung,
            content: record.content,
            version: record.envelope.version,
            steward: name_of(steward),
        })
    }

    /// Proposes changes to the permit's system, made on a version.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the note is empty or too long, [`AppError::Changed`] when another version is public
    /// by now, [`AppError::WrongStage`] when too many proposals are open.
    pub async fn propose(
        &self,
        permit: &Permit,
        version: i64,
        changes: &[PartChange],
        note: &str,
    ) -> Result<ProposeOutcome, AppError> {
        permit.require(&[Act::Propose])?;
        let note = checked(note, MAX_NOTE)?;
        if note.is_empty() {
            return Err(AppError::Invalid);
        }
        let at = self.now();
        let mut tx = self.0.store.write().await?;
        let record = tx.records(&[permit.record()?]).await?.pop().and_then(shared).ok_or(AppError::NotFound)?;
        if record.envelope.version != version {
            return Err(AppError::Changed);
        }
        let (content, faults) = proposed(&record.content, changes);
        if !faults.is_empty() {
            return Ok(ProposeOutcome::Faults(faults));
        }
        if content == record.content {
            return Ok(ProposeOutcome::Unchanged);
        }
        let new = NewProposal {
            id: self.0.edge.new_id(),
            record: record.envelope.id,
            base_version: version,
            organisation: permit.acting(),
            content,
            note: note.to_owned(),
        };
        tx.propose(at, &permit.actor(), &new).await.map_err(refusal)?;
        let by = permit.principal().account;
        let organisation = name_of(tx.records(&[permit.acting()]).await?.pop());
        for editor in holders(&mut tx, record.envelope.owner.unwrap_or_default(), Role::Editor).await? {
            let (entry, organisation) = (named(&record), organisation.clone());
            let notice = Notice::Proposed { entry, organisation, by, note: note.to_owned() };
            self.queue(&mut tx, at, Recipient::Account(editor), notice).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(ProposeOutcome::Made(new.id))
    }

    /// Proposals about the permit's record, newest first, as its own organisation reads them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn proposals_about(&self, permit: &Permit) -> Result<Vec<ProposalView>, AppError> {
        permit.require(&[Act::Edit, Act::ReadWork, Act::Approve])?;
        let mut tx = self.0.store.read().await?;
        let found = tx.proposals_about(permit.record()?, LISTED).await?;
        views(&mut tx, found).await
    }

    /// Open proposals to the permit's organisation, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn proposals_to(&self, permit: &Permit) -> Result<Vec<ProposalView>, AppError> {
        permit.require(&[Act::ReadWork])?;
        let mut tx = self.0.store.read().await?;
        let found = tx.proposals_to(permit.organisation()?, LISTED).await?;
        views(&mut tx, found).await
    }

    /// Proposals that the permit's organisation made, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn proposals_by(&self, permit: &Permit) -> Result<Vec<ProposalView>, AppError> {
        permit.require(&[Act::ReadWork])?;
        let mut tx = self.0.store.read().await?;
        let found = tx.proposals_by(permit.organisation()?, LISTED).await?;
        views(&mut tx, found).await
    }

    /// Takes a proposal about the permit's record over into a draft, and tells its author. Returns the entry where the
    /// draft is found.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such proposal, [`AppError::WrongStage`] when it is decided or the entry
    /// waits for approval, [`AppError::Changed`] when somebody saved just now.
    pub async fn accept_proposal(&self, permit: &Permit, id: Uuid, answer: &str) -> Result<RecordId, AppError> {
        permit.require(&[Act::Edit])?;
        let answer = checked(answer, MAX_ANSWER)?;
        let mut reading = self.0.store.read().await?;
        let proposal = about(reading.proposal(id).await?, permit)?;
        let entry = read(&mut reading, permit, proposal.record).await?;
        let changes = changes(&mut reading, &proposal, Some(entry.organisation)).await?;
        drop(reading);
        if entry.stage == Stage::InReview {
            return Err(AppError::WrongStage);
        }
        let part = entry.part(RecordKind::System).ok_or(AppError::NotFound)?;
        let mut content = part.content.clone();
        apply(&mut content, changes);
        let (at, actor) = (self.now(), permit.actor());
        let mut tx = self.0.store.write().await?;
        tx.decide_proposal(at, &actor, id, ProposalState::Accepted, answer).await.map_err(refusal)?;
        if content != part.content {
            let draft = Draft {
                id: part.record,
                kind: part.kind,
                owner: Some(entry.organisation),
                parent: None,
                expected_revision: part.revision,
                content,
            };
            let revision = tx.save_draft(at, &actor, &draft).await.map_err(refusal)?;
            let save = WorkSave {
                record: part.record,
                entry: entry.entry,
                organisation: entry.organisation,
                revision,
                base_version: part.version,
            };
            tx.note_work(at, &actor, &save).await.map_err(refusal)?;
        }
        self.tell_author(&mut tx, &proposal, true, answer).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(entry.entry)
    }

    /// Declines a proposal about the permit's record, with an answer to its author.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the answer is empty or too long, [`AppError::NotFound`] when there is no such
    /// proposal, [`AppError::WrongStage`] when it is decided.
    pub async fn decline_proposal(&self, permit: &Permit, id: Uuid, answer: &str) -> Result<(), AppError> {
        permit.require(&[Act::Edit])?;
        let answer = checked(answer, MAX_ANSWER)?;
        if answer.is_empty() {
            return Err(AppError::Invalid);
        }
        let mut tx = self.0.store.write().await?;
        let proposal = about(tx.proposal(id).await?, permit)?;
        tx.decide_proposal(self.now(), &permit.actor(), id, ProposalState::Declined, answer).await.map_err(refusal)?;
        self.tell_author(&mut tx, &proposal, false, answer).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// Takes back a proposal that the organisation made for which the permit's principal acts; the permit is for the
    /// record that it is about.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it made no such proposal, [`AppError::WrongStage`] when it is decided.
    pub async fn take_back_proposal(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Propose])?;
        let mut tx = self.0.store.write().await?;
        let proposal = about(tx.proposal(id).await?, permit)?;
        let made_by_own = permit.principal().organisations().any(|own| own == proposal.organisation);
        if !made_by_own {
            return Err(AppError::NotFound);
        }
        tx.decide_proposal(self.now(), &permit.actor(), id, ProposalState::TakenBack, "").await.map_err(refusal)?;
        tx.commit().await?;
        Ok(())
    }

    async fn tell_author(
        &self,
        tx: &mut WriteTx,
        proposal: &Proposal,
        accepted: bool,
        answer: &str,
    ) -> Result<(), AppError> {
        let Ok(author) = proposal.author.parse::<Uuid>() else { return Ok(()) };
        let Some(record) = tx.records(&[proposal.record]).await?.pop().and_then(shared) else { return Ok(()) };
        let notice = Notice::ProposalDecided { entry: named(&record), accepted, note: answer.to_owned() };
        self.queue(tx, self.now(), Recipient::Account(author), notice).await
    }
}

fn refusal(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::NotFound,
        StoreError::NotPossible => AppError::WrongStage,
        StoreError::Stale { .. } => AppError::Changed,
        other => other.into(),
    }
}

/// A published system as authorities see it.
fn shared(record: StoredRecord) -> Option<PublishedRecord> {
    let record = PublishedRecord::of(record, View::Authorities)?;
    (record.envelope.kind == RecordKind::System && !record.is_withdrawn()).then_some(record)
}

fn named(record: &PublishedRecord) -> EntryName {
    let title = record.content.text(keys::NAME).unwrap_or_default().to_owned();
    EntryName { entry: record.envelope.id, title }
}

/// A proposal about the permit's record.
fn about(proposal: Option<Proposal>, permit: &Permit) -> Result<Proposal, AppError> {
    let record = permit.record()?;
    proposal.filter(|proposal| proposal.record == record).ok_or(AppError::NotFound)
}

fn proposed(base: &Content, changes: &[PartChange]) -> (Content, Vec<check::FieldFault>) {
    let (mut content, mut faults) = (base.clone(), Vec::new());
    for change in changes {
        let field = change.field.field();
        let fault = match &change.slot {
            _ if field.record != RecordKind::System => Some(check::Fault::WrongRecord),
            Some(slot) => check::slot_fault(field, slot),
            None => None,
        };
        match (fault, &change.slot) {
            (Some(fault), _) => faults.push(check::FieldFault { field: change.field, fault }),
            (None, Some(slot)) => content.set(change.field, slot.clone()),
            (None, None) => drop(content.remove(change.field)),
        }
    }
    (content, faults)
}

/// What a proposal changes, against what its author saw.
async fn changes(tx: &mut ReadTx, proposal: &Proposal, owner: Option<RecordId>) -> Result<Vec<FieldChange>, AppError> {
    let base = tx.version(proposal.record, proposal.base_version).await?;
    let gone = || AppError::Store(StoreError::Corrupt(format!("version of {}", proposal.record)));
    let (base, _) = base.ok_or_else(gone)?;
    Ok(diff(&base.into_seen_by(View::Authorities, owner), &proposal.content))
}

async fn views(tx: &mut ReadTx, proposals: Vec<Proposal>) -> Result<Vec<ProposalView>, AppError> {
    let mut views = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        let Some(record) = tx.records(&[proposal.record]).await?.pop() else { continue };
        let organisation = name_of(tx.records(&[proposal.organisation]).await?.pop());
        let changes = changes(tx, &proposal, record.envelope.owner).await?;
        views.push(ProposalView {
            id: proposal.id,
            record: proposal.record,
            kennung: record.envelope.kennung,
            name: record.content.text(keys::NAME).unwrap_or_default().to_owned(),
            state: proposal.state,
            organisation,
            note: proposal.note,
            answer: proposal.answer,
            made_at: proposal.made_at,
            decided_at: proposal.decided_at,
            changes,
            is_outdated: record.envelope.version != proposal.base_version,
        });
    }
    Ok(views)
}
