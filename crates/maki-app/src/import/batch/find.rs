//! Finding the records that the rows of a batch may mean, all with few statements.

use std::collections::BTreeSet;

use maki_domain::{Entry, ExternalId, Kennung, RecordId, RecordKind, keys};
use maki_store::{StoredRecord, WriteTx};

use super::super::names;
use super::part::{Part, key_of, land_of};
use super::{Batch, ExternalKey, Known};
use crate::AppError;

impl Batch<'_> {
    /// Reads every record that the rows may mean.
    pub(super) async fn load(&mut self, tx: &mut WriteTx, entries: &[&Entry]) -> Result<(), AppError> {
        let mut external: BTreeSet<ExternalKey> = BTreeSet::new();
        let mut kennungen: BTreeSet<Kennung> = BTreeSet::new();
        let mut name = |ids: &[ExternalId]| external.extend(ids.iter().map(key_of));
        for entry in entries {
            name(&names::of_organisation(&entry.organisation));
            kennungen.extend(entry.organisation.kennung.clone());
            for reference in entry.organisation.parent.iter().chain(entry.system.iter().flat_map(|s| &s.responsible)) {
                match reference.parse::<Kennung>() {
                    Ok(kennung) => {
                        kennungen.insert(kennung);
                    }
                    Err(_) => {
                        name(&names::anywhere(reference));
                        name(names::reference(reference).as_slice());
                    }
                }
            }
            if let Some(system) = &entry.system {
                name(&system.external_ids);
                kennungen.extend(system.kennung.clone());
            }
            if let Some(deployment) = &entry.deployment {
                name(&deployment.external_ids);
                kennungen.extend(deployment.kennung.clone());
            }
        }
        self.find(tx, external, kennungen).await?;
        // Systems without any id are known by organisation and name, and the organisation is known only now.
        let by_name: BTreeSet<ExternalKey> = entries
            .iter()
            .filter_map(|entry| {
                let system = entry.system.as_ref().filter(|s| s.kennung.is_none())?;
                if !names::given(&system.external_ids).is_empty() {
                    return None;
                }
                let land = land_of(entry);
                let steward = system.responsible.as_ref().and_then(|reference| self.find_reference(reference, land));
                let owner = match steward {
                    Some(steward) => steward,
                    None => {
                        let organisation = &entry.organisation;
                        let ids = names::of_organisation(organisation);
                        let found = self.find_named(RecordKind::Organisation, organisation.kennung.as_ref(), &ids);
                        found.ok().flatten()?
                    }
                };
                Some(key_of(&names::system_name(owner, system.content.text(keys::NAME)?)))
            })
            .collect();
        if !by_name.is_empty() {
            self.find(tx, by_name, BTreeSet::new()).await?;
        }
        let systems: Vec<RecordId> =
            self.known.iter().filter(|(_, k)| k.kind == RecordKind::System).map(|(id, _)| *id).collect();
        let children = tx.children(&systems, RecordKind::Deployment).await?;
        self.read(tx, children.into_iter().map(|(_, deployment)| deployment).collect()).await
    }

    async fn find(
        &mut self,
        tx: &mut WriteTx,
        external: BTreeSet<ExternalKey>,
        kennungen: BTreeSet<Kennung>,
    ) -> Result<(), AppError> {
        let by_external = tx.by_external_ids(&external.into_iter().collect::<Vec<_>>()).await?;
        let by_kennung = tx.by_kennungen(&kennungen.into_iter().collect::<Vec<_>>()).await?;
        let ids: Vec<RecordId> = by_external.values().chain(by_kennung.values()).copied().collect();
        self.by_external.extend(by_external);
        self.by_kennung.extend(by_kennung);
        self.read(tx, ids).await
    }

    async fn read(&mut self, tx: &mut WriteTx, mut ids: Vec<RecordId>) -> Result<(), AppError> {
        ids.retain(|id| !self.known.contains_key(id));
        ids.sort_unstable();
        ids.dedup();
        let mut provenances = tx.provenances(&ids).await?;
        for StoredRecord { envelope, content, .. } in tx.records(&ids).await? {
            let id = envelope.id;
            if let (RecordKind::Deployment, Some(system), Some(deployer)) =
                (envelope.kind, envelope.parent, envelope.owner)
            {
                self.uses.entry((system, deployer)).or_default().push(id);
            }
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
                provenance: provenances.remove(&id),
                said: None,
                write: None,
            };
            self.known.insert(id, known);
        }
        Ok(())
    }

    /// The record that a part names, if there is one.
    pub(super) fn find_part(&self, part: &Part) -> Result<Option<RecordId>, &'static str> {
        self.find_named(part.kind, part.kennung.as_ref(), &part.external_ids)
    }

    fn find_named(
        &self,
        kind: RecordKind,
        kennung: Option<&Kennung>,
        ids: &[ExternalId],
    ) -> Result<Option<RecordId>, &'static str> {
        let found = kennung
            .and_then(|k| self.by_kennung.get(k))
            .or_else(|| ids.iter().find_map(|id| self.by_external.get(&key_of(id))))
            .copied();
        match found.and_then(|id| self.known.get(&id)) {
            Some(known) if known.kind != kind => Err("id-of-another-record"),
            _ => Ok(found),
        }
    }

    /// The organisation that a text names: Kennung, external id, or a name that only one organisation has; in the same
    /// Land first.
    pub(super) fn find_reference(&self, reference: &str, land: Option<&str>) -> Option<RecordId> {
        let is_one = |id: &RecordId| self.known.get(id).is_some_and(|k| k.kind == RecordKind::Organisation);
        if let Ok(kennung) = reference.parse::<Kennung>() {
            return self.by_kennung.get(&kennung).copied().filter(is_one);
        }
        let by_id = names::reference(reference).and_then(|id| self.by_external.get(&key_of(&id)).copied());
        if let Some(found) = by_id.filter(is_one) {
            return Some(found);
        }
        let near = names::organisation_name(land, reference);
        if let Some(found) = self.by_external.get(&key_of(&near)) {
            return Some(*found);
        }
        let everywhere = names::anywhere(reference);
        let mut found = everywhere.iter().filter_map(|id| self.by_external.get(&key_of(id)));
        found.next().filter(|first| found.all(|other| other == *first)).copied()
    }
}
