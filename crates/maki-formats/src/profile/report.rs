//! What an import met: problems of rows, values nobody mapped, columns nobody knows.
//!
//! The report is bounded: it counts without limit and lists up to [`MOST_LISTED`] different things of a kind.

use std::collections::BTreeMap;

use crate::table::{RowProblem, Severity, excerpt};

/// Most different unknown values, and most unknown columns, that are listed one by one.
pub const MOST_LISTED: usize = 10_000;

/// Something wrong with a row or one of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Row number in the source, as a spreadsheet shows it.
    pub row: u64,
    /// Our field key, or the source's header where no field of ours is concerned.
    pub field: Option<String>,
    /// The value, shortened.
    pub value: Option<String>,
    /// Stable key of the reason.
    pub reason: &'static str,
    /// Whether the row is lost.
    pub severity: Severity,
}

impl Problem {
    /// A problem that costs the row.
    #[must_use]
    pub fn error(row: u64, field: Option<&str>, reason: &'static str, value: Option<&str>) -> Self {
        Self::new(row, field, reason, value, Severity::Error)
    }

    /// A problem with which the row arrives.
    #[must_use]
    pub fn warning(row: u64, field: Option<&str>, reason: &'static str, value: Option<&str>) -> Self {
        Self::new(row, field, reason, value, Severity::Warning)
    }

    fn new(row: u64, field: Option<&str>, reason: &'static str, value: Option<&str>, severity: Severity) -> Self {
        Self { row, field: field.map(str::to_owned), value: value.map(excerpt), reason, severity }
    }
}

impl From<RowProblem> for Problem {
    fn from(problem: RowProblem) -> Self {
        let (reason, severity) = (problem.reason.key(), problem.reason.severity());
        Self { row: problem.row, field: problem.field, value: problem.value, reason, severity }
    }
}

/// Keys of the reasons that profiles give; those of tables are in [`crate::table::Reason`], those of fields are
/// `field-` and the key of the domain's fault.
pub mod reason {
    /// The row names no system.
    pub const NAME_MISSING: &str = "entry-name-missing";
    /// Neither the row nor the file nor the caller says whose entry it is.
    pub const ORGANISATION_MISSING: &str = "entry-organisation-missing";
    /// A deployment without a system.
    pub const SYSTEM_MISSING: &str = "entry-system-missing";
    /// The line is not an entry of the own format.
    pub const ENTRY_INVALID: &str = "entry-invalid";
    /// The id stood in an earlier row already; this row got an id of its own.
    pub const ID_REPEATED: &str = "entry-id-repeated";
    /// Not a Kennung.
    pub const KENNUNG_INVALID: &str = "entry-kennung-invalid";
    /// Not an external id.
    pub const EXTERNAL_ID_INVALID: &str = "entry-external-id-invalid";
    /// A value that its vocabulary or map does not know.
    pub const VALUE_UNKNOWN: &str = "field-value-unknown";
    /// Not a date, or an ambiguous one.
    pub const DATE_INVALID: &str = "field-date-invalid";
    /// Neither yes nor no.
    pub const BOOLEAN_INVALID: &str = "field-boolean-invalid";
    /// Not a whole number.
    pub const INTEGER_INVALID: &str = "field-integer-invalid";
    /// A text was cut to the length of its field.
    pub const CUT: &str = "field-cut";
    /// The cell of a workbook holds only the beginning of a text, as the export says in it; the field was left alone.
    pub const CUT_IN_EXPORT: &str = "field-cut-in-export";
    /// More values than the field takes; the rest was left out.
    pub const ITEMS_CUT: &str = "field-items-cut";
}

/// How often a value or column was met, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Times.
    pub count: u64,
    /// First row.
    pub first_row: u64,
}

/// Summary of one import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows with content.
    pub rows: u64,
    /// Rows that became entries.
    pub entries: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Rows that are no entries, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Problems by reason key.
    pub problems: BTreeMap<&'static str, u64>,
    /// Values that the profile does not know, by (field, value).
    pub unknown_values: BTreeMap<(String, String), Seen>,
    /// Unknown values beyond [`MOST_LISTED`].
    pub unlisted_values: u64,
    /// Columns with content that the profile does not know.
    pub unknown_columns: BTreeMap<String, Seen>,
    /// Systems whose id was derived because the source has none.
    pub derived_ids: u64,
    /// Unknown values of the present row, taken by the reader.
    pub(crate) of_row: Vec<(String, String)>,
}

impl Report {
    pub(crate) fn unknown_value(&mut self, row: u64, field: &str, value: &str) {
        let key = (field.to_owned(), excerpt(value.trim()));
        self.of_row.push(key.clone());
        if let Some(seen) = self.unknown_values.get_mut(&key) {
            seen.count += 1;
        } else if self.unknown_values.len() < MOST_LISTED {
            self.unknown_values.insert(key, Seen { count: 1, first_row: row });
        } else {
            self.unlisted_values += 1;
        }
    }

    pub(crate) fn unknown_column(&mut self, row: u64, header: &str) {
        if let Some(seen) = self.unknown_columns.get_mut(header) {
            seen.count += 1;
        } else if self.unknown_columns.len() < MOST_LISTED {
            self.unknown_columns.insert(header.to_owned(), Seen { count: 1, first_row: row });
        }
    }

    pub(crate) fn count(&mut self, problems: &[Problem]) {
        for problem in problems {
            *self.problems.entry(problem.reason).or_insert(0) += 1;
        }
    }
}
