//! Errors of use cases. The interface chooses text, status and way out by variant.

use maki_search::Error as SearchError;
use maki_store::{StoreError, StoreErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The query is too long; both limits.
    #[error("the query is longer than {chars} characters or {words} words")]
    QueryTooLong { chars: usize, words: usize },
    /// Pages by relevance end here; the limit is the largest offset.
    #[error("pages by relevance end at {limit}")]
    PageTooDeep { limit: usize },
    /// The index is being built; try again shortly.
    #[error("the index is being built")]
    IndexBuilding,
    /// Who asks may not do this; [`maki_domain::rights`] says what each role may.
    #[error("not allowed")]
    Forbidden,
    /// Four eyes: somebody else has to approve.
    #[error("approved by the one who wrote it")]
    OwnWork,
    /// Somebody changed it meanwhile.
    #[error("changed meanwhile")]
    Changed,
    /// Not possible where the work stands.
    #[error("not possible in this state of the work")]
    WrongStage,
    /// What was sent cannot be meant; the interface checks before and says what.
    #[error("not valid")]
    Invalid,
    /// What is named does not exist, or is nothing that who asks may know of.
    #[error("not found")]
    NotFound,
    /// Something that a person entered or wants is not possible; the fault has a text.
    #[error(transparent)]
    People(#[from] crate::PeopleFault),
    /// The database is locked by somebody else; try again.
    #[error("the database is busy")]
    Busy,
    /// The disk is full or the database refuses writes.
    #[error("the database cannot be written: the disk is full, or writing is not allowed")]
    CannotWrite,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable,
    /// A defect of the program.
    #[error("{0}")]
    Defect(String),
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Search(SearchError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Busy => Self::Busy,
            StoreErrorKind::Full | StoreErrorKind::ReadOnly => Self::CannotWrite,
            StoreErrorKind::Unreachable => Self::Unreachable,
            StoreErrorKind::Conflict | StoreErrorKind::Damaged | StoreErrorKind::Internal => Self::Store(error),
        }
    }
}

impl From<SearchError> for AppError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::QueryTooLong { chars, words } => Self::QueryTooLong { chars, words },
            SearchError::PageTooDeep { limit } => Self::PageTooDeep { limit },
            other => Self::Search(other),
        }
    }
}
