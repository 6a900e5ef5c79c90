//! Planning what a row makes of the records it names. Nothing counts before the whole row is planned.

use std::collections::{BTreeSet, HashMap, HashSet};

use maki_domain::assess::rule_set;
use maki_domain::entry::{DeploymentPart, Parts, SystemPart};
use maki_domain::plausibility::{Finding, Surroundings, rule_book};
use maki_domain::{
    Content, Entry, ExternalId, FieldId, Kennung, RecordId, RecordKind, RecordState, Visibility, catalogue, check, keys,
};
use maki_store::{Draft, DraftSave, WriteTx};

use super::find::{ByExternal, key_of, own_name};
use super::{RowFinding, RowResult, RowStatus, WriteMode, WriteOptions};
use crate::access::Permit;
use crate::import::{RowFault, names};
use crate::schemes::draft_id;
use crate::work::situation_of;
use crate::{App, AppError};

/// Fields that nobody leaves out or hides once they speak of them.
const MUST_BE_STATED: [&str; 2] = [keys::NAME, keys::LIFECYCLE];

/// A record as this batch knows it.
pub(super) struct Known {
    pub kind: RecordKind,
    pub kennung: Option<Kennung>,
    pub state: RecordState,
    pub owner: Option<RecordId>,
    pub parent: Option<RecordId>,
    pub external_ids: Vec<ExternalId>,
    /// What its draft says, or what is public where there is no draft.
    pub content: Content,
    pub version: i64,
    /// 0 for a record that this batch makes.
    pub revision: i64,
    /// Under which record the work on it is found; none where it has no draft.
    pub work: Option<RecordId>,
    /// It waits for approval.
    pub is_waiting: bool,
    /// This batch writes it.
    pub is_written: bool,
}

pub(super) struct Batch<'a> {
    pub app: &'a App,
    pub permit: &'a Permit,
    options: WriteOptions,
    pub own: RecordId,
    pub own_kennung: Option<Kennung>,
    pub own_name: String,
    /// What the register says about the organisations whose entries may be written.
    pub bodies: HashMap<RecordId, Content>,
    /// Organisations that rows name, and whether entries of theirs may be written.
    pub allowed: HashMap<RecordId, bool>,
    pub by_external: ByExternal,
    pub by_kennung: HashMap<Kennung, RecordId>,
    /// Deployments by system and deployer.
    pub uses: HashMap<(RecordId, RecordId), Vec<RecordId>>,
    pub known: HashMap<RecordId, Known>,
    /// What is written, in the order in which records refer to each other.
    order: Vec<RecordId>,
    new_ids: Vec<(RecordId, ExternalId)>,
    /// Entries to be handed in, with their names.
    pub handed_in: Vec<RecordId>,
    seen: BTreeSet<RecordId>,
}

/// A part that was found, or a new one; with what it is to say.
struct PlannedPart {
    id: RecordId,
    is_new: bool,
    content: Content,
    is_changed: bool,
    /// Under which record its work stands already.
    work: Option<RecordId>,
    new_ids: Vec<ExternalId>,
}

type Faults = Vec<RowFault>;

fn one(row: u64, field: &str, value: &str, reason: &str) -> Faults {
    vec![RowFault::new(row, field, value, reason)]
}

impl<'a> Batch<'a> {
    pub fn new(app: &'a App, permit: &'a Permit, options: WriteOptions) -> Self {
        Self {
            app,
            permit,
            options,
            own: permit.acting(),
            own_kennung: None,
            own_name: String::new(),
            bodies: HashMap::new(),
            allowed: HashMap::new(),
            by_external: HashMap::new(),
            by_kennung: HashMap::new(),
            uses: HashMap::new(),
            known: HashMap::new(),
            order: Vec::new(),
            new_ids: Vec::new(),
            handed_in: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Whether an entry speaks of the token's own organisation.
    pub fn is_own_name(&self, entry: &Entry) -> bool {
        let part = &entry.organisation;
        let name = part.content.text(keys::ORGANISATION_NAME);
        match &part.kennung {
            Some(kennung) => self.own_kennung.as_ref() == Some(kennung),
            None => part.external_ids.is_empty() && name.is_none_or(|name| names::normalise(name) == self.own_name),
        }
    }

    /// Whose entry it is, when it may be written.
    pub fn organisation_of(&self, row: u64, entry: &Entry) -> Result<RecordId, Faults> {
        if self.is_own_name(entry) {
            return Ok(self.own);
        }
        let part = &entry.organisation;
        let name = part.content.text(keys::ORGANISATION_NAME).unwrap_or_default();
        let found = match &part.kennung {
            Some(kennung) => self.by_kennung.get(kennung).copied(),
            None => {
                let given = names::of_organisation(part);
                let by_id = given.iter().find_map(|id| self.by_external.get(&key_of(id)));
                let everywhere = names::anywhere(name);
                let mut named = everywhere.iter().filter_map(|id| self.by_external.get(&key_of(id)));
                // A name only counts where no id says more; the reader puts one where there was none.
                let by_name = named.next().filter(|first| named.all(|other| other == *first));
                let by_name = by_name.filter(|_| part.external_ids.is_empty());
                by_id.or(by_name).copied()
            }
        };
        let shown = part.kennung.as_ref().map_or(name, Kennung::as_str);
        match found.map(|id| (id, self.allowed.get(&id))) {
            Some((id, Some(true))) => Ok(id),
            Some(_) => Err(one(row, RecordKind::Organisation.code(), shown, "forbidden-organisation")),
            None => Err(one(row, RecordKind::Organisation.code(), shown, "organisation-unknown")),
        }
    }

    /// Plans a row; when nothing speaks against it, it counts.
    pub fn plan(&mut self, row: u64, entry: Entry) -> Result<RowResult, Faults> {
        let organisation = self.organisation_of(row, &entry)?;
        let Entry { system, deployment, .. } = entry;
        let Some(system) = system else { return Err(one(row, keys::NAME, "", "entry-system-missing")) };
        let (system_id, system) = self.plan_system(row, organisation, system)?;
        let deployment = match deployment {
            Some(part) => Some(self.plan_deployment(row, (system_id, organisation), part)?),
            None if system.is_none() => return Err(one(row, RecordKind::System.code(), "", "system-of-another")),
            None => None,
        };
        let found = deployment.as_ref().map(|part| part.work.unwrap_or(part.id));
        let entry = found.or(system.as_ref().map(|part| part.work.unwrap_or(part.id))).unwrap_or(system_id);
        if self.options.mode == WriteMode::Review {
            self.check_complete(row, system_id, system.as_ref(), deployment.as_ref())?;
        }
        let parts = || system.iter().chain(&deployment);
        let made = deployment.as_ref().or(system.as_ref()).is_some_and(|part| part.is_new);
        let is_changed = parts().any(|part| part.is_changed || part.is_new);
        let status = match (made, is_changed) {
            (true, _) => RowStatus::Created,
            (false, true) => RowStatus::Changed,
            (false, false) => RowStatus::Unchanged,
        };
        let is_open = is_changed || parts().any(|part| part.work.is_some());
        let kennung = self.known.get(&system_id).and_then(|known| known.kennung.clone());
        let findings = self.findings(organisation, system_id, system.as_ref(), deployment.as_ref());
        if let Some(part) = system {
            self.take(part, RecordKind::System, organisation, None, entry);
        }
        if let Some(part) = deployment {
            self.take(part, RecordKind::Deployment, organisation, Some(system_id), entry);
        }
        if self.options.mode == WriteMode::Review && is_open && self.seen.insert(entry) {
            self.handed_in.push(entry);
        }
        Ok(RowResult { row, status, entry: Some(entry), kennung, problems: Vec::new(), findings })
    }

    /// What the rules say of what the row can change.
    fn findings(
        &self,
        organisation: RecordId,
        system_id: RecordId,
        system: Option<&PlannedPart>,
        deployment: Option<&PlannedPart>,
    ) -> Vec<RowFinding> {
        let Some(today) = App::day_of(self.app.now()) else { return Vec::new() };
        let shared = self.known.get(&system_id).map(|known| &known.content);
        let parts = Parts {
            organisation: self.bodies.get(&organisation),
            system: system.map(|part| &part.content).or(shared),
            deployment: deployment.map(|part| &part.content),
        };
        let around = Surroundings { today, law: rule_set(), dead_links: &HashSet::new(), is_near_duplicate: false };
        let is_of_row = |finding: &Finding<'_>| match finding.field.field().record {
            RecordKind::Organisation => false,
            RecordKind::System => system.is_some(),
            RecordKind::Deployment => deployment.is_some(),
        };
        rule_book().findings(parts, &around).iter().filter(|one| is_of_row(one)).map(RowFinding::from).collect()
    }

    /// The system and what becomes of it; nothing where it is only used here.
    fn plan_system(
        &self,
        row: u64,
        organisation: RecordId,
        part: SystemPart,
    ) -> Result<(RecordId, Option<PlannedPart>), Faults> {
        let kind = RecordKind::System;
        let found = self.find(row, kind, organisation, part.kennung.as_ref(), &part.external_ids)?;
        let by_name = own_name(organisation, &part);
        let found = found.or_else(|| by_name.as_ref().and_then(|id| self.by_external.get(&key_of(id))).copied());
        let known = found.and_then(|id| Some((id, self.known.get(&id)?)));
        if let Some((id, known)) = known
            && known.owner != Some(organisation)
        {
            let shown = part.kennung.as_ref().map_or("", Kennung::as_str);
            let is_usable = known.state == RecordState::Published;
            return if is_usable { Ok((id, None)) } else { Err(one(row, kind.code(), shown, "system-of-another")) };
        }
        if known.is_none()
            && let Some(responsible) = part.responsible.as_deref()
            && !self.is_own_reference(responsible)
        {
            return Err(one(row, "responsible", responsible, "forbidden-organisation"));
        }
        let mut planned = self.plan_part(row, known, part.content)?;
        planned.new_ids = self.free_ids(organisation, known, &part.external_ids);
        planned.new_ids.extend(by_name.filter(|id| !self.by_external.contains_key(&key_of(id))));
        Ok((planned.id, Some(planned)))
    }

    fn plan_deployment(
        &self,
        row: u64,
        (system, organisation): (RecordId, RecordId),
        part: DeploymentPart,
    ) -> Result<PlannedPart, Faults> {
        let kind = RecordKind::Deployment;
        let named = part.kennung.is_some() || !names::given(&part.external_ids).is_empty();
        let found = self.find(row, kind, organisation, part.kennung.as_ref(), &part.external_ids)?;
        let found = match (found, named, self.uses.get(&(system, organisation)).map(Vec::as_slice)) {
            (Some(found), ..) => Some(found),
            (None, false, Some([only])) => Some(*only),
            (None, false, Some([_, ..])) => return Err(one(row, kind.code(), "", "deployment-ambiguous")),
            _ => None,
        };
        let known = found.and_then(|id| Some((id, self.known.get(&id)?)));
        if let Some((_, known)) = known {
            let shown = part.kennung.as_ref().map_or("", Kennung::as_str);
            if known.owner != Some(organisation) {
                return Err(one(row, kind.code(), shown, "forbidden-organisation"));
            }
            if known.parent != Some(system) {
                return Err(one(row, kind.code(), shown, "deployment-of-another-system"));
            }
        }
        let mut planned = self.plan_part(row, known, part.content)?;
        planned.new_ids = self.free_ids(organisation, known, &part.external_ids);
        Ok(planned)
    }

    /// What a part becomes when it says this: laid over what is there.
    fn plan_part(&self, row: u64, known: Option<(RecordId, &Known)>, said: Content) -> Result<PlannedPart, Faults> {
        must_be_stated(row, &said)?;
        let Some((id, known)) = known else {
            let id = RecordId(self.app.0.edge.new_id());
            let new_ids = Vec::new();
            return Ok(PlannedPart { id, is_new: true, content: said, is_changed: true, work: None, new_ids });
        };
        let shown = known.kennung.as_ref().map_or("", Kennung::as_str);
        if known.state == RecordState::Withdrawn {
            return Err(one(row, known.kind.code(), shown, "record-withdrawn"));
        }
        let mut content = known.content.clone();
        for (field, slot) in said.iter() {
            content.set(field, slot.clone());
            let visibility = said.visibility(field);
            // Saying nothing about who sees a field leaves it as it is.
            if visibility > content.visibility(field) {
                content.narrow(field, visibility);
            }
        }
        let is_changed = content != known.content;
        if is_changed && known.is_waiting {
            return Err(one(row, known.kind.code(), shown, "entry-in-review"));
        }
        Ok(PlannedPart { id, is_new: false, content, is_changed, work: known.work, new_ids: Vec::new() })
    }

    /// The record that a part names by Kennung or external id.
    fn find(
        &self,
        row: u64,
        kind: RecordKind,
        organisation: RecordId,
        kennung: Option<&Kennung>,
        ids: &[ExternalId],
    ) -> Result<Option<RecordId>, Faults> {
        let by_id = || {
            names::given(ids).iter().find_map(|id| {
                let of_draft = self.by_external.get(&key_of(&draft_id(organisation, id)));
                of_draft.or_else(|| self.by_external.get(&key_of(id))).copied()
            })
        };
        let (found, shown) = match kennung {
            None => (by_id(), ids.first().map_or("", |id| id.value.as_str())),
            Some(kennung) => match self.by_kennung.get(kennung) {
                Some(found) => (Some(*found), kennung.as_str()),
                None => return Err(one(row, kind.code(), kennung.as_str(), "kennung-unknown")),
            },
        };
        match found.and_then(|id| self.known.get(&id)) {
            Some(known) if known.kind != kind => Err(one(row, kind.code(), shown, "id-of-another-record")),
            _ => Ok(found),
        }
    }

    /// Ids of a part under which it is not known yet.
    fn free_ids(
        &self,
        organisation: RecordId,
        known: Option<(RecordId, &Known)>,
        said: &[ExternalId],
    ) -> Vec<ExternalId> {
        let has = |id: &ExternalId| {
            known.is_some_and(|(_, known)| {
                known.external_ids.iter().any(|old| old.scheme == id.scheme && old.value == id.value)
            })
        };
        let unknown = names::given(said).into_iter().filter(|id| !has(id));
        let keyed = unknown.map(|id| draft_id(organisation, &id));
        keyed.filter(|id| !self.by_external.contains_key(&key_of(id))).collect()
    }

    fn is_own_reference(&self, reference: &str) -> bool {
        let is_kennung = self.own_kennung.as_ref().is_some_and(|own| own.as_str() == reference.trim());
        is_kennung || names::normalise(reference) == self.own_name
    }

    /// What has to be stated before an entry can be handed in.
    fn check_complete(
        &self,
        row: u64,
        system_id: RecordId,
        system: Option<&PlannedPart>,
        deployment: Option<&PlannedPart>,
    ) -> Result<(), Faults> {
        let shared = self.known.get(&system_id).map(|known| &known.content);
        let of_system = system.map(|part| &part.content).or(shared);
        let of_use = deployment.map(|part| &part.content);
        let parts = [(RecordKind::System, system), (RecordKind::Deployment, deployment)];
        let missing: Faults = parts
            .into_iter()
            .filter_map(|(kind, part)| Some((kind, part?)))
            .flat_map(|(kind, part)| check::missing(kind, &part.content, situation_of(kind, of_system, of_use)))
            .map(|field: FieldId| RowFault::new(row, field.field().key.as_str(), "", "field-missing"))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    }

    /// Makes a planned part count.
    fn take(
        &mut self,
        part: PlannedPart,
        kind: RecordKind,
        owner: RecordId,
        parent: Option<RecordId>,
        entry: RecordId,
    ) {
        let PlannedPart { id, is_new, content, is_changed, work, new_ids } = part;
        for new in new_ids {
            self.by_external.insert(key_of(&new), id);
            self.new_ids.push((id, new));
        }
        if is_new {
            let known = Known {
                kind,
                kennung: None,
                state: RecordState::Draft,
                owner: Some(owner),
                parent,
                external_ids: Vec::new(),
                content: Content::new(),
                version: 0,
                revision: 0,
                work: None,
                is_waiting: false,
                is_written: false,
            };
            self.known.insert(id, known);
            if let Some(system) = parent {
                self.uses.entry((system, owner)).or_default().push(id);
            }
        }
        let Some(known) = self.known.get_mut(&id) else { return };
        if !(is_new || is_changed) {
            return;
        }
        known.content = content;
        known.work = Some(work.unwrap_or(entry));
        if !known.is_written {
            known.is_written = true;
            self.order.push(id);
        }
    }

    /// Writes what was planned.
    pub async fn write(&mut self, tx: &mut WriteTx) -> Result<(), AppError> {
        let (at, actor) = (self.app.now(), self.permit.actor());
        let mut saves = Vec::with_capacity(self.order.len());
        for id in std::mem::take(&mut self.order) {
            let Some(known) = self.known.get_mut(&id) else { continue };
            let Some(organisation) = known.owner else { continue };
            let draft = Draft {
                id,
                kind: known.kind,
                owner: known.owner,
                parent: known.parent,
                expected_revision: known.revision,
                content: std::mem::take(&mut known.content),
            };
            let entry = known.work.unwrap_or(id);
            let base_version = known.version;
            saves.push(DraftSave { draft, entry, organisation, base_version, may_be_returned: true });
        }
        tx.save_drafts(at, &actor, &saves).await?;
        tx.add_external_ids(&self.new_ids).await?;
        self.hand_in(tx, at, &actor, &saves).await
    }
}

/// What a part says where it must not be silent.
pub(super) fn must_be_stated(row: u64, said: &Content) -> Result<(), Faults> {
    for key in MUST_BE_STATED {
        let Some(id) = catalogue().id(key) else { continue };
        let is_absent = said.slot_of(id).is_some_and(|slot| slot.value().is_none());
        if is_absent || said.visibility(id) > Visibility::Public.max(id.field().visibility) {
            return Err(one(row, key, "", "field-must-be-stated"));
        }
    }
    Ok(())
}
