//! Large uploads: taken at once, worked on as a job, in steps of a transaction each.
//!
//! A job is done at least once: rows that were written before find their records again and change nothing. Whether the
//! token still counts is asked when the job runs, not only when the upload came.

use std::sync::Arc;

use maki_domain::{Act, RecordId, Role, Roles};
use maki_store::{ApiToken, Job, JobState, NewJob, Upload};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BatchOutcome, MAX_OPEN_UPLOADS, MAX_ROWS, RowStatus, WriteError, WriteMode, WriteOptions, read};
use crate::access::{Permit, Principal, Target};
use crate::jobs::{Failure, Handler, JobKind, Work};
use crate::tokens::TokenScope;
use crate::{App, AppError};

/// Rows that are told one by one; all are counted.
const TOLD: usize = 1_000;
/// Most rows of an upload. No honest row of the own format is so short that more fit.
const MOST_ROWS: usize = 200_000;

/// An upload and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadState {
    pub id: Uuid,
    pub state: JobState,
    /// Rows worked on, and all of them.
    pub progress: i64,
    pub total: i64,
    /// Counts, and the rows that were refused as far as they are told; once it has ended well.
    pub outcome: Option<BatchOutcome>,
    pub is_tried_again: bool,
    /// Why it failed or waits for another try, for whoever runs the program; empty otherwise.
    pub error: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Options {
    #[serde(flatten)]
    write: WriteOptions,
}

impl App {
    /// Takes a body of JSON Lines to be written as a job; returns its id.
    ///
    /// # Errors
    /// [`WriteError::TooManyUploads`] when enough of the organisation wait, [`AppError::Forbidden`] when entries are to
    /// be handed in and the token does not allow it.
    pub async fn take_upload(
        &self,
        permit: &Permit,
        body: bytes::Bytes,
        options: WriteOptions,
    ) -> Result<Uuid, WriteError> {
        permit.require(&[Act::Edit])?;
        if options.mode == WriteMode::Review {
            self.permit(permit.principal(), Act::Submit, Target::Anywhere).await?;
        }
        let organisation = permit.acting();
        if self.0.store.read().await?.open_uploads(organisation).await? >= MAX_OPEN_UPLOADS {
            return Err(WriteError::TooManyUploads);
        }
        let token = token_of(permit.principal()).ok_or(AppError::Forbidden)?;
        let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace)).count();
        let (at, id) = (self.now(), self.0.edge.new_id());
        let options = serde_json::to_string(&Options { write: options }).map_err(AppError::from)?;
        let job = NewJob {
            id,
            kind: JobKind::Upload.code(),
            payload: "{}".to_owned(),
            due_at: at,
            account: None,
            organisation: Some(organisation),
            total: i64::try_from(lines).unwrap_or(i64::MAX),
        };
        let upload = Upload { id, organisation, token, options, body: body.to_vec() };
        let mut tx = self.0.store.write().await?;
        tx.put_jobs(at, &[job]).await?;
        tx.put_upload(at, &upload).await?;
        tx.commit().await?;
        self.wake_jobs();
        Ok(id)
    }

    /// An upload of the permit's organisation.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is none of its.
    pub async fn upload(&self, permit: &Permit, id: Uuid) -> Result<UploadState, AppError> {
        permit.require(&[Act::ReadWork, Act::Edit])?;
        let job = self.0.store.read().await?.job(id).await?;
        let job = job.filter(|job| is_upload_of(job, permit.acting())).ok_or(AppError::NotFound)?;
        let outcome = Some(job.result.as_str()).filter(|result| !result.is_empty());
        Ok(UploadState {
            id,
            state: job.state,
            progress: job.progress,
            total: job.total,
            outcome: outcome.map(serde_json::from_str).transpose()?,
            error: job.last_error,
            is_tried_again: job.state == JobState::Waiting && job.attempts > 0,
        })
    }

    /// Stops an upload; what has been written stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is none of the permit's organisation, [`AppError::WrongStage`] when it has ended.
    pub async fn cancel_upload(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Edit])?;
        let job = self.0.store.read().await?.job(id).await?;
        job.filter(|job| is_upload_of(job, permit.acting())).ok_or(AppError::NotFound)?;
        let mut tx = self.0.store.write().await?;
        match tx.cancel_job(self.now(), id).await {
            Err(maki_store::StoreError::NotPossible) => return Err(AppError::WrongStage),
            done => done?,
        }
        tx.drop_upload(id).await?;
        Ok(tx.commit().await?)
    }

    async fn upload_permit(&self, job: &Job, upload: &Upload) -> Result<Permit, Failure> {
        let token = self.0.store.read().await?.api_token_of(upload.token).await?;
        let counts = |token: &ApiToken| token.counts(self.now()) && token.organisation == upload.organisation;
        let token = token.filter(counts).ok_or_else(|| Failure::Permanent("the token no longer counts".to_owned()))?;
        let principal = Principal {
            account: None,
            actor: Arc::from(format!("token:{}", token.id)),
            name: token.name,
            memberships: vec![(token.organisation, Roles::NONE.with(Role::Editor))],
            limited_to: Some(TokenScope::acts_of(&token.scopes)),
            request: Arc::from(job.id.to_string()),
        };
        let permit = self.permit(&principal, Act::Edit, Target::Anywhere).await;
        permit.map_err(|error| Failure::Permanent(error.to_string()))
    }

    async fn work_on_upload(&self, job: &Job) -> Result<String, Failure> {
        let Some(upload) = self.0.store.read().await?.upload(job.id).await? else { return Err(Failure::Gone) };
        let options: Options =
            serde_json::from_str(&upload.options).map_err(|error| Failure::Permanent(error.to_string()))?;
        let permit = self.upload_permit(job, &upload).await?;
        let (own, prefix) = (self.own_name(upload.organisation).await?, self.instance().kennung_prefix.clone());
        let body = bytes::Bytes::from(upload.body);
        let read = tokio::task::spawn_blocking(move || read::rows(body, own, &prefix, MOST_ROWS)).await;
        let rows = read.map_err(|error| Failure::Temporary(error.to_string()))?;
        let mut rows = rows.map_err(|error| Failure::Permanent(error.to_string()))?;
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut all = BatchOutcome { written: !options.write.dry_run, ..BatchOutcome::default() };
        let mut done = 0;
        while !rows.is_empty() {
            self.hold_job(job.lease(), done, total).await?;
            let rest = rows.split_off(rows.len().min(MAX_ROWS));
            let step = std::mem::replace(&mut rows, rest);
            done += i64::try_from(step.len()).unwrap_or(0);
            let mut tx = self.0.store.write().await?;
            let outcome = self.apply_rows(&mut tx, &permit, step, options.write).await?;
            if outcome.written {
                tx.commit().await?;
            }
            for row in outcome.rows {
                let is_told = row.status == RowStatus::Refused && all.rows.len() < TOLD;
                all.count(row.status);
                all.rows.extend(Some(row).filter(|_| is_told));
            }
        }
        self.hold_job(job.lease(), done, total).await?;
        let mut tx = self.0.store.write().await?;
        tx.drop_upload(job.id).await?;
        tx.commit().await?;
        serde_json::to_string(&all).map_err(|error| Failure::Permanent(error.to_string()))
    }
}

fn is_upload_of(job: &Job, organisation: RecordId) -> bool {
    job.kind == JobKind::Upload.code() && job.organisation == Some(organisation)
}

/// The token that a program came with.
fn token_of(principal: &Principal) -> Option<Uuid> {
    principal.actor.strip_prefix("token:")?.parse().ok()
}

/// Does the jobs of uploads.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadHandler;

impl Handler for UploadHandler {
    fn kind(&self) -> JobKind {
        JobKind::Upload
    }

    fn work<'a>(&'a self, app: &'a App, job: &'a Job) -> Work<'a> {
        Box::pin(app.work_on_upload(job))
    }
}
