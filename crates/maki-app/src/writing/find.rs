//! Finding the records that rows may mean, all with few statements.

use std::collections::{BTreeSet, HashMap};

use maki_domain::rights::may;
use maki_domain::{Act, Entry, ExternalId, Kennung, RecordId, RecordKind, keys};
use maki_store::{StoredRecord, WorkState, WriteTx};

use super::SentRow;
use super::plan::{Batch, Known};
use crate::import::names;
use crate::schemes::draft_id;
use crate::{App, AppError};

pub(super) type ExternalKey = (String, String);

pub(super) fn key_of(id: &ExternalId) -> ExternalKey {
    (id.scheme.clone(), id.value.clone())
}

impl App {
    /// What an organisation is called.
    pub(super) async fn own_name(&self, organisation: RecordId) -> Result<String, AppError> {
        let mut tx = self.0.store.read().await?;
        let record = tx.records(&[organisation]).await?.pop().ok_or(AppError::NotFound)?;
        Ok(record.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned())
    }
}

impl Batch<'_> {
    /// Reads every record that the rows may mean.
    pub async fn load(&mut self, tx: &mut WriteTx, rows: &[SentRow]) -> Result<(), AppError> {
        let own = tx.records(&[self.own]).await?.pop().ok_or(AppError::NotFound)?;
        self.own_kennung = own.envelope.kennung.clone();
        self.own_name = names::normalise(own.content.text(keys::ORGANISATION_NAME).unwrap_or_default());
        let entries: Vec<&Entry> = rows.iter().filter_map(|row| row.entry.as_deref().ok()).collect();
        self.load_organisations(tx, &entries).await?;
        let bodies: Vec<RecordId> = self.allowed.iter().filter(|(_, allowed)| **allowed).map(|(id, _)| *id).collect();
        self.bodies = tx.records(&bodies).await?.into_iter().map(|one| (one.envelope.id, one.content)).collect();
        let mut external = BTreeSet::new();
        let mut kennungen = BTreeSet::new();
        for entry in &entries {
            let Ok(organisation) = self.organisation_of(0, entry) else { continue };
            self.name_parts(organisation, entry, &mut external, &mut kennungen);
        }
        let external: Vec<ExternalKey> = external.into_iter().collect();
        let kennungen: Vec<Kennung> = kennungen.into_iter().collect();
        self.by_external.extend(tx.by_external_ids(&external).await?);
        self.by_kennung.extend(tx.by_kennungen(&kennungen).await?);
        let ids: Vec<RecordId> = self.by_external.values().chain(self.by_kennung.values()).copied().collect();
        self.read(tx, ids).await?;
        let systems: Vec<RecordId> =
            self.known.iter().filter(|(_, known)| known.kind == RecordKind::System).map(|(id, _)| *id).collect();
        let by: Vec<RecordId> = self.allowed.iter().filter(|(_, allowed)| **allowed).map(|(id, _)| *id).collect();
        let uses = tx.uses_of(&systems, &by).await?;
        self.read(tx, uses.iter().map(|one| one.deployment).collect()).await?;
        for one in uses {
            let Some(owner) = one.owner else { continue };
            // A draft that was thrown away is no use.
            if self.known.get(&one.deployment).is_some_and(|known| known.version > 0 || known.work.is_some()) {
                self.uses.entry((one.system, owner)).or_default().push(one.deployment);
            }
        }
        Ok(())
    }

    async fn load_organisations(&mut self, tx: &mut WriteTx, entries: &[&Entry]) -> Result<(), AppError> {
        let mut external: BTreeSet<ExternalKey> = BTreeSet::new();
        let mut kennungen: BTreeSet<Kennung> = BTreeSet::new();
        for entry in entries {
            let part = &entry.organisation;
            kennungen.extend(part.kennung.clone());
            if part.kennung.is_none() && !self.is_own_name(entry) {
                external.extend(names::of_organisation(part).iter().map(key_of));
                let name = part.content.text(keys::ORGANISATION_NAME).unwrap_or_default();
                external.extend(names::anywhere(name).iter().map(key_of));
            }
        }
        self.by_external = tx.by_external_ids(&external.into_iter().collect::<Vec<_>>()).await?;
        self.by_kennung = tx.by_kennungen(&kennungen.into_iter().collect::<Vec<_>>()).await?;
        let found: BTreeSet<RecordId> = self.by_external.values().chain(self.by_kennung.values()).copied().collect();
        self.allowed.insert(self.own, true);
        for id in found {
            let standing = tx.standing(id).await?;
            let allowed = self
                .permit
                .principal()
                .memberships
                .iter()
                .any(|(at, roles)| may(*roles, Act::Edit, standing.relation_to(*at)));
            self.allowed.insert(id, allowed);
        }
        Ok(())
    }

    /// Everything under which system and deployment of an entry may be known.
    fn name_parts(
        &self,
        organisation: RecordId,
        entry: &Entry,
        external: &mut BTreeSet<ExternalKey>,
        kennungen: &mut BTreeSet<Kennung>,
    ) {
        let mut name = |ids: &[ExternalId]| {
            for id in names::given(ids) {
                external.insert(key_of(&draft_id(organisation, &id)));
                external.insert(key_of(&id));
            }
        };
        if let Some(system) = &entry.system {
            name(&system.external_ids);
            kennungen.extend(system.kennung.clone());
        }
        if let Some(deployment) = &entry.deployment {
            name(&deployment.external_ids);
            kennungen.extend(deployment.kennung.clone());
        }
        if let Some(id) = entry.system.as_ref().and_then(|system| own_name(organisation, system)) {
            external.insert(key_of(&id));
        }
    }

    /// Reads records with the work on them.
    async fn read(&mut self, tx: &mut WriteTx, mut ids: Vec<RecordId>) -> Result<(), AppError> {
        ids.retain(|id| !self.known.contains_key(id));
        ids.sort_unstable();
        ids.dedup();
        let mut works = tx.works(&ids).await?;
        let worked: Vec<RecordId> = works.keys().copied().collect();
        let mut drafts = tx.newest_drafts(&worked).await?;
        for StoredRecord { envelope, content: published, .. } in tx.records(&ids).await? {
            let work = works.remove(&envelope.id);
            let content = match &work {
                // A version was published since the draft began: its changes are laid over that version.
                Some(work) if work.base_version != envelope.version => {
                    let mut reading = self.app.0.store.read().await?;
                    crate::work::draft_content(&mut reading, work, &envelope, &published).await?
                }
                Some(_) => drafts.remove(&envelope.id).unwrap_or_default(),
                None => published,
            };
            let is_waiting = work.as_ref().is_some_and(|work| work.state == WorkState::InReview);
            let known = Known {
                kind: envelope.kind,
                kennung: envelope.kennung,
                state: envelope.state,
                owner: envelope.owner,
                parent: envelope.parent,
                external_ids: envelope.external_ids,
                content,
                version: envelope.version,
                revision: envelope.revision,
                work: work.map(|work| work.entry),
                is_waiting,
                is_written: false,
            };
            self.known.insert(envelope.id, known);
        }
        Ok(())
    }
}

/// The key by which a system without any id is found again: organisation and name.
pub(super) fn own_name(organisation: RecordId, system: &maki_domain::entry::SystemPart) -> Option<ExternalId> {
    if system.kennung.is_some() || !names::given(&system.external_ids).is_empty() {
        return None;
    }
    Some(names::system_name(organisation, system.content.text(keys::NAME)?))
}

/// What a program calls records, by external id.
pub(super) type ByExternal = HashMap<ExternalKey, RecordId>;
