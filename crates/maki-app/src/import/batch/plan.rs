//! Planning what a row makes of the records it names. Nothing counts before the whole row is planned.

use std::collections::HashMap;

use maki_domain::entry::DeploymentPart;
use maki_domain::{Content, Entry, ExternalId, Kennung, RecordId, RecordKind, RecordState, keys};
use maki_store::WriteTx;

use super::super::merge::merge;
use super::super::report::{ImportReport, RowFault, Tally};
use super::super::seen::fingerprint;
use super::part::{Part, key_of, land_of, names_itself};
use super::{Batch, Becomes, ExternalKey, Known, Planned, PlannedWrite};
use crate::AppError;

impl Known {
    /// A record that a row of this batch makes.
    fn made_by(row: u64, part: &Part, owner: Option<RecordId>, parent: Option<RecordId>) -> Self {
        Self {
            kind: part.kind,
            kennung: part.kennung.clone(),
            state: RecordState::Published,
            owner,
            parent,
            external_ids: Vec::new(),
            content: Content::new(),
            version: 0,
            revision: 0,
            provenance: None,
            said: None,
            write: Some(PlannedWrite { row, new_external_ids: Vec::new() }),
        }
    }
}

impl Batch<'_> {
    pub(super) async fn plan_entry(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        entry: Entry,
        report: &mut ImportReport,
    ) -> Result<Result<(), Vec<RowFault>>, AppError> {
        // Everything is planned before anything counts.
        let land = land_of(&entry);
        let Entry { mut organisation, system, deployment } = entry;
        let parent = organisation.parent.take();
        let organisation_part = Part::organisation(organisation);
        let planned = self.plan_organisation(tx, row, parent.as_deref(), land, &organisation_part).await?;
        let (organisation, parent) = match planned {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        let Some(mut system_part) = system else {
            self.take(
                row,
                organisation_part,
                organisation,
                None,
                parent,
                &mut report.organisations,
                &mut report.kept_local_edits,
            );
            return Ok(Ok(()));
        };
        let responsible = system_part.responsible.take();
        let reference = responsible.as_deref();
        let Some(steward) = self.steward(reference, land, (organisation.id, &organisation_part)) else {
            let reference = reference.unwrap_or_default();
            return Ok(Err(vec![RowFault::new(row, "responsible", reference, "organisation-unknown")]));
        };
        let part = Part::system(system_part, steward);
        let system = match self.plan_part(tx, row, &part).await? {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        if system.is_new && part.content.text(keys::NAME).is_none() {
            return Ok(Err(vec![RowFault::new(row, keys::NAME, "", "field-missing")]));
        }
        let deployment = match self.plan_deployment(tx, row, deployment, (system.id, organisation.id)).await? {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };

        let (organisation_id, system_id) = (organisation.id, system.id);
        let kept = &mut report.kept_local_edits;
        self.take(row, organisation_part, organisation, None, parent, &mut report.organisations, kept);
        // An existing system keeps its steward unless the entry names one.
        let owner = match self.known.get(&system_id) {
            Some(known) if responsible.is_none() => known.owner,
            _ => Some(steward),
        };
        self.take(row, part, system, owner, None, &mut report.systems, kept);
        if let Some((part, planned)) = deployment {
            let id = planned.id;
            self.take(row, part, planned, Some(organisation_id), Some(system_id), &mut report.deployments, kept);
            let uses = self.uses.entry((system_id, organisation_id)).or_default();
            if !uses.contains(&id) {
                uses.push(id);
            }
        }
        Ok(Ok(()))
    }

    /// What the deployment of an entry would become, if there is one.
    async fn plan_deployment(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        deployment: Option<DeploymentPart>,
        (system, organisation): (RecordId, RecordId),
    ) -> Result<Result<Option<(Part, Planned)>, Vec<RowFault>>, AppError> {
        let Some(part) = deployment.map(Part::deployment) else { return Ok(Ok(None)) };
        let only = self.only_use(&part, system, organisation);
        let planned = self.plan_found(tx, row, &part, only).await?;
        Ok(planned.map(|planned| Some((part, planned))))
    }

    /// What the organisation of an entry would become, and the one that it belongs to.
    async fn plan_organisation(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        reference: Option<&str>,
        land: Option<&str>,
        part: &Part,
    ) -> Result<Result<(Planned, Option<RecordId>), Vec<RowFault>>, AppError> {
        let fault = |field: &str, value: &str, reason: &str| vec![RowFault::new(row, field, value, reason)];
        let organisation = match self.plan_part(tx, row, part).await? {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        if organisation.is_new && part.content.text(keys::ORGANISATION_NAME).is_none() {
            return Ok(Err(fault(keys::ORGANISATION_NAME, "", "field-missing")));
        }
        let Some(reference) = reference else { return Ok(Ok((organisation, None))) };
        match self.find_reference(reference, land).filter(|parent| *parent != organisation.id) {
            Some(parent) => Ok(Ok((organisation, Some(parent)))),
            None => Ok(Err(fault("parent", reference, "organisation-unknown"))),
        }
    }

    /// Who is responsible for the system of an entry; none when it names somebody unknown.
    fn steward(
        &self,
        reference: Option<&str>,
        land: Option<&str>,
        (organisation, part): (RecordId, &Part),
    ) -> Option<RecordId> {
        let Some(reference) = reference else { return Some(organisation) };
        let found = self.find_reference(reference, land);
        found.or_else(|| names_itself(reference, part).then_some(organisation))
    }

    /// A deployment without any id is the organisation's only use of the system.
    fn only_use(&self, part: &Part, system: RecordId, organisation: RecordId) -> Option<RecordId> {
        if part.kennung.is_some() || !part.external_ids.is_empty() {
            return None;
        }
        match self.uses.get(&(system, organisation)).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        }
    }

    async fn plan_part(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        part: &Part,
    ) -> Result<Result<Planned, Vec<RowFault>>, AppError> {
        self.plan_found(tx, row, part, None).await
    }

    /// What a part would become; `found` names the record when it is known by other means than its names.
    async fn plan_found(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        part: &Part,
        found: Option<RecordId>,
    ) -> Result<Result<Planned, Vec<RowFault>>, AppError> {
        let fault = |value: &str, reason: &str| vec![RowFault::new(row, part.kind.code(), value, reason)];
        let found = match (found, self.find_part(part)) {
            (Some(found), _) => Some(found),
            (None, Ok(found)) => found,
            (None, Err(reason)) => {
                return Ok(Err(fault(part.kennung.as_ref().map_or("", Kennung::as_str), reason)));
            }
        };
        let Some((id, known)) = found.and_then(|id| Some((id, self.known.get(&id)?))) else {
            let id = RecordId(self.app.0.edge.new_id());
            return Ok(Ok(Planned { id, is_new: true, content: Becomes::Said, kept: 0 }));
        };
        // Found by another id, and then called by a name that is not its own: one of both is wrong.
        if let (Some(said), Some(own)) = (&part.kennung, &known.kennung)
            && said != own
        {
            let fault = RowFault::new(row, part.kind.code(), said.as_str(), "kennung-differs");
            return Ok(Err(vec![fault.with_detail(own.as_str())]));
        }
        // Rows of one run that speak of the same record have to agree; an organisation's columns may be fewer.
        let same_run = match (self.seen.get(id), &known.provenance) {
            (Some(seen), _) => Some(seen),
            (None, Some(p)) if p.run == self.run => u64::try_from(p.row_number).ok().map(|row| (row, 0)),
            _ => None,
        };
        if let Some((other, said)) = same_run {
            let kept = Ok(Planned { id, is_new: false, content: Becomes::Kept, kept: 0 });
            if said == fingerprint(&part.content) || part.kind == RecordKind::Organisation {
                return Ok(kept);
            }
            let says = |c: &Content, (id, slot): &(_, &_)| c.slot_of(*id) == Some(*slot);
            let agrees = |s| says(&known.content, &s) || known.said.as_ref().is_some_and(|said| says(said, &s));
            if part.content.iter().all(agrees) {
                return Ok(kept);
            }
            let value = part.content.text(keys::NAME).unwrap_or_default();
            let fault = RowFault::new(row, part.kind.code(), value, "row-contradicts-another");
            return Ok(Err(vec![fault.with_detail(other.to_string())]));
        }
        let current = known.version;
        let erase = self.options.erase_missing;
        let base = match known.provenance {
            Some(p) if p.version == current => Some(known.content.clone()),
            Some(_) => tx.imported_content(id).await?.map(|(_, content)| content),
            None => None,
        };
        let Some(known) = self.known.get(&id) else { return Ok(Err(fault("", "field-missing"))) };
        let merged = merge(base.as_ref(), &known.content, &part.content, erase);
        Ok(Ok(Planned { id, is_new: false, content: Becomes::Merged(merged.content), kept: merged.kept }))
    }

    /// Makes a planned part count.
    #[expect(clippy::too_many_arguments, reason = "the envelope of one record, used in three places beside each other")]
    fn take(
        &mut self,
        row: u64,
        part: Part,
        planned: Planned,
        owner: Option<RecordId>,
        parent: Option<RecordId>,
        tally: &mut Tally,
        kept: &mut u64,
    ) {
        let Planned { id, is_new, content, kept: kept_here } = planned;
        let is_first = self.seen.note(id, row, fingerprint(&part.content));
        *kept += kept_here as u64;
        if is_new {
            self.known.insert(id, Known::made_by(row, &part, owner, parent));
            self.order.push(id);
            tally.new += 1;
        }
        let Some(known) = self.known.get_mut(&id) else { return };
        let is_written = known.write.is_some() || known.provenance.is_some_and(|p| p.run == self.run);
        let counts = is_first && !is_written;
        let Part { kennung, external_ids, content: said, .. } = part;
        let content = match content {
            // A new record is what the row says.
            Becomes::Said => Some(said),
            kept_or_merged => {
                known.said.get_or_insert(said);
                match kept_or_merged {
                    Becomes::Merged(content) => Some(content),
                    _ => None,
                }
            }
        };
        let content = content.filter(|content| known.content != *content);
        if known.state != RecordState::Published {
            // A withdrawn record stays withdrawn: an import does not overrule a body's decision.
            tally.unchanged += u64::from(counts);
            return;
        }
        let new_ids = take_free_ids(&mut self.by_external, (id, known), external_ids);
        // Only a record that this batch makes has none, and a later row may bring it.
        if known.kennung.is_none() {
            known.kennung = kennung;
        }
        if let Some(kennung) = &known.kennung {
            self.by_kennung.insert(kennung.clone(), id);
        }
        let parent = parent.or(known.parent);
        let moved = known.owner != owner || known.parent != parent;
        if content.is_none() && !moved && new_ids.is_empty() {
            tally.unchanged += u64::from(counts);
            return;
        }
        if let Some(content) = content {
            known.content = content;
        }
        known.owner = owner;
        known.parent = parent;
        if let Some(write) = &mut known.write {
            write.new_external_ids.extend(new_ids);
        } else {
            known.write = Some(PlannedWrite { row, new_external_ids: new_ids });
            self.order.push(id);
            // A later row of the run may add an id to what an earlier batch wrote or found unchanged.
            if !is_written {
                tally.changed += 1;
                tally.unchanged -= u64::from(!is_first && tally.unchanged > 0);
            }
        }
    }
}

/// Gives a record those of the ids that it does not have and that are nobody else's; returns them.
fn take_free_ids(
    by_external: &mut HashMap<ExternalKey, RecordId>,
    (id, known): (RecordId, &mut Known),
    said: Vec<ExternalId>,
) -> Vec<ExternalId> {
    let mut new_ids = Vec::new();
    for new in said {
        let has = known.external_ids.iter().any(|old| old.scheme == new.scheme && old.value == new.value);
        let is_free = by_external.get(&key_of(&new)).is_none_or(|owner| *owner == id);
        if is_free && !has {
            by_external.insert(key_of(&new), id);
            known.external_ids.push(new.clone());
            new_ids.push(new);
        }
    }
    new_ids
}
