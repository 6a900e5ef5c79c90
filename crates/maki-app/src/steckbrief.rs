//! Reading the Steckbrief: a system with its deployments and versions, as one view sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use maki_domain::diff::{FieldChange, diff};
use maki_domain::{Content, Instant, Kennung, RecordId, RecordKind, View};
use maki_store::{ReadTx, Sheet, SheetRecord, Withdrawal};

use crate::gather::Limits;
use crate::records::{OrganisationRef, PublishedRecord};
use crate::{Answer, AnswerForm, App, AppError, Generation, ViewClass};

/// Systems in one statement. A second statement beside the first costs more than it brings where cores are few.
pub(crate) fn together() -> Limits {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Limits { at_once: (cores / 2).clamp(1, 4), together: 16 }
}

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
    /// Why it was taken back, where it was.
    pub withdrawal: Option<Withdrawal>,
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

impl Steckbrief {
    /// Roughly the memory that it takes.
    pub(crate) fn approximate_bytes(&self) -> usize {
        let of_record = |record: &PublishedRecord| size_of_val(record) + record.content.approximate_bytes();
        let names = |organisation: &Option<OrganisationRef>| organisation.as_ref().map_or(0, |o| o.name.len());
        let deployments = self.deployments.iter().map(|d| of_record(&d.record) + size_of_val(d) + names(&d.deployer));
        let versions = self
            .versions
            .iter()
            .map(|v| size_of_val(v) + v.kennung.len() + v.change_note.len() + names(&v.organisation));
        let reason = self.withdrawal.as_ref().map_or(0, |withdrawal| withdrawal.reason.len());
        of_record(&self.system) + reason + deployments.chain(versions).sum::<usize>()
    }
}

impl App {
    /// The Steckbrief of a system. The Kennung of one of its deployments finds it too; then
    /// `steckbrief.system.kennung()` differs from the one asked for, and the caller redirects.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn steckbrief(&self, view: View, kennung: &Kennung) -> Result<Option<Arc<Steckbrief>>, AppError> {
        // Only the two shared views are kept; an organisation's own view is read each time.
        let class = match view {
            View::Public | View::Authorities => Some(ViewClass::of(view)),
            View::Organisation(_) | View::Operator => None,
        };
        if let Some(found) = class.and_then(|class| self.0.kept.steckbrief(class, kennung.as_str())) {
            return Ok(Some(found));
        }
        let since = self.0.kept.generation();
        let Some(found) = self.read(view, kennung, since).await?.map(Arc::new) else { return Ok(None) };
        if let Some(class) = class {
            self.0.kept.keep_steckbrief(since, class, &found);
        }
        Ok(Some(found))
    }

    /// The Steckbrief as the public sees it, to make an answer of; the generation is for [`Self::keep_answer`].
    /// It is not kept itself: the answer will be, and is smaller.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn steckbrief_once(&self, kennung: &Kennung) -> Result<Option<(Arc<Steckbrief>, Generation)>, AppError> {
        let since = self.0.kept.generation();
        if let Some(found) = self.0.kept.steckbrief(ViewClass::Public, kennung.as_str()) {
            return Ok(Some((found, since)));
        }
        Ok(self.read(View::Public, kennung, since).await?.map(|found| (Arc::new(found), since)))
    }

    /// A finished answer about the system that has just this Kennung, if one is kept.
    #[must_use]
    pub fn answer(&self, form: AnswerForm, kennung: &str) -> Option<Answer> {
        self.0.kept.answer(form, kennung)
    }

    /// Keeps a finished answer, made of nothing but the system's Steckbrief and what never changes while the process
    /// runs, until the system changes. Nothing is kept when something changed since the Steckbrief was read.
    pub fn keep_answer(&self, since: Generation, form: AnswerForm, steckbrief: &Steckbrief, answer: Answer) {
        self.0.kept.keep_answer(since, form, steckbrief.system.kennung(), answer);
    }

    /// The system of this Kennung, read together with others that are asked for at the same time.
    async fn sheet(&self, kennung: &Kennung) -> Result<Option<Sheet>, AppError> {
        let store = self.0.store.clone();
        let read = move |kennungen: Vec<Kennung>| {
            let store = store.clone();
            async move { store.sheets(&kennungen).await.ok() }
        };
        match self.0.sheets.ask(kennung.clone(), read).await {
            Some(sheet) => Ok(sheet),
            // Another one's record may be damaged; what is wrong here shows when it is read alone.
            None => Ok(Box::pin(self.0.store.sheets(std::slice::from_ref(kennung))).await?.pop().flatten()),
        }
    }

    async fn read(&self, view: View, kennung: &Kennung, since: Generation) -> Result<Option<Steckbrief>, AppError> {
        let Some(sheet) = self.sheet(kennung).await? else { return Ok(None) };
        let owners = self.owners(&sheet, since).await?;
        let mut found = assembled(sheet, view, &owners);
        if let Some(found) = found.as_mut().filter(|found| found.system.is_withdrawn()) {
            found.withdrawal = Box::pin(self.withdrawal_reason(found.system.envelope.id)).await?;
        }
        Ok(found)
    }

    /// The organisations of a system and its deployments, each with the revision of its record.
    async fn owners(&self, sheet: &Sheet, since: Generation) -> Result<Owners, AppError> {
        let mut owners = Owners::new();
        let mut unknown = Vec::new();
        for SheetRecord { record, .. } in sheet.deployments.iter().chain([&sheet.system]) {
            let Some(id) = record.envelope.owner else { continue };
            match self.0.kept.organisation(id) {
                Some(kept) => drop(owners.insert(id, kept)),
                None => unknown.push(id),
            }
        }
        if !unknown.is_empty() {
            unknown.sort_unstable();
            unknown.dedup();
            // Mostly nothing is read: what is not done need not be carried along with every request.
            owners.extend(Box::pin(self.read_owners(&unknown, since)).await?);
        }
        Ok(owners)
    }

    async fn read_owners(&self, ids: &[RecordId], since: Generation) -> Result<Owners, AppError> {
        let mut owners = Owners::new();
        for record in self.0.store.read().await?.records(ids).await? {
            let revision = record.envelope.revision;
            // Names of organisations are public; every view reads the same.
            if let Some(record) = PublishedRecord::of(record, View::Public) {
                let name = Arc::new(OrganisationRef::of(&record));
                self.0.kept.keep_organisation(since, revision, &name);
                owners.insert(name.id, (revision, name));
            }
        }
        Ok(owners)
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

    /// Kennungen near one that nobody has: the same number with another year or prefix, then the nearest numbers of the
    /// same year, then numbers that look alike.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn similar_kennungen(&self, text: &str, limit: usize) -> Result<Vec<String>, AppError> {
        const MOST: usize = 40;
        let typed: Option<Kennung> = text.parse().ok();
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
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        for (place, pattern) in patterns.iter().filter(|_| !number.is_empty()).enumerate() {
            found.extend(tx.kennungen_like(pattern, most).await?);
            if let (0, Some(typed)) = (place, &typed) {
                found.extend(self.nearest_kennungen(&mut tx, typed, most).await?);
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|kennung| seen.insert(kennung.clone()));
        found.truncate(limit);
        Ok(found)
    }

    /// The nearest numbers of the year of a Kennung in this register, whatever prefix was typed.
    async fn nearest_kennungen(&self, tx: &mut ReadTx, typed: &Kennung, most: i64) -> Result<Vec<String>, AppError> {
        let number = |kennung: &str| kennung.rsplit('-').next().and_then(|number| number.parse::<i64>().ok());
        let Some((_, rest)) = typed.as_str().split_once('-') else { return Ok(Vec::new()) };
        let anchor = format!("{}-{rest}", self.instance().kennung_prefix);
        let (Some((series, _)), Some(wanted)) = (anchor.rsplit_once('-'), number(rest)) else { return Ok(Vec::new()) };
        let mut near: Vec<String> = tx.kennungen_beside(&anchor, most).await?.into_iter().flatten().collect();
        near.retain(|kennung| kennung.rsplit_once('-').is_some_and(|(own, _)| own == series));
        near.sort_by_key(|kennung| number(kennung).map_or(i64::MAX, |number| number.abs_diff(wanted).cast_signed()));
        Ok(near)
    }
}

/// Organisations with the revision of the record that says their name.
type Owners = BTreeMap<RecordId, (i64, Arc<OrganisationRef>)>;

fn assembled(sheet: Sheet, view: View, owners: &Owners) -> Option<Steckbrief> {
    let named = |owner: Option<RecordId>| Some(OrganisationRef::clone(&owners.get(&owner?)?.1));
    let mut versions = Vec::new();
    let mut revisions = BTreeSet::new();
    let mut seen = |SheetRecord { record, versions: own, .. }: SheetRecord| {
        let record = PublishedRecord::of(record, view)?;
        revisions.insert((record.envelope.id, record.envelope.revision));
        versions.extend(own.into_iter().map(|version| VersionEntry {
            kind: record.envelope.kind,
            kennung: record.kennung().to_owned(),
            number: version.number,
            published_at: version.published_at,
            change_note: version.change_note,
            organisation: named(record.envelope.owner),
        }));
        Some(record)
    };
    let system = seen(sheet.system)?;
    let deployments = sheet.deployments.into_iter().filter_map(&mut seen);
    let deployments =
        deployments.map(|record| DeploymentOf { deployer: named(record.envelope.owner), record }).collect();
    versions.sort_by_key(|v| std::cmp::Reverse((v.published_at, v.number)));
    let mut hasher = DefaultHasher::new();
    revisions.hash(&mut hasher);
    for (revision, _) in owners.values() {
        revision.hash(&mut hasher);
    }
    let responsible = named(system.envelope.owner);
    Some(Steckbrief { responsible, deployments, versions, withdrawal: None, revision: hasher.finish(), system })
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
