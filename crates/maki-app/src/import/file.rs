//! Importing a file: a thread reads rows while the register writes them.

use std::borrow::Cow;
use std::collections::HashSet;

use maki_formats::profile::{EntryReader, Problem, RowOutcome};
use maki_formats::table::{Progress, Severity, TableError};
use serde::ser::{Serialize, SerializeMap, Serializer};
use tokio::sync::mpsc;

use super::{Import, ImportOptions, ImportReport, Outcome, RowFault, RowInput};
use crate::{App, AppError};

/// Rows that reading hands over at a time, or fewer of so many bytes.
const READ_ROWS: usize = 250;
const READ_BYTES: usize = 2_000_000;
/// How often so many may wait for writing.
const WAITING: usize = 6;

/// Why a file could not be imported to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error(transparent)]
    App(#[from] AppError),
    /// The file is damaged from here on; what came before was imported, unless the run was strict.
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("the reader stopped unexpectedly")]
    ReaderLost,
}

/// An import that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct Interrupted {
    pub cause: FileError,
    /// What was written before; nothing of it is lost.
    pub report: Box<ImportReport>,
}

type Batch = Result<Vec<RowInput>, TableError>;

impl App {
    /// Imports everything a reader gives. `progress` is told after each batch how far reading is, and rows so far.
    ///
    /// # Errors
    /// When the file is damaged or the database cannot be written; with the report of what was written before.
    pub async fn import_file(
        &self,
        mut reader: EntryReader,
        options: ImportOptions,
        mut progress: impl FnMut(&Progress, u64) + Send,
    ) -> Result<ImportReport, Interrupted> {
        let mut import = self.import(options);
        describe(&mut import, &reader);
        let reading = reader.progress();
        let (sender, batches) = mpsc::channel::<Batch>(WAITING);
        let prefix = self.instance().kennung_prefix.clone();
        let thread = tokio::task::spawn_blocking(move || {
            read(&mut reader, &sender, &prefix);
            reader
        });
        let written = write_all(&mut import, batches, |rows| progress(&reading, rows)).await;
        let done = end(&mut import, written, thread).await;
        let report = import.into_report();
        match done {
            Ok(()) => Ok(report),
            Err(cause) => Err(Interrupted { cause, report: Box::new(report) }),
        }
    }
}

/// Writes batches until there are none or the file turns out damaged, which it returns. When writing fails, dropping
/// the batches ends the reader as well.
async fn write_all(
    import: &mut Import,
    mut batches: mpsc::Receiver<Batch>,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Option<TableError>, AppError> {
    let mut damage = None;
    while let Some(batch) = batches.recv().await {
        match batch {
            Ok(rows) => {
                for row in rows {
                    import.add_checked(row).await?;
                }
                progress(import.report().rows);
            }
            Err(error) => damage = Some(error),
        }
    }
    Ok(damage)
}

async fn end(
    import: &mut Import,
    written: Result<Option<TableError>, AppError>,
    thread: tokio::task::JoinHandle<EntryReader>,
) -> Result<(), FileError> {
    let reader = thread.await.map_err(|_| FileError::ReaderLost)?;
    import.unused_columns(reader.report().unknown_columns.keys().cloned());
    let damage = written?;
    import.end(damage.is_some()).await?;
    damage.map_or(Ok(()), |error| Err(error.into()))
}

fn describe(import: &mut Import, reader: &EntryReader) {
    let info = reader.info();
    import.describe("kind", format!("{:?}", info.kind));
    if let Some(encoding) = &info.encoding {
        import.describe("encoding", encoding.to_string());
    }
    if let Some(separator) = info.separator {
        import.describe("separator", separator.escape_default().to_string());
    }
    if !info.sheets.is_empty() {
        import.describe("sheet", info.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", "));
    }
    if info.header_row > 0 {
        import.describe("header row", info.header_row.to_string());
    }
}

/// Reads and checks rows to the end, in batches; stops when nobody takes them.
fn read(reader: &mut EntryReader, sender: &mpsc::Sender<Batch>, kennung_prefix: &str) {
    let mut rows = Vec::with_capacity(READ_ROWS);
    let mut bytes = 0;
    for outcome in reader.by_ref() {
        match outcome {
            Ok(outcome) => {
                let row = row_input(outcome).checked(kennung_prefix);
                bytes += row.raw.len();
                rows.push(row);
            }
            Err(error) => {
                let rest = sender.blocking_send(Ok(std::mem::take(&mut rows)));
                // When the receiver is gone the import has failed already and says why.
                let _ = rest.and_then(|()| sender.blocking_send(Err(error)));
                return;
            }
        }
        if rows.len() >= READ_ROWS || bytes >= READ_BYTES {
            bytes = 0;
            let batch = std::mem::replace(&mut rows, Vec::with_capacity(READ_ROWS));
            if sender.blocking_send(Ok(batch)).is_err() {
                return;
            }
        }
    }
    let _ = sender.blocking_send(Ok(rows));
}

fn row_input(outcome: RowOutcome) -> RowInput {
    let fault = |problem: &Problem| {
        let field = problem.field.clone().unwrap_or_default();
        RowFault::new(problem.row, field, problem.value.as_deref().unwrap_or_default(), problem.reason)
    };
    match outcome {
        RowOutcome::Entry(row) => RowInput {
            number: row.row,
            warnings: row.problems.iter().map(fault).collect(),
            unknown: row.unknown,
            raw: raw_json(&row.raw),
            outcome: Outcome::Entry(Box::new(row.entry)),
        },
        RowOutcome::Skipped { row, .. } => RowInput {
            number: row,
            outcome: Outcome::Skipped,
            warnings: Vec::new(),
            unknown: Vec::new(),
            raw: String::new(),
        },
        RowOutcome::Rejected { row, problems, raw } => {
            let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) =
                problems.iter().partition(|p| p.severity == Severity::Error);
            RowInput {
                number: row,
                outcome: Outcome::Error(errors.into_iter().map(fault).collect()),
                warnings: warnings.into_iter().map(fault).collect(),
                unknown: Vec::new(),
                raw: raw_json(&raw),
            }
        }
    }
}

/// The row as an object from header to cell; a header that stands twice keeps both cells.
fn raw_json(raw: &[(String, String)]) -> String {
    serde_json::to_string(&RawRow(raw)).unwrap_or_default()
}

/// Serialised where it stands: rows are as large as the file.
struct RawRow<'r>(&'r [(String, String)]);

impl Serialize for RawRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        let mut keys: HashSet<Cow<'_, str>> = HashSet::with_capacity(self.0.len());
        for (header, cell) in self.0 {
            let mut key = Cow::Borrowed(header.as_str());
            while keys.contains(&key) {
                key.to_mut().push('′');
            }
            object.serialize_entry(&key, cell)?;
            keys.insert(key);
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::raw_json;

    #[test]
    fn rows_are_kept_as_they_came() {
        let check = |raw: &[(&str, &str)], expected: &str| {
            let raw: Vec<_> = raw.iter().map(|(key, cell)| ((*key).to_owned(), (*cell).to_owned())).collect();
            assert_eq!(raw_json(&raw), expected);
        };
        check(&[], "{}");
        check(&[("Name", "Lotte \"L\"\n"), ("", "x")], r#"{"Name":"Lotte \"L\"\n","":"x"}"#);
        check(&[("a", "1"), ("a", "2"), ("a", "3")], r#"{"a":"1","a′":"2","a′′":"3"}"#);
    }
}
