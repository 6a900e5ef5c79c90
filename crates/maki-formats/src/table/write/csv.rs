//! CSV for people: byte order mark so that spreadsheets see UTF-8, CRLF, quotes only where needed.

use std::io::Write;

use super::super::Cell;
use super::{WriteError, escape};

/// Dialect to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// Separator; German spreadsheets expect `;`.
    pub separator: u8,
    /// Whether to begin with a byte order mark.
    pub byte_order_mark: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { separator: b';', byte_order_mark: true }
    }
}

/// Writes rows as CSV with formula protection.
pub struct CsvWriter<W: Write> {
    inner: ::csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// A writer onto `sink` (buffered inside).
    ///
    /// # Errors
    /// When the sink fails.
    pub fn new(mut sink: W, options: CsvOptions) -> Result<Self, WriteError> {
        if options.byte_order_mark {
            sink.write_all("\u{FEFF}".as_bytes())?;
        }
        let inner = ::csv::WriterBuilder::new()
            .delimiter(options.separator)
            .terminator(::csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(sink);
        Ok(Self { inner })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        for cell in cells {
            match cell {
                Cell::Text(_) | Cell::List(_) => self.inner.write_field(escape(&cell.text()).as_bytes())?,
                Cell::Empty | Cell::Number(_) | Cell::Bool(_) => self.inner.write_field(cell.text().as_bytes())?,
            }
        }
        self.inner.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes and gives the sink back.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn finish(self) -> Result<W, WriteError> {
        self.inner
            .into_inner()
            .map_err(|error| WriteError::Io(std::io::Error::new(error.error().kind(), error.to_string())))
    }
}
