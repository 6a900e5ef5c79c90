//! Lines with columns at fixed character positions, such as official directories.
//!
//! The layout comes from the import profile; positions count characters of the decoded line, from 0.

use std::io::{BufRead, Read, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::encoding::Decoder;
use super::stream::{Sink, Source};
use super::{Cell, Headers, Kind, Limits, Progress, Reason, Row, TableError, TableInfo, Text};

/// One column of a fixed-width file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedColumn {
    /// Name of the column.
    pub name: String,
    /// First character, from 0.
    pub start: usize,
    /// Number of characters.
    pub length: usize,
}

/// Layout of a fixed-width file; columns may overlap.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedLayout {
    /// The columns.
    pub columns: Vec<FixedColumn>,
}

pub(super) struct FixedSource<R> {
    decoder: Decoder<R>,
    layout: FixedLayout,
    limits: Limits,
}

pub(super) fn open<R: Read + Seek>(
    reader: R,
    bytes: u64,
    layout: FixedLayout,
    limits: Limits,
    progress: Arc<Progress>,
) -> Result<(FixedSource<R>, TableInfo), TableError> {
    let text = Text::find(reader, bytes)?;
    let info = TableInfo {
        kind: Kind::Fixed,
        bytes,
        encoding: Some(text.detected.encoding.name()),
        byte_order_mark: text.detected.mark > 0,
        separator: None,
        quote: None,
        sheets: Vec::new(),
        header_row: 0,
        headers: layout.columns.iter().map(|column| column.name.clone()).collect(),
        matched: layout.columns.len(),
    };
    Ok((FixedSource { decoder: text.decoder(&progress)?, layout, limits }, info))
}

impl<R: Read + Send + 'static> Source for FixedSource<R> {
    fn run(mut self, sink: &mut dyn Sink) -> Result<(), TableError> {
        let names = self.layout.columns.iter().map(|column| Arc::from(column.name.as_str())).collect();
        let headers = Arc::new(Headers { sheet: None, names });
        let mut line = Line::default();
        let mut number = 0;
        while line.read(&mut self.decoder, self.limits.row_bytes)? {
            number += 1;
            let flow = self.deliver(&line, number, &headers, sink);
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> FixedSource<R> {
    fn deliver(&mut self, line: &Line, number: u64, headers: &Arc<Headers>, sink: &mut dyn Sink) -> ControlFlow<()> {
        if line.too_long {
            return sink.problem(number, None, Reason::RowTooLong, Some(&line.text()));
        }
        let text = line.text();
        if text.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        if self.decoder.take_malformed_before(self.decoder.position()) > 0 {
            sink.problem(number, None, Reason::MalformedText, Some(&text))?;
        }
        let cells = self.layout.columns.iter().map(|column| cut(&text, column)).collect();
        sink.row(Row { number, headers: Arc::clone(headers), cells })
    }
}

fn cut(line: &str, column: &FixedColumn) -> Cell {
    let piece: String = line.chars().skip(column.start).take(column.length).collect();
    match piece.trim() {
        "" => Cell::Empty,
        text => Cell::Text(text.to_owned()),
    }
}

/// One line of decoded text, never longer than allowed.
#[derive(Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    pub too_long: bool,
}

impl Line {
    /// Reads the next line without its end; false at the end of the text. An endless line is read over, keeping only
    /// its beginning.
    pub fn read<B: BufRead>(&mut self, reader: &mut B, most: usize) -> Result<bool, std::io::Error> {
        self.bytes.clear();
        self.too_long = false;
        let mut any = false;
        loop {
            let piece = reader.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let taken = end.unwrap_or(piece.len());
            if self.bytes.len() + taken > most {
                self.too_long = true;
            } else if let Some(part) = piece.get(..taken) {
                self.bytes.extend_from_slice(part);
            }
            reader.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                break;
            }
        }
        if self.bytes.last() == Some(&b'\r') {
            self.bytes.pop();
        }
        Ok(any)
    }

    /// The line as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
