//! The iterator over a file's rows: a parser in its own thread, a bounded channel, batches.
//!
//! Parsers push rows into a [`Sink`]; that lets each use its library's natural form (callbacks, borrowing readers).
//! The channel bounds memory, overlaps parsing with the work of the consumer, and turns a crash of a parser into an
//! error. Dropping the [`Table`] stops the parser at its next batch.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::{Item, Progress, RowProblem, TableError, TableInfo};
use super::{Reason, Row};

const BATCH_ITEMS: usize = 128;
const BATCH_BYTES: usize = 256 * 1024;
const BATCHES_WAITING: usize = 4;

/// Receives what a parser finds. `Break` means that nobody wants more.
pub(super) trait Sink {
    fn push(&mut self, item: Item) -> ControlFlow<()>;

    fn row(&mut self, row: Row) -> ControlFlow<()> {
        self.push(Item::Row(row))
    }

    fn problem(&mut self, row: u64, field: Option<&str>, reason: Reason, value: Option<&str>) -> ControlFlow<()> {
        self.push(Item::Problem(match field {
            Some(field) => RowProblem::cell(row, field, reason, value),
            None => RowProblem::row(row, reason, value),
        }))
    }
}

/// A prepared file that can be read once.
pub(super) trait Source: Send + 'static {
    fn run(self, sink: &mut dyn Sink) -> Result<(), TableError>;
}

/// An opened file: an iterator over its rows and row problems. After an `Err` it ends.
#[derive(Debug)]
pub struct Table {
    info: TableInfo,
    progress: Arc<Progress>,
    receiver: Option<Receiver<Vec<Item>>>,
    batch: std::vec::IntoIter<Item>,
    worker: Option<JoinHandle<Result<(), TableError>>>,
}

impl Table {
    pub(super) fn start<S: Source>(source: S, info: TableInfo, progress: Arc<Progress>) -> Result<Self, TableError> {
        let (sender, receiver) = sync_channel(BATCHES_WAITING);
        let worker = std::thread::Builder::new().name("maki-table".to_owned()).spawn(move || {
            let mut batcher = Batcher { sender, items: Vec::new(), bytes: 0 };
            let result = source.run(&mut batcher);
            // What came before an error is delivered before the error.
            let _stopped = batcher.flush();
            result
        })?;
        let batch = Vec::new().into_iter();
        Ok(Self { info, progress, receiver: Some(receiver), batch, worker: Some(worker) })
    }

    /// What was found out about the file.
    #[must_use]
    pub fn info(&self) -> &TableInfo {
        &self.info
    }

    /// How far reading is.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    fn finish(&mut self) -> Option<Result<Item, TableError>> {
        self.receiver = None;
        match self.worker.take()?.join() {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Err(error)),
            Err(_panic) => Some(Err(TableError::Crashed)),
        }
    }
}

impl Iterator for Table {
    type Item = Result<Item, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.batch.next() {
                return Some(Ok(item));
            }
            match self.receiver.as_ref().map(Receiver::recv) {
                Some(Ok(items)) => self.batch = items.into_iter(),
                Some(Err(_)) | None => return self.finish(),
            }
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.receiver = None;
        if let Some(worker) = self.worker.take() {
            let _result = worker.join();
        }
    }
}

struct Batcher {
    sender: SyncSender<Vec<Item>>,
    items: Vec<Item>,
    bytes: usize,
}

impl Batcher {
    fn flush(&mut self) -> ControlFlow<()> {
        self.bytes = 0;
        if self.items.is_empty() {
            return ControlFlow::Continue(());
        }
        match self.sender.send(std::mem::take(&mut self.items)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Sink for Batcher {
    fn push(&mut self, item: Item) -> ControlFlow<()> {
        self.bytes += match &item {
            Item::Row(row) => row.weight(),
            Item::Problem(_) => 256,
        };
        self.items.push(item);
        if self.items.len() >= BATCH_ITEMS || self.bytes >= BATCH_BYTES {
            return self.flush();
        }
        ControlFlow::Continue(())
    }
}

/// Collects the first rows only; used to look at a file before reading it.
pub(super) struct FirstRows {
    pub rows: Vec<Row>,
    pub most: usize,
}

impl Sink for FirstRows {
    fn push(&mut self, item: Item) -> ControlFlow<()> {
        if let Item::Row(row) = item {
            self.rows.push(row);
        }
        if self.rows.len() >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
