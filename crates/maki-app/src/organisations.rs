//! The organisations: a directory of all of them in memory, and the profile of one.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use maki_domain::{Kennung, RecordId, RecordKind, View, keys};

use crate::organisation_tree::Branches;
use crate::records::{OrganisationRef, PublishedRecord};
use crate::regions::Regions;
use crate::{App, AppError};

/// Records read at a time.
const BATCH: usize = 500;
/// The directory is not made anew more often than this, in microseconds.
const MIN_AGE: i64 = 1_000_000;

/// An organisation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationSummary {
    pub organisation: OrganisationRef,
    /// Kennung of the legal body it belongs to.
    pub parent: Option<RecordId>,
    /// Systems it is responsible for.
    pub systems: i64,
    /// Its own deployments.
    pub deployments: i64,
    /// Amtlicher Regionalschlüssel, where it has one.
    pub ars: Option<String>,
    sort_name: String,
}

/// What a list of organisations is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationFilter {
    /// Part of the name; letter case does not matter.
    pub name: String,
    /// Code of vocabulary `administrative_level`.
    pub level: Option<String>,
    /// Two-digit Land key.
    pub land: Option<String>,
    /// Only organisations with a deployment or a system.
    pub with_entries: bool,
    pub offset: usize,
    pub limit: usize,
}

/// A page of organisations, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationPage {
    pub total: usize,
    pub organisations: Vec<OrganisationSummary>,
    /// Organisations per level and per Land under the filter's name, for the tree: (level, land, count).
    pub groups: Vec<(Option<&'static str>, Option<&'static str>, usize)>,
}

/// One organisation with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationProfile {
    pub record: PublishedRecord,
    pub summary: OrganisationSummary,
    pub parent: Option<OrganisationRef>,
    pub children: Vec<OrganisationSummary>,
}

#[derive(Debug, Default)]
pub(crate) struct Listing {
    epoch: i64,
    sequence: i64,
    built_at: i64,
    /// By name.
    pub(crate) all: Vec<OrganisationSummary>,
    pub(crate) branches: Branches,
    place: HashMap<RecordId, usize>,
    regions: Regions,
}

/// The listing, made when first asked for and again when the log has moved on.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    listing: RwLock<Arc<Listing>>,
    building: tokio::sync::Mutex<()>,
}

impl App {
    /// A page of organisations.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn organisations(&self, filter: &OrganisationFilter) -> Result<OrganisationPage, AppError> {
        let listing = self.listing().await?;
        let name = filter.name.trim().to_lowercase();
        let named = listing.all.iter().filter(|o| {
            (name.is_empty() || o.sort_name.contains(&name)) && (!filter.with_entries || o.systems + o.deployments > 0)
        });
        let mut groups: HashMap<(Option<&'static str>, Option<&'static str>), usize> = HashMap::new();
        let mut page = OrganisationPage::default();
        for organisation in named {
            let (level, land) = (organisation.organisation.level, organisation.organisation.land);
            *groups.entry((level, land)).or_default() += 1;
            let fits = |wanted: &Option<String>, value: Option<&str>| wanted.is_none() || wanted.as_deref() == value;
            if fits(&filter.level, level) && fits(&filter.land, land) {
                if page.total >= filter.offset && page.organisations.len() < filter.limit {
                    page.organisations.push(organisation.clone());
                }
                page.total += 1;
            }
        }
        page.groups = groups.into_iter().map(|((level, land), count)| (level, land, count)).collect();
        page.groups.sort_unstable();
        Ok(page)
    }

    /// One organisation as a view sees it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn organisation(&self, view: View, kennung: &Kennung) -> Result<Option<OrganisationProfile>, AppError> {
        let listing = self.listing().await?;
        let mut tx = self.0.store.read().await?;
        let found = tx.by_kennungen(std::slice::from_ref(kennung)).await?;
        let Some(id) = found.get(kennung) else { return Ok(None) };
        let record = tx.records(&[*id]).await?.pop().filter(|r| r.envelope.kind == RecordKind::Organisation);
        let Some(record) = record.and_then(|r| PublishedRecord::of(r, view)) else { return Ok(None) };
        let of = |id: &RecordId| listing.place.get(id).and_then(|place| listing.all.get(*place));
        // One that appeared within the last second is not in the listing yet.
        let summary = of(id).cloned().unwrap_or_else(|| summary_of(&record, 0, 0));
        let parent = record.envelope.parent.as_ref().and_then(of).map(|o| o.organisation.clone());
        let children = listing.all.iter().filter(|o| o.parent == Some(*id)).cloned().collect();
        Ok(Some(OrganisationProfile { record, summary, parent, children }))
    }

    /// What these organisations are called, for those who work with them; one without a name or a version is missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn organisation_refs(&self, ids: &[RecordId]) -> Result<Vec<OrganisationRef>, AppError> {
        let records = self.0.store.read().await?.records(ids).await?;
        let seen = records.into_iter().filter_map(|record| PublishedRecord::of(record, View::Authorities));
        Ok(seen.map(|record| OrganisationRef::of(&record)).collect())
    }

    /// The organisations that administer the regions of these keys (ARS or AGS); a key that none has, or that several
    /// have alike, is missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn regions<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<HashMap<String, OrganisationRef>, AppError> {
        let listing = self.listing().await?;
        let of = |key: &str| listing.all.get(listing.regions.place(key)?).map(|o| o.organisation.clone());
        Ok(keys.into_iter().filter_map(|key| Some((key.to_owned(), of(key)?))).collect())
    }

    pub(crate) async fn listing(&self) -> Result<Arc<Listing>, AppError> {
        let directory = &self.0.organisations;
        let current = || Arc::clone(&directory.listing.read().unwrap_or_else(PoisonError::into_inner));
        let now = self.now().0;
        let mut tx = self.0.store.read().await?;
        let head = tx.head().await?;
        let is_current = |l: &Listing| l.sequence == head.sequence && l.epoch == head.epoch;
        let is_fresh = |l: &Listing| is_current(l) || now - l.built_at < MIN_AGE;
        if is_fresh(&current()) {
            return Ok(current());
        }
        // One request builds, the others wait for it instead of building too.
        let _building = directory.building.lock().await;
        if is_fresh(&current()) {
            return Ok(current());
        }
        let listing = Arc::new(build(&mut tx, &head, now).await?);
        *directory.listing.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&listing);
        Ok(listing)
    }
}

async fn build(tx: &mut maki_store::ReadTx, head: &maki_store::Head, now: i64) -> Result<Listing, AppError> {
    let systems = tx.counts_by_owner(RecordKind::System).await?;
    let deployments = tx.counts_by_owner(RecordKind::Deployment).await?;
    let ids: Vec<RecordId> = tx.places_of(RecordKind::Organisation).await?.into_iter().map(|p| p.id).collect();
    let mut all = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(BATCH) {
        for record in tx.records(chunk).await?.into_iter().filter_map(|r| PublishedRecord::of(r, View::Public)) {
            let count = |of: &HashMap<RecordId, i64>| of.get(&record.envelope.id).copied().unwrap_or(0);
            all.push(summary_of(&record, count(&systems), count(&deployments)));
        }
    }
    all.sort_by(|a, b| a.sort_name.cmp(&b.sort_name).then_with(|| a.organisation.id.cmp(&b.organisation.id)));
    let place = all.iter().enumerate().map(|(i, o)| (o.organisation.id, i)).collect();
    let regions = Regions::of(&all);
    let branches = Branches::of(&all);
    Ok(Listing { epoch: head.epoch, sequence: head.sequence, built_at: now, all, branches, place, regions })
}

fn summary_of(record: &PublishedRecord, systems: i64, deployments: i64) -> OrganisationSummary {
    let organisation = OrganisationRef::of(record);
    OrganisationSummary {
        sort_name: organisation.name.to_lowercase(),
        parent: record.envelope.parent,
        systems,
        deployments,
        ars: record.content.text(keys::ORGANISATION_ARS).map(str::to_owned),
        organisation,
    }
}
