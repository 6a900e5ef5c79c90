//! JSON documents and JSON Lines, record by record.
//!
//! A document is an array of objects, or an object of which the first member that is an array of objects holds the
//! records. Nested objects flatten to dotted names (`system.name`), arrays become lists. A line that is not JSON costs
//! that line; a syntax error in a document ends it, because nobody can say where the next record begins. The size of a
//! record is bounded while it is parsed, not afterwards.

use std::cell::Cell as StdCell;
use std::fmt;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::encoding::Decoder;
use super::fixed::Line;
use super::stream::{FirstRows, Sink, Source};
use super::{Cell, Headers, Kind, Limits, Options, Progress, Reason, Row, TableError, TableInfo, Text};

/// One record as JSON, before flattening.
#[derive(Debug)]
pub struct JsonRecord {
    /// Number of the record or line.
    pub number: u64,
    /// The value, or why there is none.
    pub value: Result<Value, Reason>,
    /// Whether invalid bytes were replaced in it.
    pub malformed: bool,
    /// The beginning of the source text, when there is no value.
    pub excerpt: Option<String>,
}

/// Called for each record.
type OnRecord<'a> = dyn FnMut(JsonRecord) -> ControlFlow<()> + 'a;

/// Reads the records of decoded JSON text.
pub struct JsonRecords<R> {
    decoder: Decoder<R>,
    lines: bool,
    limits: Limits,
}

impl<R: Read> JsonRecords<R> {
    /// Hands each record to `on_record` until it breaks.
    ///
    /// # Errors
    /// When reading fails, or the document is not valid JSON from some record on.
    pub fn run(self, on_record: &mut OnRecord<'_>) -> Result<(), TableError> {
        if self.lines { self.run_lines(on_record) } else { self.run_document(on_record) }
    }

    fn run_lines(mut self, on_record: &mut OnRecord<'_>) -> Result<(), TableError> {
        let mut line = Line::default();
        let mut number = 0;
        while line.read(&mut self.decoder, self.limits.row_bytes)? {
            number += 1;
            if !line.too_long && line.bytes().trim_ascii().is_empty() {
                continue;
            }
            let value = if line.too_long {
                Err(Reason::RowTooLong)
            } else {
                serde_json::from_slice::<Value>(line.bytes()).map_err(|_| Reason::InvalidJson)
            };
            let excerpt = value.is_err().then(|| line.text().chars().take(1000).collect());
            let malformed = self.decoder.take_malformed_before(self.decoder.position()) > 0;
            if on_record(JsonRecord { number, value, malformed, excerpt }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn run_document(self, on_record: &mut OnRecord<'_>) -> Result<(), TableError> {
        let budget = Rc::new(StdCell::new(self.limits.row_bytes));
        let replaced = Rc::new(StdCell::new(0));
        let reader = Budgeted { inner: self.decoder, left: Rc::clone(&budget), replaced: Rc::clone(&replaced) };
        let mut deserializer = serde_json::Deserializer::from_reader(BufReader::with_capacity(BUFFER, reader));
        let most = self.limits.row_bytes;
        let mut state = Document { on_record, budget, replaced, most, number: 0, stopped: false };
        let result = Root(&mut state).deserialize(&mut deserializer);
        match result {
            Ok(()) => Ok(()),
            Err(_) if state.stopped => Ok(()),
            Err(error) => Err(TableError::Json { row: state.number + 1, message: error.to_string() }),
        }
    }
}

const BUFFER: usize = 64 * 1024;

/// Fails when one record takes more bytes than allowed.
struct Budgeted<R> {
    inner: Decoder<R>,
    left: Rc<StdCell<usize>>,
    /// Invalid sequences met and not yet laid to a record.
    replaced: Rc<StdCell<usize>>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.left.get() == 0 {
            return Err(std::io::Error::other("a record is longer than allowed"));
        }
        let read = self.inner.read(buf)?;
        self.left.set(self.left.get().saturating_sub(read));
        self.replaced.set(self.replaced.get() + self.inner.take_malformed_before(u64::MAX));
        Ok(read)
    }
}

struct Document<'a, 'b> {
    on_record: &'a mut OnRecord<'b>,
    budget: Rc<StdCell<usize>>,
    replaced: Rc<StdCell<usize>>,
    most: usize,
    number: u64,
    stopped: bool,
}

impl Document<'_, '_> {
    fn deliver(&mut self, value: Value) -> ControlFlow<()> {
        self.number += 1;
        self.budget.set(self.most);
        let malformed = self.replaced.get() > 0 && has_replacement(&value);
        if malformed {
            self.replaced.set(self.replaced.get() - 1);
        }
        let record = JsonRecord { number: self.number, value: Ok(value), malformed, excerpt: None };
        let flow = (self.on_record)(record);
        self.stopped = flow.is_break();
        flow
    }
}

fn has_replacement(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\u{FFFD}'),
        Value::Array(items) => items.iter().any(has_replacement),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\u{FFFD}') || has_replacement(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The document: an array of records, or an object that has one.
struct Root<'s, 'a, 'b>(&'s mut Document<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Root<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects or an object with one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Elements(self.0).visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        let mut own = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if state.number > 0 {
                state.budget.set(usize::MAX);
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if let Some(value) = map.next_value_seed(Member(state))? {
                own.insert(key, value);
            }
        }
        if state.number == 0 && !own.is_empty() && state.deliver(Value::Object(own)).is_break() {
            return Err(stop());
        }
        Ok(())
    }
}

/// A member of the root object: an array is streamed as records, anything else is kept as a value.
struct Member<'s, 'a, 'b>(&'s mut Document<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Member<'_, '_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        // Arrays of plain values are facts about the file, not its records.
        let mut plain = Vec::new();
        while let Some(value) = seq.next_element::<Value>()? {
            if !value.is_object() && self.0.number == 0 {
                plain.push(value);
                continue;
            }
            if self.0.deliver(value).is_break() {
                return Err(stop());
            }
        }
        Ok((self.0.number == 0).then_some(Value::Array(plain)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::from(text)))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Value::from(value)))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(Value::from(value)))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(Value::from(value)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Value::from(value)))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }
}

struct Elements<'s, 'a, 'b>(&'s mut Document<'a, 'b>);

impl Elements<'_, '_, '_> {
    fn visit_seq<'de, A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element::<Value>()? {
            if self.0.deliver(value).is_break() {
                return Err(stop());
            }
        }
        Ok(())
    }
}

fn stop<E: serde::de::Error>() -> E {
    E::custom("stopped")
}

/// Flattens records to rows.
pub(super) struct JsonSource<R> {
    records: JsonRecords<R>,
    whole: bool,
}

pub(super) fn open<R: Read + Seek>(
    text: Text<R>,
    options: &Options,
    progress: Arc<Progress>,
) -> Result<(JsonSource<R>, TableInfo), TableError> {
    let mut text = text;
    let lines = is_json_lines(&text.sample, text.complete);
    let (bytes, detected) = (text.bytes, text.detected);
    let mut first = FirstRows { rows: Vec::new(), most: LOOKED_AT };
    text.reader.seek(std::io::SeekFrom::Start(detected.mark as u64))?;
    let peek = Decoder::new(&mut text.reader, detected.encoding, None);
    // A defect in the first records is met again, and reported, when the rows are read.
    let _met_again = run(JsonRecords { decoder: peek, lines, limits: options.limits.clone() }, &mut first);
    let headers: Vec<String> = first
        .rows
        .last()
        .map(|row| row.headers.names.iter().map(|name| name.to_string()).collect())
        .unwrap_or_default();
    let info = TableInfo {
        kind: if lines { Kind::JsonLines } else { Kind::Json },
        bytes,
        encoding: Some(detected.encoding.name()),
        byte_order_mark: detected.mark > 0,
        separator: None,
        quote: None,
        sheets: Vec::new(),
        header_row: 0,
        matched: options.known.count(headers.iter().map(String::as_str)),
        headers,
    };
    let decoder = text.decoder(&progress)?;
    let records = JsonRecords { decoder, lines, limits: options.limits.clone() };
    Ok((JsonSource { records, whole: options.whole_json }, info))
}

/// Records looked at to know the columns before reading.
const LOOKED_AT: usize = 20;

/// JSON Lines: the first non-blank line is a whole object, and more follows or nothing in it is a list of objects.
fn is_json_lines(sample: &str, complete: bool) -> bool {
    let start = sample.trim_start();
    if !start.starts_with('{') {
        return false;
    }
    let (line, rest) = start.split_once('\n').unwrap_or((start, ""));
    match serde_json::from_str::<Value>(line) {
        // A single object: a document when it holds a list of records.
        Ok(Value::Object(members)) if complete && rest.trim().is_empty() => !members.values().any(is_record_list),
        Ok(_) => true,
        // A broken first line, or one longer than the sample: the next line tells.
        Err(error) => {
            !error.is_eof() && rest.trim_start().starts_with('{')
                || (line.len() > 64 && rest.is_empty() && !complete && !has_early_list(line))
        }
    }
}

fn is_record_list(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
}

/// Whether a cut one-line document opens a list of objects as one of its first members.
fn has_early_list(line: &str) -> bool {
    let compact: String = line.chars().take(4096).filter(|c| !c.is_whitespace()).collect();
    compact.contains(":[{")
}

impl<R: Read + Send + 'static> Source for JsonSource<R> {
    fn run(self, sink: &mut dyn Sink) -> Result<(), TableError> {
        if !self.whole {
            return run(self.records, sink);
        }
        let headers = Arc::new(Headers { sheet: None, names: vec![Arc::from("json")] });
        if self.records.lines {
            return run_whole_lines(self.records, &headers, sink);
        }
        self.records.run(&mut |record| {
            let number = record.number;
            match record.value {
                Ok(value) => whole(number, value.to_string(), record.malformed, &headers, sink),
                Err(reason) => sink.problem(number, None, reason, record.excerpt.as_deref()),
            }
        })
    }
}

/// Lines as they stand, without parsing them: who asks for whole records parses them anyway.
fn run_whole_lines<R: Read>(
    mut records: JsonRecords<R>,
    headers: &Arc<Headers>,
    sink: &mut dyn Sink,
) -> Result<(), TableError> {
    let mut line = Line::default();
    let mut number = 0;
    while line.read(&mut records.decoder, records.limits.row_bytes)? {
        number += 1;
        let malformed = records.decoder.take_malformed_before(records.decoder.position()) > 0;
        let flow = if line.too_long {
            sink.problem(number, None, Reason::RowTooLong, Some(&line.text()))
        } else if line.bytes().trim_ascii().is_empty() {
            ControlFlow::Continue(())
        } else {
            whole(number, line.text().into_owned(), malformed, headers, sink)
        };
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

fn whole(number: u64, text: String, malformed: bool, headers: &Arc<Headers>, sink: &mut dyn Sink) -> ControlFlow<()> {
    if malformed {
        sink.problem(number, None, Reason::MalformedText, None)?;
    }
    sink.row(Row { number, headers: Arc::clone(headers), cells: vec![Cell::Text(text)] })
}

fn run<R: Read>(records: JsonRecords<R>, sink: &mut dyn Sink) -> Result<(), TableError> {
    let mut flattener =
        Flattener { headers: Arc::default(), index: Default::default(), limits: records.limits.clone() };
    records.run(&mut |record| flattener.deliver(record, sink))
}

struct Flattener {
    headers: Arc<Headers>,
    index: std::collections::HashMap<Arc<str>, usize>,
    limits: Limits,
}

impl Flattener {
    fn deliver(&mut self, record: JsonRecord, sink: &mut dyn Sink) -> ControlFlow<()> {
        let number = record.number;
        let value = match record.value {
            Ok(value) => value,
            Err(reason) => return sink.problem(number, None, reason, record.excerpt.as_deref()),
        };
        if record.malformed {
            sink.problem(number, None, Reason::MalformedText, None)?;
        }
        let Value::Object(members) = value else {
            return sink.problem(number, None, Reason::NotAnObject, Some(&value.to_string()));
        };
        let mut flat = Vec::new();
        flatten("", members, &mut flat);
        let mut cells = vec![Cell::Empty; self.headers.names.len()];
        for (name, cell) in flat {
            self.place(number, name, cell, &mut cells, sink)?;
        }
        if cells.iter().all(Cell::is_blank) {
            return ControlFlow::Continue(());
        }
        sink.row(Row { number, headers: Arc::clone(&self.headers), cells })
    }

    fn place(
        &mut self,
        number: u64,
        name: String,
        cell: Cell,
        cells: &mut Vec<Cell>,
        sink: &mut dyn Sink,
    ) -> ControlFlow<()> {
        let column = match self.index.get(name.as_str()) {
            Some(column) => *column,
            None if self.headers.names.len() >= self.limits.columns => {
                return sink.problem(number, Some(&name), Reason::TooManyColumns, Some(&cell.text()));
            }
            None => self.add_column(name),
        };
        if cell.weight() > self.limits.cell_bytes {
            let name = self.headers.name(column).into_owned();
            return sink.problem(number, Some(&name), Reason::CellTooLong, Some(&cell.text()));
        }
        if column >= cells.len() {
            cells.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
        ControlFlow::Continue(())
    }

    fn add_column(&mut self, name: String) -> usize {
        let name: Arc<str> = Arc::from(name);
        let column = self.headers.names.len();
        Arc::make_mut(&mut self.headers).names.push(Arc::clone(&name));
        self.index.insert(name, column);
        column
    }
}

fn flatten(prefix: &str, members: serde_json::Map<String, Value>, into: &mut Vec<(String, Cell)>) {
    for (key, value) in members {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Null => into.push((name, Cell::Empty)),
            Value::Bool(value) => into.push((name, Cell::Bool(value))),
            Value::Number(number) => into.push((name, Cell::Number(number.to_string()))),
            Value::String(text) if text.is_empty() => into.push((name, Cell::Empty)),
            Value::String(text) => into.push((name, Cell::Text(text))),
            Value::Array(items) if items.is_empty() => into.push((name, Cell::Empty)),
            Value::Array(items) => into.push((name, Cell::List(items.into_iter().map(item_text).collect()))),
            Value::Object(members) => flatten(&name, members, into),
        }
    }
}

fn item_text(item: Value) -> String {
    match item {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
