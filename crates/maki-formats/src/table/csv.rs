//! Separated values in any dialect.
//!
//! Separator and quote are found from a sample, by known headers first, by regularity otherwise; line breaks in quotes
//! are understood. Records are cut by csv-core over a window of decoded text, so that a record without end (an unclosed
//! quote) can be given up at the row limit and reading resumes at the next line: one broken row never takes the rest
//! of the file with it.

use std::io::{Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;

use csv_core::ReadRecordResult;

use super::encoding::Decoder;
use super::header;
use super::stream::{Sink, Source};
use super::{Cell, Headers, Kind, KnownHeaders, Limits, Options, Progress, Reason, Row, TableError, TableInfo, Text};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How values are separated and quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialect {
    separator: u8,
    quote: u8,
}

pub(super) struct CsvSource<R> {
    decoder: Decoder<R>,
    dialect: Dialect,
    limits: Limits,
    header_row: u64,
    names: Vec<String>,
}

pub(super) fn open<R: Read + Seek>(
    text: Text<R>,
    options: &Options,
    progress: Arc<Progress>,
) -> Result<(CsvSource<R>, TableInfo), TableError> {
    let dialect = find_dialect(&text.sample, text.complete, &options.known, &options.limits);
    let sample = sample_rows(&text.sample, text.complete, dialect, &options.limits);
    let (numbers, rows): (Vec<u64>, Vec<Vec<String>>) = sample.into_iter().unzip();
    let found = header::find(&rows, &options.known).ok_or(TableError::Empty)?;
    let header_row = numbers.get(found.index).copied().unwrap_or(1);
    let names = header::names(rows.get(found.index).map(Vec::as_slice).unwrap_or_default());
    let info = TableInfo {
        kind: Kind::Csv,
        bytes: text.bytes,
        encoding: Some(text.detected.encoding.name()),
        byte_order_mark: text.detected.mark > 0,
        separator: Some(char::from(dialect.separator)),
        quote: Some(char::from(dialect.quote)),
        sheets: Vec::new(),
        header_row,
        headers: names.clone(),
        matched: found.matched,
    };
    let limits = options.limits.clone();
    Ok((CsvSource { decoder: text.decoder(&progress)?, dialect, limits, header_row, names }, info))
}

impl<R: Read + Send + 'static> Source for CsvSource<R> {
    fn run(self, sink: &mut dyn Sink) -> Result<(), TableError> {
        let names = self.names.iter().map(|name| Arc::from(name.as_str())).collect();
        let headers = Arc::new(Headers { sheet: None, names });
        let mut records = Records::new(self.decoder, self.dialect, self.limits);
        while let Some(outcome) = records.next()? {
            let flow = match outcome {
                _ if records.row <= self.header_row => ControlFlow::Continue(()),
                Outcome::Record => deliver(&mut records, &headers, sink),
                Outcome::Broken(reason, excerpt) => sink.problem(records.row, None, reason, Some(&excerpt)),
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn deliver<R: Read>(records: &mut Records<R>, headers: &Arc<Headers>, sink: &mut dyn Sink) -> ControlFlow<()> {
    let number = records.row;
    let columns = records.ends.len();
    let mut cells = Vec::with_capacity(columns.min(records.limits.columns));
    let mut malformed = records.take_malformed();
    for index in 0..columns.min(records.limits.columns) {
        let text = String::from_utf8_lossy(records.field(index));
        if text.len() > records.limits.cell_bytes {
            sink.problem(number, Some(&headers.name(index)), Reason::CellTooLong, Some(&text))?;
            cells.push(Cell::Empty);
            continue;
        }
        if malformed && text.contains('\u{FFFD}') {
            malformed = false;
            sink.problem(number, Some(&headers.name(index)), Reason::MalformedText, Some(&text))?;
        }
        if index >= headers.names.len() && !text.trim().is_empty() {
            sink.problem(number, Some(&headers.name(index)), Reason::SurplusCells, Some(&text))?;
        }
        cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text.into_owned()) });
    }
    if malformed {
        sink.problem(number, None, Reason::MalformedText, None)?;
    }
    if columns > records.limits.columns {
        sink.problem(number, None, Reason::TooManyColumns, None)?;
    }
    if cells.iter().all(Cell::is_blank) {
        return ControlFlow::Continue(());
    }
    sink.row(Row { number, headers: Arc::clone(headers), cells })
}

/// What became of one record; its fields stand in [`Records`].
enum Outcome {
    Record,
    Broken(Reason, String),
}

/// Cuts decoded text into records.
struct Records<R> {
    decoder: Decoder<R>,
    parser: csv_core::Reader,
    dialect: Dialect,
    limits: Limits,
    /// Decoded text not yet consumed; the present record starts at `at`.
    window: Vec<u8>,
    at: usize,
    /// Bytes consumed before the window.
    before: u64,
    ended: bool,
    /// Number of the present record.
    row: u64,
    fields: Vec<u8>,
    ends: Vec<usize>,
    resyncs: usize,
}

impl<R: Read> Records<R> {
    fn new(decoder: Decoder<R>, dialect: Dialect, limits: Limits) -> Self {
        Self {
            decoder,
            parser: parser(dialect),
            dialect,
            limits,
            window: Vec::new(),
            at: 0,
            before: 0,
            ended: false,
            row: 0,
            fields: Vec::new(),
            ends: Vec::new(),
            resyncs: 0,
        }
    }

    fn field(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.fields.get(start..end).unwrap_or_default()
    }

    /// Whether invalid bytes were replaced within the records consumed so far and not asked for yet.
    fn take_malformed(&mut self) -> bool {
        let consumed = self.before + self.at as u64;
        self.decoder.take_malformed_before(consumed) > 0
    }

    fn more(&mut self) -> Result<bool, TableError> {
        if !self.ended {
            self.ended = !self.decoder.read_more(&mut self.window)?;
        }
        Ok(!self.ended)
    }

    fn forget_consumed(&mut self) {
        const KEEP: usize = 256 * 1024;
        if self.at > KEEP {
            self.window.drain(..self.at);
            self.before += self.at as u64;
            self.at = 0;
        }
    }

    fn byte(&mut self, at: usize) -> Result<Option<u8>, TableError> {
        while at >= self.window.len() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.window.get(at).copied())
    }

    /// Blank lines count as rows, as in a spreadsheet, but are no records.
    fn skip_blank_lines(&mut self) -> Result<bool, TableError> {
        loop {
            match self.byte(self.at)? {
                None => return Ok(false),
                Some(b'\n') => self.at += 1,
                Some(b'\r') => self.at += if self.byte(self.at + 1)? == Some(b'\n') { 2 } else { 1 },
                Some(_) => return Ok(true),
            }
            self.row += 1;
            self.forget_consumed();
        }
    }

    /// The next record; `None` at the end.
    fn next(&mut self) -> Result<Option<Outcome>, TableError> {
        self.forget_consumed();
        if !self.skip_blank_lines()? {
            return Ok(None);
        }
        self.row += 1;
        self.fields.clear();
        self.ends.clear();
        let mut cursor = self.at;
        loop {
            let (result, read) = self.parse_piece(cursor);
            cursor += read;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                _ if cursor - self.at > self.limits.row_bytes => return self.resync(Reason::RowTooLong).map(Some),
                ReadRecordResult::InputEmpty => {
                    self.more()?;
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            }
        }
        if self.ended && cursor == self.window.len() && self.has_unclosed_quote(cursor) {
            return self.resync(Reason::UnclosedQuote).map(Some);
        }
        let ended_by_return = self.window.get(cursor.saturating_sub(1)) == Some(&b'\r');
        if ended_by_return && self.byte(cursor)? == Some(b'\n') {
            cursor += 1;
        }
        self.at = cursor;
        Ok(Some(Outcome::Record))
    }

    fn parse_piece(&mut self, cursor: usize) -> (ReadRecordResult, usize) {
        const FIELD_STEP: usize = 16 * 1024;
        const ENDS_STEP: usize = 64;
        let (fields_len, ends_len) = (self.fields.len(), self.ends.len());
        self.fields.resize(fields_len + FIELD_STEP, 0);
        self.ends.resize(ends_len + ENDS_STEP, 0);
        let input = self.window.get(cursor..).unwrap_or_default();
        // An empty input means the end of the text to csv-core, so it is only given then.
        let result = if input.is_empty() && !self.ended {
            (ReadRecordResult::InputEmpty, 0, 0, 0)
        } else {
            let fields = self.fields.get_mut(fields_len..).unwrap_or_default();
            let ends = self.ends.get_mut(ends_len..).unwrap_or_default();
            self.parser.read_record(input, fields, ends)
        };
        let (result, read, written, ended) = result;
        self.fields.truncate(fields_len + written);
        self.ends.truncate(ends_len + ended);
        (result, read)
    }

    /// At the end of the file, an odd number of quotes over several lines means that the last one was never closed.
    fn has_unclosed_quote(&self, end: usize) -> bool {
        let raw = self.window.get(self.at..end).unwrap_or_default();
        memchr::memchr_iter(self.dialect.quote, raw).count() % 2 == 1
            && memchr::memchr(b'\n', raw.trim_ascii_end()).is_some()
            && self.ends.len() <= self.limits.columns
            && self.fields.len() > raw.len() / 2
    }

    /// Gives up the present record and goes on at the line after its first one.
    fn resync(&mut self, reason: Reason) -> Result<Outcome, TableError> {
        self.resyncs += 1;
        if self.resyncs > self.limits.resyncs {
            return Err(TableError::TooManyBrokenRows { row: self.row });
        }
        let raw = self.window.get(self.at..).unwrap_or_default();
        let line = memchr::memchr(b'\n', raw);
        let shown = raw.get(..line.unwrap_or(raw.len()).min(1024)).unwrap_or_default();
        let excerpt = String::from_utf8_lossy(shown).into_owned();
        match line {
            Some(length) => self.at += length + 1,
            None => self.skip_endless_line()?,
        }
        self.parser = parser(self.dialect);
        Ok(Outcome::Broken(reason, excerpt))
    }

    fn skip_endless_line(&mut self) -> Result<(), TableError> {
        loop {
            self.before += self.window.len() as u64;
            self.window.clear();
            self.at = 0;
            if !self.more()? {
                return Ok(());
            }
            if let Some(length) = memchr::memchr(b'\n', &self.window) {
                self.at = length + 1;
                return Ok(());
            }
        }
    }
}

fn parser(dialect: Dialect) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(dialect.separator).quote(dialect.quote).build()
}

/// The records of the sample with their row numbers; the last one is left out when it may be cut.
fn sample_rows(sample: &str, complete: bool, dialect: Dialect, limits: &Limits) -> Vec<(u64, Vec<String>)> {
    let decoder = Decoder::new(Cursor::new(sample.as_bytes()), encoding_rs::UTF_8, None);
    let mut records = Records::new(decoder, dialect, limits.clone());
    let mut rows = Vec::new();
    while rows.len() <= 4 * header::SEARCHED_ROWS {
        match records.next() {
            Ok(Some(Outcome::Record)) => {
                let columns = records.ends.len().min(limits.columns);
                let row = (0..columns).map(|index| String::from_utf8_lossy(records.field(index)).into_owned());
                rows.push((records.row, row.collect::<Vec<_>>()));
            }
            Ok(Some(Outcome::Broken(..))) => {}
            Ok(None) | Err(_) => {
                if !complete && rows.len() > 1 {
                    rows.pop();
                }
                break;
            }
        }
    }
    rows
}

/// Known headers decide; without them, regularity does: the share of rows that have the most frequent width.
fn find_dialect(sample: &str, complete: bool, known: &KnownHeaders, limits: &Limits) -> Dialect {
    let quote = find_quote(sample);
    if let Some(separator) = announced_separator(sample) {
        return Dialect { separator, quote };
    }
    let mut best = (Dialect { separator: b',', quote }, (0, 0, 0));
    for separator in SEPARATORS {
        let dialect = Dialect { separator, quote };
        let rows: Vec<Vec<String>> =
            sample_rows(sample, complete, dialect, limits).into_iter().map(|(_, row)| row).collect();
        let matched = header::find(&rows, known).map_or(0, |found| found.matched);
        let (regular, width) = regularity(&rows);
        let score = (if matched > 1 { matched } else { 0 }, regular, width);
        if score > best.1 {
            best = (dialect, score);
        }
    }
    best.0
}

/// Excel writes and understands a first line `sep=;`.
fn announced_separator(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim().trim_matches('"');
    let separator = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match separator.as_bytes() {
        [byte] if SEPARATORS.contains(byte) => Some(*byte),
        [] if sample.starts_with("sep=\t") => Some(b'\t'),
        _ => None,
    }
}

/// Permille of rows with the most frequent width (0 when that is one column), and this width.
fn regularity(rows: &[Vec<String>]) -> (usize, usize) {
    let mut counts = std::collections::BTreeMap::new();
    for row in rows {
        *counts.entry(row.len()).or_insert(0usize) += 1;
    }
    let Some((width, times)) = counts.into_iter().filter(|(width, _)| *width > 1).max_by_key(|(_, times)| *times)
    else {
        return (0, 0);
    };
    (times * 1000 / rows.len().max(1), width)
}

/// `'` is the quote when it encloses fields and `"` does not.
fn find_quote(sample: &str) -> u8 {
    let enclosing = |quote: u8| {
        let bytes = sample.as_bytes();
        let is_edge =
            |byte: Option<&u8>| byte.is_none_or(|byte| SEPARATORS.contains(byte) || matches!(byte, b'\r' | b'\n'));
        let at: Vec<usize> = memchr::memchr_iter(quote, bytes).collect();
        let opens = at.iter().filter(|at| is_edge(at.checked_sub(1).and_then(|before| bytes.get(before)))).count();
        let closes = at.iter().filter(|at| is_edge(bytes.get(*at + 1))).count();
        opens.min(closes)
    };
    let (double, single) = (enclosing(b'"'), enclosing(b'\''));
    if single >= 4 && double == 0 { b'\'' } else { b'"' }
}

#[cfg(test)]
mod tests;
