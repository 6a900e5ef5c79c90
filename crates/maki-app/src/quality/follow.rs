//! Judging again what has changed: the log says which systems, and how far it was read is kept with what was found.
//!
//! Whoever follows names the position that it read from; where another process was faster, nothing of the step counts.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use maki_domain::{RecordId, RecordKind};
use maki_store::{NewJudgement, ReadTx, Touch};
use tokio::sync::watch;

use super::judge::read_groups;
use super::run::QualityRunError;
use super::schedule::TimeOfDay;
use crate::{App, AppError};

/// Events read at a time, and systems judged together.
const EVENTS: i64 = 2_000;
const SYSTEMS: usize = 500;
/// How often the log is looked at when nobody calls; what other processes write is seen this late.
const POLL: Duration = Duration::from_secs(3);
/// Wait after a failure.
const RETRY: Duration = Duration::from_secs(30);
/// How often somebody looks whether the nightly run is among the jobs.
const SCHEDULE: Duration = Duration::from_secs(5 * 60);

impl App {
    /// Keeps what is found of entries up with the log until `stop` completes, and the nightly run among the jobs.
    pub async fn keep_judged(&self, nightly: Option<TimeOfDay>, mut stop: watch::Receiver<bool>) {
        let (mut scheduled, mut told) = (None::<Instant>, false);
        while !*stop.borrow() {
            let is_due = scheduled.is_none_or(|at| at.elapsed() > SCHEDULE);
            let wait = match self.keep_judged_once(nightly.filter(|_| is_due)).await {
                Ok(()) => {
                    if is_due {
                        scheduled = Some(Instant::now());
                    }
                    told = false;
                    POLL
                }
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(%error, "entries cannot be judged; trying again");
                    }
                    RETRY
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = self.0.judging.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn keep_judged_once(&self, nightly: Option<TimeOfDay>) -> Result<(), AppError> {
        if let Some(time) = nightly {
            self.schedule_judging(time).await?;
        }
        self.judge_changed().await
    }

    /// Judges what has changed since the last time; everything, when nothing was ever judged.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn judge_changed(&self) -> Result<(), AppError> {
        loop {
            let mut tx = self.0.store.read().await?;
            let Some(position) = tx.quality_position().await? else {
                drop(tx);
                return self.judge_first().await;
            };
            let touches = tx.touched_after(position, EVENTS).await?;
            let Some(last) = touches.last().map(|touch| touch.sequence) else { return Ok(()) };
            let systems: Vec<RecordId> = touched_systems(&mut tx, &touches).await?.into_iter().collect();
            drop(tx);
            let judged = self.judge_systems(&systems).await?;
            let standing = judged.iter().map(|one| one.judgement.entry).collect();
            let mut tx = self.0.store.write().await?;
            tx.put_judgements(self.now(), &judged).await?;
            tx.forget_other_judgements(&systems, &standing).await?;
            if tx.move_quality_position(position, last).await? {
                tx.commit().await?;
            }
        }
    }

    async fn judge_first(&self) -> Result<(), AppError> {
        let Some(day) = Self::day_of(self.now()) else { return Ok(()) };
        match self.judge_register(day).await {
            Ok(_) | Err(QualityRunError::Running | QualityRunError::Stopped) => Ok(()),
            Err(QualityRunError::App(error)) => Err(error),
        }
    }

    /// Judges the entries of systems as they are now.
    async fn judge_systems(&self, systems: &[RecordId]) -> Result<Vec<NewJudgement>, AppError> {
        let Some(today) = Self::day_of(self.now()) else { return Ok(Vec::new()) };
        let mut judged = Vec::with_capacity(systems.len());
        for chunk in systems.chunks(SYSTEMS) {
            let groups = read_groups(&mut self.0.store.read().await?, chunk).await?;
            let judging = tokio::task::spawn_blocking(move || groups.judge(today, &HashMap::new()));
            judged.extend(judging.await.map_err(|error| AppError::Defect(error.to_string()))?);
        }
        Ok(judged)
    }
}

/// Systems of which an entry may be judged otherwise after these events.
async fn touched_systems(tx: &mut ReadTx, touches: &[Touch]) -> Result<BTreeSet<RecordId>, AppError> {
    let (mut systems, mut organisations) = (BTreeSet::new(), BTreeSet::new());
    for Touch { place, .. } in touches {
        match place.kind {
            RecordKind::System => drop(systems.insert(place.id)),
            RecordKind::Deployment => systems.extend(place.parent),
            RecordKind::Organisation => drop(organisations.insert(place.id)),
        }
    }
    let organisations: Vec<RecordId> = organisations.into_iter().collect();
    systems.extend(tx.owned(&organisations, RecordKind::System).await?.into_iter().map(|(_, system)| system));
    let used = tx.owned(&organisations, RecordKind::Deployment).await?;
    let used: Vec<RecordId> = used.into_iter().map(|(_, deployment)| deployment).collect();
    systems.extend(tx.places(&used).await?.into_iter().filter_map(|place| place.parent));
    Ok(systems)
}
