//! Bytes to rows and rows to bytes, without any knowledge of what the columns mean.
//!
//! [`open`] finds out by content what a file is (CSV with whatever encoding, separator and quoting; XLSX; JSON; JSON
//! Lines; fixed width on request), finds the header row, and gives a [`Table`]: an iterator of rows and row problems.
//! Invariants: memory is flat in the number of rows; every limit stands in [`Limits`]; no input panics or ends the
//! process (parsers run in a thread of their own, a crash there becomes [`TableError::Crashed`]); what is not
//! delivered is reported.

mod csv;
mod encoding;
mod fixed;
pub mod header;
mod json;
mod limits;
mod problem;
mod progress;
mod stream;
#[cfg(test)]
mod testing;
pub mod write;
mod xlsx;
mod zip_guard;

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

pub use fixed::{FixedColumn, FixedLayout};
pub use header::KnownHeaders;
pub use json::{JsonRecord, JsonRecords};
pub use limits::Limits;
pub use problem::{ArchiveFault, EXCERPT_CHARS, Reason, RowProblem, Severity, TableError, excerpt};
pub use progress::Progress;
pub use stream::Table;

/// What kind of file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Separated values in any dialect.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// One JSON document: an array of objects, or an object with such an array as a member.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// Lines with columns at fixed positions.
    Fixed,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing there.
    #[default]
    Empty,
    /// Text as it stands; not trimmed.
    Text(String),
    /// A number in its shortest decimal notation; kept as text so that nothing is rounded.
    Number(String),
    /// A truth value.
    Bool(bool),
    /// Several values (JSON arrays); objects in it stand as compact JSON.
    List(Vec<String>),
}

impl Cell {
    /// The value as one text; members of a list are joined by `; `.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::List(list) => Cow::Owned(list.join("; ")),
        }
    }

    /// Whether it holds nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Bool(_) => false,
            Self::List(list) => list.iter().all(|item| item.trim().is_empty()),
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Empty | Self::Bool(_) => 0,
            Self::Text(text) | Self::Number(text) => text.len(),
            Self::List(list) => list.iter().map(|item| item.len() + 24).sum(),
        }
    }
}

/// Column names of the rows that follow, shared by them. A JSON file may extend them while it is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// Name of the sheet in a workbook.
    pub sheet: Option<Arc<str>>,
    /// Column names, unique.
    pub names: Vec<Arc<str>>,
}

impl Headers {
    /// Name of a column, also beyond the header row.
    #[must_use]
    pub fn name(&self, index: usize) -> Cow<'_, str> {
        match self.names.get(index) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(header::position_name(index)),
        }
    }
}

/// One row with its number in the source: counted as a spreadsheet shows it, title and header rows included; for JSON
/// the number of the record, for JSON Lines of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Row number, from 1.
    pub number: u64,
    /// Names of the columns.
    pub headers: Arc<Headers>,
    /// Values by column; may be shorter than the headers, and longer where a row has surplus cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Value by column name as it stands in the header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Cell> {
        let index = self.headers.names.iter().position(|known| &**known == name)?;
        self.cells.get(index)
    }

    /// All non-blank cells with their column names.
    pub fn filled(&self) -> impl Iterator<Item = (Cow<'_, str>, &Cell)> {
        self.cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_blank())
            .map(|(index, cell)| (self.headers.name(index), cell))
    }

    fn weight(&self) -> usize {
        64 + self.cells.iter().map(|cell| 24 + cell.weight()).sum::<usize>()
    }
}

/// What a [`Table`] yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A row.
    Row(Row),
    /// Something wrong with one row.
    Problem(RowProblem),
}

/// One sheet that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// Its name.
    pub name: String,
    /// Number of its header row.
    pub header_row: u64,
    /// How many known headers it holds.
    pub matched: usize,
}

/// What was found out about a file when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// Kind of file.
    pub kind: Kind,
    /// Size in bytes.
    pub bytes: u64,
    /// Name of the encoding, for text files.
    pub encoding: Option<&'static str>,
    /// Whether a byte order mark stood at the start.
    pub byte_order_mark: bool,
    /// Separator of a CSV file.
    pub separator: Option<char>,
    /// Quote of a CSV file.
    pub quote: Option<char>,
    /// Sheets to be read, for workbooks.
    pub sheets: Vec<SheetInfo>,
    /// Number of the header row (of the first sheet); 0 where the names stand in every record.
    pub header_row: u64,
    /// Column names (of the first sheet, or of the first records).
    pub headers: Vec<String>,
    /// How many of the known headers were found.
    pub matched: usize,
}

/// How to open a file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Headers that the import profile knows; decide on separator, header row and sheet.
    pub known: KnownHeaders,
    /// Read every sheet that has the header, not only the best.
    pub all_sheets: bool,
    /// Give each JSON record as one cell with its JSON text, under the header `json`, instead of flattening it.
    pub whole_json: bool,
    /// Read exactly this sheet.
    pub sheet: Option<String>,
    /// Read as fixed width with this layout, whatever the content looks like.
    pub fixed: Option<FixedLayout>,
    /// Bounds.
    pub limits: Limits,
}

/// Finds out what the file is and prepares to read its rows.
///
/// # Errors
/// Everything that makes the file as a whole unreadable, see [`TableError`].
pub fn open<R: Read + Seek + Send + 'static>(mut reader: R, options: Options) -> Result<Table, TableError> {
    let bytes = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(0))?;
    if bytes == 0 {
        return Err(TableError::Empty);
    }
    let progress = Arc::new(Progress::default());
    if let Some(layout) = options.fixed.clone() {
        let (source, info) = fixed::open(reader, bytes, layout, options.limits, Arc::clone(&progress))?;
        return Table::start(source, info, progress);
    }
    let mut head = [0; 8];
    let length = read_head(&mut reader, &mut head)?;
    reader.seek(SeekFrom::Start(0))?;
    if let Some(kind) = unsupported(head.get(..length).unwrap_or_default()) {
        return Err(TableError::Unsupported(kind));
    }
    if head.starts_with(b"PK\x03\x04") {
        let (source, info) = xlsx::open(reader, bytes, &options, Arc::clone(&progress))?;
        return Table::start(source, info, progress);
    }
    let text = Text::find(reader, bytes)?;
    if text.is_markup {
        return Err(TableError::Unsupported("html"));
    }
    if text.is_json {
        let (source, info) = json::open(text, &options, Arc::clone(&progress))?;
        Table::start(source, info, progress)
    } else {
        let (source, info) = csv::open(text, &options, Arc::clone(&progress))?;
        Table::start(source, info, progress)
    }
}

fn read_head<R: Read>(reader: &mut R, head: &mut [u8]) -> Result<usize, std::io::Error> {
    let mut done = 0;
    while let Some(rest) = head.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            read => done += read,
        }
    }
    Ok(done)
}

fn unsupported(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 6] = [
        (b"%PDF", "pdf"),
        (b"\xD0\xCF\x11\xE0", "xls"),
        (b"\x1F\x8B", "gzip"),
        (b"7z\xBC\xAF", "7z"),
        (b"\x89PNG", "png"),
        (b"{\\rtf", "rtf"),
    ];
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind)
}

/// A text file whose encoding is known.
struct Text<R> {
    reader: R,
    bytes: u64,
    detected: encoding::Detected,
    /// The first decoded characters.
    sample: String,
    /// Whether the sample is the whole text.
    complete: bool,
    is_json: bool,
    is_markup: bool,
}

/// How much decoded text is looked at to find separator and header.
const SAMPLE_BYTES: u64 = 256 * 1024;

impl<R: Read + Seek> Text<R> {
    fn find(mut reader: R, bytes: u64) -> Result<Self, TableError> {
        let detected = encoding::detect(&mut reader)?;
        reader.seek(SeekFrom::Start(detected.mark as u64))?;
        let mut raw = Vec::new();
        encoding::Decoder::new(&mut reader, detected.encoding, None).take(SAMPLE_BYTES + 1).read_to_end(&mut raw)?;
        let complete = raw.len() as u64 <= SAMPLE_BYTES;
        let sample = String::from_utf8_lossy(&raw).trim_end_matches('\u{FFFD}').to_owned();
        let start = sample.trim_start();
        if start.is_empty() && complete {
            return Err(TableError::Empty);
        }
        let is_json = looks_like_json(start);
        let is_markup = start.starts_with('<')
            && ["<!doctype", "<html", "<body", "<?xml", "<head", "<table"]
                .iter()
                .any(|tag| start.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag)));
        Ok(Self { reader, bytes, detected, sample, complete, is_json, is_markup })
    }

    /// A decoder from the first character on.
    fn decoder(mut self, progress: &Arc<Progress>) -> Result<encoding::Decoder<R>, TableError> {
        self.reader.seek(SeekFrom::Start(self.detected.mark as u64))?;
        progress.restart(self.bytes);
        Ok(encoding::Decoder::new(self.reader, self.detected.encoding, Some(Arc::clone(progress))))
    }
}

/// `{` is JSON; `[` only when a value, an object or the end follows, so that a CSV cell like `[Keine Angabe]` is not.
fn looks_like_json(start: &str) -> bool {
    if let Some(rest) = start.strip_prefix('{') {
        return matches!(rest.trim_start().chars().next(), Some('"' | '}') | None);
    }
    start.strip_prefix('[').is_some_and(|rest| {
        matches!(rest.trim_start().chars().next(), Some('{' | '[' | ']' | '"' | '0'..='9' | '-') | None)
    })
}
