//! An entry as its organisation works on it: begun, seen, saved. What people see and fill in is the entry of the other
//! pages of work, so that the same forms and checks hold.

use maki_domain::confidential::{ConfidentialContent, ConfidentialState, ConfidentialStep, Restriction};
use maki_domain::{Act, Content, RecordId, RecordKind};
use maki_store::{ConfidentialEntry, ReadTx};
use uuid::Uuid;

use super::{of_permit, stage_of};
use crate::access::Permit;
use crate::work::{EntryWork, SaveOutcome, SavePart, Stale, WorkPart, changed};
use crate::{App, AppError};

/// Acts that show an entry before it is approved.
pub(super) const WORK: [Act; 3] = [Act::ReadConfidentialWork, Act::EditConfidential, Act::ApproveConfidential];

/// An entry and the work on it.
#[derive(Debug, Clone)]
pub struct ConfidentialWork {
    pub work: EntryWork,
    /// Counted within the organisation.
    pub number: i64,
    /// Of the newest save; to be named by the next step.
    pub revision: i64,
    pub restriction: Restriction,
    /// Why it is confidential as it was approved last; none before the first approval.
    pub approved: Option<Restriction>,
}

impl App {
    /// Begins an entry of the permit's organisation and returns its id.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to edit.
    pub async fn start_confidential(
        &self,
        permit: &Permit,
        content: &ConfidentialContent,
    ) -> Result<RecordId, AppError> {
        permit.require(&[Act::EditConfidential])?;
        let id = RecordId(self.0.edge.new_id());
        let mut tx = self.0.store.write().await?;
        let of = (id, permit.organisation()?);
        tx.make_confidential(self.now(), &permit.actor(), of, content, self.0.edge.seed()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The permit's entry, with the newest save.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such entry of the organisation.
    pub async fn confidential_work(&self, permit: &Permit) -> Result<ConfidentialWork, AppError> {
        permit.require(&WORK)?;
        read(&mut self.0.store.read().await?, permit).await
    }

    /// Saves changes to the parts of the permit's entry, all or none of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such entry.
    pub async fn save_confidential(&self, permit: &Permit, parts: &[SavePart]) -> Result<SaveOutcome, AppError> {
        permit.require(&[Act::EditConfidential])?;
        let id = permit.record()?;
        let mut tx = self.0.store.write().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        if is_locked(entry.state) {
            return Ok(SaveOutcome::Locked);
        }
        if let Some(unseen) = parts.iter().find(|save| save.expected_revision != entry.revision) {
            drop(tx);
            return self.told_stale_confidential(permit, unseen).await;
        }
        let before = tx.confidential_content(id, entry.revision).await?.ok_or(AppError::NotFound)?;
        let (mut content, mut faults) = (before.clone(), Vec::new());
        for save in parts {
            let part = match save.kind {
                RecordKind::System => &mut content.system,
                RecordKind::Deployment => &mut content.deployment,
                RecordKind::Organisation => return Err(AppError::NotFound),
            };
            *part = changed(save.kind, part, &save.changes, &mut faults);
        }
        if content != before {
            let step = ConfidentialStep::Saved(Box::new(content));
            self.confidential_step(&mut tx, permit, (id, entry.revision), &step).await?;
            tx.commit().await?;
        }
        Ok(SaveOutcome::Saved(faults))
    }

    /// Changes why the permit's entry is confidential.
    ///
    /// # Errors
    /// [`AppError::Changed`] when somebody saved since the revision, [`AppError::WrongStage`] when it waits for approval
    /// or has ended.
    pub async fn restrict_confidential(
        &self,
        permit: &Permit,
        revision: i64,
        restriction: Restriction,
    ) -> Result<(), AppError> {
        permit.require(&[Act::EditConfidential])?;
        let id = permit.record()?;
        let mut tx = self.0.store.write().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        if is_locked(entry.state) {
            return Err(AppError::WrongStage);
        }
        if entry.revision != revision {
            return Err(AppError::Changed);
        }
        let mut content = tx.confidential_content(id, revision).await?.ok_or(AppError::NotFound)?;
        if content.restriction == restriction {
            return Ok(());
        }
        content.restriction = restriction;
        let step = ConfidentialStep::Saved(Box::new(content));
        self.confidential_step(&mut tx, permit, (id, revision), &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What stands there now, for a writer who has not seen it.
    async fn told_stale_confidential(&self, permit: &Permit, save: &SavePart) -> Result<SaveOutcome, AppError> {
        let mut tx = self.0.store.read().await?;
        let found = read(&mut tx, permit).await?;
        let base = tx.confidential_content(found.work.entry, save.expected_revision).await?;
        let part = found.work.part(save.kind).ok_or(AppError::NotFound)?;
        Ok(SaveOutcome::Stale(Box::new(Stale {
            kind: save.kind,
            content: part.content.clone(),
            base: base.map(|base| if save.kind == RecordKind::System { base.system } else { base.deployment }),
            revisions: found.work.parts.iter().map(|part| (part.kind, part.revision)).collect(),
            editor: found.work.editor.clone(),
            saved_at: found.work.changed_at,
        })))
    }
}

const fn is_locked(state: ConfidentialState) -> bool {
    matches!(state, ConfidentialState::InReview | ConfidentialState::Ended)
}

/// Reads the entry of a permit.
pub(super) async fn read(tx: &mut ReadTx, permit: &Permit) -> Result<ConfidentialWork, AppError> {
    let entry = of_permit(tx.confidential_entry(permit.record()?).await?, permit)?;
    let newest = tx.confidential_content(entry.id, entry.revision).await?.ok_or(AppError::NotFound)?;
    let approved = match entry.approved_revision {
        0 => None,
        revision => tx.confidential_content(entry.id, revision).await?,
    };
    let account = |actor: &str| actor.parse::<Uuid>().ok();
    let people: Vec<Uuid> = [&entry.editor, &entry.submitted_by].into_iter().filter_map(|a| account(a)).collect();
    let names = tx.account_names(&people).await?;
    let name = |actor: &str| {
        let id = account(actor)?;
        names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
    };
    let text = |step: Option<ConfidentialStep>| match step {
        Some(ConfidentialStep::Submitted { note: text, .. } | ConfidentialStep::Returned { answer: text }) => text,
        _ => String::new(),
    };
    let note = tx.last_confidential_step(entry.id, "submitted").await?.map(|event| event.step);
    let answer = tx.last_confidential_step(entry.id, "returned").await?.map(|event| event.step);
    let body = tx.records(&[entry.organisation]).await?.pop();
    let me = &*permit.principal().actor;
    let (old_system, old_deployment) = match &approved {
        Some(approved) => (approved.system.clone(), approved.deployment.clone()),
        None => (Content::new(), Content::new()),
    };
    Ok(ConfidentialWork {
        number: entry.number,
        revision: entry.revision,
        restriction: newest.restriction,
        approved: approved.map(|approved| approved.restriction),
        work: EntryWork {
            entry: entry.id,
            organisation: entry.organisation,
            about_organisation: body.map(|body| body.content).unwrap_or_default(),
            parts: vec![
                part(&entry, RecordKind::System, newest.system, old_system),
                part(&entry, RecordKind::Deployment, newest.deployment, old_deployment),
            ],
            stage: stage_of(entry.state),
            changed_at: Some(entry.changed_at),
            editor: name(&entry.editor),
            submitted_by: name(&entry.submitted_by),
            submitted_at: entry.submitted_at,
            note: text(note),
            answer: text(answer),
            is_own: entry.editor == me || entry.submitted_by == me,
            shared_system: None,
            work: Vec::new(),
        },
    })
}

fn part(entry: &ConfidentialEntry, kind: RecordKind, content: Content, published: Content) -> WorkPart {
    WorkPart {
        record: entry.id,
        kind,
        kennung: None,
        content,
        published,
        // Both parts are one save.
        revision: entry.revision,
        version: entry.approved_revision,
        is_changed: entry.revision != entry.approved_revision,
    }
}
