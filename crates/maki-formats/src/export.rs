//! The register in the own format: entries out as CSV, XLSX or JSON Lines. What is written here, profile `maki` reads
//! back as the same entries.
//!
//! Writers stream: memory does not grow with the number of entries (XLSX keeps its rows in temporary files). Tables
//! hold one visibility for all: an entry's narrowed visibilities are only in JSON Lines, because a public table has
//! none.

use std::io::{Seek, Write};

use maki_domain::{Entry, FieldId, Language, Visibility};

use crate::own::Columns;
use crate::table::Cell;
use crate::table::write::{Column, CsvOptions, CsvWriter, Cut, JsonLinesWriter, Sheet, WriteError, XlsxWriter};

/// Format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Separated values, UTF-8.
    Csv,
    /// Workbook.
    Xlsx,
    /// One entry as JSON per line.
    JsonLines,
}

impl Format {
    /// Ending of the file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "jsonl",
        }
    }

    /// Media type for downloads.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::JsonLines => "application/x-ndjson",
        }
    }
}

/// How tables are written; JSON Lines always have keys, codes and everything the entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Headers and values as labels of a language; without it as keys and codes.
    pub language: Option<Language>,
    /// Leave out columns of fields that are not public by default. Only for entries reduced to the public view: a
    /// value in such a column would be left out.
    pub public_columns: bool,
    /// Dialect of CSV.
    pub csv: CsvOptions,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Number of entries.
    pub entries: u64,
    /// Texts that did not fit into a workbook's cell (XLSX only). They were cut and end with words that say so; an
    /// import leaves such a field as it is.
    pub cuts: Vec<Cut>,
}

trait Sink {
    fn write(&mut self, entry: &Entry) -> Result<(), WriteError>;
    fn finish(self: Box<Self>) -> Result<Vec<Cut>, WriteError>;
}

/// Writes entries in one format.
pub struct Writer<'a> {
    sink: Box<dyn Sink + 'a>,
    entries: u64,
}

impl<'a> Writer<'a> {
    /// A writer of any format. Give a buffered sink.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn new<W: Write + Seek + Send + 'a>(format: Format, sink: W, options: Options) -> Result<Self, WriteError> {
        match format {
            Format::Csv => Self::csv(sink, options),
            Format::Xlsx => Self::xlsx(sink, options),
            Format::JsonLines => Ok(Self::json_lines(sink)),
        }
    }

    /// CSV into a sink that need not be seekable.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn csv<W: Write + 'a>(sink: W, options: Options) -> Result<Self, WriteError> {
        let columns = columns(options);
        let mut writer = CsvWriter::new(sink, options.csv)?;
        let headers: Vec<Cell> = columns.headers().map(|header| Cell::Text(header.to_owned())).collect();
        writer.row(&headers)?;
        Ok(Self { sink: Box::new(CsvSink { writer, columns }), entries: 0 })
    }

    /// JSON Lines into a sink that need not be seekable.
    pub fn json_lines<W: Write + 'a>(sink: W) -> Self {
        Self { sink: Box::new(JsonSink { writer: JsonLinesWriter::new(sink) }), entries: 0 }
    }

    /// A workbook; the sink receives it at the end.
    ///
    /// # Errors
    /// When a temporary file fails.
    pub fn xlsx<W: Write + Seek + Send + 'a>(sink: W, options: Options) -> Result<Self, WriteError> {
        const NARROW: u16 = 24;
        const WIDE: u16 = 60;
        let columns = columns(options);
        let widths = columns.headers().enumerate().map(|(index, header)| Column {
            name: header.to_owned(),
            width: if columns.is_wide(index) { WIDE } else { NARROW },
        });
        let sheet = Sheet { name: columns.sheet().to_owned(), columns: widths.collect() };
        let writer = XlsxWriter::new(sink, &[sheet])?.cut_mark(columns.cut_mark());
        Ok(Self { sink: Box::new(XlsxSink { writer, columns }), entries: 0 })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), WriteError> {
        self.sink.write(entry)?;
        self.entries += 1;
        Ok(())
    }

    /// Completes the file and flushes the sink.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn finish(self) -> Result<Summary, WriteError> {
        let cuts = self.sink.finish()?;
        Ok(Summary { entries: self.entries, cuts })
    }
}

fn columns(options: Options) -> Columns {
    let is_wanted = |id: FieldId| !options.public_columns || id.field().visibility == Visibility::Public;
    Columns::new(options.language, is_wanted)
}

struct CsvSink<W: Write> {
    writer: CsvWriter<W>,
    columns: Columns,
}

impl<W: Write> Sink for CsvSink<W> {
    fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        self.writer.row(&self.columns.cells(entry))
    }

    fn finish(self: Box<Self>) -> Result<Vec<Cut>, WriteError> {
        self.writer.finish()?.flush()?;
        Ok(Vec::new())
    }
}

struct JsonSink<W: Write> {
    writer: JsonLinesWriter<W>,
}

impl<W: Write> Sink for JsonSink<W> {
    fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        self.writer.write(entry)
    }

    fn finish(self: Box<Self>) -> Result<Vec<Cut>, WriteError> {
        self.writer.finish()?;
        Ok(Vec::new())
    }
}

struct XlsxSink<W: Write + Seek + Send> {
    writer: XlsxWriter<W>,
    columns: Columns,
}

impl<W: Write + Seek + Send> Sink for XlsxSink<W> {
    fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        self.writer.row(0, &self.columns.cells(entry))
    }

    fn finish(self: Box<Self>) -> Result<Vec<Cut>, WriteError> {
        let cuts = self.writer.cuts().to_vec();
        self.writer.finish()?;
        Ok(cuts)
    }
}

#[cfg(test)]
mod tests;
