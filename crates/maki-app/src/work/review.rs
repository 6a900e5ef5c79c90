//! Four eyes: handing in, approving, returning, taking back, throwing away.
//!
//! Whoever saved any part of an entry last, or handed it in, does not approve it. An approver names the revisions that
//! were shown; a newer save refuses the approval. All parts are published in one transaction.

use std::collections::BTreeSet;

use maki_domain::{Act, ExternalId, Instant, Kennung, RecordId, RecordKind, Role};
use maki_store::{AccountState, Action, Publication, RecordWrite, Step, StoreError, WorkState, WriteTx};
use uuid::Uuid;

use super::Stage;
use super::entry::{EntryWork, WorkPart, read};
use super::finding::{MAX_REASON, has_errors, warnings};
use crate::access::Permit;
use crate::notice::{EntryName, Notice, Recipient};
use crate::schemes::of_draft_id;
use crate::{App, AppError, series_of};

/// Longest change note in characters.
pub const MAX_NOTE: usize = 1_000;
/// Longest answer at a return in characters.
pub const MAX_ANSWER: usize = 4_000;
/// What may be handed in.
const OPEN: &[WorkState] = &[WorkState::Draft, WorkState::Returned];
const WAITING: &[WorkState] = &[WorkState::InReview];

/// What became of handing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submission {
    Done,
    /// Something is missing or does not fit.
    Incomplete,
    /// A rule of plausibility found an error.
    Contradictory,
    /// A warning has no reason yet.
    Unexplained,
}

/// The revision of a part that an approver was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub kind: RecordKind,
    pub revision: i64,
}

impl App {
    /// Hands an entry in for review, with a note on what changed, and for each warning the reason why it stands: rule
    /// and text. Reasons given before count as well.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when note or a reason is too long, [`AppError::WrongStage`] when it is not a draft.
    pub async fn submit_work(
        &self,
        permit: &Permit,
        note: &str,
        reasons: &[(String, String)],
    ) -> Result<Submission, AppError> {
        permit.require(&[Act::Submit])?;
        let note = checked(note, MAX_NOTE)?;
        let entry = self.entry_for(permit).await?;
        if !entry.is_changed() {
            return Err(AppError::WrongStage);
        }
        if !entry.open_points().is_empty() {
            return Ok(Submission::Incomplete);
        }
        let findings = self.findings_of(&entry);
        if has_errors(&findings) {
            return Ok(Submission::Contradictory);
        }
        let known = self.0.store.read().await?.finding_reasons(entry.entry).await?;
        let mut tx = self.0.store.write().await?;
        for rule in warnings(&findings) {
            let given = reasons.iter().find(|(of, _)| of == rule).map(|(_, text)| checked(text, MAX_REASON));
            match given.transpose()?.filter(|text| !text.is_empty()) {
                Some(reason) if known.iter().any(|one| one.rule == rule && one.reason == reason) => {}
                Some(reason) => tx.explain_finding(self.now(), &permit.actor(), entry.entry, rule, reason).await?,
                None if known.iter().any(|one| one.rule == rule) => {}
                None => return Ok(Submission::Unexplained),
            }
        }
        let step =
            Step { entry: entry.entry, from: OPEN, to: WorkState::InReview, action: Action::Submitted, text: note };
        self.step(&mut tx, permit, &entry, &step).await?;
        let me = permit.principal().account;
        for approver in approvers(&mut tx, entry.organisation).await?.into_iter().filter(|account| Some(*account) != me)
        {
            let notice = Notice::ReviewAsked { entry: name(&entry), by: me, note: note.to_owned() };
            self.queue(&mut tx, self.now(), Recipient::Account(approver), notice).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(Submission::Done)
    }

    /// Takes an entry back that waits for approval.
    ///
    /// # Errors
    /// [`AppError::WrongStage`] when it does not wait.
    pub async fn take_back_work(&self, permit: &Permit) -> Result<(), AppError> {
        permit.require(&[Act::Submit])?;
        let entry = self.entry_for(permit).await?;
        let mut tx = self.0.store.write().await?;
        let step =
            Step { entry: entry.entry, from: WAITING, to: WorkState::Draft, action: Action::TakenBack, text: "" };
        self.step(&mut tx, permit, &entry, &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns an entry that waits for approval, with what has to change.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the answer is empty or too long, [`AppError::WrongStage`] when it does not wait.
    pub async fn return_work(&self, permit: &Permit, answer: &str) -> Result<(), AppError> {
        permit.require(&[Act::Approve])?;
        let answer = checked(answer, MAX_ANSWER)?;
        if answer.is_empty() {
            return Err(AppError::Invalid);
        }
        let entry = self.entry_for(permit).await?;
        let mut tx = self.0.store.write().await?;
        let step =
            Step { entry: entry.entry, from: WAITING, to: WorkState::Returned, action: Action::Returned, text: answer };
        self.step(&mut tx, permit, &entry, &step).await?;
        let by = permit.principal().account;
        for person in concerned(&entry) {
            let notice = Notice::Returned { entry: name(&entry), by, note: answer.to_owned() };
            self.queue(&mut tx, self.now(), Recipient::Account(person), notice).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// Throws a draft away; what is public stays as it is, and so do the saves.
    ///
    /// # Errors
    /// [`AppError::WrongStage`] when it waits for approval or there is no draft.
    pub async fn discard_work(&self, permit: &Permit) -> Result<(), AppError> {
        permit.require(&[Act::Edit])?;
        let entry = self.entry_for(permit).await?;
        if entry.work.is_empty() || entry.stage == Stage::InReview {
            return Err(AppError::WrongStage);
        }
        let mut tx = self.0.store.write().await?;
        // Nobody may have handed it in meanwhile.
        if tx.work_of_entry(entry.entry).await?.iter().any(|work| work.state == WorkState::InReview) {
            return Err(AppError::WrongStage);
        }
        tx.end_work(self.now(), &permit.actor(), entry.entry, Some(Action::Discarded)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Publishes all parts of an entry as they were shown, and returns the Kennung of its page.
    ///
    /// # Errors
    /// [`AppError::OwnWork`] when the approver saved or handed in any of it, [`AppError::Changed`] when it is not what
    /// was shown, [`AppError::WrongStage`] when it does not wait.
    pub async fn approve_work(&self, permit: &Permit, seen: &[Seen]) -> Result<Kennung, AppError> {
        permit.require(&[Act::Approve])?;
        let entry = self.entry_for(permit).await?;
        let changed = approvable(&entry, Some(seen))?;
        let at = self.now();
        let mut tx = self.0.store.write().await?;
        let kennung = self.publish_entry(&mut tx, permit, at, &entry, &changed).await?;
        let by = permit.principal().account;
        for person in concerned(&entry) {
            let notice =
                Notice::Approved { entry: name(&entry), kennung: kennung.clone(), by, note: entry.note.clone() };
            self.queue(&mut tx, at, Recipient::Account(person), notice).await?;
        }
        tx.commit().await?;
        // Records that were drafts have revisions of their own, so the follower reads them.
        self.notify_written(Vec::new());
        Ok(kennung)
    }

    /// Publishes the changed parts of an entry, and returns the Kennung of its page.
    pub(super) async fn publish_entry(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        at: Instant,
        entry: &EntryWork,
        changed: &[&WorkPart],
    ) -> Result<Kennung, AppError> {
        // The state is read again where nobody else writes.
        if tx.work_of_entry(entry.entry).await? != entry.work {
            return Err(AppError::Changed);
        }
        let publications = self.publications(tx, at, entry, changed).await?;
        let system = publications.iter().find(|p| p.record.kind == RecordKind::System).map(|p| &p.record.kennung);
        let of_system = system.or(entry.part(RecordKind::System).and_then(|part| part.kennung.as_ref()));
        let of_shared = entry.shared_system.as_ref().and_then(|shared| shared.kennung.as_ref());
        let kennung = of_system.or(of_shared).cloned().ok_or(AppError::WrongStage)?;
        match tx.publish(at, &permit.actor(), &publications).await {
            Err(StoreError::Stale { .. }) => return Err(AppError::Changed),
            published => published?,
        }
        tx.end_work(at, &permit.actor(), entry.entry, None).await?;
        self.review_assessments(tx, permit, at, entry).await?;
        Ok(kennung)
    }

    async fn publications(
        &self,
        tx: &mut WriteTx,
        at: Instant,
        entry: &EntryWork,
        parts: &[&WorkPart],
    ) -> Result<Vec<Publication>, AppError> {
        let nameless = parts.iter().filter(|part| part.kennung.is_none()).count();
        let (prefix, series) = (&self.instance().kennung_prefix, series_of(RecordKind::System, at));
        let mut next = match nameless {
            0 => 0,
            many => tx.take_kennungen(&format!("{prefix}-{series}"), many as u64).await?,
        };
        let ids: Vec<RecordId> = parts.iter().map(|part| part.record).collect();
        let records = tx.records(&ids).await?;
        let mut publications = Vec::with_capacity(parts.len());
        for (part, record) in parts.iter().zip(records) {
            let kennung = match &part.kennung {
                Some(kennung) => kennung.clone(),
                None => {
                    let given = Kennung::new(prefix, &series, next).map_err(|e| AppError::Defect(e.to_string()))?;
                    next += 1;
                    given
                }
            };
            publications.push(Publication {
                record: RecordWrite {
                    id: part.record,
                    kind: part.kind,
                    kennung,
                    owner: record.envelope.owner,
                    parent: record.envelope.parent,
                    version: part.version + 1,
                    expected_revision: part.revision,
                    new_external_ids: free_ids(tx, &record.envelope.external_ids).await?,
                },
                content: part.content.clone(),
                seed: self.0.edge.seed(),
                change_note: entry.note.clone(),
            });
        }
        Ok(publications)
    }

    async fn entry_for(&self, permit: &Permit) -> Result<EntryWork, AppError> {
        read(&mut self.0.store.read().await?, permit, permit.record()?).await
    }

    /// Hands work on, when it is still what was read.
    async fn step(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        entry: &EntryWork,
        step: &Step<'_>,
    ) -> Result<(), AppError> {
        if tx.work_of_entry(entry.entry).await? != entry.work {
            return Err(AppError::Changed);
        }
        match tx.hand_on(self.now(), &permit.actor(), step).await {
            Err(StoreError::NotPossible) => Err(AppError::WrongStage),
            done => Ok(done?),
        }
    }
}

/// The parts that an approval publishes; `seen` are the revisions that the approver was shown.
pub(super) fn approvable<'e>(entry: &'e EntryWork, seen: Option<&[Seen]>) -> Result<Vec<&'e WorkPart>, AppError> {
    if entry.stage != Stage::InReview {
        return Err(AppError::WrongStage);
    }
    if entry.is_own {
        return Err(AppError::OwnWork);
    }
    let is_seen =
        |part: &&WorkPart| seen.is_none_or(|seen| seen.contains(&Seen { kind: part.kind, revision: part.revision }));
    let changed: Vec<&WorkPart> = entry.parts.iter().filter(|part| part.is_changed).collect();
    if changed.iter().all(is_seen) { Ok(changed) } else { Err(AppError::Changed) }
}

/// The external ids by which a draft was found, as far as they are nobody's yet.
async fn free_ids(tx: &mut WriteTx, ids: &[ExternalId]) -> Result<Vec<ExternalId>, AppError> {
    let wanted: Vec<ExternalId> = ids.iter().filter_map(of_draft_id).collect();
    let pairs: Vec<_> = wanted.iter().map(|id| (id.scheme.clone(), id.value.clone())).collect();
    let taken = tx.by_external_ids(&pairs).await?;
    let is_free = |pair: &(String, String)| !taken.contains_key(pair);
    Ok(wanted.into_iter().zip(pairs).filter(|(_, pair)| is_free(pair)).map(|(id, _)| id).collect())
}

/// A text within its limit, without blanks around it.
pub(crate) fn checked(text: &str, limit: usize) -> Result<&str, AppError> {
    let text = text.trim();
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > limit || text.chars().any(is_control) { Err(AppError::Invalid) } else { Ok(text) }
}

pub(super) fn name(entry: &EntryWork) -> EntryName {
    EntryName { entry: entry.entry, title: entry.name().to_owned() }
}

/// Who saved last and who handed in, as far as they are people.
pub(super) fn concerned(entry: &EntryWork) -> BTreeSet<Uuid> {
    entry
        .work
        .iter()
        .flat_map(|work| [&work.editor, &work.submitted_by])
        .filter_map(|actor| actor.parse().ok())
        .collect()
}

/// Who may approve entries of an organisation: approvers of the organisation and of its legal body, and coordinators to
/// whom it delegated.
pub(crate) async fn approvers(tx: &mut WriteTx, organisation: RecordId) -> Result<BTreeSet<Uuid>, AppError> {
    let delegated = tx.standing(organisation).await?.delegates.into_iter();
    let mut found = holders(tx, organisation, Role::Approver).await?;
    for coordinator in delegated {
        found.extend(active(tx, coordinator, Role::Coordinator).await?);
    }
    Ok(found)
}

/// Who holds a role at an organisation or above it in its legal body.
pub(super) async fn holders(tx: &mut WriteTx, organisation: RecordId, role: Role) -> Result<BTreeSet<Uuid>, AppError> {
    let standing = tx.standing(organisation).await?;
    let mut found = BTreeSet::new();
    for body in std::iter::once(organisation).chain(standing.above) {
        found.extend(active(tx, body, role).await?);
    }
    Ok(found)
}

pub(crate) async fn active(tx: &mut WriteTx, organisation: RecordId, role: Role) -> Result<Vec<Uuid>, AppError> {
    let members = tx.members(organisation).await?.into_iter();
    let able = members.filter(|m| m.roles.has(role) && m.state == AccountState::Active);
    Ok(able.map(|member| member.account).collect())
}
