//! What an import did, with every fault named by row, record, field, value and reason.

use std::collections::BTreeMap;

use maki_domain::Language;
use maki_domain::plausibility::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// Faults and warnings kept in a report; all are counted.
const KEPT: usize = 10_000;
/// Characters of a value shown in a report.
const SHOWN: usize = 120;

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Number of the row in the file, as a spreadsheet counts.
    pub row: u64,
    /// Header of the source or key of the field; empty when it concerns the row.
    pub field: String,
    /// The value, shortened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Stable key of the reason; the interface has its text.
    pub reason: String,
    /// A limit or another row that the reason speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// How often a rule of plausibility found something in the rows that became entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingCount {
    pub severity: Severity,
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
    /// Rule of plausibility and weight → how often. No row is refused for a finding.
    pub findings: BTreeMap<String, FindingCount>,
    /// Findings that are errors, by row: such entries cannot be handed in again before they are mended.
    pub finding_errors: Vec<RowFault>,
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

/// How far the counts of a report were before a batch, to go back there when it is not written.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    rows: u64,
    skipped: u64,
    entries: u64,
    tallies: [Tally; 3],
    rows_with_errors: u64,
    errors: usize,
    warnings_total: u64,
    warnings: usize,
    findings: BTreeMap<String, FindingCount>,
    finding_errors: usize,
    kept_local_edits: u64,
}

impl ImportReport {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            rows: self.rows,
            skipped: self.skipped,
            entries: self.entries,
            tallies: [self.organisations, self.systems, self.deployments],
            rows_with_errors: self.rows_with_errors,
            errors: self.errors.len(),
            warnings_total: self.warnings_total,
            warnings: self.warnings.len(),
            findings: self.findings.clone(),
            finding_errors: self.finding_errors.len(),
            kept_local_edits: self.kept_local_edits,
        }
    }

    /// Takes back what was counted since; values without a mapping stay, since they say something about the file.
    pub(super) fn back_to(&mut self, mark: Mark) {
        (self.rows, self.skipped, self.entries) = (mark.rows, mark.skipped, mark.entries);
        [self.organisations, self.systems, self.deployments] = mark.tallies;
        (self.rows_with_errors, self.warnings_total) = (mark.rows_with_errors, mark.warnings_total);
        self.errors.truncate(mark.errors);
        self.warnings.truncate(mark.warnings);
        self.finding_errors.truncate(mark.finding_errors);
        self.findings = mark.findings;
        self.kept_local_edits = mark.kept_local_edits;
    }

    /// Whether rows were refused and not one became an entry: then the profile does not suit the file.
    #[must_use]
    pub const fn has_only_errors(&self) -> bool {
        self.entries == 0 && self.rows_with_errors > 0
    }

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

    /// Counts what the rules say of a row that became an entry.
    pub(super) fn found(&mut self, row: u64, findings: &[Finding<'static>]) {
        for finding in findings {
            let (rule, severity) = (finding.rule.key.as_str(), finding.severity);
            // A duty that is not met is a warning before its day and an error after it.
            let key =
                if severity == finding.rule.severity { rule.to_owned() } else { format!("{rule}:{}", severity.code()) };
            let of_rule = self.findings.entry(key);
            of_rule.or_insert(FindingCount { severity, count: 0, first_row: row }).count += 1;
            if severity == Severity::Error && self.finding_errors.len() < KEPT {
                let field = finding.field.field().key.as_str();
                let message = finding.rule.message(Language::De, finding.field);
                self.finding_errors.push(RowFault::new(row, field, "", rule).with_detail(message));
            }
        }
    }

    /// How many findings there are of a weight.
    #[must_use]
    pub fn findings_of(&self, severity: Severity) -> u64 {
        self.findings.values().filter(|one| one.severity == severity).map(|one| one.count).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_is_not_counted() {
        let mut report = ImportReport { rows: 3, entries: 2, ..ImportReport::default() };
        report.error(vec![RowFault::new(1, "name", "x", "missing")]);
        let before = report.clone();
        let mark = report.mark();
        report.error(vec![RowFault::new(4, "name", "y", "missing")]);
        report.warn(RowFault::new(4, "name", "y", "odd"));
        (report.rows, report.entries, report.systems.new, report.kept_local_edits) = (9, 8, 7, 6);
        report.back_to(mark);
        assert_eq!(report, before);
        assert!(!report.has_only_errors());
        report.back_to(Mark::default());
        assert_eq!(report, ImportReport::default());
    }
}
