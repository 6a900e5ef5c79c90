//! Who reads an entry besides its organisation, what they see, and what was done to it.
//!
//! Readers are named one by one by the exact address of their account. Each of their readings is a step in the history,
//! written before anything is shown: without the note there is no reading.

use maki_domain::confidential::{ConfidentialContent, ConfidentialState, ConfidentialStep};
use maki_domain::{Act, Instant, RecordId, Relation};
use maki_store::{AccountState, ConfidentialEvent, WriteTx};
use uuid::Uuid;

use super::entry::WORK;
use super::{PAGE, of_permit};
use crate::access::Permit;
use crate::people::checked_email;
use crate::{App, AppError, PeopleFault};

/// Most readers of an entry.
const MOST_READERS: usize = 50;

/// Addresses that one person may try in an hour: nobody is to find out by this form who has an account.
const MOST_TRIES: i64 = 20;
/// In seconds.
const HOUR: i64 = 60 * 60;

/// Somebody who may read an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedReader {
    pub account: Uuid,
    /// None where the person is gone.
    pub name: Option<String>,
    pub email: Option<String>,
    pub since: Instant,
}

/// An approved entry.
#[derive(Debug, Clone)]
pub struct ConfidentialSheet {
    pub entry: RecordId,
    pub number: i64,
    pub organisation: RecordId,
    pub content: ConfidentialContent,
}

/// A step with the names of who took it and whom it is about, as far as they are still people of the register.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    pub event: ConfidentialEvent,
    pub by: Option<String>,
    pub about: Option<String>,
}

impl App {
    /// The approved entry of the permit. A named reader's reading is noted.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when nothing of it is approved, or it has ended.
    pub async fn read_confidential(&self, permit: &Permit) -> Result<ConfidentialSheet, AppError> {
        permit.require(&[Act::ReadConfidential])?;
        let id = permit.record()?;
        if permit.relation() != Relation::Own {
            self.note_reading(permit, id).await?;
        }
        let mut tx = self.0.store.read().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        let is_open = entry.approved_revision > 0 && entry.state != ConfidentialState::Ended;
        let content = match is_open {
            true => tx.confidential_content(id, entry.approved_revision).await?,
            false => None,
        };
        let content = content.ok_or(AppError::NotFound)?;
        Ok(ConfidentialSheet { entry: id, number: entry.number, organisation: entry.organisation, content })
    }

    async fn note_reading(&self, permit: &Permit, id: RecordId) -> Result<(), AppError> {
        let account = permit.principal().account.ok_or(AppError::NotFound)?;
        let mut tx = self.0.store.write().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        // Both may have changed since the permit was given.
        let is_reader = tx.confidential_readers(id).await?.iter().any(|(reader, _)| *reader == account);
        if !is_reader || entry.approved_revision == 0 || entry.state == ConfidentialState::Ended {
            return Err(AppError::NotFound);
        }
        let step = ConfidentialStep::ReadByReader { account };
        self.confidential_step(&mut tx, permit, (id, entry.revision), &step).await?;
        Ok(tx.commit().await?)
    }

    /// Who may read the permit's entry besides its organisation.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such entry.
    pub async fn confidential_readers(&self, permit: &Permit) -> Result<Vec<NamedReader>, AppError> {
        permit.require(&WORK)?;
        let mut tx = self.0.store.read().await?;
        let entry = of_permit(tx.confidential_entry(permit.record()?).await?, permit)?;
        let mut readers = Vec::new();
        for (account, since) in tx.confidential_readers(entry.id).await? {
            let found = tx.account(account).await?.filter(|known| known.state != AccountState::Erased);
            let (name, email) = found.map_or((None, None), |known| (Some(known.name), known.email));
            readers.push(NamedReader { account, name, email, since });
        }
        Ok(readers)
    }

    /// Names a reader of the permit's entry by the exact address of their account. That there is none, and that it can
    /// read nothing, are told alike, and asking costs time.
    ///
    /// # Errors
    /// [`PeopleFault::EmailInvalid`], [`PeopleFault::ReaderUnknown`], [`PeopleFault::TooOften`] after too many wrong
    /// ones, [`PeopleFault::TooManyReaders`]; [`AppError::WrongStage`] when the entry has ended.
    pub async fn name_confidential_reader(&self, permit: &Permit, email: &str) -> Result<(), AppError> {
        permit.require(&[Act::ApproveConfidential])?;
        let email = checked_email(email)?;
        let id = permit.record()?;
        let mut tx = self.change_people().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        let readers = tx.confidential_readers(id).await?;
        let me = permit.principal().actor.as_bytes();
        if self.is_too_often(&mut tx, "confidential reader", me, MOST_TRIES, HOUR).await? {
            return Err(PeopleFault::TooOften { seconds: HOUR }.into());
        }
        let Some(account) = able_reader(&mut tx, &email).await? else {
            // The try counts.
            tx.commit().await?;
            return Err(PeopleFault::ReaderUnknown.into());
        };
        if readers.iter().any(|(reader, _)| *reader == account) {
            return Ok(());
        }
        if readers.len() >= MOST_READERS {
            return Err(PeopleFault::TooManyReaders { limit: MOST_READERS }.into());
        }
        let step = ConfidentialStep::ReaderNamed { account };
        self.confidential_step(&mut tx, permit, (id, entry.revision), &step).await?;
        self.tell(&mut tx, permit, vec![account]).await?;
        self.commit_and_send(tx).await
    }

    /// Takes the permit's entry out of a reader's sight.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the account is no reader, [`AppError::WrongStage`] when the entry has ended.
    pub async fn revoke_confidential_reader(&self, permit: &Permit, account: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::ApproveConfidential])?;
        let id = permit.record()?;
        let mut tx = self.0.store.write().await?;
        let entry = of_permit(tx.confidential_entry(id).await?, permit)?;
        if !tx.confidential_readers(id).await?.iter().any(|(reader, _)| *reader == account) {
            return Err(AppError::NotFound);
        }
        let step = ConfidentialStep::ReaderRevoked { account };
        self.confidential_step(&mut tx, permit, (id, entry.revision), &step).await?;
        Ok(tx.commit().await?)
    }

    /// What was done to the permit's entry, the latest first; pages count from 1. The second value says whether there
    /// is more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such entry.
    pub async fn confidential_history(&self, permit: &Permit, page: i64) -> Result<(Vec<HistoryRow>, bool), AppError> {
        permit.require(&WORK)?;
        let mut tx = self.0.store.read().await?;
        let entry = of_permit(tx.confidential_entry(permit.record()?).await?, permit)?;
        let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
        let mut events = tx.confidential_history(entry.id, offset, PAGE + 1).await?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = events.len() > shown;
        events.truncate(shown);
        let mut people: Vec<Uuid> =
            events.iter().flat_map(|event| [event.actor.parse().ok(), event.step.account()]).flatten().collect();
        people.sort_unstable();
        people.dedup();
        let names = tx.account_names(&people).await?;
        let name = |id: Option<Uuid>| {
            let id = id?;
            names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
        };
        let row = |event: ConfidentialEvent| HistoryRow {
            by: name(event.actor.parse().ok()),
            about: name(event.step.account()),
            event,
        };
        Ok((events.into_iter().map(row).collect(), more))
    }
}

/// The account of an address, when it can sign in and is somebody at some organisation.
async fn able_reader(tx: &mut WriteTx, email: &str) -> Result<Option<Uuid>, AppError> {
    let found = tx.account_by_email(email).await?.filter(|account| account.state == AccountState::Active);
    let Some(account) = found else { return Ok(None) };
    let has_role = tx.memberships(account.id).await?.iter().any(|(_, roles)| !roles.is_empty());
    Ok(has_role.then_some(account.id))
}
