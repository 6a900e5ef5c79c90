//! Export: the register, or a part of it, as entries in the order in which an import can read them again.
//!
//! What is exported stands on its own: before an organisation is named as a parent or as a steward, an entry has
//! brought it, and none is brought twice. Parents that form a ring cannot all come first, so the link that closes the
//! ring is left out.

use std::collections::{BTreeSet, HashMap, HashSet};

use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Entry, RecordId, RecordKind, View};
use maki_store::{ReadTx, StoreError, StoredRecord};
use tokio::sync::mpsc::Sender;

use crate::records::PublishedRecord;
use crate::{App, AppError};

/// Records read at a time.
const BATCH: usize = 300;
/// Organisations kept in memory; beyond that they are read anew.
const ORGANISATIONS: usize = 20_000;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every organisation, then every system with its deployments.
    All,
    /// These systems with their deployments, and the organisations that they name.
    Systems(Vec<RecordId>),
}

/// Why an export ends early.
enum End {
    /// Nobody receives any more.
    Unheard,
    Failed(AppError),
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl App {
    /// Sends every entry of a selection, all from one moment of the register. Stops when nobody receives any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn export(&self, view: View, selection: Selection, sink: Sender<Entry>) -> Result<(), AppError> {
        let tx = self.0.store.read().await?;
        let mut export = Export { view, tx, sink, organisations: HashMap::new(), brought: HashMap::new() };
        match export.run(selection).await {
            Ok(()) | Err(End::Unheard) => Ok(()),
            Err(End::Failed(error)) => Err(error),
        }
    }
}

/// An export under way.
struct Export {
    view: View,
    tx: ReadTx,
    sink: Sender<Entry>,
    /// Organisations met so far, each with all that are above it; bounded by starting anew.
    organisations: HashMap<RecordId, PublishedRecord>,
    /// Organisations that an entry has brought, and whether with their parent.
    brought: HashMap<RecordId, bool>,
}

impl Export {
    async fn run(&mut self, selection: Selection) -> Result<(), End> {
        let ids = match selection {
            Selection::All => return self.all().await,
            Selection::Systems(ids) => ids,
        };
        for chunk in ids.chunks(BATCH) {
            self.systems(chunk).await?;
        }
        Ok(())
    }

    async fn all(&mut self) -> Result<(), End> {
        let places = self.tx.places_of(RecordKind::Organisation).await?;
        for chunk in places.chunks(BATCH) {
            self.load(chunk.iter().map(|place| place.id).collect()).await?;
            for place in chunk {
                self.bring(place.id, true).await?;
            }
        }
        let mut after = None;
        loop {
            let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let ids = self.tx.list(RecordKind::System, after, limit).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = Some(*last);
            self.systems(&ids).await?;
        }
    }

    /// One entry per deployment; one alone for a system that nobody deploys.
    async fn systems(&mut self, ids: &[RecordId]) -> Result<(), End> {
        let systems = self.published(ids).await?;
        let children = self.tx.children(ids, RecordKind::Deployment).await?;
        let children: Vec<RecordId> = children.into_iter().map(|(_, deployment)| deployment).collect();
        let mut deployments: HashMap<RecordId, Vec<PublishedRecord>> = HashMap::new();
        for deployment in self.published(&children).await? {
            if let Some(parent) = deployment.envelope.parent {
                deployments.entry(parent).or_default().push(deployment);
            }
        }
        let owners = systems.iter().chain(deployments.values().flatten()).filter_map(|r| r.envelope.owner);
        self.load(owners.collect()).await?;
        for system in systems {
            let own = deployments.remove(&system.envelope.id).unwrap_or_default();
            self.system(&system, own).await?;
        }
        Ok(())
    }

    async fn system(&mut self, system: &PublishedRecord, deployments: Vec<PublishedRecord>) -> Result<(), End> {
        let steward = system.envelope.owner;
        if deployments.is_empty() {
            return self.entry(steward, system, None).await;
        }
        for deployment in deployments {
            let deployer = deployment.envelope.owner;
            if let Some(steward) = steward.filter(|s| Some(*s) != deployer) {
                self.bring(steward, true).await?;
            }
            let part = DeploymentPart {
                kennung: deployment.envelope.kennung,
                external_ids: deployment.envelope.external_ids,
                content: deployment.content,
            };
            self.entry(deployer, system, Some(part)).await?;
        }
        Ok(())
    }

    async fn entry(
        &mut self,
        organisation: Option<RecordId>,
        system: &PublishedRecord,
        deployment: Option<DeploymentPart>,
    ) -> Result<(), End> {
        if let Some(organisation) = organisation {
            self.bring(organisation, false).await?;
        }
        let steward = system.envelope.owner.filter(|s| Some(*s) != organisation);
        let part = SystemPart {
            kennung: system.envelope.kennung.clone(),
            external_ids: system.envelope.external_ids.clone(),
            responsible: steward.and_then(|s| self.kennung(s)),
            content: system.content.clone(),
        };
        let organisation = organisation.map(|o| self.part(o)).unwrap_or_default();
        self.send(Entry { organisation, system: Some(part), deployment }).await
    }

    /// Sends an entry for everything above an organisation that none has brought yet, the topmost first, and with
    /// `itself` one for the organisation too; without, the caller's next entry brings it.
    async fn bring(&mut self, organisation: RecordId, itself: bool) -> Result<(), End> {
        let mut chain = Vec::new();
        let mut met = HashSet::new();
        let mut next = Some(organisation);
        while let Some(id) = next {
            let Some(record) = self.organisations.get(&id).filter(|_| !self.brought.contains_key(&id)) else { break };
            if !met.insert(id) {
                break;
            }
            chain.push(id);
            next = record.envelope.parent;
        }
        while let Some(id) = chain.pop() {
            let parent = self.organisations.get(&id).and_then(|record| record.envelope.parent);
            self.brought.insert(id, parent.is_some_and(|parent| self.brought.contains_key(&parent)));
            if itself || !chain.is_empty() {
                let organisation = self.part(id);
                self.send(Entry { organisation, system: None, deployment: None }).await?;
            }
        }
        Ok(())
    }

    async fn send(&self, entry: Entry) -> Result<(), End> {
        self.sink.send(entry).await.map_err(|_| End::Unheard)
    }

    /// What may be shown of records that stand.
    async fn published(&mut self, ids: &[RecordId]) -> Result<Vec<PublishedRecord>, End> {
        let view = self.view;
        let of = |record: StoredRecord| PublishedRecord::of(record, view).filter(|r| !r.is_withdrawn());
        Ok(self.tx.records(ids).await?.into_iter().filter_map(of).collect())
    }

    /// Reads organisations with everything above them.
    async fn load(&mut self, mut wanted: BTreeSet<RecordId>) -> Result<(), End> {
        if self.organisations.len() > ORGANISATIONS {
            self.organisations.clear();
        }
        loop {
            let missing: Vec<RecordId> =
                wanted.iter().filter(|id| !self.organisations.contains_key(id)).copied().collect();
            if missing.is_empty() {
                return Ok(());
            }
            wanted.clear();
            for record in self.tx.records(&missing).await? {
                let Some(record) = PublishedRecord::of(record, self.view) else { continue };
                if record.envelope.kind == RecordKind::Organisation {
                    wanted.extend(record.envelope.parent);
                    self.organisations.insert(record.envelope.id, record);
                }
            }
        }
    }

    fn part(&self, id: RecordId) -> OrganisationPart {
        let Some(record) = self.organisations.get(&id) else { return OrganisationPart::default() };
        let parent = record.envelope.parent.filter(|_| self.brought.get(&id) == Some(&true));
        OrganisationPart {
            kennung: record.envelope.kennung.clone(),
            external_ids: record.envelope.external_ids.clone(),
            parent: parent.and_then(|parent| self.kennung(parent)),
            content: record.content.clone(),
        }
    }

    fn kennung(&self, id: RecordId) -> Option<String> {
        self.organisations.get(&id).map(|record| record.kennung().to_owned())
    }
}
