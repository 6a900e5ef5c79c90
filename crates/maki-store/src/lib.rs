//! The only crate with SQL: records, versions, the event log with its audit chain, and what imports brought, on
//! embedded SQLite or on PostgreSQL.
//!
//! Invariants: a write use case is one [`WriteTx`]; it appends record version, event and hash together. The sequence
//! of events is gapless and in commit order, because it is taken from one locked head row. Versions are never changed
//! but by a redaction. What differs between the engines stands in [`engine`] alone.

mod api_token;
mod assessment;
mod backup;
mod bulk;
mod chain;
mod comment;
mod compress;
mod confidential;
mod draft;
mod engine;
mod entry;
mod eu_report;
mod event;
mod external;
mod finding;
mod history;
mod idempotency;
mod import_run;
mod job;
mod people;
mod preview;
mod proposal;
mod quality;
mod quality_run;
mod read;
mod redact;
mod relation;
mod saves;
mod seal;
mod secret;
mod sheet;
mod upload;
mod verify;
mod withdrawal;
mod work;
mod write;

pub use api_token::{ApiToken, NewApiToken};
pub use assessment::{NewAssessment, StoredAssessment};
pub use backup::{backup_sqlite, mark_restored, release_sqlite};
pub use bulk::{BulkEdit, BulkItem, NewBulkEdit};
pub use comment::{Comment, NewComment};
pub use confidential::{ConfidentialCount, ConfidentialEntry, ConfidentialEvent, ConfidentialWrite};
pub use draft::{Draft, SavedDraft};
pub use engine::{ReadTx, SQLITE_FILE, Schema, Store, WriteTx};
pub use entry::{Entry, EntryRecord};
pub use eu_report::{EuReport, EuReportText, NewEuReport};
pub use event::{Action, Event, Head, Touch};
pub use finding::FindingReason;
pub use history::PublicStep;
pub use idempotency::{Begun, KeyedRequest};
pub use import_run::{ImportRun, PackedRows, Provenance};
pub use job::{Job, JobCount, JobFilter, JobState, Lease, NewJob};
pub use people::{
    Account, AccountState, Application, ApplicationState, Attempts, Delegation, Grant, KnownSession, Link, LinkUse,
    LiveSession, Member, NewAccount, NewApplication, NewLink, NewSession, Succession, SuccessionKind, Totp,
};
pub use preview::{NewPreview, Preview};
pub use proposal::{NewProposal, Proposal, ProposalState};
pub use quality::{
    Judgement, MOST_ORGANISATIONS, NewJudgement, Problem, QualityTotals, RuleCount, Sight, StoredFinding,
};
pub use quality_run::QualityRun;
pub use read::{Place, StoredRecord, VersionInfo};
pub use redact::{Redaction, RedactionInfo};
pub use relation::Standing;
pub use saves::{DraftSave, Use};
pub use sheet::{Sheet, SheetRecord, SheetVersion};
pub use upload::Upload;
pub use verify::{Verification, verify};
pub use withdrawal::Withdrawal;
pub use work::{Step, Work, WorkSave, WorkState};
pub use write::{Actor, Publication, RecordWrite};

/// What can go wrong with the database. User-visible texts are made from [`StoreError::kind`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("external id {scheme}:{value} belongs to another record")]
    ExternalIdTaken { scheme: String, value: String },
    #[error("Kennung {0} is taken")]
    KennungTaken(String),
    #[error("changed by someone else (expected revision {expected}, found {found})")]
    Stale { expected: i64, found: i64 },
    #[error("another account has this e-mail address")]
    EmailTaken,
    #[error("there is no register")]
    NoRegister,
    #[error("no such record")]
    NotFound,
    #[error("not possible in the state the record is in")]
    NotPossible,
    #[error("{bytes} bytes are more than the {limit} that can be stored")]
    TooLarge { bytes: usize, limit: usize },
    #[error("stored content cannot be read: {0}")]
    Corrupt(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Locked by another process: try again.
    Busy,
    /// The disk is full.
    Full,
    /// The file or the server refuses writes.
    ReadOnly,
    /// The server cannot be reached.
    Unreachable,
    /// The caller asked for something that is not possible.
    Conflict,
    /// The file or what it holds is damaged: restore a backup.
    Damaged,
    /// Anything else: a defect.
    Internal,
}

impl StoreError {
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        match self {
            Self::ExternalIdTaken { .. }
            | Self::KennungTaken(_)
            | Self::Stale { .. }
            | Self::EmailTaken
            | Self::NoRegister
            | Self::NotFound
            | Self::NotPossible
            | Self::TooLarge { .. } => StoreErrorKind::Conflict,
            Self::Corrupt(_) => StoreErrorKind::Damaged,
            Self::Database(error) => engine::kind_of(error),
            Self::Migrate(sqlx::migrate::MigrateError::Execute(error)) => engine::kind_of(error),
            Self::Migrate(_) => StoreErrorKind::Internal,
            Self::Io(error) => engine::kind_of_io(error),
        }
    }
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;
