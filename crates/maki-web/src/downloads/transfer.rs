//! One download on its way: an export writes a temporary file as fast as the disk takes it, and a sender follows it to
//! the reader.
//!
//! Limits: few exports write at the same time and give their turn free when the file is whole, however slowly it is
//! read. Few files are being sent at the same time, each no longer than [`LONGEST`] and never to a reader who takes
//! nothing for [`STALL`]; that bounds the disk. One client has no more than [`MOST_OF_A_CLIENT`] of them. What waits
//! longer than [`TURN`] for its turn is asked to come back.
//! A transfer that breaks off ends with an error, so that no reader takes a part for the whole.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use maki_app::{AppError, Selection};
use maki_domain::{Entry, Language, View};
use maki_formats::table::write::WriteError;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::write::{Kind, Output};
use crate::error::WebError;
use crate::limits::Client;
use crate::state::WebState;

/// Exports that write at the same time.
static WRITING: Semaphore = Semaphore::const_new(4);
/// Files that are being sent at the same time.
static SENDING: Semaphore = Semaphore::const_new(16);
/// Files that are being sent to one client at the same time.
const MOST_OF_A_CLIENT: usize = 4;
/// How long the answer waits to see whether the export begins well.
const START: Duration = Duration::from_secs(10);
/// How long a download waits for its turn. Exports of a register of usual size end within seconds.
const TURN: Duration = Duration::from_secs(20);
/// A reader that takes no chunk for this long is let go.
const STALL: Duration = Duration::from_secs(60);
/// The longest transfer.
const LONGEST: Duration = Duration::from_secs(20 * 60);
/// Bytes handed to the network at once.
const CHUNK: usize = 64 * 1024;
/// Chunks that wait for the network.
const WAITING: usize = 4;
/// Entries that wait between reading and writing.
const ENTRIES: usize = 256;

/// How far the file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Written {
    length: u64,
    whole: bool,
}

#[derive(Debug, thiserror::Error)]
enum TransferError {
    #[error(transparent)]
    Read(#[from] AppError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("reading ended unexpectedly")]
    Ended,
    #[error("nobody waits for it any more")]
    Gone,
}

impl TransferError {
    /// What a visitor hears when it fails before the answer has begun.
    fn for_visitors(self) -> WebError {
        match self {
            Self::Read(error) => error.into(),
            // Most likely the disk is full, and others will have finished with it soon.
            Self::Write(WriteError::Io(error)) | Self::File(error) => WebError::Unavailable(error.to_string()),
            other => WebError::internal(other),
        }
    }
}

/// Starts an export and gives the body that sends it.
///
/// # Errors
/// [`WebError::DownloadsBusy`] when it is not its turn in time; what the export itself says when it fails at once.
pub async fn start(
    state: &WebState,
    client: Option<Client>,
    selection: Selection,
    kind: Kind,
    language: Language,
) -> Result<Body, WebError> {
    let (turn, writing) = turns(client).await?;
    let file = tempfile::tempfile().map_err(|error| TransferError::from(error).for_visitors())?;
    let file = Arc::new(file);
    let (written, mut follow) = watch::channel(Written::default());
    let (entries, received) = mpsc::channel::<Entry>(ENTRIES);
    let app = state.app.clone();
    let reading = tokio::spawn(async move { app.export(View::Public, selection, entries).await });
    let (target, failure) = (Arc::clone(&file), Arc::new(OnceLock::new()));
    let failed = Arc::clone(&failure);
    tokio::task::spawn_blocking(move || {
        let _turn = writing;
        if let Err(error) = write(received, reading, kind, language, &target, &written) {
            // That nobody waits for it is no failure, whatever it looked like here.
            if !written.is_closed() {
                tracing::warn!(%error, "an export failed");
            }
            let _ = failed.set(error.for_visitors());
        }
    });
    // An export that cannot even begin is an error page, not a download that breaks off.
    if matches!(tokio::time::timeout(START, follow.changed()).await, Ok(Err(_))) {
        return Err(failure.get().cloned().unwrap_or_else(|| WebError::internal(TransferError::Ended)));
    }
    follow.mark_changed();
    Ok(body(file, follow, turn))
}

/// What a download holds while it is sent.
struct Turn {
    _sending: SemaphorePermit<'static>,
    _share: Option<OwnedSemaphorePermit>,
}

/// Waits for the turn to be sent and the turn to write.
async fn turns(client: Option<Client>) -> Result<(Turn, SemaphorePermit<'static>), WebError> {
    let all = async {
        // The client's own turn comes first, so that what waits for it keeps nobody else waiting.
        let share = match client {
            Some(client) => Some(share_of(client).acquire_owned().await?),
            None => None,
        };
        let turn = Turn { _sending: SENDING.acquire().await?, _share: share };
        Ok::<_, tokio::sync::AcquireError>((turn, WRITING.acquire().await?))
    };
    match tokio::time::timeout(TURN, all).await {
        Ok(Ok(turns)) => Ok(turns),
        Ok(Err(_)) | Err(_) => Err(WebError::DownloadsBusy),
    }
}

/// The turns of one client.
fn share_of(client: Client) -> Arc<Semaphore> {
    static SHARES: Mutex<BTreeMap<IpAddr, Arc<Semaphore>>> = Mutex::new(BTreeMap::new());
    let mut shares = SHARES.lock().unwrap_or_else(PoisonError::into_inner);
    // Only clients who hold a turn or wait for one are remembered.
    shares.retain(|_, share| Arc::strong_count(share) > 1);
    Arc::clone(shares.entry(client.0).or_insert_with(|| Arc::new(Semaphore::new(MOST_OF_A_CLIENT))))
}

fn write(
    entries: mpsc::Receiver<Entry>,
    reading: JoinHandle<Result<(), AppError>>,
    kind: Kind,
    language: Language,
    file: &File,
    written: &watch::Sender<Written>,
) -> Result<(), TransferError> {
    let failed = Cell::new(false);
    let grown = |length| !failed.get() && written.send(Written { length, whole: false }).is_ok();
    let mut output = Output::new(kind, file, language, grown)?;
    if let Err(error) = copy(entries, reading, &mut output, written) {
        // Writers write what waits when they are dropped; nobody shall take that for a beginning.
        failed.set(true);
        return Err(error);
    }
    output.finish()?;
    written.send_replace(Written { length: file.metadata()?.len(), whole: true });
    Ok(())
}

fn copy(
    mut entries: mpsc::Receiver<Entry>,
    reading: JoinHandle<Result<(), AppError>>,
    output: &mut Output<'_>,
    written: &watch::Sender<Written>,
) -> Result<(), TransferError> {
    while let Some(entry) = entries.blocking_recv() {
        if written.is_closed() {
            return Err(TransferError::Gone);
        }
        output.entry(&entry)?;
    }
    // The entries have ended: because all were read, or because reading failed.
    Handle::current().block_on(reading).map_err(|_| TransferError::Ended)??;
    Ok(())
}

fn body(file: Arc<File>, follow: watch::Receiver<Written>, turn: Turn) -> Body {
    let (chunks, received) = mpsc::channel::<Bytes>(WAITING);
    let complete = Arc::new(AtomicBool::new(false));
    let done = Arc::clone(&complete);
    tokio::spawn(async move {
        let _turn = turn;
        let sent = tokio::time::timeout(LONGEST, send(&file, follow, &chunks)).await;
        match sent {
            Ok(Ok(())) => done.store(true, Ordering::Release),
            Ok(Err(TransferError::Gone)) => tracing::debug!("a reader left before the end"),
            Ok(Err(error)) => tracing::info!(%error, "a download broke off"),
            Err(_) => tracing::info!("a download took too long and was ended"),
        }
    });
    let stream = futures_util::stream::unfold((received, complete), |(mut received, complete)| async move {
        match received.recv().await {
            Some(chunk) => Some((Ok(chunk), (received, complete))),
            // The error is said once; then the stream has ended.
            None if !complete.swap(true, Ordering::AcqRel) => {
                Some((Err(io::Error::other("broken off")), (received, complete)))
            }
            None => None,
        }
    });
    // The layer that compresses asks once more after the end.
    Body::from_stream(stream.fuse())
}

/// Sends what is written, waits for more, and ends when the file is whole.
async fn send(
    file: &Arc<File>,
    mut follow: watch::Receiver<Written>,
    chunks: &mpsc::Sender<Bytes>,
) -> Result<(), TransferError> {
    let mut sent = 0;
    loop {
        let written = *follow.borrow_and_update();
        while sent < written.length {
            let chunk = read(Arc::clone(file), sent).await?;
            sent += chunk.len() as u64;
            match tokio::time::timeout_at(Instant::now() + STALL, chunks.send(chunk)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(TransferError::Gone),
                Err(_) => return Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        }
        if written.whole {
            return Ok(());
        }
        tokio::select! {
            changed = follow.changed() => changed.map_err(|_| TransferError::Ended)?,
            () = chunks.closed() => return Err(TransferError::Gone),
        }
    }
}

/// A piece of the file; never empty where something is written.
async fn read(file: Arc<File>, from: u64) -> io::Result<Bytes> {
    tokio::task::spawn_blocking(move || {
        let mut chunk = vec![0; CHUNK];
        let length = file.read_at(&mut chunk, from)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        chunk.truncate(length);
        Ok(Bytes::from(chunk))
    })
    .await
    .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_client_has_its_share_and_gets_it_back() {
        let client = |text: &str| Client(text.parse().unwrap());
        let take = |text: &str| share_of(client(text)).try_acquire_owned().ok();
        let mut held: Vec<_> = (0..MOST_OF_A_CLIENT).map(|_| take("192.0.2.1").unwrap()).collect();
        assert!(take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some());
        held.pop();
        assert!(take("192.0.2.1").is_some());
    }
}
