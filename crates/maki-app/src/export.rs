//! Export: the register, or a part of it, as entries in the order in which an import can read them again.

use std::collections::{BTreeSet, HashMap};

use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Entry, RecordId, RecordKind, View};
use maki_store::ReadTx;
use tokio::sync::mpsc::Sender;

use crate::records::PublishedRecord;
use crate::{App, AppError};

/// Systems read at a time.
const BATCH: usize = 300;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every organisation, then every system with its deployments.
    All,
    /// These systems with their deployments.
    Systems(Vec<RecordId>),
}

impl App {
    /// Sends every entry of a selection, all from one moment of the register. Stops when nobody receives any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn export(&self, view: View, selection: Selection, sink: Sender<Entry>) -> Result<(), AppError> {
        let mut tx = self.0.store.read().await?;
        let mut organisations = Organisations { view, known: HashMap::new() };
        match selection {
            Selection::All => {
                for chunk in parents_first(&mut tx).await?.chunks(BATCH) {
                    organisations.load(&mut tx, chunk.iter().copied().collect()).await?;
                    for id in chunk {
                        let organisation = organisations.part(*id);
                        if sink.send(Entry { organisation, system: None, deployment: None }).await.is_err() {
                            return Ok(());
                        }
                    }
                }
                let mut after = None;
                loop {
                    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
                    let ids = tx.list(RecordKind::System, after, limit).await?;
                    let Some(last) = ids.last() else { return Ok(()) };
                    after = Some(*last);
                    if !systems(&mut tx, &mut organisations, &ids, &sink).await? {
                        return Ok(());
                    }
                }
            }
            Selection::Systems(ids) => {
                for chunk in ids.chunks(BATCH) {
                    if !systems(&mut tx, &mut organisations, chunk, &sink).await? {
                        return Ok(());
                    }
                }
                Ok(())
            }
        }
    }
}

/// Organisations met so far, bounded by starting anew.
struct Organisations {
    view: View,
    known: HashMap<RecordId, (OrganisationPart, String)>,
}

impl Organisations {
    const MOST: usize = 20_000;

    async fn load(&mut self, tx: &mut ReadTx, wanted: BTreeSet<RecordId>) -> Result<(), AppError> {
        if self.known.len() > Self::MOST {
            self.known.clear();
        }
        let missing: Vec<RecordId> = wanted.into_iter().filter(|id| !self.known.contains_key(id)).collect();
        let records: Vec<PublishedRecord> =
            tx.records(&missing).await?.into_iter().filter_map(|r| PublishedRecord::of(r, self.view)).collect();
        let parents: Vec<RecordId> = records.iter().filter_map(|r| r.envelope.parent).collect();
        let parents: HashMap<RecordId, String> = tx
            .records(&parents)
            .await?
            .into_iter()
            .filter_map(|p| Some((p.envelope.id, p.envelope.kennung?.as_str().to_owned())))
            .collect();
        for record in records {
            let kennung = record.kennung().to_owned();
            let parent = record.envelope.parent.and_then(|p| parents.get(&p).cloned());
            let part = OrganisationPart {
                kennung: record.envelope.kennung,
                external_ids: record.envelope.external_ids,
                parent,
                content: record.content,
            };
            self.known.insert(record.envelope.id, (part, kennung));
        }
        Ok(())
    }

    fn part(&self, id: RecordId) -> OrganisationPart {
        self.known.get(&id).map(|(part, _)| part.clone()).unwrap_or_default()
    }

    fn kennung(&self, id: RecordId) -> Option<String> {
        self.known.get(&id).map(|(_, kennung)| kennung.clone())
    }
}

/// One entry per deployment; one alone for a system that nobody deploys. False when nobody receives any more.
async fn systems(
    tx: &mut ReadTx,
    organisations: &mut Organisations,
    ids: &[RecordId],
    sink: &Sender<Entry>,
) -> Result<bool, AppError> {
    let view = organisations.view;
    let published = |records: Vec<maki_store::StoredRecord>| {
        records.into_iter().filter_map(move |r| PublishedRecord::of(r, view)).filter(|r| !r.is_withdrawn())
    };
    let systems: Vec<PublishedRecord> = published(tx.records(ids).await?).collect();
    let children: Vec<RecordId> =
        tx.children(ids, RecordKind::Deployment).await?.into_iter().map(|(_, deployment)| deployment).collect();
    let mut deployments: HashMap<RecordId, Vec<PublishedRecord>> = HashMap::new();
    for deployment in published(tx.records(&children).await?) {
        if let Some(parent) = deployment.envelope.parent {
            deployments.entry(parent).or_default().push(deployment);
        }
    }
    let owners = systems.iter().chain(deployments.values().flatten()).filter_map(|r| r.envelope.owner).collect();
    organisations.load(tx, owners).await?;
    for system in systems {
        let own = deployments.remove(&system.envelope.id).unwrap_or_default();
        let steward = system.envelope.owner;
        let part = |entry_organisation: Option<RecordId>| SystemPart {
            kennung: system.envelope.kennung.clone(),
            external_ids: system.envelope.external_ids.clone(),
            responsible: steward.filter(|s| Some(*s) != entry_organisation).and_then(|s| organisations.kennung(s)),
            content: system.content.clone(),
        };
        if own.is_empty() {
            let organisation = steward.map(|s| organisations.part(s)).unwrap_or_default();
            let entry = Entry { organisation, system: Some(part(steward)), deployment: None };
            if sink.send(entry).await.is_err() {
                return Ok(false);
            }
        }
        for deployment in own {
            let deployer = deployment.envelope.owner;
            let entry = Entry {
                organisation: deployer.map(|d| organisations.part(d)).unwrap_or_default(),
                system: Some(part(deployer)),
                deployment: Some(DeploymentPart {
                    kennung: deployment.envelope.kennung,
                    external_ids: deployment.envelope.external_ids,
                    content: deployment.content,
                }),
            };
            if sink.send(entry).await.is_err() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// All organisations, legal bodies before their parts, so that an import knows each parent it reads.
async fn parents_first(tx: &mut ReadTx) -> Result<Vec<RecordId>, AppError> {
    let places = tx.places_of(RecordKind::Organisation).await?;
    let known: BTreeSet<RecordId> = places.iter().map(|p| p.id).collect();
    let mut children: HashMap<Option<RecordId>, Vec<RecordId>> = HashMap::new();
    for place in &places {
        children.entry(place.parent.filter(|p| known.contains(p))).or_default().push(place.id);
    }
    let mut order = Vec::with_capacity(places.len());
    let mut level = children.remove(&None).unwrap_or_default();
    while !level.is_empty() {
        let next = level.iter().flat_map(|id| children.remove(&Some(*id)).unwrap_or_default()).collect();
        order.append(&mut level);
        level = next;
    }
    Ok(order)
}
