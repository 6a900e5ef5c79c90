//! Reading the Steckbrief: a system with its deployments and versions, as one view sees them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use maki_domain::diff::{FieldChange, diff};
use maki_domain::{Content, Instant, Kennung, RecordId, RecordKind, View};
use maki_store::{ReadTx, StoredRecord};

use crate::records::{OrganisationRef, PublishedRecord};
use crate::{App, AppError, ViewClass};

/// A deployment with the organisation that runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentOf {
    pub record: PublishedRecord,
    pub deployer: Option<OrganisationRef>,
}

/// One published version of the system or of one of its deployments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionEntry {
    pub kind: RecordKind,
    pub kennung: String,
    pub number: i64,
    pub published_at: Instant,
    pub change_note: String,
    /// The organisation whose record it is.
    pub organisation: Option<OrganisationRef>,
}

/// Everything the public page of a system shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steckbrief {
    pub system: PublishedRecord,
    /// Steward of the system (Pflegestelle).
    pub responsible: Option<OrganisationRef>,
    pub deployments: Vec<DeploymentOf>,
    /// Newest first.
    pub versions: Vec<VersionEntry>,
    /// Changes whenever anything above changes; part of the ETag.
    pub revision: u64,
}

/// One version of a record with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVersion {
    pub kind: RecordKind,
    pub kennung: String,
    /// The Kennung of the system whose page shows it.
    pub system_kennung: String,
    pub number: i64,
    /// Number of the version that is public today.
    pub current: i64,
    pub published_at: Instant,
    pub content: Content,
}

/// Two versions of one record and every field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub before: RecordVersion,
    pub after: RecordVersion,
    pub changes: Vec<FieldChange>,
}

impl App {
    /// The Steckbrief of a system. The Kennung of one of its deployments finds it too; then
    /// `steckbrief.system.kennung()` differs from the one asked for, and the caller redirects.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn steckbrief(&self, view: View, kennung: &Kennung) -> Result<Option<Arc<Steckbrief>>, AppError> {
        // Only the two shared views are kept; an organisation's own view is read each time.
        let kept = |id: RecordId| match view {
            View::Public | View::Authorities => Some((id, ViewClass::of(view))),
            View::Organisation(_) | View::Operator => None,
        };
        // A Steckbrief that is kept is answered without the database.
        let known = self.0.kennungen.get(kennung);
        if let Some(found) = known.and_then(kept).and_then(|key| self.0.steckbriefe.get(&key)) {
            return Ok(Some(found));
        }
        let mut tx = self.0.store.read().await?;
        let id = match known {
            Some(id) => id,
            None => {
                let Some(id) = system_of(&mut tx, kennung).await? else { return Ok(None) };
                self.0.kennungen.insert(kennung.clone(), id);
                id
            }
        };
        let key = kept(id);
        if let Some(found) = key.and_then(|key| self.0.steckbriefe.get(&key)) {
            return Ok(Some(found));
        }
        let Some(steckbrief) = read(&mut tx, id, view).await?.map(Arc::new) else { return Ok(None) };
        if let Some(key) = key {
            self.0.steckbriefe.insert(key, Arc::clone(&steckbrief));
        }
        Ok(Some(steckbrief))
    }

    /// One version of a system or a deployment as a view sees it; None when there is no such version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn version(&self, view: View, kennung: &Kennung, number: i64) -> Result<Option<RecordVersion>, AppError> {
        let mut tx = self.0.store.read().await?;
        version(&mut tx, view, kennung, number).await
    }

    /// The difference between two versions of one record.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn compare(
        &self,
        view: View,
        kennung: &Kennung,
        before: i64,
        after: i64,
    ) -> Result<Option<Comparison>, AppError> {
        let mut tx = self.0.store.read().await?;
        let Some(before) = version(&mut tx, view, kennung, before).await? else { return Ok(None) };
        let Some(after) = version(&mut tx, view, kennung, after).await? else { return Ok(None) };
        let changes = diff(&before.content, &after.content);
        Ok(Some(Comparison { before, after, changes }))
    }

    /// The system or organisation that another register's id names, so that old permalinks live on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resolve(&self, scheme: &str, value: &str) -> Result<Option<(RecordKind, String)>, AppError> {
        let key = (scheme.to_owned(), value.to_owned());
        let mut tx = self.0.store.read().await?;
        let Some(id) = tx.by_external_ids(std::slice::from_ref(&key)).await?.remove(&key) else { return Ok(None) };
        let record = tx.records(&[id]).await?.pop().and_then(|r| PublishedRecord::of(r, View::Public));
        // An id that the register does not show is none that others may follow.
        let shows =
            |r: &PublishedRecord| r.envelope.external_ids.iter().any(|e| e.scheme == scheme && e.value == value);
        let record = record.filter(shows);
        Ok(record.map(|r| (r.envelope.kind, r.kennung().to_owned())))
    }

    /// Kennungen near one that nobody has: the same number with another year or prefix, or neighbours of the number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn similar_kennungen(&self, text: &str, limit: usize) -> Result<Vec<String>, AppError> {
        const MOST: usize = 40;
        let text: String = text.chars().filter(char::is_ascii_alphanumeric).take(MOST).collect();
        let digits = text.chars().rev().take_while(char::is_ascii_digit).collect::<Vec<_>>();
        let number: String = digits.into_iter().rev().collect();
        let tail = |length: usize| number.get(number.len().saturating_sub(length)..).unwrap_or_default();
        let mut found: Vec<String> = Vec::new();
        let mut tx = self.0.store.read().await?;
        let patterns = [
            format!("%-{:0>6}", tail(6)),
            format!("%{:0>5}_", tail(6).get(..tail(6).len().saturating_sub(1)).unwrap_or_default()),
            format!("%{:0>6}", tail(4)),
        ];
        for pattern in patterns.iter().filter(|_| !number.is_empty()) {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            for kennung in tx.kennungen_like(pattern, limit).await? {
                if !found.contains(&kennung) {
                    found.push(kennung);
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// The system that a Kennung leads to, its own or that of one of its deployments.
async fn system_of(tx: &mut ReadTx, kennung: &Kennung) -> Result<Option<RecordId>, AppError> {
    let found = tx.by_kennungen(std::slice::from_ref(kennung)).await?;
    let Some(id) = found.get(kennung).copied() else { return Ok(None) };
    let Some(place) = tx.places(&[id]).await?.pop() else { return Ok(None) };
    Ok(match place.kind {
        RecordKind::System => Some(id),
        RecordKind::Deployment => place.parent,
        RecordKind::Organisation => None,
    })
}

async fn read(tx: &mut ReadTx, id: RecordId, view: View) -> Result<Option<Steckbrief>, AppError> {
    let Some(system) = tx.records(&[id]).await?.pop().and_then(|r| PublishedRecord::of(r, view)) else {
        return Ok(None);
    };
    let children = tx.children(&[id], RecordKind::Deployment).await?;
    let ids: Vec<RecordId> = children.into_iter().map(|(_, deployment)| deployment).collect();
    let deployments: Vec<PublishedRecord> =
        tx.records(&ids).await?.into_iter().filter_map(|r| PublishedRecord::of(r, view)).collect();
    let owners = deployments.iter().chain([&system]).filter_map(|r| r.envelope.owner);
    let mut owners: Vec<RecordId> = owners.collect();
    owners.sort_unstable();
    owners.dedup();
    let organisations: HashMap<RecordId, (OrganisationRef, i64)> = tx
        .records(&owners)
        .await?
        .into_iter()
        .filter_map(|r: StoredRecord| {
            let revision = r.envelope.revision;
            let record = PublishedRecord::of(r, View::Public)?;
            Some((record.envelope.id, (OrganisationRef::of(&record), revision)))
        })
        .collect();
    let named = |record: &PublishedRecord| {
        record.envelope.owner.and_then(|o| organisations.get(&o)).map(|(organisation, _)| organisation.clone())
    };
    let mut all: HashMap<RecordId, &PublishedRecord> = deployments.iter().map(|d| (d.envelope.id, d)).collect();
    all.insert(id, &system);
    let every: Vec<RecordId> = std::iter::once(id).chain(ids).collect();
    let versions = tx.versions(&every).await?;
    let versions = versions
        .into_iter()
        .filter_map(|v| {
            let record = all.get(&v.record)?;
            Some(VersionEntry {
                kind: record.envelope.kind,
                kennung: record.kennung().to_owned(),
                number: v.number,
                published_at: v.published_at,
                change_note: v.change_note,
                organisation: named(record),
            })
        })
        .collect();
    let mut hasher = DefaultHasher::new();
    for record in all.values().map(|r| (r.envelope.id, r.envelope.revision)).collect::<std::collections::BTreeSet<_>>()
    {
        record.hash(&mut hasher);
    }
    for owner in &owners {
        organisations.get(owner).map(|(_, revision)| *revision).hash(&mut hasher);
    }
    let responsible = named(&system);
    let deployments =
        deployments.iter().map(|record| DeploymentOf { record: record.clone(), deployer: named(record) }).collect();
    Ok(Some(Steckbrief { responsible, deployments, versions, revision: hasher.finish(), system }))
}

async fn version(
    tx: &mut ReadTx,
    view: View,
    kennung: &Kennung,
    number: i64,
) -> Result<Option<RecordVersion>, AppError> {
    let found = tx.by_kennungen(std::slice::from_ref(kennung)).await?;
    let Some(id) = found.get(kennung).copied() else { return Ok(None) };
    let Some(record) = tx.records(&[id]).await?.pop().and_then(|r| PublishedRecord::of(r, view)) else {
        return Ok(None);
    };
    let Some((content, published_at)) = tx.version(id, number).await? else { return Ok(None) };
    let system_kennung = match record.envelope.parent.filter(|_| record.envelope.kind == RecordKind::Deployment) {
        Some(parent) => {
            let system = tx.records(&[parent]).await?.pop().and_then(|r| PublishedRecord::of(r, view));
            system.map(|s| s.kennung().to_owned()).unwrap_or_default()
        }
        None => record.kennung().to_owned(),
    };
    Ok(Some(RecordVersion {
        kind: record.envelope.kind,
        kennung: record.kennung().to_owned(),
        system_kennung,
        number,
        current: record.envelope.version,
        published_at,
        content: content.seen_by(view, record.envelope.owner.or(Some(id))),
    }))
}
