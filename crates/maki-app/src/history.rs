//! A system as the register showed it at the end of a day, so that a notice can cite it.
//!
//! The log says which versions of the system and of its uses were public then. What was redacted since stays redacted,
//! and organisations carry the names that they have today.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::civil;
use jiff::tz::TimeZone;
use maki_domain::{Instant, Kennung, PartialDate, RecordId, RecordKind, RecordState, View};
use maki_store::{Action, PublicStep, ReadTx, StoredRecord};

use crate::records::{OrganisationRef, PublishedRecord};
use crate::steckbrief::{DeploymentOf, Steckbrief, VersionEntry};
use crate::{App, AppError};

/// Who published a version, by Kennung and number. Versions of the register itself, such as imported ones, are not in it.
pub type PublishedBy = HashMap<(String, i64), OrganisationRef>;

/// What was public of a record at some moment.
struct Then {
    version: i64,
    published_at: Instant,
    is_withdrawn: bool,
}

impl App {
    /// The day in Berlin at some moment.
    #[must_use]
    pub fn day_of(at: Instant) -> Option<PartialDate> {
        let day = jiff::Timestamp::from_microsecond(at.0).ok()?.to_zoned_datetime(berlin());
        PartialDate::new(day.year(), u8::try_from(day.month()).ok(), u8::try_from(day.day()).ok()).ok()
    }

    /// The Steckbrief of a system as it was public at the end of a day in Berlin; of today as it is now. The Kennung of
    /// a use finds it too. None when it was not public yet, or the day is not over or no whole day.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn steckbrief_at(
        &self,
        view: View,
        kennung: &Kennung,
        day: PartialDate,
    ) -> Result<Option<Steckbrief>, AppError> {
        let Some(end) = end_of(day).filter(|_| App::day_of(self.now()).is_some_and(|today| day <= today)) else {
            return Ok(None);
        };
        let mut tx = self.0.store.read().await?;
        let found = tx.by_kennungen(std::slice::from_ref(kennung)).await?;
        let Some(id) = found.get(kennung).copied() else { return Ok(None) };
        let Some(mut record) = tx.records(&[id]).await?.pop() else { return Ok(None) };
        if let (RecordKind::Deployment, Some(parent)) = (record.envelope.kind, record.envelope.parent) {
            let Some(system) = tx.records(&[parent]).await?.pop() else { return Ok(None) };
            record = system;
        }
        if record.envelope.kind != RecordKind::System {
            return Ok(None);
        }
        let steps = tx.public_steps(record.envelope.id, end).await?;
        then_of(&mut tx, view, record, &steps).await
    }

    /// For which organisations the versions of a system and its uses were published, under the names of today.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn published_by(&self, found: &Steckbrief) -> Result<PublishedBy, AppError> {
        let mut tx = self.0.store.read().await?;
        let shown = found.deployments.iter().map(|d| &d.record).chain([&found.system]);
        let kennungen: HashMap<RecordId, &str> = shown.map(|r| (r.envelope.id, r.kennung())).collect();
        let steps = tx.public_steps(found.system.envelope.id, Instant(i64::MAX)).await?;
        let published = || steps.iter().filter(|step| step.action == Action::Published);
        let names = names_of(&mut tx, published().filter_map(|step| step.organisation).collect()).await?;
        let of = |step: &PublicStep| {
            let kennung = (*kennungen.get(&step.record)?).to_owned();
            Some(((kennung, step.version), names.get(&step.organisation?)?.clone()))
        };
        Ok(published().filter_map(of).collect())
    }
}

pub(crate) fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC)
}

/// The first moment after a whole day.
fn end_of(day: PartialDate) -> Option<Instant> {
    let part = |number: Option<u8>| i8::try_from(number?).ok();
    let date = civil::Date::new(day.year(), part(day.month())?, part(day.day())?).ok()?;
    let end = berlin().to_timestamp(date.tomorrow().ok()?.at(0, 0, 0, 0)).ok()?;
    Some(Instant(end.as_microsecond()))
}

async fn then_of(
    tx: &mut ReadTx,
    view: View,
    system: StoredRecord,
    steps: &[PublicStep],
) -> Result<Option<Steckbrief>, AppError> {
    let mut then: HashMap<RecordId, Then> = HashMap::new();
    let mut order = Vec::new();
    for step in steps {
        if !then.contains_key(&step.record) {
            order.push(step.record);
        }
        let published_at = then.get(&step.record).map_or(step.at, |known| known.published_at);
        let is_withdrawn = step.action == Action::Withdrawn;
        let at = if is_withdrawn { published_at } else { step.at };
        then.insert(step.record, Then { version: step.version, published_at: at, is_withdrawn });
    }
    let id = system.envelope.id;
    let Some(state) = then.get(&id) else { return Ok(None) };
    let withdrawal = match state.is_withdrawn {
        true => tx.withdrawals(&[id]).await?.remove(&id).filter(|_| system.envelope.state == RecordState::Withdrawn),
        false => None,
    };
    let Some(system) = as_then(tx, view, system, state).await? else { return Ok(None) };
    let uses: Vec<RecordId> = order.into_iter().filter(|other| *other != id).collect();
    let mut deployments = Vec::new();
    for record in tx.records(&uses).await? {
        let Some(state) = then.get(&record.envelope.id).filter(|state| !state.is_withdrawn) else { continue };
        deployments.extend(as_then(tx, view, record, state).await?);
    }
    let owners = owners(tx, &system, &deployments).await?;
    let named = |owner: Option<RecordId>| owners.get(&owner?).cloned();
    let notes = tx.versions(&std::iter::once(id).chain(uses).collect::<Vec<_>>()).await?;
    let mut versions = Vec::new();
    for record in std::iter::once(&system).chain(&deployments) {
        let own = notes.iter().filter(|v| v.record == record.envelope.id && v.number <= record.envelope.version);
        versions.extend(own.map(|version| VersionEntry {
            kind: record.envelope.kind,
            kennung: record.kennung().to_owned(),
            number: version.number,
            published_at: version.published_at,
            change_note: version.change_note.clone(),
            organisation: named(record.envelope.owner),
        }));
    }
    versions.sort_by_key(|v| std::cmp::Reverse((v.published_at, v.number)));
    let mut hasher = DefaultHasher::new();
    for record in deployments.iter().chain([&system]) {
        (record.envelope.id, record.envelope.revision, record.envelope.version).hash(&mut hasher);
    }
    let responsible = named(system.envelope.owner);
    let deployments =
        deployments.into_iter().map(|record| DeploymentOf { deployer: named(record.envelope.owner), record }).collect();
    Ok(Some(Steckbrief { responsible, deployments, versions, withdrawal, revision: hasher.finish(), system }))
}

/// A record with the version that was public then.
async fn as_then(
    tx: &mut ReadTx,
    view: View,
    mut record: StoredRecord,
    then: &Then,
) -> Result<Option<PublishedRecord>, AppError> {
    if record.envelope.version != then.version {
        let Some((content, _)) = tx.version(record.envelope.id, then.version).await? else { return Ok(None) };
        record.content = content;
        record.envelope.version = then.version;
    }
    record.version_at = then.published_at;
    record.envelope.state = if then.is_withdrawn { RecordState::Withdrawn } else { RecordState::Published };
    Ok(PublishedRecord::of(record, view))
}

async fn owners(
    tx: &mut ReadTx,
    system: &PublishedRecord,
    deployments: &[PublishedRecord],
) -> Result<HashMap<RecordId, OrganisationRef>, AppError> {
    names_of(tx, deployments.iter().chain([system]).filter_map(|r| r.envelope.owner).collect()).await
}

/// Organisations as everybody may name them.
pub(crate) async fn names_of(
    tx: &mut ReadTx,
    mut ids: Vec<RecordId>,
) -> Result<HashMap<RecordId, OrganisationRef>, AppError> {
    ids.sort_unstable();
    ids.dedup();
    let found = tx.records(&ids).await?.into_iter().filter_map(|record| PublishedRecord::of(record, View::Public));
    Ok(found.map(|record| (record.envelope.id, OrganisationRef::of(&record))).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_end_at_midnight_in_berlin() {
        let check = |day: &str, end: Option<&str>| {
            let found = end_of(day.parse().unwrap()).map(|at| jiff::Timestamp::from_microsecond(at.0).unwrap());
            assert_eq!(found.map(|at| at.to_string()).as_deref(), end, "{day}");
        };
        check("2026-01-15", Some("2026-01-15T23:00:00Z"));
        check("2026-07-15", Some("2026-07-15T22:00:00Z"));
        check("2026-03-28", Some("2026-03-28T23:00:00Z"));
        check("2026-03-29", Some("2026-03-29T22:00:00Z"));
        check("2026-07", None);
        check("2026", None);
    }

    #[test]
    fn moments_have_their_day_in_berlin() {
        let check = |at: &str, day: &str| {
            let at = Instant(at.parse::<jiff::Timestamp>().unwrap().as_microsecond());
            assert_eq!(App::day_of(at).unwrap().to_string(), day, "{at:?}");
        };
        check("2026-07-15T21:59:59Z", "2026-07-15");
        check("2026-07-15T22:00:00Z", "2026-07-16");
        check("2026-12-31T23:30:00Z", "2027-01-01");
    }
}
