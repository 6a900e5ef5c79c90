//! Rows to bytes: CSV, XLSX and JSON Lines, streaming, memory flat.
//!
//! CSV is opened in spreadsheets, so a text that a spreadsheet would take for a formula gets a leading apostrophe
//! ([`escape`]); [`unescape`] takes off exactly that, whatever the text was. Numbers typed as numbers are not touched.
//! XLSX needs no such protection: texts are stored as texts.

mod csv;
mod xlsx;

pub use csv::{CsvOptions, CsvWriter};
pub use xlsx::{CELL_CHARS, Column, Cut, Sheet, XlsxWriter};

use std::borrow::Cow;
use std::io::Write;

/// Writing failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The sink failed.
    #[error("writing failed: {0}")]
    Io(#[from] std::io::Error),
    /// The CSV writer failed.
    #[error("writing CSV failed: {0}")]
    Csv(#[from] ::csv::Error),
    /// The workbook cannot be written.
    #[error("writing the workbook failed: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// A value cannot be written as JSON.
    #[error("writing JSON failed: {0}")]
    Json(#[from] serde_json::Error),
    /// A sheet was named that the writer does not have.
    #[error("the workbook has no sheet {0}")]
    NoSheet(usize),
}

/// First characters that a spreadsheet may take for the beginning of a formula.
const DANGEROUS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// Puts an apostrophe before a text that begins like a formula, or like an escaped one.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes off the apostrophe that [`escape`] put there; leaves every other text alone.
#[must_use]
pub fn unescape(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        _ => text,
    }
}

/// Writes one JSON value per line.
#[derive(Debug)]
pub struct JsonLinesWriter<W: Write> {
    sink: W,
}

impl<W: Write> JsonLinesWriter<W> {
    /// A writer onto `sink`; give a buffered one.
    pub fn new(sink: W) -> Self {
        Self { sink }
    }

    /// Writes one value and a line feed.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn write<T: serde::Serialize>(&mut self, value: &T) -> Result<(), WriteError> {
        serde_json::to_writer(&mut self.sink, value)?;
        self.sink.write_all(b"\n")?;
        Ok(())
    }

    /// Flushes and gives the sink back.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.sink.flush()?;
        Ok(self.sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_defused_and_restored() {
        let check = |input: &str, expected: &str| {
            assert_eq!(escape(input), expected);
            assert_eq!(unescape(expected), input);
        };
        check("=1+1", "'=1+1");
        check("+49 30", "'+49 30");
        check("-", "'-");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\tx", "'\tx");
        check("'=x", "''=x");
        check("''=x", "'''=x");
        check("'n Abend", "'n Abend");
        check("a=b", "a=b");
        check("", "");
    }

    proptest! {
        #[test]
        fn escaping_is_reversible(text in "['=+@\\[\\-a\t\r\n]{0,6}") {
            let escaped = escape(&text).into_owned();
            prop_assert!(!escaped.starts_with(DANGEROUS));
            prop_assert_eq!(unescape(&escaped), text.as_str());
        }
    }
}
