//! What can be wrong with a file as a whole ([`TableError`]) and with one of its rows ([`RowProblem`]).
//!
//! Both carry a stable key, so that pages and the command line can say it in the reader's language; nothing here is
//! text for end users. A value shown in a problem is shortened: a report must not grow with the size of a bad cell.

use std::fmt;

/// Longest excerpt of a bad value that a problem carries, in characters.
pub const EXCERPT_CHARS: usize = 120;

/// The file cannot be read (further); the rows delivered before stand.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The reader failed.
    #[error("reading failed: {0}")]
    Io(#[from] std::io::Error),
    /// Nothing in it but white space.
    #[error("the file holds no rows")]
    Empty,
    /// A known kind of file that is not a table we read, such as `pdf`, `xls`, `html`, `gzip`.
    #[error("files of kind {0} are not supported")]
    Unsupported(&'static str),
    /// Bytes that are no text in any encoding.
    #[error("the file is neither a table nor text")]
    NotText,
    /// The sheet asked for is not there.
    #[error("the workbook has no sheet {0:?}")]
    NoSheet(String),
    /// The archive would decompress to more than allowed, or lies about its sizes.
    #[error("the archive is refused: {0}")]
    Archive(ArchiveFault),
    /// The archive or its workbook is damaged.
    #[error("the workbook is damaged: {0}")]
    Workbook(String),
    /// Not valid JSON from here on.
    #[error("invalid JSON in record {row}: {message}")]
    Json {
        /// Number of the record being read.
        row: u64,
        /// What the parser said.
        message: String,
    },
    /// More rows than allowed could not be delimited.
    #[error("too many broken rows, the last one at {row}")]
    TooManyBrokenRows {
        /// Number of the row that was one too many.
        row: u64,
    },
    /// The reading thread died; a defect in a parser met by this file.
    #[error("the reader crashed on this file")]
    Crashed,
}

impl TableError {
    /// Stable key for texts and reports.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Io(_) => "file-io",
            Self::Empty => "file-empty",
            Self::Unsupported(_) => "file-unsupported",
            Self::NotText => "file-not-text",
            Self::NoSheet(_) => "file-no-sheet",
            Self::Archive(_) => "file-archive-refused",
            Self::Workbook(_) => "file-workbook-damaged",
            Self::Json { .. } => "file-json-invalid",
            Self::TooManyBrokenRows { .. } => "file-too-many-broken-rows",
            Self::Crashed => "file-reader-crashed",
        }
    }
}

/// Why an archive is refused before a workbook parser sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFault {
    /// More entries than allowed.
    Entries,
    /// More decompressed bytes than allowed.
    TotalSize,
    /// One entry expands too much.
    Ratio,
    /// An entry holds more than its header declares.
    LyingSize,
    /// The shared strings are too large, or claim an impossible number.
    SharedStrings,
    /// One piece of text or one tag is longer than a row may be.
    TextRun,
}

impl fmt::Display for ArchiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entries => "too many entries",
            Self::TotalSize => "too large when decompressed",
            Self::Ratio => "expands suspiciously",
            Self::LyingSize => "declared sizes are wrong",
            Self::SharedStrings => "shared strings too large",
            Self::TextRun => "endless text",
        })
    }
}

/// How bad a [`RowProblem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row arrives; something in it was changed or left out.
    Warning,
    /// The row does not arrive.
    Error,
}

/// What is wrong with a row or cell, as a closed set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Bytes that are invalid in the file's encoding were replaced by U+FFFD.
    MalformedText,
    /// A cell is longer than allowed and was left empty.
    CellTooLong,
    /// A row is longer than allowed and was skipped.
    RowTooLong,
    /// More columns than allowed; the rest was dropped.
    TooManyColumns,
    /// Cells beyond the header row; they are kept under the name of their position.
    SurplusCells,
    /// A quote was opened and never closed.
    UnclosedQuote,
    /// An error value of a spreadsheet (`#REF!`); left empty.
    ErrorCell,
    /// A cell the workbook parser did not understand; left empty.
    UnreadableCell,
    /// A record of JSON Lines that is not valid JSON.
    InvalidJson,
    /// A record that is not an object.
    NotAnObject,
}

impl Reason {
    /// Stable key for texts and reports.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::MalformedText => "row-malformed-text",
            Self::CellTooLong => "row-cell-too-long",
            Self::RowTooLong => "row-too-long",
            Self::TooManyColumns => "row-too-many-columns",
            Self::SurplusCells => "row-surplus-cells",
            Self::UnclosedQuote => "row-unclosed-quote",
            Self::ErrorCell => "row-error-cell",
            Self::UnreadableCell => "row-unreadable-cell",
            Self::InvalidJson => "row-invalid-json",
            Self::NotAnObject => "row-not-an-object",
        }
    }

    /// Whether the row is lost.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::RowTooLong | Self::UnclosedQuote | Self::InvalidJson | Self::NotAnObject => Severity::Error,
            Self::MalformedText
            | Self::CellTooLong
            | Self::TooManyColumns
            | Self::SurplusCells
            | Self::ErrorCell
            | Self::UnreadableCell => Severity::Warning,
        }
    }
}

/// Something wrong with one row; reading goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Number of the row in the source, counted as a spreadsheet shows it.
    pub row: u64,
    /// Header of the column, when the problem is one of a cell.
    pub field: Option<String>,
    /// The offending value, shortened to [`EXCERPT_CHARS`].
    pub value: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

impl RowProblem {
    /// A problem of the whole row.
    #[must_use]
    pub fn row(row: u64, reason: Reason, value: Option<&str>) -> Self {
        Self { row, field: None, value: value.map(excerpt), reason }
    }

    /// A problem of one cell.
    #[must_use]
    pub fn cell(row: u64, field: &str, reason: Reason, value: Option<&str>) -> Self {
        Self { row, field: Some(excerpt(field)), value: value.map(excerpt), reason }
    }
}

/// Shortens a value for reports: first line breaks become spaces, then at most [`EXCERPT_CHARS`] characters.
#[must_use]
pub fn excerpt(value: &str) -> String {
    let mut out: String = value.chars().take(EXCERPT_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(EXCERPT_CHARS).is_some() {
        out.push('…');
    }
    out
}
