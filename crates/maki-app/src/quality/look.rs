//! The law time machine: every published entry as it would be judged on some day, by some law, in force or a draft; and
//! what differs between two such points of view.
//!
//! A look takes seconds over a large register. So it never runs in a request: a task makes it, one at a time, requests wait
//! for it a moment or are told how far it is, and what came of it is kept for a while.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use maki_domain::assess::{RuleSet, rule_set_of};
use maki_domain::outlook::{Change, Lack, Outlook, Standpoint, changes};
use maki_domain::{Act, Instant, Kennung, PartialDate, RecordId, RecordKind, keys};
use maki_store::ReadTx;

use super::QualityQuery;
use super::judge::{Case, Group, on_all_cores, read_groups};
use super::reach::Reach;
use crate::access::Permit;
use crate::records::OrganisationRef;
use crate::{App, AppError, Progress};

/// Systems judged together.
const SYSTEMS: usize = 500;
/// Looks that are kept or under way; the oldest makes room.
const MOST_LOOKS: usize = 8;
/// Rows that are kept of a look; what is beyond is counted.
const MOST_ROWS: usize = 200_000;
/// How long a look counts.
const KEPT_MICROS: i64 = 10 * 60 * 1_000_000;
/// How long a request waits for a look, and how often it asks.
const PATIENCE: Duration = Duration::from_secs(3);
const ASK: Duration = Duration::from_millis(50);
/// Authorities up to which only their own entries are looked at.
const FEW: usize = 200;
/// Rows on a page.
const PAGE: usize = 25;

/// A day and a law.
#[derive(Debug, Clone)]
pub struct LawAt {
    pub day: PartialDate,
    pub law: Arc<RuleSet>,
}

impl LawAt {
    fn standpoint(&self) -> Standpoint<'_> {
        Standpoint { day: self.day, law: &self.law }
    }

    fn key(&self) -> (PartialDate, String) {
        (self.day, self.law.id().to_owned())
    }
}

/// An entry of which something is to be told.
#[derive(Debug, Clone)]
pub struct LookRow {
    pub entry: RecordId,
    pub organisation: RecordId,
    pub name: String,
    /// Kennung of the system, whose page shows the entry.
    pub kennung: Option<Kennung>,
    pub class: String,
    /// Duties that are due and not met; of the later standpoint where there are two.
    pub lacks: Vec<Lack>,
    /// What differs; empty where there is one standpoint.
    pub changes: Vec<Change>,
}

/// What a look found.
#[derive(Debug)]
pub struct Look {
    pub looked_at: Instant,
    pub entries: HashMap<RecordId, usize>,
    pub rows: Vec<LookRow>,
    /// Rows beyond those that are kept.
    pub more: usize,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct LookQuery {
    pub at: LawAt,
    pub against: Option<LawAt>,
    /// Organisation, Land and page.
    pub of: QualityQuery,
    /// Only entries that lack this duty, or for which something about it changes.
    pub article: Option<String>,
}

/// A page of a look.
#[derive(Debug, Clone)]
pub struct LookPage {
    pub looked_at: Instant,
    /// Entries that were looked at.
    pub entries: usize,
    /// Entries that are told of, by organisation, those with the most first.
    pub organisations: Vec<(OrganisationRef, usize)>,
    /// And by article.
    pub articles: Vec<(String, usize)>,
    pub rows: Vec<(LookRow, Option<OrganisationRef>)>,
    pub total: usize,
    pub page: usize,
    pub pages: usize,
    /// The register is so large that not every entry can be listed.
    pub more: usize,
}

/// How far a look is.
#[derive(Debug, Clone)]
pub enum LookState {
    Ready(Box<LookPage>),
    Running(Progress),
}

/// Which look: both standpoints, and the authorities where they are few.
type Key = ((PartialDate, String), Option<(PartialDate, String)>, Option<Vec<RecordId>>);

enum State {
    Running(Arc<Under>),
    Done(Arc<Look>),
}

#[derive(Default)]
struct Under {
    done: AtomicU64,
    total: AtomicU64,
}

/// Looks that are kept or under way.
#[derive(Default)]
pub(crate) struct Looks {
    kept: Mutex<Vec<(Key, State)>>,
    /// One at a time.
    turn: tokio::sync::Mutex<()>,
}

/// Systems to look at.
enum Walk {
    All(Option<RecordId>),
    These(Vec<RecordId>),
}

impl Walk {
    async fn next(&mut self, tx: &mut ReadTx) -> Result<Vec<RecordId>, AppError> {
        match self {
            Self::All(after) => {
                let limit = i64::try_from(SYSTEMS).unwrap_or(i64::MAX);
                let ids = tx.list(RecordKind::System, *after, limit).await?;
                *after = ids.last().copied();
                Ok(ids)
            }
            Self::These(ids) => {
                let rest = ids.split_off(ids.len().min(SYSTEMS));
                Ok(std::mem::replace(ids, rest))
            }
        }
    }
}

impl App {
    /// Looks at every published entry, or at those of some authorities, and gives each of which something is to be told
    /// to `sink`, in the order of the register. Returns how many entries of whom were looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn look(
        &self,
        at: &LawAt,
        against: Option<&LawAt>,
        of: Option<&[RecordId]>,
        progress: impl Fn(Progress),
        mut sink: impl FnMut(LookRow),
    ) -> Result<HashMap<RecordId, usize>, AppError> {
        let mut tx = self.0.store.read().await?;
        let mut walk = match of {
            None => Walk::All(None),
            Some(organisations) => Walk::These(systems_of(&mut tx, organisations).await?),
        };
        let total = match &walk {
            Walk::All(_) => u64::try_from(tx.count(RecordKind::System).await?).unwrap_or(0),
            Walk::These(ids) => ids.len() as u64,
        };
        drop(tx);
        progress(Progress { done: 0, total });
        let (mut entries, mut done) = (HashMap::new(), 0);
        loop {
            let mut tx = self.0.store.read().await?;
            let ids = walk.next(&mut tx).await?;
            if ids.is_empty() {
                return Ok(entries);
            }
            done += ids.len() as u64;
            let groups = read_groups(&mut tx, &ids).await?;
            drop(tx);
            let (at, against) = (at.clone(), against.cloned());
            let of: Option<BTreeSet<RecordId>> = of.map(|of| of.iter().copied().collect());
            let judging = tokio::task::spawn_blocking(move || {
                let rows = |group: &Group| -> Vec<(RecordId, Option<LookRow>)> {
                    let asked = |case: &Case<'_>| of.as_ref().is_none_or(|of| of.contains(&case.organisation));
                    let cases = groups.cases(group).filter(asked);
                    cases.map(|case| (case.organisation, row(case, &at, against.as_ref()))).collect()
                };
                on_all_cores(&groups.groups, rows)
            });
            let judged = judging.await.map_err(|error| AppError::Defect(error.to_string()))?;
            for (organisation, row) in judged.into_iter().flatten() {
                *entries.entry(organisation).or_default() += 1;
                if let Some(row) = row {
                    sink(row);
                }
            }
            progress(Progress { done, total });
        }
    }

    /// A page of a look over the entries that the permit's principal answers for, or how far the look is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the organisation asked for is none of theirs; [`AppError::Busy`] when too many looks
    /// are under way.
    pub async fn look_page(&self, permit: &Permit, query: &LookQuery) -> Result<LookState, AppError> {
        permit.require(&[Act::ReadFindings])?;
        let reach = self.narrowed(permit, &query.of).await?;
        match self.looked(permit, query).await? {
            Ok(look) => Ok(LookState::Ready(Box::new(self.page_of(&look, &reach, query).await?))),
            Err(progress) => Ok(LookState::Running(progress)),
        }
    }

    /// All rows of a look for a table, with whom they belong to; none while it is under way.
    ///
    /// # Errors
    /// As [`Self::look_page`].
    pub async fn look_rows(
        &self,
        permit: &Permit,
        query: &LookQuery,
    ) -> Result<Option<Vec<(LookRow, Option<OrganisationRef>)>>, AppError> {
        permit.require(&[Act::ReadFindings])?;
        let reach = self.narrowed(permit, &query.of).await?;
        let Ok(look) = self.looked(permit, query).await? else { return Ok(None) };
        let organisations = self.organisation_index().await?;
        let rows = look.rows.iter().filter(|row| reach.contains(row.organisation) && is_about(row, &query.article));
        Ok(Some(rows.map(|row| (row.clone(), organisations.get(&row.organisation).cloned())).collect()))
    }

    async fn looked(&self, permit: &Permit, query: &LookQuery) -> Result<Result<Arc<Look>, Progress>, AppError> {
        let of = match self.reach_of(permit.principal()).await? {
            Reach::Of(few) if few.len() <= FEW => Some(few),
            _ => None,
        };
        let key: Key = (query.at.key(), query.against.as_ref().map(LawAt::key), of);
        let begun = tokio::time::Instant::now();
        loop {
            let under = match self.begun(&key, query)? {
                State::Done(look) => return Ok(Ok(look)),
                State::Running(under) => under,
            };
            if begun.elapsed() > PATIENCE {
                let (done, total) = (under.done.load(Ordering::Relaxed), under.total.load(Ordering::Relaxed));
                return Ok(Err(Progress { done, total }));
            }
            tokio::time::sleep(ASK).await;
        }
    }

    /// The look as it stands; begins it when nobody has.
    fn begun(&self, key: &Key, query: &LookQuery) -> Result<State, AppError> {
        let now = self.now().0;
        let mut kept = self.0.looks.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, state)| match state {
            State::Done(look) => now - look.looked_at.0 < KEPT_MICROS,
            State::Running(_) => true,
        });
        if let Some((_, state)) = kept.iter().find(|(known, _)| known == key) {
            return Ok(match state {
                State::Done(look) => State::Done(Arc::clone(look)),
                State::Running(under) => State::Running(Arc::clone(under)),
            });
        }
        if kept.len() >= MOST_LOOKS {
            let ended = kept.iter().position(|(_, state)| matches!(state, State::Done(_))).ok_or(AppError::Busy)?;
            kept.remove(ended);
        }
        let under = Arc::new(Under::default());
        kept.push((key.clone(), State::Running(Arc::clone(&under))));
        let (app, key, at, against) = (self.clone(), key.clone(), query.at.clone(), query.against.clone());
        let counting = Arc::clone(&under);
        tokio::spawn(async move {
            let look = app.make_look(&key, &at, against.as_ref(), &counting).await;
            app.keep_look(&key, look);
        });
        Ok(State::Running(under))
    }

    async fn make_look(&self, key: &Key, at: &LawAt, against: Option<&LawAt>, under: &Under) -> Result<Look, AppError> {
        let _turn = self.0.looks.turn.lock().await;
        let mut look = Look { looked_at: self.now(), entries: HashMap::new(), rows: Vec::new(), more: 0 };
        let progress = |progress: Progress| {
            under.done.store(progress.done, Ordering::Relaxed);
            under.total.store(progress.total, Ordering::Relaxed);
        };
        let (rows, more) = (&mut look.rows, &mut look.more);
        let sink = |row| if rows.len() < MOST_ROWS { rows.push(row) } else { *more += 1 };
        look.entries = self.look(at, against, key.2.as_deref(), progress, sink).await?;
        Ok(look)
    }

    /// What failed is forgotten, so that the next request tries again.
    fn keep_look(&self, key: &Key, look: Result<Look, AppError>) {
        let mut kept = self.0.looks.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| known != key);
        match look {
            Ok(look) => kept.push((key.clone(), State::Done(Arc::new(look)))),
            Err(error) => tracing::warn!(%error, "a look at the law failed"),
        }
    }

    async fn page_of(&self, look: &Look, reach: &Reach, query: &LookQuery) -> Result<LookPage, AppError> {
        let organisations = self.organisation_index().await?;
        let theirs = || look.rows.iter().filter(|row| reach.contains(row.organisation));
        let mut articles: BTreeMap<&str, usize> = BTreeMap::new();
        for row in theirs() {
            for article in articles_of(row) {
                *articles.entry(article).or_default() += 1;
            }
        }
        let mut counts: HashMap<RecordId, usize> = HashMap::new();
        let rows: Vec<&LookRow> = theirs().filter(|row| is_about(row, &query.article)).collect();
        for row in &rows {
            *counts.entry(row.organisation).or_default() += 1;
        }
        let named = |(id, count)| Some((organisations.get(&id)?.clone(), count));
        let mut by_organisation: Vec<(OrganisationRef, usize)> = counts.into_iter().filter_map(named).collect();
        by_organisation.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
        let mut articles: Vec<(String, usize)> = articles.into_iter().map(|(a, n)| (a.to_owned(), n)).collect();
        articles.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let pages = rows.len().div_ceil(PAGE).max(1);
        let page = query.of.page.clamp(1, pages);
        let shown = rows.iter().skip((page - 1) * PAGE).take(PAGE);
        Ok(LookPage {
            looked_at: look.looked_at,
            entries: look.entries.iter().filter(|(id, _)| reach.contains(**id)).map(|(_, count)| count).sum(),
            organisations: by_organisation,
            articles,
            rows: shown.map(|row| ((*row).clone(), organisations.get(&row.organisation).cloned())).collect(),
            total: rows.len(),
            page,
            pages,
            more: look.more,
        })
    }
}

/// A law of this build by its id.
#[must_use]
pub fn law_of(id: &str) -> Option<Arc<RuleSet>> {
    rule_set_of(id).cloned().map(Arc::new)
}

/// Systems of organisations, and those that they use, in the order of their ids.
async fn systems_of(tx: &mut ReadTx, organisations: &[RecordId]) -> Result<Vec<RecordId>, AppError> {
    let owned = tx.owned(organisations, RecordKind::System).await?.into_iter().map(|(_, system)| system);
    let mut systems: BTreeSet<RecordId> = owned.collect();
    let used = tx.owned(organisations, RecordKind::Deployment).await?;
    let used: Vec<RecordId> = used.into_iter().map(|(_, deployment)| deployment).collect();
    systems.extend(tx.places(&used).await?.into_iter().filter_map(|place| place.parent));
    Ok(systems.into_iter().collect())
}

/// None where nothing is to be told of an entry.
fn row(case: Case<'_>, at: &LawAt, against: Option<&LawAt>) -> Option<LookRow> {
    let outlook = Outlook::of(case.parts, at.standpoint());
    let (lacks, class, changes) = match against {
        None => (outlook.lacks, outlook.class, Vec::new()),
        Some(against) => {
            let later = Outlook::of(case.parts, against.standpoint());
            let changes = changes(&outlook, &later);
            (later.lacks, later.class, changes)
        }
    };
    let is_told = if against.is_some() { !changes.is_empty() } else { !lacks.is_empty() };
    is_told.then(|| LookRow {
        entry: case.entry,
        organisation: case.organisation,
        name: case.system.content.text(keys::NAME).unwrap_or_default().to_owned(),
        kennung: case.system.envelope.kennung.clone(),
        class,
        lacks,
        changes,
    })
}

/// Articles that a row is about, each once: of what changes, or else of what is lacking.
fn articles_of(row: &LookRow) -> BTreeSet<&str> {
    let changed = row.changes.iter().filter_map(|change| match change {
        Change::Duty { article, .. } => Some(article.as_str()),
        _ => None,
    });
    let lacking = row.lacks.iter().map(|lack| lack.article.as_str());
    if row.changes.is_empty() { lacking.collect() } else { changed.collect() }
}

fn is_about(row: &LookRow, article: &Option<String>) -> bool {
    article.as_deref().is_none_or(|article| articles_of(row).contains(article))
}
