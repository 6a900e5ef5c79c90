//! Organisations that change: described anew, merged, dissolved.
//!
//! History stays: versions keep what they said, the record of an organisation that ended becomes a tombstone that names
//! its successor, and each entry that moves leaves an event.

use maki_domain::{Act, Content, Kennung, RecordId, RecordKind, RecordState, Roles, Value, check, keys};
use maki_store::{AccountState, Grant, Publication, RecordWrite, StoredRecord, Succession, SuccessionKind, WriteTx};

use super::joining::active_organisation;
use super::{PeopleFault, checked_line, checked_note};
use crate::{App, AppError, Permit, series_of};

/// Longest name of an organisation, as the catalogue has it.
const MAX_ORGANISATION_NAME: usize = 300;

/// An organisation's record as it is to be published.
pub(super) struct OrganisationWrite {
    /// None makes a new one.
    pub before: Option<StoredRecord>,
    pub content: Content,
    pub note: String,
}

impl App {
    /// What the register says about the organisation, changed and published at once: it is about itself, and four eyes
    /// are for entries.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit, [`PeopleFault::ContentInvalid`], [`AppError::Changed`] over another
    /// revision.
    pub async fn describe_organisation(
        &self,
        permit: &Permit,
        revision: i64,
        content: Content,
        note: &str,
    ) -> Result<(), AppError> {
        permit.require(&[Act::ManageOrganisation, Act::Operate])?;
        let note = checked_note(note)?;
        if !check::faults(RecordKind::Organisation, &content).is_empty()
            || content.text(keys::ORGANISATION_NAME).is_none_or(|name| name.trim().is_empty())
        {
            return Err(PeopleFault::ContentInvalid.into());
        }
        let mut tx = self.change_people().await?;
        let before = current(&mut tx, permit.organisation()?).await?;
        if before.envelope.revision != revision {
            return Err(AppError::Changed);
        }
        self.publish_organisation(&mut tx, permit, OrganisationWrite { before: Some(before), content, note }).await?;
        tx.commit().await?;
        self.0.written.notify_one();
        Ok(())
    }

    /// Gives an organisation another name; the old one stays in its versions.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit; what is wrong with the name.
    pub async fn rename_organisation(&self, permit: &Permit, name: &str, note: &str) -> Result<(), AppError> {
        permit.require(&[Act::ManageOrganisation, Act::Operate])?;
        let (name, note) = (checked_line(name, MAX_ORGANISATION_NAME)?, checked_note(note)?);
        let mut tx = self.change_people().await?;
        let before = current(&mut tx, permit.organisation()?).await?;
        let mut content = before.content.clone();
        content.put(keys::ORGANISATION_NAME, Value::Text(name));
        self.publish_organisation(&mut tx, permit, OrganisationWrite { before: Some(before), content, note }).await?;
        tx.commit().await?;
        self.0.written.notify_one();
        Ok(())
    }

    /// Makes the permit's organisation part of another: entries, offices, work and people move.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate; [`PeopleFault::OrganisationUnknown`],
    /// [`PeopleFault::OrganisationItself`], [`PeopleFault::Missing`] without a reason.
    pub async fn merge_organisation(&self, permit: &Permit, into: &Kennung, reason: &str) -> Result<(), AppError> {
        self.end_organisation(permit, Some(into), SuccessionKind::Merged, reason).await
    }

    /// Ends the permit's organisation. Its entries go to a successor; without one it may have none left. Its people
    /// lose their roles there.
    ///
    /// # Errors
    /// As [`Self::merge_organisation`]; [`PeopleFault::EntriesLeft`].
    pub async fn dissolve_organisation(
        &self,
        permit: &Permit,
        successor: Option<&Kennung>,
        reason: &str,
    ) -> Result<(), AppError> {
        self.end_organisation(permit, successor, SuccessionKind::Dissolved, reason).await
    }

    async fn end_organisation(
        &self,
        permit: &Permit,
        successor: Option<&Kennung>,
        kind: SuccessionKind,
        reason: &str,
    ) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let reason = checked_note(reason)?;
        if reason.is_empty() {
            return Err(PeopleFault::Missing.into());
        }
        let (now, actor) = (self.now(), permit.actor());
        let mut tx = self.change_people().await?;
        let ended = current(&mut tx, permit.organisation()?).await?;
        let id = ended.envelope.id;
        let successor = match successor {
            Some(kennung) => Some(active_organisation(&mut tx, kennung).await?.envelope.id),
            None => None,
        };
        if successor == Some(id) {
            return Err(PeopleFault::OrganisationItself.into());
        }
        match successor {
            Some(successor) => {
                tx.move_owned(now, &actor, id, successor).await?;
                tx.move_confidential(now, &actor, id, successor, || self.0.edge.seed()).await?;
            }
            None if tx.owns_anything(id).await? => return Err(PeopleFault::EntriesLeft.into()),
            None => {}
        }
        let keepers = successor.filter(|_| kind == SuccessionKind::Merged);
        self.move_members(&mut tx, permit, id, keepers).await?;
        tx.end_powers(now, &actor, id).await?;
        tx.succeed(&actor, &Succession { organisation: id, successor, kind, at: now, reason }).await?;
        tx.withdraw(now, &actor, id, ended.envelope.revision).await?;
        tx.commit().await?;
        // What waits for the follower names the old owner.
        self.0.handover.clear();
        self.0.written.notify_one();
        Ok(())
    }

    /// Takes the roles at an organisation from everybody, and gives them at another where it takes over.
    async fn move_members(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        from: RecordId,
        to: Option<RecordId>,
    ) -> Result<(), AppError> {
        let (now, actor) = (self.now(), permit.actor());
        for member in tx.members(from).await? {
            let account = member.account;
            if let Some(to) = to {
                let held = tx.memberships(account).await?.into_iter().find(|(at, _)| *at == to);
                let held = held.map_or(Roles::NONE, |(_, roles)| roles);
                let roles = member.roles.iter().chain(held.iter()).collect();
                let grant = Grant { account, organisation: to, roles, source: member.source.clone() };
                tx.grant(now, &actor, &grant).await?;
            }
            let none = Grant { account, organisation: from, roles: Roles::NONE, source: String::new() };
            tx.grant(now, &actor, &none).await?;
            if member.state == AccountState::Invited && tx.memberships(account).await?.is_empty() {
                tx.erase_account(now, &actor, account).await?;
            }
        }
        Ok(())
    }

    /// How an organisation ended; none where it has not. Public.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn succession(&self, organisation: RecordId) -> Result<Option<Succession>, AppError> {
        Ok(self.0.store.read().await?.succession(organisation).await?)
    }

    /// Publishes an organisation's record as imports do, and returns its id.
    pub(super) async fn publish_organisation(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        write: OrganisationWrite,
    ) -> Result<RecordId, AppError> {
        let now = self.now();
        let record = match write.before {
            Some(StoredRecord { envelope, .. }) => RecordWrite {
                id: envelope.id,
                kind: RecordKind::Organisation,
                kennung: envelope.kennung.ok_or(AppError::NotFound)?,
                owner: envelope.owner,
                parent: envelope.parent,
                version: envelope.version + 1,
                expected_revision: envelope.revision,
                new_external_ids: Vec::new(),
            },
            None => {
                let prefix = &self.instance().kennung_prefix;
                let series = series_of(RecordKind::Organisation, now);
                let number = tx.take_kennungen(&format!("{prefix}-{series}"), 1).await?;
                let kennung = Kennung::new(prefix, &series, number);
                RecordWrite {
                    id: RecordId(self.0.edge.new_id()),
                    kind: RecordKind::Organisation,
                    kennung: kennung.map_err(|error| AppError::Defect(error.to_string()))?,
                    owner: None,
                    parent: None,
                    version: 1,
                    expected_revision: 0,
                    new_external_ids: Vec::new(),
                }
            }
        };
        let id = record.id;
        let seed = self.0.edge.seed();
        let publication = Publication { record, content: write.content, seed, change_note: write.note };
        tx.publish(now, &permit.actor(), &[publication]).await?;
        Ok(id)
    }
}

/// A published organisation.
async fn current(tx: &mut WriteTx, id: RecordId) -> Result<StoredRecord, AppError> {
    let record = tx.records(&[id]).await?.pop().ok_or(AppError::NotFound)?;
    let is_current =
        record.envelope.kind == RecordKind::Organisation && record.envelope.state == RecordState::Published;
    if is_current { Ok(record) } else { Err(AppError::NotFound) }
}
