//! Jobs: what is to be done after a commit, at least once and tried again, such as mails and large uploads.
//!
//! Invariants: a job is put in the transaction of what it belongs to, so that neither exists without the other. A
//! runner holds a job by a lease: when its time is over, the runner is taken for dead and the job is handed out again.
//! The number of the attempt names the holder; whoever comes with an older one changes nothing. One writer at a time
//! holds on both engines, so two runners never get the same job. What has ended keeps no payload, because payloads may
//! hold addresses and secrets of links; a failed one keeps it for another try.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::{Result, StoreError};

/// Jobs per statement when many are put.
const ROWS: usize = 100;
/// Characters kept of what went wrong.
const ERROR_CHARS: usize = 500;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// For its time, or for a runner.
    Waiting,
    Running,
    Done,
    /// Given up; somebody can have it tried again.
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A job to be put.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: Uuid,
    pub kind: &'static str,
    /// JSON; what the kind needs.
    pub payload: String,
    /// Not before.
    pub due_at: Instant,
    /// Whose it is.
    pub account: Option<Uuid>,
    pub organisation: Option<RecordId>,
    /// Steps it has; 0 where they are not counted.
    pub total: i64,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    /// Empty once it has ended well or was cancelled.
    pub payload: String,
    pub state: JobState,
    /// Not before; while running, until when the runner holds it.
    pub due_at: Instant,
    /// How often it was handed out since it was put or last tried again by hand.
    pub attempts: i64,
    pub last_error: String,
    pub made_at: Instant,
    pub ended_at: Option<Instant>,
    pub account: Option<Uuid>,
    pub organisation: Option<RecordId>,
    pub progress: i64,
    pub total: i64,
    /// JSON; what came of it.
    pub result: String,
}

/// Which jobs a list shows; what is not named counts as any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
    pub organisation: Option<RecordId>,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    pub kind: String,
    pub state: JobState,
    pub count: i64,
    /// The earliest time at which one of them is due.
    pub earliest: Instant,
}

/// Names one handing out of a job: its id and the number of the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    pub job: Uuid,
    pub attempt: i64,
}

impl Job {
    #[must_use]
    pub const fn lease(&self) -> Lease {
        Lease { job: self.id, attempt: self.attempts }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    payload: String,
    state: String,
    due_at: i64,
    attempts: i64,
    last_error: String,
    made_at: i64,
    ended_at: Option<i64>,
    account: Option<Uuid>,
    organisation: Option<Uuid>,
    progress: i64,
    total: i64,
    result: String,
}

fn state(code: &str) -> Result<JobState> {
    JobState::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("unknown state of a job {code}")))
}

fn job(row: Row) -> Result<Job> {
    Ok(Job {
        id: row.id,
        kind: row.kind,
        payload: row.payload,
        state: state(&row.state)?,
        due_at: Instant(row.due_at),
        attempts: row.attempts,
        last_error: row.last_error,
        made_at: Instant(row.made_at),
        ended_at: row.ended_at.map(Instant),
        account: row.account,
        organisation: row.organisation.map(RecordId),
        progress: row.progress,
        total: row.total,
        result: row.result,
    })
}

/// Adds the conditions of a filter to a query that has a condition already.
macro_rules! push_filter {
    ($q:expr, $filter:expr) => {
        if let Some(state) = $filter.state {
            $q.push(" AND state = ").push_bind(state.code());
        }
        if let Some(kind) = &$filter.kind {
            $q.push(" AND kind = ").push_bind(kind.clone());
        }
        if let Some(organisation) = $filter.organisation {
            $q.push(" AND organisation = ").push_bind(organisation.0);
        }
    };
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn job(&mut self, id: Uuid) -> Result<Option<Job>> {
        const SQL: &str = "SELECT * FROM job WHERE id = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(id).fetch_optional(c).await)?;
        row.map(job).transpose()
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn jobs(&mut self, filter: &JobFilter, limit: i64, offset: i64) -> Result<Vec<Job>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT * FROM job WHERE 1 = 1");
            push_filter!(q, filter);
            q.push(" ORDER BY id DESC LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as::<Row>().fetch_all(c).await
        })?;
        rows.into_iter().map(job).collect()
    }

    /// How many jobs a list with this filter has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_jobs(&mut self, filter: &JobFilter) -> Result<i64> {
        Ok(both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT COUNT(*) FROM job WHERE 1 = 1");
            push_filter!(q, filter);
            q.build_query_scalar::<i64>().fetch_one(c).await
        })?)
    }

    /// Jobs by kind and state.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn job_counts(&mut self) -> Result<Vec<JobCount>> {
        const SQL: &str =
            "SELECT kind, state, COUNT(*), MIN(due_at) FROM job GROUP BY kind, state ORDER BY kind, state";
        type Row = (String, String, i64, i64);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(kind, code, count, earliest)| {
                Ok(JobCount { kind, state: state(&code)?, count, earliest: Instant(earliest) })
            })
            .collect()
    }

    /// When the next job of these kinds can be taken; that may be in the past. None where there is nothing to do.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_job_at(&mut self, kinds: &[&'static str]) -> Result<Option<Instant>> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let at = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "SELECT MIN(due_at) FROM job WHERE state IN ('waiting', 'running') AND kind IN (",
            );
            let mut list = q.separated(", ");
            for kind in kinds { list.push_bind(*kind); }
            q.push(")");
            q.build_query_scalar::<Option<i64>>().fetch_one(c).await
        })?;
        Ok(at.map(Instant))
    }
}

impl WriteTx {
    /// Puts jobs; they can be taken once this transaction is committed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_jobs(&mut self, at: Instant, jobs: &[NewJob]) -> Result<()> {
        for chunk in jobs.chunks(ROWS) {
            both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO job (id, kind, payload, state, due_at, attempts,
                    last_error, made_at, account, organisation, progress, total, result) ");
                q.push_values(chunk, |mut row, job| {
                    row.push_bind(job.id).push_bind(job.kind).push_bind(job.payload.as_str())
                        .push_bind(JobState::Waiting.code()).push_bind(job.due_at.0).push_bind(0_i64).push_bind("")
                        .push_bind(at.0).push_bind(job.account).push_bind(job.organisation.map(|id| id.0))
                        .push_bind(0_i64).push_bind(job.total).push_bind("");
                });
                q.build().execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Puts a job of which there is never more than one: one that waits is due then instead, unless it is due already or
    /// is being tried again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn schedule_job(&mut self, at: Instant, job: &NewJob) -> Result<()> {
        const MOVE: &str = "UPDATE job SET due_at = $1 WHERE kind = $2 AND state = 'waiting' AND attempts = 0
            AND due_at > $3 AND due_at <> $1";
        const ANY: &str = "SELECT COUNT(*) FROM job WHERE kind = $1 AND state IN ('waiting', 'running')";
        both!(&mut self.0, c => sqlx::query::<Be>(MOVE).bind(job.due_at.0).bind(job.kind).bind(at.0).execute(c).await
            .map(drop))?;
        let there = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(ANY).bind(job.kind).fetch_one(c).await)?;
        if there == 0 { self.put_jobs(at, std::slice::from_ref(job)).await } else { Ok(()) }
    }

    /// Takes jobs that are due, longest due first, and holds them until `until`. Those of a runner whose lease is over
    /// are among them.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_jobs(
        &mut self,
        now: Instant,
        until: Instant,
        kinds: &[&'static str],
        limit: i64,
    ) -> Result<Vec<Job>> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("UPDATE job SET state = 'running', attempts = attempts + 1,
                due_at = ");
            q.push_bind(until.0).push(" WHERE id IN (SELECT id FROM job WHERE state IN ('waiting', 'running')
                AND due_at <= ").push_bind(now.0).push(" AND kind IN (");
            let mut list = q.separated(", ");
            for kind in kinds { list.push_bind(*kind); }
            q.push(") ORDER BY due_at, id LIMIT ").push_bind(limit).push(") RETURNING *");
            q.build_query_as::<Row>().fetch_all(c).await
        })?;
        let mut jobs = rows.into_iter().map(job).collect::<Result<Vec<_>>>()?;
        // The order of RETURNING is not defined; ids sort by time.
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    /// Ends a job well. False when it is no longer held under this lease; then nothing changed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn finish_job(&mut self, at: Instant, lease: Lease, result: &str) -> Result<bool> {
        const SQL: &str = "UPDATE job SET state = 'done', ended_at = $1, payload = '', last_error = '', result = $2
            WHERE id = $3 AND attempts = $4 AND state = 'running'";
        let changed = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(result).bind(lease.job)
            .bind(lease.attempt).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Gives a job back, to be tried again at `due_at`. False when it is no longer held under this lease.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_back_job(&mut self, lease: Lease, due_at: Instant, error: &str) -> Result<bool> {
        const SQL: &str = "UPDATE job SET state = 'waiting', due_at = $1, last_error = $2
            WHERE id = $3 AND attempts = $4 AND state = 'running'";
        let error = shortened(error);
        let changed = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(due_at.0).bind(error.as_str())
            .bind(lease.job).bind(lease.attempt).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Gives a job up; its payload stays for another try. False when it is no longer held under this lease.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn fail_job(&mut self, at: Instant, lease: Lease, error: &str) -> Result<bool> {
        const SQL: &str = "UPDATE job SET state = 'failed', ended_at = $1, last_error = $2
            WHERE id = $3 AND attempts = $4 AND state = 'running'";
        let error = shortened(error);
        let changed = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(error.as_str()).bind(lease.job)
            .bind(lease.attempt).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Says how far a job is and holds it until `until`. False when it was cancelled or handed to somebody else: then
    /// the work is to stop.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn hold_job(&mut self, lease: Lease, until: Instant, progress: i64, total: i64) -> Result<bool> {
        const SQL: &str = "UPDATE job SET due_at = $1, progress = $2, total = $3
            WHERE id = $4 AND attempts = $5 AND state = 'running'";
        let changed = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(until.0).bind(progress).bind(total)
            .bind(lease.job).bind(lease.attempt).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Cancels a job that has not ended. One that runs may have had its effect already.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it has ended, or there is none.
    pub async fn cancel_job(&mut self, at: Instant, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE job SET state = 'cancelled', ended_at = $1, payload = ''
            WHERE id = $2 AND state IN ('waiting', 'running', 'failed')";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(StoreError::NotPossible) }
    }

    /// Has a job that failed or waits tried at once, with all its attempts before it.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it runs, has ended otherwise, or there is none.
    pub async fn retry_job(&mut self, now: Instant, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE job SET state = 'waiting', due_at = $1, ended_at = NULL, attempts = 0
            WHERE id = $2 AND state IN ('waiting', 'failed')";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(now.0).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(StoreError::NotPossible) }
    }

    /// Deletes jobs that ended before an instant, failed ones too. Returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_ended_jobs(&mut self, before: Instant) -> Result<u64> {
        const SQL: &str = "DELETE FROM job WHERE state IN ('done', 'failed', 'cancelled') AND ended_at < $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(before.0).execute(c).await
            .map(|d| d.rows_affected()))?)
    }
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_CHARS).collect()
}
