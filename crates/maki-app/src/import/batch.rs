//! One batch of an import: finds the records that its rows name, plans what changes, and writes it.
//!
//! Everything that the rows may refer to is read at once; then each row is planned against what is known, which
//! includes what earlier rows of the batch made. A row is planned whole before any of it counts, so a refused row leaves
//! nothing behind.

use std::collections::{BTreeSet, HashMap};

use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Content, Entry, ExternalId, Kennung, RecordId, RecordKind, RecordState, keys};
use maki_store::{Actor, Provenance, Publication, RecordWrite, StoredRecord, WriteTx};
use uuid::Uuid;

use super::faults::entry_faults;
use super::merge::merge;
use super::report::{ImportReport, RowFault, Tally};
use super::seen::{Seen, fingerprint};
use super::{ImportOptions, Outcome, RowInput, names};
use crate::{App, AppError, series_of};

type ExternalKey = (String, String);

/// A record as this batch knows it.
struct Known {
    kind: RecordKind,
    kennung: Option<Kennung>,
    state: RecordState,
    owner: Option<RecordId>,
    parent: Option<RecordId>,
    external_ids: Vec<ExternalId>,
    content: Content,
    version: i64,
    /// 0 for a record that this batch makes.
    revision: i64,
    provenance: Option<Provenance>,
    /// What the first row of this batch that speaks of the record says; local edits make the content differ from it.
    said: Option<Content>,
    /// Set once this batch writes it.
    write: Option<PlannedWrite>,
}

struct PlannedWrite {
    row: u64,
    new_external_ids: Vec<ExternalId>,
}

pub(super) struct Batch<'a> {
    app: &'a App,
    options: &'a ImportOptions,
    run: Uuid,
    seen: &'a mut Seen,
    by_external: HashMap<ExternalKey, RecordId>,
    by_kennung: HashMap<Kennung, RecordId>,
    /// Deployments by system and deployer.
    uses: HashMap<(RecordId, RecordId), Vec<RecordId>>,
    known: HashMap<RecordId, Known>,
    /// What is written, in the order in which records refer to each other.
    order: Vec<RecordId>,
}

/// A part of an entry, told apart from the others only by its kind.
struct Part<'e> {
    kind: RecordKind,
    kennung: Option<&'e Kennung>,
    external_ids: Vec<ExternalId>,
    content: &'e Content,
}

/// A part that has been found or is new, and that nothing speaks against.
struct Planned {
    id: RecordId,
    is_new: bool,
    content: Content,
    kept: usize,
}

impl<'a> Batch<'a> {
    pub fn new(app: &'a App, options: &'a ImportOptions, run: Uuid, seen: &'a mut Seen) -> Self {
        Self {
            app,
            options,
            run,
            seen,
            by_external: HashMap::new(),
            by_kennung: HashMap::new(),
            uses: HashMap::new(),
            known: HashMap::new(),
            order: Vec::new(),
        }
    }

    /// Plans all rows and counts them in the report. True when there is something to write.
    pub async fn apply(
        &mut self,
        tx: &mut WriteTx,
        actor: &Actor,
        rows: &[RowInput],
        report: &mut ImportReport,
    ) -> Result<bool, AppError> {
        debug_assert!(!actor.id.is_empty());
        // Faults come first: what a text may not hold must not reach the database, not even in a look-up.
        let prefix = &self.app.instance().kennung_prefix;
        let faults: Vec<Vec<RowFault>> = rows
            .iter()
            .map(|row| match &row.outcome {
                Outcome::Entry(entry) => entry_faults(row.number, entry, prefix),
                Outcome::Skipped | Outcome::Error(_) => Vec::new(),
            })
            .collect();
        let sound: Vec<&Entry> = rows
            .iter()
            .zip(&faults)
            .filter_map(|(row, faults)| match &row.outcome {
                Outcome::Entry(entry) if faults.is_empty() => Some(entry.as_ref()),
                _ => None,
            })
            .collect();
        self.load(tx, &sound).await?;
        for (row, faults) in rows.iter().zip(faults) {
            report.rows += 1;
            for (field, value) in &row.unknown {
                report.unknown(field, value, row.number);
            }
            for warning in &row.warnings {
                report.warn(warning.clone());
            }
            match &row.outcome {
                Outcome::Skipped => report.skipped += 1,
                Outcome::Error(faults) => report.error(faults.clone()),
                Outcome::Entry(_) if !faults.is_empty() => report.error(faults),
                Outcome::Entry(entry) => match self.plan_entry(tx, row.number, entry, report).await? {
                    Ok(()) => report.entries += 1,
                    Err(faults) => report.error(faults),
                },
            }
        }
        Ok(!self.order.is_empty())
    }

    /// Reads every record that the rows may mean.
    async fn load(&mut self, tx: &mut WriteTx, entries: &[&Entry]) -> Result<(), AppError> {
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
                    None => self.find_part(&organisation_part(&entry.organisation)).ok().flatten()?,
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
    fn find_part(&self, part: &Part<'_>) -> Result<Option<RecordId>, &'static str> {
        let found = part
            .kennung
            .and_then(|k| self.by_kennung.get(k))
            .or_else(|| part.external_ids.iter().find_map(|id| self.by_external.get(&key_of(id))))
            .copied();
        match found.and_then(|id| self.known.get(&id)) {
            Some(known) if known.kind != part.kind => Err("id_of_other_kind"),
            _ => Ok(found),
        }
    }

    /// The organisation that a text names: Kennung, external id, or a name that only one organisation has; in the same
    /// Land first.
    fn find_reference(&self, reference: &str, land: Option<&str>) -> Option<RecordId> {
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

    async fn plan_entry(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        entry: &Entry,
        report: &mut ImportReport,
    ) -> Result<Result<(), Vec<RowFault>>, AppError> {
        let fault = |field: &str, value: &str, reason: &str| vec![RowFault::new(row, field, value, reason)];
        let land = land_of(entry);

        // Everything is planned before anything counts.
        let organisation_part = organisation_part(&entry.organisation);
        let organisation = match self.plan_part(tx, row, &organisation_part).await? {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        if organisation.is_new && entry.organisation.content.text(keys::ORGANISATION_NAME).is_none() {
            return Ok(Err(fault(keys::ORGANISATION_NAME, "", "missing")));
        }
        let mut parent = None;
        if let Some(reference) = &entry.organisation.parent {
            parent = self.find_reference(reference, land).filter(|p| *p != organisation.id);
            if parent.is_none() {
                return Ok(Err(fault("parent", reference, "unknown_organisation")));
            }
        }
        let Some(system_part) = &entry.system else {
            self.take(
                row,
                &organisation_part,
                organisation,
                None,
                parent,
                &mut report.organisations,
                &mut report.kept_local_edits,
            );
            return Ok(Ok(()));
        };
        let mut steward = organisation.id;
        if let Some(reference) = &system_part.responsible {
            match self.find_reference(reference, land) {
                Some(found) => steward = found,
                None if names_itself(reference, &entry.organisation) => {}
                None => return Ok(Err(fault("responsible", reference, "unknown_organisation"))),
            }
        }
        let part = system_as_part(system_part, steward);
        let system = match self.plan_part(tx, row, &part).await? {
            Ok(planned) => planned,
            Err(faults) => return Ok(Err(faults)),
        };
        if system.is_new && system_part.content.text(keys::NAME).is_none() {
            return Ok(Err(fault(keys::NAME, "", "missing")));
        }
        let deployment = match &entry.deployment {
            None => None,
            Some(deployment_part) => {
                let part = self.deployment_as_part(deployment_part);
                let only = self.only_use(&part, system.id, organisation.id);
                match self.plan_found(tx, row, &part, only).await? {
                    Ok(planned) => Some((part, planned)),
                    Err(faults) => return Ok(Err(faults)),
                }
            }
        };

        let (organisation_id, system_id) = (organisation.id, system.id);
        let kept = &mut report.kept_local_edits;
        self.take(row, &organisation_part, organisation, None, parent, &mut report.organisations, kept);
        // An existing system keeps its steward unless the entry names one.
        let owner = match self.known.get(&system_id) {
            Some(known) if system_part.responsible.is_none() => known.owner,
            _ => Some(steward),
        };
        self.take(row, &part, system, owner, None, &mut report.systems, kept);
        if let Some((part, planned)) = deployment {
            let id = planned.id;
            self.take(row, &part, planned, Some(organisation_id), Some(system_id), &mut report.deployments, kept);
            let uses = self.uses.entry((system_id, organisation_id)).or_default();
            if !uses.contains(&id) {
                uses.push(id);
            }
        }
        Ok(Ok(()))
    }

    fn deployment_as_part<'e>(&self, part: &'e DeploymentPart) -> Part<'e> {
        Part {
            kind: RecordKind::Deployment,
            kennung: part.kennung.as_ref(),
            external_ids: names::given(&part.external_ids),
            content: &part.content,
        }
    }

    /// A deployment without any id is the organisation's only use of the system.
    fn only_use(&self, part: &Part<'_>, system: RecordId, organisation: RecordId) -> Option<RecordId> {
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
        part: &Part<'_>,
    ) -> Result<Result<Planned, Vec<RowFault>>, AppError> {
        self.plan_found(tx, row, part, None).await
    }

    /// What a part would become; `found` names the record when it is known by other means than its names.
    async fn plan_found(
        &mut self,
        tx: &mut WriteTx,
        row: u64,
        part: &Part<'_>,
        found: Option<RecordId>,
    ) -> Result<Result<Planned, Vec<RowFault>>, AppError> {
        let fault = |value: &str, reason: &str| vec![RowFault::new(row, part.kind.code(), value, reason)];
        let found = match (found, self.find_part(part)) {
            (Some(found), _) => Some(found),
            (None, Ok(found)) => found,
            (None, Err(reason)) => {
                return Ok(Err(fault(part.kennung.map_or("", Kennung::as_str), reason)));
            }
        };
        let Some((id, known)) = found.and_then(|id| Some((id, self.known.get(&id)?))) else {
            let id = RecordId(self.app.0.edge.new_id());
            return Ok(Ok(Planned { id, is_new: true, content: part.content.clone(), kept: 0 }));
        };
        // Found by another id, and then called by a name that is not its own: one of both is wrong.
        if let (Some(said), Some(own)) = (part.kennung, &known.kennung)
            && said != own
        {
            let fault = RowFault::new(row, part.kind.code(), said.as_str(), "kennung_differs");
            return Ok(Err(vec![fault.with_detail(own.as_str())]));
        }
        // Rows of one run that speak of the same record have to agree; an organisation's columns may be fewer.
        let same_run = match (self.seen.get(id), &known.provenance) {
            (Some(seen), _) => Some(seen),
            (None, Some(p)) if p.run == self.run => u64::try_from(p.row_number).ok().map(|row| (row, 0)),
            _ => None,
        };
        if let Some((other, said)) = same_run {
            let kept = Ok(Planned { id, is_new: false, content: known.content.clone(), kept: 0 });
            if said == fingerprint(part.content) || part.kind == RecordKind::Organisation {
                return Ok(kept);
            }
            let says = |c: &Content, (id, slot): &(_, &_)| c.slot_of(*id) == Some(*slot);
            let agrees = |s| says(&known.content, &s) || known.said.as_ref().is_some_and(|said| says(said, &s));
            if part.content.iter().all(agrees) {
                return Ok(kept);
            }
            let value = part.content.text(keys::NAME).unwrap_or_default();
            let fault = RowFault::new(row, part.kind.code(), value, "contradicts_row");
            return Ok(Err(vec![fault.with_detail(other.to_string())]));
        }
        let current = known.version;
        let erase = self.options.erase_missing;
        let base = match known.provenance {
            Some(p) if p.version == current => Some(known.content.clone()),
            Some(_) => tx.imported_content(id).await?.map(|(_, content)| content),
            None => None,
        };
        let Some(known) = self.known.get(&id) else { return Ok(Err(fault("", "missing"))) };
        let merged = merge(base.as_ref(), &known.content, part.content, erase);
        Ok(Ok(Planned { id, is_new: false, content: merged.content, kept: merged.kept }))
    }

    /// Makes a planned part count.
    #[expect(clippy::too_many_arguments, reason = "the envelope of one record, used in three places beside each other")]
    fn take(
        &mut self,
        row: u64,
        part: &Part<'_>,
        planned: Planned,
        owner: Option<RecordId>,
        parent: Option<RecordId>,
        tally: &mut Tally,
        kept: &mut u64,
    ) {
        let Planned { id, is_new, content, kept: kept_here } = planned;
        let is_first = self.seen.note(id, row, fingerprint(part.content));
        *kept += kept_here as u64;
        if is_new {
            let known = Known {
                kind: part.kind,
                kennung: part.kennung.cloned(),
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
            };
            self.known.insert(id, known);
            self.order.push(id);
            tally.new += 1;
        }
        let Some(known) = self.known.get_mut(&id) else { return };
        let is_written = known.write.is_some() || known.provenance.is_some_and(|p| p.run == self.run);
        let counts = is_first && !is_written;
        // A new record is what the row says.
        if known.said.is_none() && !is_new {
            known.said = Some(part.content.clone());
        }
        if known.state != RecordState::Published {
            // A withdrawn record stays withdrawn: an import does not overrule a body's decision.
            tally.unchanged += u64::from(counts);
            return;
        }
        let has = |known: &Known, new: &ExternalId| {
            known.external_ids.iter().any(|old| old.scheme == new.scheme && old.value == new.value)
        };
        let mut new_ids: Vec<ExternalId> = Vec::new();
        for new in &part.external_ids {
            let is_free = self.by_external.get(&key_of(new)).is_none_or(|owner| *owner == id);
            if is_free && !has(known, new) {
                self.by_external.insert(key_of(new), id);
                known.external_ids.push(new.clone());
                new_ids.push(new.clone());
            }
        }
        // Only a record that this batch makes has none, and a later row may bring it.
        if known.kennung.is_none() {
            known.kennung = part.kennung.cloned();
        }
        if let Some(kennung) = &known.kennung {
            self.by_kennung.insert(kennung.clone(), id);
        }
        let parent = parent.or(known.parent);
        let moved = known.owner != owner || known.parent != parent;
        if known.content == content && !moved && new_ids.is_empty() {
            tally.unchanged += u64::from(counts);
            return;
        }
        known.content = content;
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

    /// Writes what was planned: Kennungen, versions, provenance and raw rows. Returns the new records.
    pub async fn write(
        &mut self,
        tx: &mut WriteTx,
        actor: &Actor,
        rows: &[RowInput],
    ) -> Result<Vec<StoredRecord>, AppError> {
        let at = self.app.now();
        self.give_kennungen(tx, at).await?;
        let mut publications = Vec::with_capacity(self.order.len());
        let mut provenance = Vec::with_capacity(self.order.len());
        for id in std::mem::take(&mut self.order) {
            let Some(known) = self.known.get_mut(&id) else { continue };
            let (Some(write), Some(kennung)) = (known.write.take(), known.kennung.clone()) else { continue };
            let version = known.version + 1;
            let row_number = i64::try_from(write.row).unwrap_or(i64::MAX);
            provenance.push(Provenance { record: id, run: self.run, row_number, version });
            publications.push(Publication {
                record: RecordWrite {
                    id,
                    kind: known.kind,
                    kennung,
                    owner: known.owner,
                    parent: known.parent,
                    version,
                    expected_revision: known.revision,
                    new_external_ids: write.new_external_ids,
                },
                content: std::mem::take(&mut known.content),
                seed: self.app.0.edge.seed(),
                change_note: String::new(),
            });
        }
        let publications = tx.publish_many(at, actor, publications).await?;
        tx.put_provenance(&provenance).await?;
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            let mut raw = String::with_capacity(rows.iter().map(|row| row.raw.len() + 1).sum());
            raw.extend(rows.iter().flat_map(|row| [row.raw.as_str(), "\n"]));
            let number = |row: &RowInput| i64::try_from(row.number).unwrap_or(i64::MAX);
            tx.put_import_rows(self.run, number(first), number(last), raw.as_bytes()).await?;
        }
        Ok(publications.into_iter().filter(|p| p.record.version == 1).map(|p| p.into_stored(at)).collect())
    }

    /// Gives a Kennung to every record that has none; numbers that came with the entries are never given again.
    async fn give_kennungen(&mut self, tx: &mut WriteTx, at: maki_domain::Instant) -> Result<(), AppError> {
        let prefix = &self.app.instance().kennung_prefix;
        for kind in [RecordKind::Organisation, RecordKind::System] {
            let series = series_of(kind, at);
            let of_series = |k: RecordKind| (k == RecordKind::Organisation) == (kind == RecordKind::Organisation);
            let mut nameless = Vec::new();
            let mut brought: HashMap<(String, String), Kennung> = HashMap::new();
            for id in &self.order {
                match self.known.get(id) {
                    Some(k) if of_series(k.kind) && k.kennung.is_none() => nameless.push(*id),
                    Some(Known { revision: 0, kennung: Some(kennung), .. }) => {
                        let highest = brought
                            .entry((kennung.prefix().to_owned(), kennung.series().to_owned()))
                            .or_insert_with(|| kennung.clone());
                        if kennung.number() > highest.number() {
                            *highest = kennung.clone();
                        }
                    }
                    _ => {}
                }
            }
            for kennung in brought.values() {
                tx.keep_kennung(kennung).await?;
            }
            if nameless.is_empty() {
                continue;
            }
            let first = tx.take_kennungen(&format!("{prefix}-{series}"), nameless.len() as u64).await?;
            for (id, number) in nameless.into_iter().zip(first..) {
                let kennung = Kennung::new(prefix, &series, number)
                    .map_err(|e| AppError::Io(std::io::Error::new(std::io::ErrorKind::InvalidInput, e)))?;
                if let Some(known) = self.known.get_mut(&id) {
                    known.kennung = Some(kennung);
                }
            }
        }
        Ok(())
    }
}

fn key_of(id: &ExternalId) -> ExternalKey {
    (id.scheme.clone(), id.value.clone())
}

fn organisation_part(part: &OrganisationPart) -> Part<'_> {
    Part {
        kind: RecordKind::Organisation,
        kennung: part.kennung.as_ref(),
        external_ids: names::of_organisation(part),
        content: &part.content,
    }
}

fn system_as_part(part: &SystemPart, steward: RecordId) -> Part<'_> {
    let mut external_ids = names::given(&part.external_ids);
    if external_ids.is_empty()
        && part.kennung.is_none()
        && let Some(name) = part.content.text(keys::NAME)
    {
        external_ids.push(names::system_name(steward, name));
    }
    Part { kind: RecordKind::System, kennung: part.kennung.as_ref(), external_ids, content: &part.content }
}

fn names_itself(reference: &str, organisation: &OrganisationPart) -> bool {
    let own = organisation.content.text(keys::ORGANISATION_NAME).map(names::normalise);
    own == Some(names::normalise(reference))
}

fn land_of(entry: &Entry) -> Option<&'static str> {
    entry.organisation.content.code(keys::ORGANISATION_LAND).map(maki_domain::Code::as_str)
}
