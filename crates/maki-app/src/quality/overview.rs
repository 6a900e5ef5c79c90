//! What those who answer for entries see of their quality: per organisation and Land, and the entries with problems.

use std::collections::{BTreeMap, HashMap};

use maki_domain::plausibility::{Rule, Severity, rule_book};
use maki_domain::{Act, FieldId, Kennung, PartialDate, RecordId, catalogue, keys};
use maki_store::{Judgement, Problem, QualityTotals, ReadTx, Sight, StoredFinding};

use super::reach::Reach;
use crate::access::Permit;
use crate::records::OrganisationRef;
use crate::{App, AppError};

/// Entries on a page.
const PAGE: usize = 25;

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProblemWish {
    /// All of them.
    #[default]
    None,
    Errors,
    Warnings,
    /// Errors or warnings.
    Any,
    /// A finding of the rule with this key.
    Rule(String),
}

impl ProblemWish {
    pub(crate) fn problem(&self) -> Problem<'_> {
        match self {
            Self::None => Problem::None,
            Self::Errors => Problem::Errors,
            Self::Warnings => Problem::Warnings,
            Self::Any => Problem::Any,
            Self::Rule(key) => Problem::Rule(key),
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualityQuery {
    pub organisation: Option<Kennung>,
    /// Two-digit Land key.
    pub land: Option<String>,
    pub problem: ProblemWish,
    /// From 1.
    pub page: usize,
}

/// A finding as it is kept, with its rule.
#[derive(Debug, Clone)]
pub struct KeptFinding {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub field: FieldId,
    pub due: Option<PartialDate>,
    pub words: Vec<String>,
}

/// An entry with what was found of it.
#[derive(Debug, Clone)]
pub struct EntryQuality {
    pub judgement: Judgement,
    pub name: String,
    /// Kennung of the system, whose page shows the entry.
    pub kennung: Option<Kennung>,
    pub organisation: Option<OrganisationRef>,
    /// Errors first; hints are left out.
    pub findings: Vec<KeptFinding>,
}

/// The entries of an organisation, or of a Land, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceQuality<P> {
    pub place: P,
    pub totals: QualityTotals,
}

/// What those who answer for entries see.
#[derive(Debug, Clone)]
pub struct QualityPage {
    pub totals: QualityTotals,
    /// By two-digit Land key; none for what belongs to no Land.
    pub lands: Vec<PlaceQuality<Option<&'static str>>>,
    /// By name.
    pub organisations: Vec<PlaceQuality<OrganisationRef>>,
    /// Rules by which something was found, the most frequent first.
    pub rules: Vec<(&'static Rule, i64)>,
    pub entries: Vec<EntryQuality>,
    pub total: usize,
    pub page: usize,
    pub pages: usize,
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn add(to: &mut QualityTotals, more: &QualityTotals) {
    to.entries += more.entries;
    to.completeness += more.completeness;
    to.quality += more.quality;
    to.with_errors += more.with_errors;
    to.with_warnings += more.with_warnings;
    to.with_any += more.with_any;
    for (sum, count) in to.completeness_bands.iter_mut().zip(more.completeness_bands) {
        *sum += count;
    }
    for (sum, count) in to.quality_bands.iter_mut().zip(more.quality_bands) {
        *sum += count;
    }
}

impl App {
    /// The quality of the entries that the permit's principal answers for.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the organisation asked for is none of theirs.
    pub async fn quality_page(&self, permit: &Permit, query: &QualityQuery) -> Result<QualityPage, AppError> {
        permit.require(&[Act::ReadFindings])?;
        let seen = self.narrowed(permit, query).await?;
        let organisations = self.organisation_index().await?;
        let mut tx = self.0.store.read().await?;
        let all = tx.quality_totals(seen.sight()).await?;
        let (mut totals, mut lands) = (QualityTotals::default(), BTreeMap::<_, QualityTotals>::new());
        let mut places = Vec::with_capacity(all.len());
        for (id, of_one) in all {
            add(&mut totals, &of_one);
            let Some(place) = organisations.get(&id) else { continue };
            add(lands.entry(place.land).or_default(), &of_one);
            places.push(PlaceQuality { place: place.clone(), totals: of_one });
        }
        places.sort_by_cached_key(|one| one.place.name.to_lowercase());
        let rules = counted_rules(&mut tx, seen.sight()).await?;
        let problem = query.problem.problem();
        let total = tx.count_judged(seen.sight(), problem).await?;
        let pages = total.div_ceil(PAGE).max(1);
        let page = query.page.clamp(1, pages);
        let judged = tx.judged(seen.sight(), problem, number((page - 1) * PAGE), number(PAGE)).await?;
        let entries = entries(&mut tx, &organisations, judged).await?;
        let lands = lands.into_iter().map(|(place, totals)| PlaceQuality { place, totals }).collect();
        Ok(QualityPage { totals, lands, organisations: places, rules, entries, total, page, pages })
    }

    /// Entries of [`Self::quality_page`], a batch after the other, for a table of all of them.
    ///
    /// # Errors
    /// As [`Self::quality_page`].
    pub async fn quality_entries(
        &self,
        permit: &Permit,
        query: &QualityQuery,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<EntryQuality>, AppError> {
        permit.require(&[Act::ReadFindings])?;
        let seen = self.narrowed(permit, query).await?;
        let organisations = self.organisation_index().await?;
        let mut tx = self.0.store.read().await?;
        let judged = tx.judged(seen.sight(), query.problem.problem(), number(offset), number(limit)).await?;
        entries(&mut tx, &organisations, judged).await
    }

    /// Rules by which something was found in the entries of the permit's organisation, with how many entries; and how
    /// many have errors, warnings, either.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn problem_counts(
        &self,
        permit: &Permit,
    ) -> Result<(QualityTotals, Vec<(&'static Rule, i64)>), AppError> {
        permit.require(&[Act::ReadWork])?;
        let own = [permit.organisation()?];
        let mut tx = self.0.store.read().await?;
        let totals = tx.quality_totals(Sight::Of(&own)).await?.pop().map(|(_, totals)| totals).unwrap_or_default();
        Ok((totals, counted_rules(&mut tx, Sight::Of(&own)).await?))
    }

    /// What the principal answers for, as far as it is asked for.
    pub(crate) async fn narrowed(&self, permit: &Permit, query: &QualityQuery) -> Result<Reach, AppError> {
        let mut seen = self.reach_of(permit.principal()).await?;
        if let Some(kennung) = &query.organisation {
            let found = self.0.store.read().await?.by_kennungen(std::slice::from_ref(kennung)).await?;
            let id = found.get(kennung).copied().filter(|id| seen.contains(*id)).ok_or(AppError::NotFound)?;
            seen = seen.narrowed([id]);
        }
        if let Some(land) = &query.land {
            let listing = self.listing().await?;
            let there = listing.all.iter().map(|one| &one.organisation).filter(|one| one.land == Some(land.as_str()));
            seen = seen.narrowed(there.map(|one| one.id));
        }
        Ok(seen)
    }

    pub(crate) async fn organisation_index(&self) -> Result<HashMap<RecordId, OrganisationRef>, AppError> {
        let listing = self.listing().await?;
        Ok(listing.all.iter().map(|one| (one.organisation.id, one.organisation.clone())).collect())
    }
}

async fn counted_rules(tx: &mut ReadTx, sight: Sight<'_>) -> Result<Vec<(&'static Rule, i64)>, AppError> {
    let counts = tx.rule_counts(sight).await?;
    Ok(counts.into_iter().filter_map(|one| Some((rule_book().rule(&one.rule)?, one.entries))).collect())
}

async fn entries(
    tx: &mut ReadTx,
    organisations: &HashMap<RecordId, OrganisationRef>,
    judged: Vec<Judgement>,
) -> Result<Vec<EntryQuality>, AppError> {
    let ids: Vec<RecordId> = judged.iter().map(|one| one.entry).collect();
    let mut findings: HashMap<RecordId, Vec<KeptFinding>> = HashMap::new();
    for finding in tx.findings_of(&ids).await? {
        let entry = finding.entry;
        findings.entry(entry).or_default().extend(kept(finding));
    }
    let systems: Vec<RecordId> = judged.iter().map(|one| one.system).collect();
    let systems: HashMap<RecordId, _> =
        tx.records(&systems).await?.into_iter().map(|record| (record.envelope.id, record)).collect();
    let entry = |judgement: Judgement| {
        let system = systems.get(&judgement.system);
        let mut findings = findings.remove(&judgement.entry).unwrap_or_default();
        findings.retain(|finding| finding.severity != Severity::Hint);
        findings.sort_by_key(|finding| finding.severity);
        EntryQuality {
            name: system.and_then(|s| s.content.text(keys::NAME)).unwrap_or_default().to_owned(),
            kennung: system.and_then(|s| s.envelope.kennung.clone()),
            organisation: organisations.get(&judgement.organisation).cloned(),
            findings,
            judgement,
        }
    };
    Ok(judged.into_iter().map(entry).collect())
}

/// None for a rule or a field of another build; the next run writes what this one knows.
fn kept(finding: StoredFinding) -> Option<KeptFinding> {
    Some(KeptFinding {
        rule: rule_book().rule(&finding.rule)?,
        severity: Severity::ALL.into_iter().find(|one| one.code() == finding.severity)?,
        field: catalogue().id(&finding.field)?,
        due: finding.due.and_then(|day| day.parse().ok()),
        words: serde_json::from_str(&finding.words).unwrap_or_default(),
    })
}
