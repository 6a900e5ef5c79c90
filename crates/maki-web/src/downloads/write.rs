//! Entries into a file, in the format of a download.

use std::fs::File;
use std::io::Write;

use maki_domain::{Entry, Language};
use maki_formats::export::{Format, Options, Writer};
use maki_formats::table::write::WriteError;

/// Bytes handed to the file at once.
const CHUNK: usize = 256 * 1024;

/// Format of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One that `maki export` writes too.
    Own(Format),
    /// One array of the entries that JSON Lines have line by line, for programs that read a whole file.
    Json,
}

impl Kind {
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Own(format) => format.media_type(),
            Self::Json => "application/json",
        }
    }
}

/// A file as it grows; `grown` hears its length after each piece. XLSX needs the file itself and tells at the end.
pub struct Output<'a> {
    writer: Inner<'a>,
}

enum Inner<'a> {
    Own(Writer<'a>),
    Json(JsonArray<'a>),
}

struct JsonArray<'a> {
    sink: Box<dyn Write + 'a>,
    empty: bool,
}

impl<'a> Output<'a> {
    /// # Errors
    /// When the file cannot be written.
    pub fn new(
        kind: Kind,
        file: &File,
        language: Language,
        grown: impl FnMut(u64) -> bool + 'a,
    ) -> Result<Self, WriteError> {
        let options = Options { language: Some(language), public_columns: true, ..Options::default() };
        let file = file.try_clone()?;
        let writer = match kind {
            // A workbook is complete only at its end.
            Kind::Own(Format::Xlsx) => Inner::Own(Writer::xlsx(file, options)?),
            Kind::Own(Format::Csv) => Inner::Own(Writer::csv(growing(file, grown), options)?),
            Kind::Own(Format::JsonLines) => Inner::Own(Writer::json_lines(growing(file, grown))),
            Kind::Json => Inner::Json(JsonArray { sink: Box::new(growing(file, grown)), empty: true }),
        };
        Ok(Self { writer })
    }

    /// # Errors
    /// When the file cannot be written, or nobody wants it any more.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), WriteError> {
        match &mut self.writer {
            Inner::Own(writer) => writer.entry(entry),
            Inner::Json(array) => {
                array.sink.write_all(if array.empty { b"[\n" } else { b",\n" })?;
                array.empty = false;
                let line = serde_json::to_vec(entry).map_err(std::io::Error::from)?;
                Ok(array.sink.write_all(&line)?)
            }
        }
    }

    /// # Errors
    /// As [`Self::entry`].
    pub fn finish(self) -> Result<(), WriteError> {
        match self.writer {
            Inner::Own(writer) => writer.finish().map(drop),
            Inner::Json(mut array) => {
                array.sink.write_all(if array.empty { b"[]\n" } else { b"\n]\n" })?;
                Ok(array.sink.flush()?)
            }
        }
    }
}

fn growing<'a>(file: File, grown: impl FnMut(u64) -> bool + 'a) -> Growing<'a> {
    Growing { file, waiting: Vec::with_capacity(CHUNK), length: 0, grown: Box::new(grown) }
}

/// Collects pieces for the file and tells of each.
struct Growing<'a> {
    file: File,
    waiting: Vec<u8>,
    length: u64,
    /// False when nobody wants the rest.
    grown: Box<dyn FnMut(u64) -> bool + 'a>,
}

impl Write for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.write_all(&self.waiting)?;
        self.length += self.waiting.len() as u64;
        self.waiting.clear();
        if (self.grown)(self.length) { Ok(()) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
    }
}
