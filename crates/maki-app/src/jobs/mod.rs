//! Work after a commit: kinds of jobs, who does them, and what the operator sees of them.
//!
//! A job is done at least once: what is done twice must do no harm, or be recognised, as a mail is by its Message-ID.
//! Each kind has a [`Handler`]; the [`Workers`] of a process take what is due. Where a process has no handler for a
//! kind, its jobs wait in sight of the operator.

mod carrier;
mod mail;
mod overview;
mod runner;
mod settings;

use std::pin::Pin;

use maki_store::{Job, Lease};

use crate::{App, AppError};

pub use carrier::Carrier;
pub use mail::{Addressee, Composed, Composer, Mail};
pub use overview::{JobPage, JobQuery};
pub use runner::Workers;
pub use settings::{MailSettings, MailSettingsError, StartTls};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A [`crate::Notice`] for one person.
    Mail,
    /// Many entries that a program has sent.
    Upload,
    /// The nightly run over the whole register.
    Quality,
}

impl JobKind {
    pub const ALL: [Self; 3] = [Self::Mail, Self::Upload, Self::Quality];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Upload => "upload",
            Self::Quality => "quality",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Why a job is not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Later it may be possible.
    #[error("{0}")]
    Temporary(String),
    /// Trying again changes nothing.
    #[error("{0}")]
    Permanent(String),
    /// It was cancelled, or somebody else does it.
    #[error("no longer held")]
    Gone,
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Temporary(error.to_string())
    }
}

impl From<maki_store::StoreError> for Failure {
    fn from(error: maki_store::StoreError) -> Self {
        Self::Temporary(error.to_string())
    }
}

/// One job being done; ends with what came of it, as JSON.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<String, Failure>> + Send + 'a>>;

/// Does the jobs of one kind.
pub trait Handler: Send + Sync {
    fn kind(&self) -> JobKind;

    /// How many of them at the same time.
    fn at_once(&self) -> usize {
        1
    }

    fn work<'a>(&'a self, app: &'a App, job: &'a Job) -> Work<'a>;
}

impl App {
    /// To be called after a commit that put jobs, so that they are done at once.
    pub fn wake_jobs(&self) {
        self.0.jobs.notify_one();
    }

    /// Tells how far a job is, and holds it for another while. To be called between steps of long work, with no
    /// transaction open.
    ///
    /// # Errors
    /// [`Failure::Gone`] when the work is to stop.
    pub async fn hold_job(&self, lease: Lease, progress: i64, total: i64) -> Result<(), Failure> {
        let mut tx = self.0.store.write().await?;
        let held = tx.hold_job(lease, self.in_seconds(runner::LEASE_SECONDS), progress, total).await?;
        tx.commit().await?;
        if held { Ok(()) } else { Err(Failure::Gone) }
    }
}
