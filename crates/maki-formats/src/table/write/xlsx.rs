//! XLSX for people: bold frozen header, filter, column widths; texts stay texts, never formulas.
//!
//! Rows go to temporary files while writing (constant memory) and into the sink at the end. A cell of a workbook holds
//! at most 32,767 UTF-16 units; a longer text is cut, ends with a mark that says so, and the cut is reported.

use std::borrow::Cow;
use std::io::{Seek, Write};

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet};

use super::super::Cell;
use super::WriteError;

/// Most UTF-16 units in one cell.
pub const CELL_CHARS: usize = 32_767;

/// One column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Header.
    pub name: String,
    /// Width in characters.
    pub width: u16,
}

/// One sheet to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Name, at most 31 characters without `[]:*?/\`.
    pub name: String,
    /// Columns.
    pub columns: Vec<Column>,
}

/// A text that did not fit into its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Sheet by position.
    pub sheet: usize,
    /// Row number as the spreadsheet shows it.
    pub row: u64,
    /// Column by position.
    pub column: usize,
    /// UTF-16 units of the whole text.
    pub length: usize,
}

/// Writes one or more sheets.
pub struct XlsxWriter<W: Write + Seek + Send> {
    sink: W,
    workbook: Workbook,
    next_rows: Vec<u32>,
    cut_mark: String,
    cuts: Vec<Cut>,
}

impl<W: Write + Seek + Send> XlsxWriter<W> {
    /// A workbook with these sheets, headers written.
    ///
    /// # Errors
    /// When a sheet name is not allowed.
    pub fn new(sink: W, sheets: &[Sheet]) -> Result<Self, WriteError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        for sheet in sheets {
            let worksheet = workbook.add_worksheet_with_constant_memory()?;
            worksheet.set_name(&sheet.name)?;
            worksheet.set_freeze_panes(1, 0)?;
            for (index, column) in sheet.columns.iter().enumerate() {
                let index = column_number(index)?;
                worksheet.set_column_width(index, column.width)?;
                worksheet.write_string_with_format(0, index, &column.name, &bold)?;
            }
        }
        let (next_rows, cut_mark) = (vec![1; sheets.len()], "…".to_owned());
        Ok(Self { sink, workbook, next_rows, cut_mark, cuts: Vec::new() })
    }

    /// What a text that had to be cut ends with; an ellipsis by default.
    #[must_use]
    pub fn cut_mark(mut self, mark: &str) -> Self {
        mark.clone_into(&mut self.cut_mark);
        self
    }

    /// Writes one row into a sheet. Sheets may be filled alternately.
    ///
    /// # Errors
    /// When the sheet does not exist, is full (1,048,576 rows), or a temporary file fails.
    pub fn row(&mut self, sheet: usize, cells: &[Cell]) -> Result<(), WriteError> {
        let row = self.next_rows.get_mut(sheet).ok_or(WriteError::NoSheet(sheet))?;
        let worksheet = self.workbook.worksheet_from_index(sheet)?;
        for (column, cell) in cells.iter().enumerate() {
            if let Some(length) = write_cell(worksheet, *row, column_number(column)?, cell, &self.cut_mark)? {
                self.cuts.push(Cut { sheet, row: u64::from(*row) + 1, column, length });
            }
        }
        *row += 1;
        Ok(())
    }

    /// Texts that were cut so far.
    #[must_use]
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// Puts the workbook together in the sink and gives it back.
    ///
    /// # Errors
    /// When the sink or a temporary file fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.workbook.save_to_writer(&mut self.sink)?;
        self.sink.flush()?;
        Ok(self.sink)
    }
}

fn column_number(index: usize) -> Result<u16, WriteError> {
    u16::try_from(index).map_err(|_| WriteError::Xlsx(rust_xlsxwriter::XlsxError::RowColumnLimitError))
}

/// Writes a cell; the length of the text when it had to be cut.
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    cut_mark: &str,
) -> Result<Option<usize>, WriteError> {
    match cell {
        Cell::Empty => {}
        Cell::Bool(value) => {
            sheet.write_boolean(row, column, *value)?;
        }
        Cell::Number(text) => match exact_number(text) {
            Some(number) => {
                sheet.write_number(row, column, number)?;
            }
            None => {
                sheet.write_string(row, column, text)?;
            }
        },
        Cell::Text(_) | Cell::List(_) => {
            let text = cell.text();
            let (part, length) = fitting(&text, cut_mark);
            sheet.write_string(row, column, part.as_ref())?;
            return Ok(length);
        }
    }
    Ok(None)
}

/// The number, if a spreadsheet's floating point gives back the same text.
fn exact_number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && format!("{number}") == text)
}

/// The text, or the part of it that fits with the mark behind it and the length of the whole.
fn fitting<'t>(text: &'t str, cut_mark: &str) -> (Cow<'t, str>, Option<usize>) {
    if text.len() <= CELL_CHARS {
        return (text.into(), None);
    }
    let length = text.encode_utf16().count();
    if length <= CELL_CHARS {
        return (text.into(), None);
    }
    let room = CELL_CHARS.saturating_sub(cut_mark.encode_utf16().count());
    let mut units = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > room
        })
        .map_or(text.len(), |(at, _)| at);
    (format!("{}{cut_mark}", text.get(..end).unwrap_or_default()).into(), Some(length))
}
