//! Entries that programs write: many at once, as drafts or straight into review.
//!
//! The same policy, checks and events as in the editor. A row names a record by its Kennung, by an external id of the
//! organisation's own, or as its only use of a system; what it says is laid over what stands there, and silence changes
//! nothing. Good rows are written and bad ones refused, all in one transaction; or, when it is asked for, all or none.
//! A request that comes twice under one key gets its first answer again.

mod find;
mod keyed;
mod plan;
mod read;
mod record;
mod submit;
mod upload;

use maki_domain::plausibility::{Finding, Severity};
use maki_domain::{Act, Entry, Kennung, PartialDate, RecordId};
use maki_store::WriteTx;
use serde::{Deserialize, Serialize};

use crate::access::{Permit, Target};
use crate::import::RowFault;
use crate::{App, AppError};

pub use keyed::{Answered, RequestKey};
pub use record::{RecordFault, RecordWish, WrittenEntry};
pub use upload::{UploadHandler, UploadState};

/// Most rows of one request.
pub const MAX_ROWS: usize = 1_000;
/// Largest body of a request with rows, in bytes.
pub const MAX_BATCH: usize = 16 << 20;
/// Largest body of an upload, in bytes.
pub const MAX_UPLOAD: usize = 32 << 20;
/// Uploads of one organisation that wait or are worked on.
pub const MAX_OPEN_UPLOADS: i64 = 4;
/// Longest key of a request in characters.
pub const MAX_KEY: usize = 100;

/// Why entries were not taken as a whole.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error("too many rows")]
    TooManyRows,
    /// From this row on nothing can be read; the key names the reason.
    #[error("row {row}: {key}")]
    Unreadable { row: u64, key: &'static str },
    /// The same request is being worked on.
    #[error("the same request is being worked on")]
    Running,
    /// The key was used for something else.
    #[error("the key was used for another request")]
    KeyReused,
    /// More uploads than may wait.
    #[error("enough uploads are waiting")]
    TooManyUploads,
}

impl From<maki_store::StoreError> for WriteError {
    fn from(error: maki_store::StoreError) -> Self {
        Self::App(error.into())
    }
}

/// Where written entries stand afterwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    #[default]
    Draft,
    /// Handed in; everything that has to be stated has to be there.
    Review,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOptions {
    pub mode: WriteMode,
    /// Says what would happen and writes nothing.
    pub dry_run: bool,
    /// All rows or none.
    pub atomic: bool,
}

/// A row as it was sent.
#[derive(Debug, Clone)]
pub struct SentRow {
    pub number: u64,
    pub entry: Result<Box<Entry>, Vec<RowFault>>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    Created,
    Changed,
    Unchanged,
    Refused,
}

/// What a rule of plausibility says of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFinding {
    /// Key of the rule.
    pub rule: String,
    pub severity: Severity,
    /// Key of the field.
    pub field: String,
    /// From when the duty is due that is not met.
    pub due: Option<PartialDate>,
}

impl From<&Finding<'_>> for RowFinding {
    fn from(finding: &Finding<'_>) -> Self {
        Self {
            rule: finding.rule.key.clone(),
            severity: finding.severity,
            field: finding.field.field().key.clone(),
            due: finding.due,
        }
    }
}

/// A row and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    pub row: u64,
    pub status: RowStatus,
    /// Where the work on it is found.
    pub entry: Option<RecordId>,
    pub kennung: Option<Kennung>,
    pub problems: Vec<RowFault>,
    /// What the rules of plausibility say of the entry as it stands after the row; gaps and hints among them.
    #[serde(default)]
    pub findings: Vec<RowFinding>,
}

/// What became of all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOutcome {
    /// False after a dry run, or when a row was refused and all or none were asked for.
    pub written: bool,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub rows: Vec<RowResult>,
}

impl BatchOutcome {
    fn count(&mut self, status: RowStatus) {
        match status {
            RowStatus::Created => self.created += 1,
            RowStatus::Changed => self.changed += 1,
            RowStatus::Unchanged => self.unchanged += 1,
            RowStatus::Refused => self.refused += 1,
        }
    }

    fn push(&mut self, row: RowResult) {
        self.count(row.status);
        self.rows.push(row);
    }
}

impl App {
    /// Reads what a program sent: a JSON array, JSON Lines, or a table of the own format.
    ///
    /// # Errors
    /// [`WriteError::TooManyRows`], or [`WriteError::Unreadable`] with the row from which on nothing can be read.
    pub async fn read_entries(&self, permit: &Permit, body: bytes::Bytes) -> Result<Vec<SentRow>, WriteError> {
        permit.require(&[Act::Edit])?;
        let own = self.own_name(permit.acting()).await?;
        let prefix = self.instance().kennung_prefix.clone();
        let read = tokio::task::spawn_blocking(move || read::rows(body, own, &prefix, MAX_ROWS));
        read.await.map_err(|error| AppError::Defect(error.to_string()))?
    }

    /// Writes entries. `answer` makes the text that is kept under the key from what became of them.
    ///
    /// # Errors
    /// [`WriteError::Running`] and [`WriteError::KeyReused`] by the key; [`AppError::Forbidden`] when entries are to be
    /// handed in and the token does not allow it.
    pub async fn write_entries(
        &self,
        permit: &Permit,
        rows: Vec<SentRow>,
        options: WriteOptions,
        key: Option<&RequestKey>,
        answer: impl FnOnce(&BatchOutcome) -> Result<String, AppError>,
    ) -> Result<Answered, WriteError> {
        permit.require(&[Act::Edit])?;
        if options.mode == WriteMode::Review {
            self.permit(permit.principal(), Act::Submit, Target::Anywhere).await?;
        }
        // A dry run has no effect that a repetition could double.
        let key = key.filter(|_| !options.dry_run);
        if let Some(key) = key
            && let Some(known) = self.begin_keyed(permit.acting(), key).await?
        {
            return Ok(known);
        }
        let done = self.write_answered(permit, rows, options, key, answer).await;
        if let (Err(_), Some(key)) = (&done, key) {
            self.forget_keyed(permit.acting(), key).await?;
        }
        Ok(Answered::Now(done?))
    }

    async fn write_answered(
        &self,
        permit: &Permit,
        rows: Vec<SentRow>,
        options: WriteOptions,
        key: Option<&RequestKey>,
        answer: impl FnOnce(&BatchOutcome) -> Result<String, AppError>,
    ) -> Result<String, WriteError> {
        let mut tx = self.0.store.write().await?;
        let outcome = self.apply_rows(&mut tx, permit, rows, options).await?;
        let text = answer(&outcome)?;
        if !outcome.written {
            drop(tx);
            tx = self.0.store.write().await?;
        }
        if let Some(key) = key {
            tx.answer_request(key.of(permit.acting()), keyed::ANSWERED, &text).await?;
        }
        tx.commit().await?;
        self.wake_jobs();
        Ok(text)
    }

    /// Plans all rows and writes what is to be written into the transaction, which the caller commits when the outcome
    /// says `written`, and drops otherwise.
    async fn apply_rows(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        rows: Vec<SentRow>,
        options: WriteOptions,
    ) -> Result<BatchOutcome, AppError> {
        let mut batch = plan::Batch::new(self, permit, options);
        batch.load(tx, &rows).await?;
        let mut outcome = BatchOutcome::default();
        for row in rows {
            let SentRow { number, entry } = row;
            let planned = match entry {
                Ok(entry) => batch.plan(number, *entry),
                Err(problems) => Err(problems),
            };
            outcome.push(match planned {
                Ok(result) => result,
                Err(problems) => {
                    let findings = Vec::new();
                    RowResult {
                        row: number,
                        status: RowStatus::Refused,
                        entry: None,
                        kennung: None,
                        problems,
                        findings,
                    }
                }
            });
        }
        let spoiled = options.atomic && outcome.refused > 0;
        outcome.written = !options.dry_run && !spoiled;
        if outcome.written {
            batch.write(tx).await?;
            return Ok(outcome);
        }
        // What is not made cannot be found.
        for row in outcome.rows.iter_mut().filter(|row| row.status == RowStatus::Created) {
            row.entry = None;
        }
        Ok(outcome)
    }
}
