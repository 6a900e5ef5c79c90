//! Workbooks: the right sheet, the header row, then cells in stream order.
//!
//! The archive is checked before the parser opens it. Cells come one by one; a row is put together and handed on, so
//! memory holds the shared strings and one row. Dates become ISO text, numbers their shortest notation, formulas their
//! stored result; error values and cells the parser refuses are left empty and reported.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};

use super::stream::{Sink, Source};
use super::{Cell, Headers, Kind, Limits, Options, Progress, Reason, Row, SheetInfo, TableError, TableInfo};
use super::{header, zip_guard};

/// Rows of each sheet that are looked at to choose the sheet and its header.
const LOOKED_AT: usize = 200;
/// Most sheets that are looked at.
const MOST_SHEETS: usize = 200;
/// Cells of one sheet the parser may refuse before the sheet is given up.
const MOST_REFUSED: usize = 1_000;

struct ChosenSheet {
    info: SheetInfo,
    names: Vec<String>,
}

pub(super) struct XlsxSource<R> {
    workbook: Xlsx<R>,
    sheets: Vec<ChosenSheet>,
    limits: Limits,
    progress: Arc<Progress>,
}

pub(super) fn open<R: Read + Seek>(
    mut reader: R,
    bytes: u64,
    options: &Options,
    progress: Arc<Progress>,
) -> Result<(XlsxSource<R>, TableInfo), TableError> {
    zip_guard::check(&mut reader, &options.limits)?;
    reader.seek(SeekFrom::Start(0))?;
    // The parser asserts here and there on malformed workbooks; a crash is an answer about the file.
    let opened = catch_unwind(AssertUnwindSafe(|| -> Result<_, TableError> {
        let mut workbook = Xlsx::new(reader).map_err(damaged)?;
        let sheets = choose_sheets(&mut workbook, options)?;
        Ok((workbook, sheets))
    }));
    let (workbook, sheets) = opened.map_err(|_| TableError::Crashed)??;
    let first = sheets.first().ok_or(TableError::Empty)?;
    let info = TableInfo {
        kind: Kind::Xlsx,
        bytes,
        encoding: None,
        byte_order_mark: false,
        separator: None,
        quote: None,
        header_row: first.info.header_row,
        headers: first.names.clone(),
        matched: first.info.matched,
        sheets: sheets.iter().map(|sheet| sheet.info.clone()).collect(),
    };
    Ok((XlsxSource { workbook, sheets, limits: options.limits.clone(), progress }, info))
}

fn damaged(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::Unsupported("encrypted"),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => TableError::Unsupported("zip"),
        other => TableError::Workbook(other.to_string()),
    }
}

/// Ranks sheets by known headers, visibility and size; hidden sheets come last.
fn choose_sheets<R: Read + Seek>(workbook: &mut Xlsx<R>, options: &Options) -> Result<Vec<ChosenSheet>, TableError> {
    let listed: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .take(MOST_SHEETS)
        .collect();
    if let Some(wanted) = &options.sheet {
        if !listed.iter().any(|(name, _)| name == wanted) {
            return Err(TableError::NoSheet(wanted.clone()));
        }
        return Ok(look_at(workbook, wanted, options).map(|(sheet, _)| vec![sheet]).unwrap_or_default());
    }
    let mut ranked = Vec::new();
    for (name, visible) in listed {
        if let Some((sheet, cells)) = look_at(workbook, &name, options) {
            ranked.push(((sheet.info.matched, visible, cells), sheet));
        }
    }
    if options.all_sheets {
        let most = ranked.iter().map(|((matched, ..), _)| *matched).max().unwrap_or(0);
        if most > 0 {
            ranked.retain(|((matched, ..), _)| *matched >= 2.min(most) && *matched * 2 >= most);
            return Ok(ranked.into_iter().map(|(_, sheet)| sheet).collect());
        }
    }
    // The first of equals stays first.
    let best = ranked.into_iter().rev().max_by_key(|(rank, _)| *rank);
    Ok(best.map(|(_, sheet)| vec![sheet]).unwrap_or_default())
}

/// The first rows of a sheet: its header and how many filled cells it begins with. `None` for sheets without cells and
/// for what is no worksheet (charts, macros).
fn look_at<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str, options: &Options) -> Option<(ChosenSheet, usize)> {
    let mut reader = workbook.worksheet_cells_reader(name).ok()?;
    let mut numbers = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut cells = 0;
    let mut refused = 0;
    loop {
        let cell = match reader.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(error) if is_of_one_cell(&error) && refused < MOST_REFUSED => {
                refused += 1;
                continue;
            }
            Err(_) => break,
        };
        let (row, column) = cell.get_position();
        let text = convert(cell.get_value()).unwrap_or_default();
        if text.is_blank() || column as usize >= options.limits.columns {
            continue;
        }
        if numbers.last() != Some(&row) {
            if rows.len() >= LOOKED_AT {
                break;
            }
            numbers.push(row);
            rows.push(Vec::new());
        }
        cells += 1;
        if let Some(last) = rows.last_mut() {
            put(last, column as usize, text.text().into_owned());
        }
    }
    let found = header::find(&rows, &options.known)?;
    let header_row = u64::from(*numbers.get(found.index)?) + 1;
    let names = header::names(rows.get(found.index)?);
    let info = SheetInfo { name: name.to_owned(), header_row, matched: found.matched };
    Some((ChosenSheet { info, names }, cells))
}

fn put<T: Default + Clone>(row: &mut Vec<T>, column: usize, value: T) {
    if column >= row.len() {
        row.resize(column + 1, T::default());
    }
    if let Some(place) = row.get_mut(column) {
        *place = value;
    }
}

impl<R: Read + Seek + Send + 'static> Source for XlsxSource<R> {
    fn run(mut self, sink: &mut dyn Sink) -> Result<(), TableError> {
        for sheet in std::mem::take(&mut self.sheets) {
            if self.read_sheet(&sheet, sink)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read + Seek> XlsxSource<R> {
    fn read_sheet(&mut self, sheet: &ChosenSheet, sink: &mut dyn Sink) -> Result<ControlFlow<()>, TableError> {
        let names = sheet.names.iter().map(|name| Arc::from(name.as_str())).collect();
        let headers = Arc::new(Headers { sheet: Some(Arc::from(sheet.info.name.as_str())), names });
        let limits = self.limits.clone();
        let header_row = sheet.info.header_row;
        let mut assembler =
            Assembler { headers, limits, header_row, row: 0, cells: Vec::new(), bytes: 0, refused: Vec::new() };
        let mut reader = self.workbook.worksheet_cells_reader(&sheet.info.name).map_err(damaged)?;
        let dimensions = reader.dimensions();
        self.progress.restart(u64::from(dimensions.end.0) + 1);
        let mut refused = 0;
        loop {
            let flow = match reader.next_cell() {
                Ok(Some(cell)) => {
                    let (row, column) = cell.get_position();
                    let number = u64::from(row) + 1;
                    if number != assembler.row {
                        self.progress.add(number.saturating_sub(assembler.row));
                    }
                    assembler.cell(number, column as usize, cell.get_value(), sink)
                }
                Ok(None) => {
                    let flow = assembler.report_refused(sink);
                    return Ok(if flow.is_break() { flow } else { assembler.flush(sink) });
                }
                Err(error) if is_of_one_cell(&error) && refused < MOST_REFUSED => {
                    refused += 1;
                    assembler.refused.push(error.to_string());
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    let _flow = assembler.flush(sink);
                    return Err(damaged(error));
                }
            };
            if flow.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
}

/// Puts the cells of a row together.
struct Assembler {
    headers: Arc<Headers>,
    limits: Limits,
    header_row: u64,
    row: u64,
    cells: Vec<Cell>,
    bytes: usize,
    refused: Vec<String>,
}

impl Assembler {
    fn cell(&mut self, number: u64, column: usize, value: &DataRef<'_>, sink: &mut dyn Sink) -> ControlFlow<()> {
        if number != self.row {
            self.flush(sink)?;
            self.row = number;
        }
        self.report_refused(sink)?;
        if number <= self.header_row {
            return ControlFlow::Continue(());
        }
        let cell = match convert(value) {
            Ok(Cell::Empty) => return ControlFlow::Continue(()),
            Ok(cell) => cell,
            Err(error) => {
                let name = self.headers.name(column).into_owned();
                return sink.problem(number, Some(&name), Reason::ErrorCell, Some(&error));
            }
        };
        if column >= self.limits.columns {
            return sink.problem(number, None, Reason::TooManyColumns, Some(&cell.text()));
        }
        let reason = if cell.weight() > self.limits.cell_bytes {
            Some(Reason::CellTooLong)
        } else if self.bytes + cell.weight() > self.limits.row_bytes {
            Some(Reason::RowTooLong)
        } else if column >= self.headers.names.len() && !cell.is_blank() {
            Some(Reason::SurplusCells)
        } else {
            None
        };
        if let Some(reason) = reason {
            let name = self.headers.name(column).into_owned();
            sink.problem(number, Some(&name), reason, Some(&cell.text()))?;
            if reason != Reason::SurplusCells {
                return ControlFlow::Continue(());
            }
        }
        self.bytes += cell.weight();
        put(&mut self.cells, column, cell);
        ControlFlow::Continue(())
    }

    /// The parser does not say where a refused cell stood; most often it is the row of the next cell.
    fn report_refused(&mut self, sink: &mut dyn Sink) -> ControlFlow<()> {
        for error in std::mem::take(&mut self.refused) {
            if self.row > self.header_row {
                sink.problem(self.row, None, Reason::UnreadableCell, Some(&error))?;
            }
        }
        ControlFlow::Continue(())
    }

    fn flush(&mut self, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.bytes = 0;
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().all(Cell::is_blank) {
            return ControlFlow::Continue(());
        }
        sink.row(Row { number: self.row, headers: Arc::clone(&self.headers), cells })
    }
}

/// Errors after which the parser stands behind the cell and can go on.
fn is_of_one_cell(error: &XlsxError) -> bool {
    matches!(
        error,
        XlsxError::UnexpectedNode(_)
            | XlsxError::Unexpected(_)
            | XlsxError::Unrecognized { .. }
            | XlsxError::CellTAttribute(_)
            | XlsxError::CellError(_)
            | XlsxError::ParseFloat(_)
            | XlsxError::ParseInt(_)
            | XlsxError::Parse(_)
    )
}

/// The value of a cell, or the error it shows.
fn convert(value: &DataRef<'_>) -> Result<Cell, String> {
    Ok(match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(number_text(*number)),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(instant) => Cell::Text(instant_text(*instant)),
        DataRef::DateTimeIso(text) => Cell::Text(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => return Err(error.to_string()),
    })
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// Shortest notation without exponent for everything a register holds.
fn number_text(number: f64) -> String {
    if number.abs() < 1e21 { format!("{number}") } else { format!("{number:e}") }
}

fn instant_text(instant: ExcelDateTime) -> String {
    let number = instant.as_f64();
    if !number.is_finite() || !(0.0..2_958_466.0).contains(&number) {
        return number_text(number);
    }
    if instant.is_duration() {
        let seconds = (number * 86_400.0).round() as u64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    match (hour, minute, second) {
        _ if number < 1.0 => format!("{hour:02}:{minute:02}:{second:02}"),
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests;
