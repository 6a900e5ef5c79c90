//! What can go wrong with an index. [`Error::needs_rebuild`] tells the app that the folder must be built anew.

use std::path::PathBuf;

/// An error of the index or a refusal of a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The index was written by another version of the program or with other vocabularies: build it anew.
    #[error("the index in {0} was written with another layout")]
    Outdated(PathBuf),
    /// The folder is missing, incomplete or damaged: build it anew.
    #[error("the index is damaged: {0}")]
    Corrupt(String),
    /// Another process or another writer of this process writes to the index.
    #[error("the index is being written by another process")]
    Locked,
    /// The folder may be read but not written by this process.
    #[error("the index cannot be written: {0}")]
    ReadOnly(String),
    /// The query is longer than [`crate::MAX_QUERY_CHARS`] characters or [`crate::MAX_QUERY_WORDS`] words.
    #[error("the query is longer than {chars} characters or {words} words")]
    QueryTooLong {
        /// Most characters allowed.
        chars: usize,
        /// Most words allowed.
        words: usize,
    },
    /// Pages by relevance end at [`crate::MAX_OFFSET_BY_RELEVANCE`].
    #[error("pages by relevance end at {limit}")]
    PageTooDeep {
        /// The largest offset allowed.
        limit: usize,
    },
    /// A document has a value that the index cannot hold.
    #[error("a document of the index is not valid: {0}")]
    Document(String),
    /// Any other failure of the engine, for example a full disk.
    #[error("the index failed: {0}")]
    Engine(String),
}

impl Error {
    /// True when only a new index helps: the folder is missing, damaged, or of another layout.
    #[must_use]
    pub const fn needs_rebuild(&self) -> bool {
        matches!(self, Self::Outdated(_) | Self::Corrupt(_))
    }
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        use tantivy::TantivyError as T;
        use tantivy::directory::error::LockError;
        match error {
            T::LockFailure(LockError::LockBusy, _) => Self::Locked,
            T::LockFailure(LockError::IoError(e), _) => e.as_ref().into(),
            T::OpenReadError(e) => Self::Corrupt(e.to_string()),
            T::OpenDirectoryError(e) => Self::Corrupt(e.to_string()),
            T::DataCorruption(e) => Self::Corrupt(format!("{e:?}")),
            T::IncompatibleIndex(e) => Self::Corrupt(format!("{e:?}")),
            T::SchemaError(e) => Self::Corrupt(e),
            T::IoError(e) => e.as_ref().into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<&std::io::Error> for Error {
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Self::Corrupt(error.to_string()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(error.to_string()),
            _ => Self::Engine(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        (&error).into()
    }
}
