//! What the operator sees of jobs, and does about them.

use maki_domain::{Act, RecordId};
use maki_store::{Action, Job, JobCount, JobFilter, JobState, StoreError};
use uuid::Uuid;

use super::JobKind;
use crate::{App, AppError, Permit};

/// Jobs of a page.
pub const PAGE_SIZE: usize = 50;
/// The last page that can be asked for.
const MAX_PAGE: usize = 2_000;

/// Which jobs to list; pages count from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobQuery {
    pub state: Option<JobState>,
    pub kind: Option<JobKind>,
    pub page: usize,
}

/// A page of jobs, newest first. Payloads are left out: they hold what is said to others.
#[derive(Debug, Clone)]
pub struct JobPage {
    pub jobs: Vec<Job>,
    pub total: usize,
    pub page: usize,
    pub pages: usize,
    /// Of all jobs, whatever the filter.
    pub counts: Vec<JobCount>,
}

impl App {
    /// Jobs of the register.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the permit is not for operating.
    pub async fn jobs(&self, permit: &Permit, query: JobQuery) -> Result<JobPage, AppError> {
        permit.require(&[Act::Operate])?;
        let kind = query.kind.map(|kind| kind.code().to_owned());
        let filter = JobFilter { state: query.state, kind, organisation: None };
        let mut tx = self.0.store.read().await?;
        let total = usize::try_from(tx.count_jobs(&filter).await?).unwrap_or(0);
        let pages = total.div_ceil(PAGE_SIZE).clamp(1, MAX_PAGE);
        let page = query.page.clamp(1, pages);
        let offset = i64::try_from((page - 1) * PAGE_SIZE).unwrap_or(i64::MAX);
        let mut jobs = tx.jobs(&filter, i64::try_from(PAGE_SIZE).unwrap_or(i64::MAX), offset).await?;
        for job in &mut jobs {
            job.payload.clear();
        }
        let counts = tx.job_counts().await?;
        Ok(JobPage { jobs, total, page, pages, counts })
    }

    /// Has a job that failed or waits tried now.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the permit is not for operating; [`AppError::WrongStage`] when the job runs or
    /// has ended, or there is none.
    pub async fn retry_job(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.0.store.write().await?;
        tx.retry_job(self.now(), id).await.map_err(in_stage)?;
        tx.note(self.now(), &permit.actor(), Action::JobRetried, RecordId(id)).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// Cancels a job for good.
    ///
    /// # Errors
    /// As [`Self::retry_job`].
    pub async fn cancel_job(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.0.store.write().await?;
        tx.cancel_job(self.now(), id).await.map_err(in_stage)?;
        tx.note(self.now(), &permit.actor(), Action::JobCancelled, RecordId(id)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A job that went on meanwhile.
fn in_stage(error: StoreError) -> AppError {
    match error {
        StoreError::NotPossible => AppError::WrongStage,
        other => other.into(),
    }
}
