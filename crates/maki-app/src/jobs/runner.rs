//! The workers of a process: they take jobs that are due, and say what came of them.
//!
//! Each handler has a number of places; a free place takes a job and holds it by a lease. A process that dies leaves
//! its jobs to whoever comes after the lease. Temporary failures are tried again after ever longer waits, for about
//! three days; then the job has failed and waits for the operator. What has ended is deleted after 30 days.

use std::sync::Arc;
use std::time::{Duration, Instant};

use maki_domain::Instant as Moment;
use maki_store::{Job, WriteTx};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Failure, Handler, JobKind};
use crate::{App, AppError};

/// How long a job is held without a word of its worker.
pub(super) const LEASE_SECONDS: i64 = 5 * 60;
/// How often the database is asked when nobody calls.
const POLL: Duration = Duration::from_secs(2);
/// Wait after a failure of the database.
const RETRY: Duration = Duration::from_secs(5);
/// How long jobs that run may take after the stop was asked for.
const GRACE: Duration = Duration::from_secs(10);
/// How often what has ended is tidied away.
const TIDY: Duration = Duration::from_secs(60 * 60);
/// How often the numbers of jobs are measured.
const MEASURE: Duration = Duration::from_secs(15);
/// How long jobs that have ended stay in sight.
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;
/// Attempts before a job has failed; with the waits between them about three days.
const MAX_ATTEMPTS: i64 = 25;
const FIRST_WAIT_SECONDS: i64 = 60;
const LONGEST_WAIT_SECONDS: i64 = 4 * 60 * 60;
/// How often the outcome of a job is written before the lease has to run out.
const CONCLUDE_TRIES: u32 = 5;
const MICROS: i64 = 1_000_000;

/// Does the jobs of a register, with a handler for each kind.
pub struct Workers {
    app: App,
    places: Vec<Places>,
}

struct Places {
    handler: Arc<dyn Handler>,
    free: Arc<Semaphore>,
}

impl Places {
    fn kind(&self) -> &'static str {
        self.handler.kind().code()
    }

    fn free(&self) -> i64 {
        i64::try_from(self.free.available_permits()).unwrap_or(i64::MAX)
    }
}

impl App {
    /// Workers without handlers; see [`Workers::with`].
    #[must_use]
    pub fn workers(&self) -> Workers {
        Workers { app: self.clone(), places: Vec::new() }
    }
}

impl Workers {
    /// Lets them do what this handler does.
    #[must_use]
    pub fn with(mut self, handler: Arc<dyn Handler>) -> Self {
        let free = Arc::new(Semaphore::new(handler.at_once().max(1)));
        self.places.push(Places { handler, free });
        self
    }

    /// Does what is due until `stop` completes; then lets jobs that run end, within some seconds.
    #[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut running = JoinSet::new();
        let (mut tidied, mut measured) = (None, None);
        let mut told = false;
        tokio::pin!(stop);
        loop {
            let wait = match self.step(&mut running, &mut tidied, &mut measured).await {
                Ok(wait) => {
                    told = false;
                    wait
                }
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::error!(%error, "jobs cannot be taken; trying again");
                    }
                    RETRY
                }
            };
            tokio::select! {
                () = &mut stop => break,
                () = self.app.0.jobs.notified() => {}
                Some(_) = running.join_next() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        let drained = tokio::time::timeout(GRACE, async { while running.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            tracing::warn!("jobs still running after {GRACE:?} are left to the next start");
        }
    }

    /// Does everything that is due now, and what becomes due by it. Returns how many jobs were taken.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn run_due(&self) -> Result<usize, AppError> {
        let mut running = JoinSet::new();
        let mut taken = 0;
        loop {
            let (found, _) = self.take(&mut running).await?;
            taken += found;
            if found == 0 && running.join_next().await.is_none() {
                return Ok(taken);
            }
        }
    }

    async fn step(
        &self,
        running: &mut JoinSet<()>,
        tidied: &mut Option<Instant>,
        measured: &mut Option<Instant>,
    ) -> Result<Duration, AppError> {
        if is_over(*tidied, TIDY) {
            self.tidy().await?;
            *tidied = Some(Instant::now());
        }
        let (_, wait) = self.take(running).await?;
        if is_over(*measured, MEASURE) {
            self.measure().await?;
            *measured = Some(Instant::now());
        }
        Ok(wait)
    }

    /// Takes what is due for free places. Returns how many, and when to look again.
    async fn take(&self, running: &mut JoinSet<()>) -> Result<(usize, Duration), AppError> {
        let kinds: Vec<&'static str> = self.places.iter().filter(|p| p.free() > 0).map(Places::kind).collect();
        let next = self.app.0.store.read().await?.next_job_at(&kinds).await?;
        let now = self.app.now();
        let Some(next) = next.filter(|next| *next <= now) else {
            let wait = next.map_or(POLL, |next| duration_until(now, next));
            return Ok((0, wait.min(POLL)));
        };
        tracing::debug!(due = next.0, "jobs are due");
        let until = self.app.in_seconds(LEASE_SECONDS);
        let mut tx = self.app.0.store.write().await?;
        let mut taken = Vec::new();
        for places in &self.places {
            let free = places.free();
            if free > 0 {
                taken.push((places, tx.claim_jobs(now, until, &[places.kind()], free).await?));
            }
        }
        tx.commit().await?;
        let mut count = 0;
        for (places, jobs) in taken {
            for job in jobs {
                count += 1;
                // Nobody else takes permits, so that there is one for each job.
                let place = Arc::clone(&places.free).try_acquire_owned().ok();
                let (app, handler) = (self.app.clone(), Arc::clone(&places.handler));
                running.spawn(async move {
                    do_job(app, handler, job).await;
                    drop(place);
                });
            }
        }
        Ok((count, if count == 0 { POLL } else { Duration::ZERO }))
    }

    async fn tidy(&self) -> Result<(), AppError> {
        let mut tx = self.app.0.store.write().await?;
        let deleted = tx.delete_ended_jobs(self.app.in_seconds(-KEPT_SECONDS)).await?;
        tx.commit().await?;
        let forgotten = self.app.forget_ended().await?;
        tracing::debug!(deleted, forgotten, "jobs, sessions, links and attempts that ended long ago are gone");
        Ok(())
    }

    async fn measure(&self) -> Result<(), AppError> {
        let counts = self.app.0.store.read().await?.job_counts().await?;
        for kind in JobKind::ALL {
            for state in maki_store::JobState::ALL {
                let of = |c: &&maki_store::JobCount| c.kind == kind.code() && c.state == state;
                let count = counts.iter().find(of).map_or(0, |count| count.count);
                #[expect(clippy::cast_precision_loss, reason = "a gauge takes nothing else")]
                metrics::gauge!("maki_jobs", "kind" => kind.code(), "state" => state.code()).set(count as f64);
            }
        }
        Ok(())
    }
}

fn is_over(since: Option<Instant>, wait: Duration) -> bool {
    since.is_none_or(|since| since.elapsed() >= wait)
}

fn duration_until(now: Moment, then: Moment) -> Duration {
    Duration::from_micros(u64::try_from(then.0.saturating_sub(now.0)).unwrap_or(0))
}

/// Waits before attempt `attempts + 1`.
const fn wait_seconds(attempts: i64) -> i64 {
    let mut wait = FIRST_WAIT_SECONDS;
    let mut attempt = 1;
    while attempt < attempts && wait < LONGEST_WAIT_SECONDS {
        wait *= 2;
        attempt += 1;
    }
    if wait > LONGEST_WAIT_SECONDS { LONGEST_WAIT_SECONDS } else { wait }
}

async fn do_job(app: App, handler: Arc<dyn Handler>, job: Job) {
    let work = {
        let (app, job) = (app.clone(), job.clone());
        // A task of its own: a defect in a handler ends the job, not the workers.
        tokio::spawn(async move { handler.work(&app, &job).await })
    };
    let outcome = work.await.unwrap_or_else(|error| Err(Failure::Temporary(format!("the work broke off: {error}"))));
    for attempt in 1..=CONCLUDE_TRIES {
        match conclude(&app, &job, &outcome).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the outcome of a job cannot be written");
                tokio::time::sleep(Duration::from_secs(u64::from(attempt))).await;
            }
        }
    }
}

/// Writes what came of a job. What is no longer held stays as it is.
#[expect(clippy::cognitive_complexity, reason = "each macro for the log counts as branches")]
async fn conclude(app: &App, job: &Job, outcome: &Result<String, Failure>) -> Result<(), AppError> {
    let mut tx = app.0.store.write().await?;
    let word = write_outcome(app, &mut tx, job, outcome).await?;
    tx.commit().await?;
    metrics::counter!("maki_jobs_total", "kind" => job.kind.clone(), "outcome" => word).increment(1);
    match outcome {
        Err(error) if word == "failed" => {
            tracing::error!(job = %job.id, kind = %job.kind, attempts = job.attempts, %error, "a job has failed");
        }
        Err(error) => {
            tracing::warn!(job = %job.id, kind = %job.kind, attempts = job.attempts, %error, "a job is not done");
        }
        Ok(_) => tracing::debug!(job = %job.id, kind = %job.kind, "a job is done"),
    }
    Ok(())
}

async fn write_outcome(
    app: &App,
    tx: &mut WriteTx,
    job: &Job,
    outcome: &Result<String, Failure>,
) -> Result<&'static str, AppError> {
    let (lease, now) = (job.lease(), app.now());
    let (held, word) = match outcome {
        Ok(result) => (tx.finish_job(now, lease, result).await?, "done"),
        Err(Failure::Gone) => (false, ""),
        Err(Failure::Temporary(why)) if job.attempts < MAX_ATTEMPTS => {
            let due_at = Moment(now.0.saturating_add(wait_seconds(job.attempts) * MICROS));
            (tx.put_back_job(lease, due_at, why).await?, "put_back")
        }
        Err(Failure::Temporary(why) | Failure::Permanent(why)) => (tx.fail_job(now, lease, why).await?, "failed"),
    };
    Ok(if held { word } else { "gone" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_hours_and_end_after_three_days() {
        let check = |attempts: i64, minutes: i64| assert_eq!(wait_seconds(attempts), minutes * 60, "{attempts}");
        check(0, 1);
        check(1, 1);
        check(2, 2);
        check(8, 128);
        check(9, 240);
        check(1_000_000, 240);
        let all: i64 = (1..MAX_ATTEMPTS).map(wait_seconds).sum();
        let hours = all / 3_600;
        assert!((66..=80).contains(&hours), "{hours} hours");
    }
}
