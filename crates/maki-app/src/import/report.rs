//! What an import did, with every fault named by row, record, field, value and reason.

use std::collections::BTreeMap;

use serde::Serialize;

/// Faults and warnings kept in a report; all are counted.
const KEPT: usize = 10_000;
/// Characters of a value shown in a report.
const SHOWN: usize = 120;

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// Number of the row in the file, as a spreadsheet counts.
    pub row: u64,
    /// Header of the source or key of the field; empty when it concerns the row.
    pub field: String,
    /// The value, shortened.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Stable key of the reason; the interface has its text.
    pub reason: String,
    /// A limit or another row that the reason speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl RowFault {
    #[must_use]
    pub fn new(row: u64, field: impl Into<String>, value: &str, reason: impl Into<String>) -> Self {
        let mut shown: String = value.chars().take(SHOWN).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self { row, field: field.into(), value: shown, reason: reason.into(), detail: None }
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// What happened to records of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// A value of the source that no mapping knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownValue {
    pub count: u64,
    pub first_row: u64,
}

/// The report of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ImportReport {
    pub profile: String,
    pub file: String,
    pub dry_run: bool,
    /// With `--strict`: rows with errors were found, so nothing was written.
    pub refused: bool,
    /// Rows read, rows without entry (empty, or not in use) among them.
    pub rows: u64,
    pub skipped: u64,
    /// Rows that became an entry.
    pub entries: u64,
    pub organisations: Tally,
    pub systems: Tally,
    pub deployments: Tally,
    /// Rows refused.
    pub rows_with_errors: u64,
    pub errors: Vec<RowFault>,
    pub warnings_total: u64,
    pub warnings: Vec<RowFault>,
    /// Field → value → how often.
    pub unknown_values: BTreeMap<String, BTreeMap<String, UnknownValue>>,
    /// Columns that no rule of the profile uses.
    pub unknown_columns: Vec<String>,
    /// Fields that a body had changed since the last import and that therefore stayed.
    pub kept_local_edits: u64,
    /// How the table was read: encoding, separator, sheet, header row.
    pub table: BTreeMap<String, String>,
    pub seconds: f64,
    pub rows_per_second: f64,
}

impl ImportReport {
    /// Whether the run changed the register.
    #[must_use]
    pub fn changed_anything(&self) -> bool {
        [self.organisations, self.systems, self.deployments].iter().any(|t| t.new + t.changed > 0)
    }

    pub(crate) fn error(&mut self, faults: Vec<RowFault>) {
        self.rows_with_errors += 1;
        let room = KEPT.saturating_sub(self.errors.len());
        self.errors.extend(faults.into_iter().take(room));
    }

    pub(crate) fn warn(&mut self, fault: RowFault) {
        self.warnings_total += 1;
        if self.warnings.len() < KEPT {
            self.warnings.push(fault);
        }
    }

    /// Counts a value that no mapping knows; distinct values are bounded like faults.
    pub fn unknown(&mut self, field: &str, value: &str, row: u64) {
        let values = self.unknown_values.entry(field.to_owned()).or_default();
        let value: String = value.chars().take(SHOWN).collect();
        if let Some(known) = values.get_mut(&value) {
            known.count += 1;
        } else if values.len() < KEPT {
            values.insert(value, UnknownValue { count: 1, first_row: row });
        }
    }
}
