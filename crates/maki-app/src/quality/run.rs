//! A run over the whole register: one at a time, in steps of a transaction each, going on where the last one broke off.

use std::collections::HashMap;

use maki_domain::{Act, Instant, PartialDate, RecordId, RecordKind, keys};
use maki_store::{Job, QualityRun, StoreError};
use serde::Serialize;

use super::judge::{Groups, read_groups};
use crate::access::Permit;
use crate::jobs::{Failure, Handler, JobKind, Work};
use crate::likeness::Likeness;
use crate::{App, AppError};

/// Systems judged together.
const SYSTEMS: usize = 500;
/// How long a run is held without a word: far longer than a step takes.
const HELD_SECONDS: i64 = 5 * 60;

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub enum QualityRunError {
    #[error(transparent)]
    App(#[from] AppError),
    /// One at a time.
    #[error("another run is under way")]
    Running,
    /// Somebody else took it over, or it was told to stop.
    #[error("the run was given up; the next one of the same day goes on where it ended")]
    Stopped,
}

impl From<StoreError> for QualityRunError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    pub day: String,
    #[serde(skip)]
    pub started_at: Instant,
    #[serde(skip)]
    pub ended_at: Option<Instant>,
    pub is_whole: bool,
    pub entries: i64,
    pub errors: i64,
    pub warnings: i64,
    pub hints: i64,
}

impl From<QualityRun> for RunSummary {
    fn from(run: QualityRun) -> Self {
        let [errors, warnings, hints] = run.found;
        Self {
            day: run.day,
            started_at: run.started_at,
            ended_at: run.ended_at,
            is_whole: run.is_whole,
            entries: run.entries,
            errors,
            warnings,
            hints,
        }
    }
}

impl RunSummary {
    /// How long it took in seconds; none while it runs.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        Some(self.ended_at?.0.saturating_sub(self.started_at.0) / 1_000_000)
    }
}

impl App {
    /// Judges every published entry on a day and keeps what was found.
    ///
    /// # Errors
    /// [`QualityRunError::Running`] while another run is under way.
    pub async fn judge_register(&self, day: PartialDate) -> Result<RunSummary, QualityRunError> {
        self.judge_in_steps(day, None).await
    }

    /// As [`Self::judge_register`], as a job: it is held between two steps, and the run ends when it is no longer.
    pub(super) async fn judge_in_steps(
        &self,
        day: PartialDate,
        holding: Option<&Job>,
    ) -> Result<RunSummary, QualityRunError> {
        let mut tx = self.0.store.write().await?;
        let head = tx.head().await?.sequence;
        let begun = tx
            .begin_quality_run(self.now(), self.in_seconds(HELD_SECONDS), self.0.edge.new_id(), &day.to_string(), head)
            .await;
        let run = match begun {
            Err(StoreError::NotPossible) => return Err(QualityRunError::Running),
            begun => begun?,
        };
        tx.commit().await?;
        let mut run = Running { app: self, day, run, texts: Likeness::default() };
        match run.all(holding).await {
            Ok(()) => Ok(run.run.into()),
            Err(error) => {
                run.let_go().await;
                Err(error)
            }
        }
    }

    /// The latest runs, the newest first, for those who operate the register.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn quality_runs(&self, permit: &Permit, limit: usize) -> Result<Vec<RunSummary>, AppError> {
        permit.require(&[Act::Operate])?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(self.0.store.read().await?.quality_runs(limit).await?.into_iter().map(RunSummary::from).collect())
    }
}

struct Running<'a> {
    app: &'a App,
    day: PartialDate,
    run: QualityRun,
    texts: Likeness<Option<String>>,
}

impl Running<'_> {
    async fn all(&mut self, holding: Option<&Job>) -> Result<(), QualityRunError> {
        let resumed_at = self.run.after;
        let total = self.app.0.store.read().await?.count(RecordKind::System).await?;
        let (mut after, mut done) = (None, 0);
        loop {
            let mut tx = self.app.0.store.read().await?;
            let limit = i64::try_from(SYSTEMS).unwrap_or(i64::MAX);
            let ids = tx.list(RecordKind::System, after, limit).await?;
            let Some(last) = ids.last().copied() else { break };
            let mut groups = read_groups(&mut tx, &ids).await?;
            drop(tx);
            after = Some(last);
            done += i64::try_from(ids.len()).unwrap_or(0);
            let alike = self.compare(&groups);
            // What an earlier try has judged is only compared with.
            let is_new = |id: RecordId| resumed_at.is_none_or(|resumed_at| id > resumed_at);
            groups.groups.retain(|group| is_new(group.system.envelope.id));
            let new: Vec<RecordId> = ids.into_iter().filter(|id| is_new(*id)).collect();
            if !new.is_empty() {
                self.keep(groups, alike, &new).await?;
            }
            if let Some(job) = holding
                && self.app.hold_job(job.lease(), done, total).await.is_err()
            {
                return Err(QualityRunError::Stopped);
            }
        }
        self.end().await
    }

    /// Systems that are nearly the same as an earlier one, with its Kennung.
    fn compare(&mut self, groups: &Groups) -> HashMap<RecordId, String> {
        let mut alike = HashMap::new();
        for group in &groups.groups {
            let system = &group.system;
            let texts = [keys::NAME, keys::SHORT_DESCRIPTION, keys::DESCRIPTION, keys::PURPOSE];
            let words = texts.iter().filter_map(|key| system.content.text(key));
            if let Some(Some(other)) = self.texts.add(Some(system.kennung().to_owned()), words) {
                alike.insert(system.envelope.id, other.clone());
            }
        }
        alike
    }

    async fn keep(
        &mut self,
        groups: Groups,
        alike: HashMap<RecordId, String>,
        systems: &[RecordId],
    ) -> Result<(), QualityRunError> {
        let day = self.day;
        let judging = tokio::task::spawn_blocking(move || groups.judge(day, &alike));
        let judged = judging.await.map_err(|error| AppError::Defect(error.to_string()))?;
        self.run.after = systems.last().copied();
        self.run.entries += i64::try_from(judged.len()).unwrap_or(0);
        for one in &judged {
            for (sum, count) in self.run.found.iter_mut().zip(one.judgement.counts) {
                *sum += i64::from(count);
            }
        }
        let standing = judged.iter().map(|one| one.judgement.entry).collect();
        let mut tx = self.app.0.store.write().await?;
        tx.put_judgements(self.app.now(), &judged).await?;
        tx.forget_other_judgements(systems, &standing).await?;
        if !tx.note_quality_run(&self.run, self.app.in_seconds(HELD_SECONDS), None).await? {
            return Err(QualityRunError::Stopped);
        }
        Ok(tx.commit().await?)
    }

    /// What was published meanwhile is judged again by whoever follows the log.
    async fn end(&mut self) -> Result<(), QualityRunError> {
        let now = self.app.now();
        let mut tx = self.app.0.store.write().await?;
        tx.forget_gone_judgements().await?;
        tx.keep_quality_position(self.run.head).await?;
        if !tx.note_quality_run(&self.run, now, Some(now)).await? {
            return Err(QualityRunError::Stopped);
        }
        tx.commit().await?;
        (self.run.ended_at, self.run.is_whole) = (Some(now), true);
        self.app.0.judging.notify_one();
        Ok(())
    }

    /// Lets whoever comes next go on at once.
    async fn let_go(&self) {
        let noted = async {
            let mut tx = self.app.0.store.write().await?;
            if tx.note_quality_run(&self.run, self.app.now(), None).await? {
                tx.commit().await?;
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the run is held until its time is over");
        }
    }
}

/// Does the nightly run.
#[derive(Debug, Clone, Copy, Default)]
pub struct QualityHandler;

impl Handler for QualityHandler {
    fn kind(&self) -> JobKind {
        JobKind::Quality
    }

    fn work<'a>(&'a self, app: &'a App, job: &'a Job) -> Work<'a> {
        Box::pin(async move {
            let day = App::day_of(app.now());
            let day = day.ok_or_else(|| Failure::Temporary("the clock of this machine is wrong".to_owned()))?;
            match app.judge_in_steps(day, Some(job)).await {
                Ok(summary) => serde_json::to_string(&summary).map_err(|error| Failure::Permanent(error.to_string())),
                Err(QualityRunError::Stopped) => Err(Failure::Gone),
                Err(error) => Err(Failure::Temporary(error.to_string())),
            }
        })
    }
}
