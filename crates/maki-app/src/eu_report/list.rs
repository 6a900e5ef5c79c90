//! The reports of an organisation, and how far those of all are whom somebody may look at.

use std::collections::BTreeSet;

use maki_domain::eu_report::ReportState;
use maki_domain::{Act, PartialDate, RecordId, RecordKind};

use super::{Lens, ReportEntry, ReportOf, read};
use tokio::sync::Semaphore;

use crate::access::Permit;
use crate::records::OrganisationRef;
use crate::{App, AppError, Principal, Target};

/// Entries of one organisation that are looked at; an organisation with more is told so.
pub const MOST_REPORTED_ENTRIES: usize = 5_000;
/// Entries read and judged at a time.
const BATCH: usize = 200;
/// Organisations of one person that are listed.
const BODIES: usize = 20;
/// Lists that are made at the same time; each is held in memory until it is shown or sent.
static LISTS: Semaphore = Semaphore::const_new(4);

/// How many reports are how far, by the place of the state in [`ReportState::ALL`]; entries that owe none count once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportCounts {
    by_state: [usize; ReportState::ALL.len()],
    /// Uses of systems that their providers have not registered.
    pub unregistered: usize,
}

impl ReportCounts {
    #[must_use]
    pub fn of(&self, state: ReportState) -> usize {
        ReportState::ALL.iter().zip(self.by_state).find(|(known, _)| **known == state).map_or(0, |(_, count)| count)
    }

    /// Reports that are owed or were made.
    #[must_use]
    pub fn reports(&self) -> usize {
        ReportState::ALL.iter().filter(|state| state.is_report()).map(|state| self.of(*state)).sum()
    }

    pub(crate) fn add(&mut self, entry: &ReportEntry, told: &mut BTreeSet<(RecordId, &'static str)>) {
        let mut count = |state: ReportState| {
            if let Some((_, count)) = ReportState::ALL.iter().zip(&mut self.by_state).find(|(s, _)| **s == state) {
                *count += 1;
            }
        };
        if entry.reports.is_empty() {
            count(entry.state());
        }
        for report in entry.reports.iter().filter(|report| told.insert((report.record, report.obligation.code))) {
            count(report.state);
        }
        self.unregistered += usize::from(entry.unregistered_from.is_some());
    }
}

/// The entries of an organisation with their reports.
#[derive(Debug, Clone)]
pub struct ReportList {
    pub entries: Vec<ReportEntry>,
    pub counts: ReportCounts,
    /// Whether there are more entries than are looked at.
    pub is_cut: bool,
    pub today: PartialDate,
}

impl ReportList {
    /// The reports, each once: a system with several uses is reported once by its provider.
    pub fn reports(&self) -> impl Iterator<Item = (&ReportEntry, &ReportOf)> {
        let mut told = BTreeSet::new();
        let all = self.entries.iter().flat_map(|entry| entry.reports.iter().map(move |report| (entry, report)));
        all.filter(move |(_, report)| told.insert((report.record, report.obligation.code)))
    }
}

/// An organisation whose reports somebody may look at.
#[derive(Debug, Clone)]
pub struct ReportBody {
    pub organisation: OrganisationRef,
    /// Whether its drafts may be seen; else only how far what is published is.
    pub lens: Lens,
    pub counts: ReportCounts,
}

impl App {
    /// All entries of the permit's organisation with their reports: as it works on them, or for a permit to coordinate
    /// what is published of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn eu_report_list(&self, permit: &Permit) -> Result<ReportList, AppError> {
        permit.require(&[Act::ReadWork, Act::Coordinate])?;
        let lens = if permit.act() == Act::Coordinate { Lens::Published } else { Lens::Work };
        let _turn = LISTS.acquire().await.map_err(|error| AppError::Defect(error.to_string()))?;
        let today = self.today()?;
        let (ids, is_cut) = self.reported_entries(permit, lens).await?;
        let mut list = ReportList { entries: Vec::new(), counts: ReportCounts::default(), is_cut, today };
        let mut told = BTreeSet::new();
        for chunk in ids.chunks(BATCH) {
            let reading = read(&mut self.0.store.read().await?, permit, chunk, lens, today).await?;
            let judging = tokio::task::spawn_blocking(move || reading.entries());
            for entry in judging.await.map_err(|error| AppError::Defect(error.to_string()))? {
                list.counts.add(&entry, &mut told);
                list.entries.push(entry);
            }
        }
        Ok(list)
    }

    /// Entries of the permit's organisation: what it has published, and what it works on where that may be seen. Those
    /// that are uses come first, so that a system with a use is told with it.
    async fn reported_entries(&self, permit: &Permit, lens: Lens) -> Result<(Vec<RecordId>, bool), AppError> {
        let organisation = permit.organisation()?;
        let most = i64::try_from(MOST_REPORTED_ENTRIES + 1).unwrap_or(i64::MAX);
        let mut tx = self.0.store.read().await?;
        let mut ids = tx.published_entries(organisation, 0, most).await?;
        if lens == Lens::Work {
            for state in maki_store::WorkState::ALL {
                ids.extend(tx.work_list(organisation, state, 0, most).await?);
            }
        }
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        let places = tx.places(&ids).await?;
        let uses = places.into_iter().filter(|place| place.kind == RecordKind::Deployment);
        let uses: BTreeSet<RecordId> = uses.map(|place| place.id).collect();
        ids.sort_by_cached_key(|id| !uses.contains(id));
        let is_cut = ids.len() > MOST_REPORTED_ENTRIES;
        ids.truncate(MOST_REPORTED_ENTRIES);
        Ok((ids, is_cut))
    }

    /// Organisations whose reports the principal may look at, some of them from a place on, and how many there are: their
    /// own first, then those that they coordinate.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn eu_report_bodies(
        &self,
        principal: &Principal,
        page: usize,
    ) -> Result<(Vec<ReportBody>, usize, usize), AppError> {
        let mut ids: Vec<RecordId> = principal.organisations().collect();
        {
            let mut tx = self.0.store.read().await?;
            for at in principal.organisations() {
                ids.extend(tx.coordinated_by(at).await?);
            }
        }
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        let mut permits = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(permit) = self.eu_report_permit(principal, id).await? {
                permits.push((id, permit));
            }
        }
        let pages = permits.len().div_ceil(BODIES).max(1);
        let page = page.clamp(1, pages);
        let total = permits.len();
        let mut bodies = Vec::new();
        for (id, permit) in permits.into_iter().skip((page - 1) * BODIES).take(BODIES) {
            let Some(organisation) = self.organisation_refs(&[id]).await?.pop() else { continue };
            let lens = if permit.act() == Act::Coordinate { Lens::Published } else { Lens::Work };
            bodies.push(ReportBody { organisation, lens, counts: self.eu_report_list(&permit).await?.counts });
        }
        Ok((bodies, total, page))
    }

    /// Leave to look at an organisation's reports: at its work, or at least at how far it is.
    async fn eu_report_permit(&self, principal: &Principal, at: RecordId) -> Result<Option<Permit>, AppError> {
        for act in [Act::ReadWork, Act::Coordinate] {
            match self.permit(principal, act, Target::Organisation(at)).await {
                Ok(permit) => return Ok(Some(permit)),
                Err(AppError::Forbidden | AppError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
