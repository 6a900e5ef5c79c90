//! Four eyes for confidential entries, as for the others: handing in, taking back, returning, approving; and ending.

use std::collections::BTreeMap;

use maki_domain::confidential::ConfidentialStep;
use maki_domain::{Act, RecordId, Role};
use maki_store::WriteTx;
use uuid::Uuid;

use super::entry::{ConfidentialWork, WORK, read};
use crate::access::Permit;
use crate::notice::{Notice, Recipient};
use crate::work::{MAX_ANSWER, MAX_NOTE, MAX_REASON, Reason, Stage, Submission, active, checked, has_errors, warnings};
use crate::{App, AppError};

impl App {
    /// Hands the permit's entry in, with a note and the reasons why warnings stand: rule and text. Reasons given before
    /// count as well.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when note or a reason is too long, [`AppError::WrongStage`] when it is no draft.
    pub async fn submit_confidential(
        &self,
        permit: &Permit,
        note: &str,
        reasons: &[(String, String)],
    ) -> Result<Submission, AppError> {
        permit.require(&[Act::EditConfidential])?;
        let note = checked(note, MAX_NOTE)?.to_owned();
        let found = self.found(permit).await?;
        if !found.work.is_changed() {
            return Err(AppError::WrongStage);
        }
        if !found.work.open_points().is_empty() {
            return Ok(Submission::Incomplete);
        }
        let findings = self.findings_of(&found.work);
        if has_errors(&findings) {
            return Ok(Submission::Contradictory);
        }
        let known = self.last_reasons(found.work.entry).await?;
        let mut kept = BTreeMap::new();
        for rule in warnings(&findings) {
            let given = reasons.iter().find(|(of, _)| of == rule).map(|(_, text)| checked(text, MAX_REASON));
            let reason = given.transpose()?.filter(|text| !text.is_empty()).map(str::to_owned);
            let Some(reason) = reason.or_else(|| known.0.get(rule).cloned()) else {
                return Ok(Submission::Unexplained);
            };
            kept.insert(rule.to_owned(), reason);
        }
        let step = ConfidentialStep::Submitted { note, reasons: kept };
        let mut tx = self.0.store.write().await?;
        self.confidential_step(&mut tx, permit, (found.work.entry, found.revision), &step).await?;
        let approvers = active(&mut tx, found.work.organisation, Role::Approver).await?;
        self.tell(&mut tx, permit, approvers).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(Submission::Done)
    }

    /// Takes the permit's entry back that waits for approval.
    ///
    /// # Errors
    /// [`AppError::WrongStage`] when it does not wait.
    pub async fn take_back_confidential(&self, permit: &Permit) -> Result<(), AppError> {
        permit.require(&[Act::EditConfidential])?;
        let found = self.found(permit).await?;
        let mut tx = self.0.store.write().await?;
        let at = (found.work.entry, found.revision);
        self.confidential_step(&mut tx, permit, at, &ConfidentialStep::TakenBack).await?;
        Ok(tx.commit().await?)
    }

    /// Returns the permit's entry, with what has to change.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the answer is empty or too long, [`AppError::WrongStage`] when it does not wait.
    pub async fn return_confidential(&self, permit: &Permit, answer: &str) -> Result<(), AppError> {
        permit.require(&[Act::ApproveConfidential])?;
        let answer = needed(answer)?;
        let (concerned, found) = self.concerned(permit).await?;
        let mut tx = self.0.store.write().await?;
        let at = (found.work.entry, found.revision);
        self.confidential_step(&mut tx, permit, at, &ConfidentialStep::Returned { answer }).await?;
        self.tell(&mut tx, permit, concerned).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// Approves the permit's entry as it was shown.
    ///
    /// # Errors
    /// [`AppError::OwnWork`] for who saved last or handed it in, [`AppError::Changed`] when it is not what was shown,
    /// [`AppError::WrongStage`] when it does not wait.
    pub async fn approve_confidential(&self, permit: &Permit, seen: i64) -> Result<(), AppError> {
        permit.require(&[Act::ApproveConfidential])?;
        let (concerned, found) = self.concerned(permit).await?;
        if found.work.stage != Stage::InReview {
            return Err(AppError::WrongStage);
        }
        let mut tx = self.0.store.write().await?;
        // Read again where nobody else writes: it may have been taken back, and handed in by who approves now.
        let entry = tx.confidential_entry(found.work.entry).await?.ok_or(AppError::NotFound)?;
        let me = &*permit.principal().actor;
        if entry.editor == me || entry.submitted_by == me {
            return Err(AppError::OwnWork);
        }
        self.confidential_step(&mut tx, permit, (entry.id, seen), &ConfidentialStep::Approved).await?;
        self.tell(&mut tx, permit, concerned).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// Ends the permit's entry: the system is not used any more, or is not confidential any more. It stays readable for
    /// its organisation and is not counted any more; readers lose sight of it.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the reason is empty or too long, [`AppError::WrongStage`] when it has ended.
    pub async fn end_confidential(&self, permit: &Permit, reason: &str) -> Result<(), AppError> {
        permit.require(&[Act::ApproveConfidential])?;
        let reason = needed(reason)?;
        let found = self.found(permit).await?;
        let mut tx = self.0.store.write().await?;
        let at = (found.work.entry, found.revision);
        self.confidential_step(&mut tx, permit, at, &ConfidentialStep::Ended { reason }).await?;
        Ok(tx.commit().await?)
    }

    /// Reasons given for warnings when the permit's entry was handed in last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_reasons(&self, permit: &Permit) -> Result<Vec<Reason>, AppError> {
        permit.require(&WORK)?;
        let (reasons, by) = self.last_reasons(permit.record()?).await?;
        let Some((actor, given_at)) = by else { return Ok(Vec::new()) };
        let account: Option<Uuid> = actor.parse().ok();
        let names = self.0.store.read().await?.account_names(account.as_slice()).await?;
        let by = names.into_iter().next().map(|(_, name)| name);
        let of = |(rule, text)| Reason { rule, text, by: by.clone(), given_at };
        Ok(reasons.into_iter().map(of).collect())
    }

    async fn last_reasons(
        &self,
        entry: RecordId,
    ) -> Result<(BTreeMap<String, String>, Option<(String, maki_domain::Instant)>), AppError> {
        let last = self.0.store.read().await?.last_confidential_step(entry, "submitted").await?;
        Ok(match last {
            Some(event) => match event.step {
                ConfidentialStep::Submitted { reasons, .. } => (reasons, Some((event.actor, event.at))),
                _ => (BTreeMap::new(), None),
            },
            None => (BTreeMap::new(), None),
        })
    }

    async fn found(&self, permit: &Permit) -> Result<ConfidentialWork, AppError> {
        read(&mut self.0.store.read().await?, permit).await
    }

    /// The entry, and who saved last and who handed it in.
    async fn concerned(&self, permit: &Permit) -> Result<(Vec<Uuid>, ConfidentialWork), AppError> {
        let mut tx = self.0.store.read().await?;
        let found = read(&mut tx, permit).await?;
        let entry = tx.confidential_entry(found.work.entry).await?.ok_or(AppError::NotFound)?;
        let mut people: Vec<Uuid> =
            [&entry.editor, &entry.submitted_by].into_iter().filter_map(|actor| actor.parse().ok()).collect();
        people.dedup();
        Ok((people, found))
    }

    /// Has people told that something waits for them, and not what.
    pub(super) async fn tell(&self, tx: &mut WriteTx, permit: &Permit, people: Vec<Uuid>) -> Result<(), AppError> {
        let me = permit.principal().account;
        let others = people.into_iter().filter(|account| Some(*account) != me);
        self.queue_all(tx, self.now(), others.map(Recipient::Account).collect(), Notice::LookInside).await
    }
}

/// A text that has to be said.
fn needed(text: &str) -> Result<String, AppError> {
    let text = checked(text, MAX_ANSWER)?;
    if text.is_empty() { Err(AppError::Invalid) } else { Ok(text.to_owned()) }
}
