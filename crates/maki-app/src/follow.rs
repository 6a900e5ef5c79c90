//! The follower: reads the log after its last position and brings both indexes and the caches up to it.
//!
//! The position lies in the index's own commit, so index and position can never disagree. Another register, another
//! epoch (a restored backup), a missing or a damaged folder mean: build anew from the store. The process that holds
//! the index lock follows; others only read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use maki_domain::{RecordId, RecordKind, View};
use maki_search::{Index, Position, Writer};
use maki_store::{Action, Head, Place, ReadTx, StoredRecord, Touch};
use tokio::sync::watch;

use crate::document::system_document;
use crate::records::{OrganisationMap, OrganisationRef, PublishedRecord, looks_alike, seen_by};
use crate::{App, AppError, ViewClass};

/// Events read at a time.
const PAGE: i64 = 4_000;
/// Systems put into the index at a time.
const SYSTEMS: usize = 400;
/// Events after which the indexes commit although more are waiting.
const COMMIT_AFTER: i64 = 200_000;
/// The same while nobody in this process searches.
const COMMIT_UNSEEN_AFTER: i64 = 100_000;
/// How often the log is looked at when nobody calls; writes of other processes are seen this late.
const POLL: Duration = Duration::from_millis(300);
/// So many looks at the log without anything new make it quiet.
const QUIET: u32 = 3;
/// How often the files of the indexes are looked at.
const LOOK: Duration = Duration::from_millis(1_200);
/// How often they are read and compared with their checksums; once when following begins.
const SCRUB: Duration = Duration::from_secs(60 * 60);
/// Wait after a failure, and for the lock when another process follows.
const RETRY: Duration = Duration::from_secs(2);
/// Organisations remembered between pages.
const ORGANISATIONS: usize = 20_000;

/// Becomes true when the follower is to end.
type Stopping = watch::Receiver<bool>;

async fn stop_asked(stopping: &mut Stopping) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Another process writes to the index; it follows in our place.
    #[error("another process keeps the index")]
    Elsewhere,
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<maki_store::StoreError> for FollowError {
    fn from(error: maki_store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<maki_search::Error> for FollowError {
    fn from(error: maki_search::Error) -> Self {
        match error {
            maki_search::Error::Locked => Self::Elsewhere,
            other => Self::App(other.into()),
        }
    }
}

/// How far a long piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

/// An index with the lock to write it.
struct Target {
    class: ViewClass,
    index: Arc<Index>,
    writer: Writer,
}

/// While it lives, what this process publishes is handed over to its follower.
struct Following<'a>(&'a App);

impl<'a> Following<'a> {
    fn begin(app: &'a App) -> Self {
        app.0.follows.store(true, Ordering::Relaxed);
        Self(app)
    }
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.0.0.follows.store(false, Ordering::Relaxed);
        self.0.0.handover.clear();
    }
}

/// Keeps the indexes of one process.
struct Follower {
    app: App,
    targets: Vec<Target>,
    /// The log it follows, as it stood at the beginning.
    log: Head,
    sequence: i64,
    /// How far the log is known to hold nothing more that an index shows, such as saves of drafts.
    scanned: i64,
    committed: i64,
    organisations: OrganisationMap,
}

impl App {
    /// To be called before anything else by a process that loads much and serves nobody.
    pub fn expect_bulk(&self) {
        self.0.indexes.expect_bulk();
    }

    /// Follows the log until `stop` completes; then commits what was done so far and lets the lock go.
    pub async fn follow(&self, stop: impl Future<Output = ()>) {
        let (sender, stopping) = watch::channel(false);
        let work = self.follow_until(stopping);
        tokio::pin!(stop, work);
        tokio::select! {
            () = &mut work => {}
            () = &mut stop => {
                sender.send_replace(true);
                work.await;
            }
        }
    }

    #[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
    async fn follow_until(&self, mut stopping: Stopping) {
        let mut told = false;
        while !*stopping.borrow() {
            let wait = match self.follow_once(&mut stopping).await {
                Ok(()) => Duration::ZERO,
                Err(FollowError::Elsewhere) => {
                    self.reload_indexes().await;
                    POLL
                }
                // What is there can be searched; whoever may write it brings it up to date.
                Err(FollowError::App(AppError::Search(maki_search::Error::ReadOnly(why)))) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(%why, "the index cannot be written here; it is searched as it is");
                    }
                    self.reload_indexes().await;
                    RETRY
                }
                Err(FollowError::App(error)) => {
                    tracing::error!(%error, "the index cannot follow the register; trying again");
                    RETRY
                }
            };
            tokio::select! { () = stop_asked(&mut stopping) => {}, () = tokio::time::sleep(wait) => {} }
        }
    }

    /// Follows until something fails or the stop is asked for.
    #[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
    async fn follow_once(&self, stopping: &mut Stopping) -> Result<(), FollowError> {
        let (mut quiet, mut quiet_again) = (|_: Progress| {}, |_: Progress| {});
        // A build from nothing is given up at once: what it has done would not count anyway.
        let mut follower = tokio::select! {
            () = stop_asked(stopping) => return Ok(()),
            opened = Follower::open(self, &mut quiet) => opened?,
        };
        let _following = Following::begin(self);
        let (mut looked, mut scrubbed) = (Instant::now(), None::<Instant>);
        let (mut still, mut read_to) = (0_u32, follower.sequence);
        loop {
            let wake = self.0.written.notified();
            let Some(head) = follower.read(&mut |_| {}, Some(stopping)).await? else {
                tracing::warn!("the register was restored from a backup; building the index anew");
                return Ok(());
            };
            if *stopping.borrow() {
                return follower.commit(&head);
            }
            // Nobody in this process sees a commit: an import goes on faster with few of them. Other processes see it,
            // so that it comes when the log is quiet.
            let waiting = follower.sequence - follower.committed;
            still = if follower.sequence == read_to { still + 1 } else { 0 };
            read_to = follower.sequence;
            if self.0.indexes.is_searched() || waiting > COMMIT_UNSEEN_AFTER || still > QUIET {
                follower.commit(&head)?;
            }
            tokio::select! {
                () = stop_asked(stopping) => return follower.commit(&head),
                _ = tokio::time::timeout(POLL, wake) => {}
            }
            // A folder deleted or damaged while running is noticed within a second or two, or by a search that fails.
            let looks = looked.elapsed() > LOOK;
            if looks {
                looked = Instant::now();
            }
            let scrubs = scrubbed.is_none_or(|at| at.elapsed() > SCRUB);
            if scrubs {
                scrubbed = Some(Instant::now());
            }
            if let Some(error) = follower.damage(looks, scrubs).await {
                tracing::warn!(%error, "the index is damaged; building anew");
                drop(follower);
                follower = tokio::select! {
                    () = stop_asked(stopping) => return Ok(()),
                    rebuilt = Follower::rebuild(self, &mut quiet_again) => rebuilt?,
                };
            }
        }
    }

    /// Brings the indexes up to the log once. `progress` counts events, or systems while building anew.
    ///
    /// # Errors
    /// [`FollowError::Elsewhere`] when another process keeps the index, which is no failure.
    pub async fn catch_up(&self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), FollowError> {
        while !Follower::open(self, progress).await?.catch_up(progress).await? {}
        Ok(())
    }

    /// Builds the indexes anew from nothing but the store.
    ///
    /// # Errors
    /// [`FollowError::Elsewhere`] when another process keeps the index.
    pub async fn reindex(&self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), FollowError> {
        let followed = Follower::rebuild(self, progress).await?.catch_up(&mut |_| {}).await?;
        if followed { Ok(()) } else { self.catch_up(progress).await }
    }

    /// Looks whether another process committed to the indexes. It also tells nobody here which records changed, so
    /// every Steckbrief is forgotten when the log has moved on.
    #[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
    async fn reload_indexes(&self) {
        let head = match head_of(&self.0.store).await {
            Ok(head) => head,
            Err(error) => return tracing::warn!(%error, "the log cannot be read"),
        };
        for view in self.0.indexes.all() {
            if view.take_suspicion() {
                // Whoever keeps the index builds it anew; its files are then others.
                view.close();
            }
            match view.open().and_then(|index| index.reload().map(|()| index)) {
                Ok(index) => {
                    let position = index.position().ok().flatten();
                    let belongs = position.as_ref().is_some_and(|p| continues(p, &head));
                    view.set_building(!belongs && head.sequence > 0);
                }
                Err(error) => {
                    view.set_building(true);
                    tracing::warn!(%error, "the index cannot be reloaded");
                }
            }
        }
        let now = (head.epoch, head.sequence);
        let seen = std::mem::replace(&mut *self.0.seen_log.lock().unwrap_or_else(PoisonError::into_inner), now);
        if seen != now {
            self.0.kept.forget_all();
        }
    }

    /// Called after every commit of this process, with the records it made as they are now.
    pub(crate) fn notify_written(&self, published: Vec<StoredRecord>) {
        if self.0.follows.load(Ordering::Relaxed) {
            self.0.handover.offer(published);
        }
        self.0.written.notify_one();
        self.0.judging.notify_one();
        self.wake_jobs();
    }
}

impl Follower {
    async fn open(app: &App, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Self, FollowError> {
        let head = app.0.store.read().await?.head().await?;
        let mut targets = Vec::new();
        let mut sequence = i64::MAX;
        for view in app.0.indexes.all() {
            let index = match view.open() {
                Ok(index) => index,
                Err(maki_search::Error::Outdated(_) | maki_search::Error::Corrupt(_)) => {
                    drop(targets);
                    return Self::rebuild(app, progress).await;
                }
                Err(error) => return Err(error.into()),
            };
            let position = index.position().ok().flatten().filter(|p| continues(p, &head));
            // A fresh register has nothing to rebuild: its index simply starts at the beginning.
            match position {
                Some(position) => sequence = sequence.min(position.sequence),
                None if head.sequence == 0 => sequence = 0,
                None => {
                    drop(targets);
                    return Self::rebuild(app, progress).await;
                }
            }
            let writer = index.writer()?;
            if let Err(error) = view.reload(&index) {
                if error.needs_rebuild() {
                    drop((targets, writer));
                    return Self::rebuild(app, progress).await;
                }
                return Err(error.into());
            }
            targets.push(Target { class: view.class, index, writer });
        }
        let (app, organisations) = (app.clone(), HashMap::new());
        Ok(Self { app, targets, log: head, sequence, scanned: 0, committed: sequence, organisations })
    }

    /// What is wrong with the files of the indexes: with their lengths, when it is time to look; with what they say, when
    /// it is time to scrub or a search failed on them.
    async fn damage(&self, looks: bool, scrubs: bool) -> Option<maki_search::Error> {
        for target in &self.targets {
            let view = self.app.0.indexes.of(target.class);
            let suspected = view.take_suspicion();
            let whole = if suspected || scrubs {
                let index = Arc::clone(&target.index);
                // Reads every file, which can take seconds on a slow disk.
                let reading = tokio::task::spawn_blocking(move || {
                    index.below().filter(|_| suspected).map_or(Ok(()), |below| below.verify())?;
                    index.verify()
                });
                reading.await.unwrap_or_else(|error| Err(maki_search::Error::Corrupt(error.to_string())))
            } else {
                Ok(())
            };
            let files = if looks { target.index.check() } else { Ok(()) };
            if let Err(error) = whole.and(files) {
                return Some(error);
            }
            if suspected {
                view.set_building(false);
            }
        }
        None
    }

    /// Builds both indexes from the store; what was visible stays so until the new ones are whole, unless it is damaged.
    async fn rebuild(app: &App, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Self, FollowError> {
        let views = app.0.indexes.all();
        for view in views {
            view.set_building(true);
        }
        // It counts as built once it has caught up; a build that failed leaves nothing to trust.
        Self::rebuild_inner(app, progress).await
    }

    async fn rebuild_inner(app: &App, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Self, FollowError> {
        let mut targets = Vec::new();
        for view in app.0.indexes.all() {
            let index = match view.open() {
                Ok(index) if index.verify().is_ok() => index,
                Ok(_) | Err(maki_search::Error::Outdated(_) | maki_search::Error::Corrupt(_)) => view.create()?,
                Err(error) => return Err(error.into()),
            };
            let writer = index.bulk_writer()?;
            targets.push(Target { class: view.class, index, writer });
        }
        let mut tx = app.0.store.read().await?;
        let head = tx.head().await?;
        let total = u64::try_from(tx.count(RecordKind::System).await?).unwrap_or(0);
        let mut follower = Self {
            app: app.clone(),
            targets,
            log: head.clone(),
            sequence: head.sequence,
            scanned: 0,
            committed: head.sequence,
            organisations: HashMap::new(),
        };
        let mut after = None;
        let mut done = 0;
        loop {
            let ids = tx.list(RecordKind::System, after, i64::try_from(SYSTEMS).unwrap_or(i64::MAX)).await?;
            let places = tx.places(&ids).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            done += ids.len() as u64;
            follower.put(&mut tx, &places).await?;
            progress(Progress { done, total });
        }
        drop(tx);
        let position = position_of(&head, head.sequence);
        for target in std::mem::take(&mut follower.targets) {
            let Target { class, index, writer } = target;
            writer.finish(&position)?;
            follower.app.0.indexes.of(class).reload(&index)?;
            let writer = index.writer()?;
            follower.targets.push(Target { class, index, writer });
        }
        follower.app.0.kept.forget_all();
        Ok(follower)
    }

    /// Reads events until there are none, and commits. False when the log is another one meanwhile.
    async fn catch_up(mut self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<bool, FollowError> {
        let Some(head) = self.read(progress, None).await? else { return Ok(false) };
        self.commit(&head)?;
        Ok(true)
    }

    /// Reads events until there are none or the stop is asked for; what it puts waits for a commit. None when the
    /// register was restored meanwhile: then nothing of this log may be committed any more.
    async fn read(
        &mut self,
        progress: &mut (dyn FnMut(Progress) + Send),
        stopping: Option<&Stopping>,
    ) -> Result<Option<Head>, FollowError> {
        let from = self.sequence;
        loop {
            let mut tx = self.app.0.store.read().await?;
            let head = tx.head().await?;
            if !continues(&position_of(&self.log, self.sequence), &head) {
                return Ok(None);
            }
            let touches = tx.touched_after(self.sequence.max(self.scanned), PAGE).await?;
            let Some(last) = touches.last().map(|t| t.sequence) else {
                self.scanned = head.sequence;
                return Ok(Some(head));
            };
            let systems = self.affected(&mut tx, &touches).await?;
            for chunk in systems.chunks(SYSTEMS) {
                self.put(&mut tx, chunk).await?;
            }
            self.sequence = last;
            let span = |to: i64| u64::try_from(to - from).unwrap_or(0);
            progress(Progress { done: span(last), total: span(head.sequence) });
            if self.sequence - self.committed > COMMIT_AFTER {
                self.commit(&head)?;
            }
            if stopping.is_some_and(|stopping| *stopping.borrow()) {
                return Ok(Some(head));
            }
        }
    }

    fn commit(&mut self, head: &Head) -> Result<(), FollowError> {
        if self.sequence == self.committed {
            self.trust();
            return Ok(());
        }
        let position = position_of(head, self.sequence);
        for target in &mut self.targets {
            target.writer.commit(&position)?;
            self.app.0.indexes.of(target.class).reload(&target.index)?;
        }
        self.committed = self.sequence;
        self.trust();
        Ok(())
    }

    /// What the indexes answer is whole up to the last commit.
    fn trust(&self) {
        for view in self.app.0.indexes.all() {
            view.set_building(false);
        }
    }

    /// Systems whose pages change with these events.
    async fn affected(&mut self, tx: &mut ReadTx, touches: &[Touch]) -> Result<Vec<Place>, FollowError> {
        let mut systems: BTreeMap<RecordId, Option<Place>> = BTreeMap::new();
        let mut organisations = BTreeSet::new();
        for Touch { action, version, place, .. } in touches {
            match place.kind {
                RecordKind::System => {
                    systems.insert(place.id, Some(*place));
                }
                RecordKind::Deployment => {
                    place.parent.map(|system| systems.entry(system).or_default());
                }
                // Whatever names a new organisation was published after it and has events of its own still to come.
                RecordKind::Organisation if *action == Action::Published && *version <= 1 => {}
                RecordKind::Organisation => {
                    organisations.insert(place.id);
                }
            }
        }
        if !organisations.is_empty() {
            let organisations: Vec<RecordId> = organisations.into_iter().collect();
            for id in &organisations {
                self.organisations.remove(id);
            }
            self.app.0.kept.forget_organisations(&organisations);
            let owned = tx.owned(&organisations, RecordKind::System).await?.into_iter().map(|(_, system)| system);
            let used = tx.owned(&organisations, RecordKind::Deployment).await?;
            let used: Vec<RecordId> = used.into_iter().map(|(_, deployment)| deployment).collect();
            let used = tx.places(&used).await?.into_iter().filter_map(|p| p.parent);
            for system in owned.chain(used) {
                systems.entry(system).or_default();
            }
        }
        let unread: Vec<RecordId> = systems.iter().filter(|(_, p)| p.is_none()).map(|(id, _)| *id).collect();
        let mut places: Vec<Place> = systems.into_values().flatten().collect();
        places.extend(tx.places(&unread).await?);
        places.sort_unstable_by_key(|place| place.id);
        Ok(places)
    }

    /// Puts systems with their deployments into every index and forgets what the caches held of them.
    async fn put(&mut self, tx: &mut ReadTx, places: &[Place]) -> Result<(), FollowError> {
        let systems = self.app.0.handover.records(tx, places).await?;
        self.app.0.kept.forget(systems.iter().filter_map(|s| Some(s.envelope.kennung.as_ref()?.as_str())));
        let ids: Vec<RecordId> = places.iter().map(|place| place.id).collect();
        let uses = tx.deployments_of(&ids).await?;
        let mut deployments: HashMap<RecordId, Vec<StoredRecord>> = HashMap::new();
        for deployment in self.app.0.handover.records(tx, &uses).await? {
            if let Some(parent) = deployment.envelope.parent {
                deployments.entry(parent).or_default().push(deployment);
            }
        }
        let owners = systems.iter().chain(deployments.values().flatten()).filter_map(|r| r.envelope.owner);
        self.remember_organisations(tx, owners.collect()).await?;
        for stored in systems {
            let id = stored.envelope.id;
            let own = deployments.remove(&id).unwrap_or_default();
            // What the index below tells as well is not told again.
            let alike = std::iter::once(&stored).chain(&own).all(looks_alike);
            let mut records = Some((stored, own));
            for target in &mut self.targets {
                let given = match target.index.below() {
                    Some(_) if alike => None,
                    None if alike => records.take(),
                    _ => records.clone(),
                };
                match given.and_then(|(system, own)| seen_by(target.class.view(), system, own)) {
                    Some((system, own)) => {
                        target.writer.put(&system_document(&system, own, &self.organisations))?;
                    }
                    None => target.writer.remove(id.0)?,
                }
            }
        }
        Ok(())
    }

    async fn remember_organisations(&mut self, tx: &mut ReadTx, wanted: BTreeSet<RecordId>) -> Result<(), FollowError> {
        if self.organisations.len() > ORGANISATIONS {
            self.organisations.clear();
        }
        let missing: Vec<RecordId> = wanted.into_iter().filter(|id| !self.organisations.contains_key(id)).collect();
        for record in tx.records(&missing).await? {
            // Names of organisations are public; both views read the same.
            if let Some(record) = PublishedRecord::of(record, View::Public) {
                self.organisations.insert(record.envelope.id, Arc::new(OrganisationRef::of(&record)));
            }
        }
        Ok(())
    }
}

async fn head_of(store: &maki_store::Store) -> Result<Head, AppError> {
    Ok(store.read().await?.head().await?)
}

/// Whether an index position belongs to the log as it stands.
fn continues(position: &Position, head: &Head) -> bool {
    position.register_id == head.register_id && position.epoch == head.epoch && position.sequence <= head.sequence
}

fn position_of(head: &Head, sequence: i64) -> Position {
    Position { register_id: head.register_id.clone(), epoch: head.epoch, sequence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_belongs_to_one_log() {
        let head = |register: &str, epoch, sequence| Head {
            register_id: register.to_owned(),
            epoch,
            sequence,
            hash: Vec::new(),
        };
        let check = |now: &Head, expected: bool| {
            let position = position_of(&head("a", 3, 0), 70);
            assert_eq!(continues(&position, now), expected, "{now:?}");
        };
        check(&head("a", 3, 70), true);
        check(&head("a", 3, 95), true);
        check(&head("a", 3, 69), false);
        check(&head("a", 4, 95), false);
        check(&head("b", 3, 95), false);
    }
}
