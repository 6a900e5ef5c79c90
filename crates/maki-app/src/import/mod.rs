//! Import: entries come in, versions go out, in one transaction per batch.
//!
//! A run is idempotent: a record is found again by Kennung or external id, equal content changes nothing, and what a
//! body changed since the last import stays. Rows with errors are reported and do not stop the rest, unless the run is
//! strict; then one transaction holds the whole run and an error leaves nothing behind.

mod batch;
mod faults;
mod file;
mod merge;
pub(crate) mod names;
mod report;
mod seen;

use std::collections::HashSet;

use maki_domain::assess::rule_set;
use maki_domain::plausibility::{Finding, Surroundings, rule_book};
use maki_domain::{Entry, FieldId, RecordKind, keys};
use maki_store::{Actor, ImportRun, WriteTx};
use uuid::Uuid;

use crate::quality::on_all_cores;
use crate::{App, AppError};
use batch::Batch;
pub(crate) use faults::entry_faults;
pub use file::{FileError, Interrupted};
pub use report::{FindingCount, ImportReport, RowFault, Tally, UnknownValue};

/// Rows in one transaction: enough that waiting for the disk costs little, few enough to keep them in memory.
pub const BATCH_ROWS: usize = 2_000;
/// Bytes of rows after which a transaction is written although it has few rows.
const BATCH_BYTES: usize = 24_000_000;
/// What imports write as actor.
const ACTOR: &str = "import";

/// How a file is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    pub profile: String,
    pub file: String,
    /// Reports what would happen and writes nothing.
    pub dry_run: bool,
    /// All rows or none.
    pub strict: bool,
    /// Whether a field that the source no longer states is taken away. The own format leaves it, because a table with
    /// few columns is a small edit and not a statement about the rest.
    pub erase_missing: bool,
    /// Asks the rules of plausibility about each entry and counts what they find.
    pub check: bool,
}

/// What a row of the file became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Entry(Box<Entry>),
    /// The row cannot become an entry.
    Error(Vec<RowFault>),
    /// Nothing to import in it, as a row that says "not in use".
    Skipped,
}

/// A row on its way into the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowInput {
    pub number: u64,
    pub outcome: Outcome,
    pub warnings: Vec<RowFault>,
    /// Field and value that no mapping knows.
    pub unknown: Vec<(String, String)>,
    /// The row as it came, as one JSON object.
    pub raw: String,
}

impl RowInput {
    /// Faults come first: what a text may not hold must not reach the database, not even in a look-up.
    fn checked(mut self, kennung_prefix: &str) -> Self {
        if let Outcome::Entry(entry) = &self.outcome {
            let faults = faults::entry_faults(self.number, entry, kennung_prefix);
            if !faults.is_empty() {
                self.outcome = Outcome::Error(faults);
            }
        }
        self
    }
}

/// An import under way.
pub struct Import {
    app: App,
    options: ImportOptions,
    run: Uuid,
    report: ImportReport,
    rows: Vec<RowInput>,
    /// Bytes of the rows as they came.
    bytes: usize,
    seen: seen::Seen,
    /// The one transaction of a strict or dry run.
    whole: Option<WriteTx>,
    /// What was told of organisations: name, rule, field.
    told: HashSet<(String, &'static str, FieldId)>,
    started_at: maki_domain::Instant,
    noted: bool,
}

impl App {
    /// Begins an import; rows follow with [`Import::add`].
    #[must_use]
    pub fn import(&self, options: ImportOptions) -> Import {
        let report = ImportReport {
            profile: options.profile.clone(),
            file: options.file.clone(),
            dry_run: options.dry_run,
            ..ImportReport::default()
        };
        Import {
            run: self.0.edge.new_id(),
            started_at: self.now(),
            app: self.clone(),
            options,
            report,
            rows: Vec::with_capacity(BATCH_ROWS),
            bytes: 0,
            seen: seen::Seen::default(),
            whole: None,
            told: HashSet::new(),
            noted: false,
        }
    }
}

impl Import {
    /// Takes the next row; writes when a batch is full.
    ///
    /// # Errors
    /// When the database cannot be written. Batches written before stay, unless the run is strict.
    pub async fn add(&mut self, row: RowInput) -> Result<(), AppError> {
        let row = row.checked(&self.app.instance().kennung_prefix);
        self.add_checked(row).await
    }

    async fn add_checked(&mut self, row: RowInput) -> Result<(), AppError> {
        self.bytes += row.raw.len();
        self.rows.push(row);
        if self.rows.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Notes how the table was read.
    pub fn describe(&mut self, key: &str, value: impl Into<String>) {
        self.report.table.insert(key.to_owned(), value.into());
    }

    /// Notes columns that no rule of the profile uses; their values are kept in the raw rows.
    pub fn unused_columns(&mut self, columns: impl Iterator<Item = String>) {
        self.report.unknown_columns = columns.collect();
    }

    #[must_use]
    pub const fn report(&self) -> &ImportReport {
        &self.report
    }

    /// Writes the rest and gives the report.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn finish(mut self) -> Result<ImportReport, AppError> {
        self.end(false).await?;
        Ok(self.report)
    }

    /// What has been written when the run goes no further.
    pub(crate) fn into_report(self) -> ImportReport {
        self.report
    }

    /// Writes the rest; a file that turned out damaged is an error to a strict run.
    pub(crate) async fn end(&mut self, damaged: bool) -> Result<(), AppError> {
        self.flush().await?;
        #[expect(clippy::cast_precision_loss, reason = "for people, and far below the precision of f64")]
        {
            self.report.seconds = (self.app.now().0 - self.started_at.0) as f64 / 1e6;
            self.report.rows_per_second = self.report.rows as f64 / self.report.seconds.max(1e-6);
        }
        let refused = self.options.strict && (damaged || self.report.rows_with_errors > 0);
        if let Some(mut tx) = self.whole.take() {
            if self.options.dry_run || refused {
                self.report.refused = refused;
                drop(tx);
                return Ok(());
            }
            tx.put_import_run(&self.run_record()?).await?;
            tx.commit().await?;
        } else if self.noted {
            let mut tx = self.app.0.store.write().await?;
            tx.put_import_run(&self.run_record()?).await?;
            tx.commit().await?;
        }
        self.app.notify_written(Vec::new());
        Ok(())
    }

    fn run_record(&self) -> Result<ImportRun, AppError> {
        Ok(ImportRun {
            id: self.run,
            at: self.started_at,
            profile: self.options.profile.clone(),
            file_name: self.options.file.clone(),
            report: serde_json::to_string(&self.report)?,
        })
    }

    async fn flush(&mut self) -> Result<(), AppError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mark = self.report.mark();
        let written = self.flush_rows().await;
        if written.is_err() {
            // The one transaction of a strict run takes everything with it.
            let whole = self.options.strict || self.options.dry_run;
            self.report.back_to(if whole { report::Mark::default() } else { mark });
        }
        written
    }

    /// What the rules say of each row, on all cores, before anybody has to wait for the database. What is said of an
    /// organisation is told once.
    async fn check(&mut self, rows: &mut Vec<RowInput>) -> Result<Vec<Vec<Finding<'static>>>, AppError> {
        let Some(today) = App::day_of(self.started_at) else { return Ok(Vec::new()) };
        let taken = std::mem::take(rows);
        let judging = tokio::task::spawn_blocking(move || {
            let none = HashSet::new();
            let around = Surroundings { today, law: rule_set(), dead_links: &none, is_near_duplicate: false };
            let found = on_all_cores(&taken, |row| match &row.outcome {
                Outcome::Entry(entry) => rule_book().findings(entry.parts(), &around),
                Outcome::Error(_) | Outcome::Skipped => Vec::new(),
            });
            (taken, found)
        });
        let (back, mut found) = judging.await.map_err(|error| AppError::Defect(error.to_string()))?;
        *rows = back;
        for (row, findings) in rows.iter().zip(&mut found) {
            let Outcome::Entry(entry) = &row.outcome else { continue };
            let name = entry.organisation.content.text(keys::ORGANISATION_NAME).unwrap_or_default();
            findings.retain(|finding| {
                finding.field.field().record != RecordKind::Organisation
                    || self.told.insert((name.to_owned(), finding.rule.key.as_str(), finding.field))
            });
        }
        Ok(found)
    }

    async fn flush_rows(&mut self) -> Result<(), AppError> {
        let mut rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let found = if self.options.check { self.check(&mut rows).await? } else { Vec::new() };
        let one_transaction = self.options.dry_run || self.options.strict;
        let mut tx = match self.whole.take() {
            Some(tx) => tx,
            None => self.app.0.store.write().await?,
        };
        let actor = Actor { id: ACTOR.to_owned(), organisation: None, request: self.run.to_string() };
        // Provenance refers to the run, so the run comes first; its report follows at the end.
        let record = if self.noted { None } else { Some(self.run_record()?) };
        let mut seen = std::mem::take(&mut self.seen);
        let mut batch = Batch::new(&self.app, &self.options, self.run, &mut seen);
        let changed = batch.apply(&mut tx, &mut rows, &found, &mut self.report).await?;
        // Rows of a run that brings nothing at all are kept too: somebody will have to look at them.
        let keep = changed || self.report.has_only_errors();
        if let Some(record) = record.filter(|_| keep) {
            tx.put_import_run(&record).await?;
            self.noted = true;
        }
        let published = if keep { batch.write(&mut tx, &actor, rows).await? } else { Vec::new() };
        seen.end_batch();
        self.seen = seen;
        if one_transaction {
            self.whole = Some(tx);
        } else {
            tx.commit().await?;
            self.app.notify_written(published);
        }
        Ok(())
    }
}
