//! Opening, reloading and describing one index in one folder.
//!
//! Readers never see a half-written state: a [`Snapshot`] is one commit. [`Index::reload`] builds the derived data of
//! new segments (packed rows, orders, dictionaries of stems) and then swaps the snapshot; old snapshots live on as
//! long as somebody holds them, even when the folder is gone.
//!
//! An index can lie over another one: then it holds only the systems that its readers see otherwise than the readers
//! of the lower one, and its snapshots show the lower systems and its own as one register. What is in the upper index
//! never reaches a snapshot of the lower one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::{DirectoryLock, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::index::SegmentComponent;
use tantivy::schema::Schema;
use tantivy::store::Compressor;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Directory as _, IndexReader, ReloadPolicy};

use crate::analysis::words::WordTokenizer;
use crate::directory;
use crate::error::Error;
use crate::schema::{Fields, TOKENIZER, fingerprint, schema};
use crate::search::guarded;
use crate::segment::SharedAuthorities;
use crate::snapshot::{Snapshot, SnapshotBuilder};
use crate::writer::Writer;

/// Sizes; the defaults suit a server with two cores.
#[derive(Clone, Debug)]
pub struct IndexSettings {
    /// Memory of a [`Writer`] in bytes, all threads together; at least 15 MB per thread.
    pub writer_memory: usize,
    /// Indexing threads of a [`Writer`] that follows the log.
    pub writer_threads: usize,
    /// Memory of a bulk [`Writer`] in bytes, all threads together.
    pub bulk_memory: usize,
    /// Indexing threads of a bulk [`Writer`].
    pub bulk_threads: usize,
    /// Memory for the match sets of frequent words, in bytes.
    pub cache_memory: usize,
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self {
            writer_memory: 32_000_000,
            writer_threads: 1,
            bulk_memory: 128_000_000,
            bulk_threads: 2,
            cache_memory: 24_000_000,
        }
    }
}

/// A place in the change log of one register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Identity of the register.
    pub register_id: String,
    /// Restore epoch: a restored backup starts a new one.
    pub epoch: i64,
    /// Last change that is in the index.
    pub sequence: i64,
}

/// What is kept beside each commit.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// See [`fingerprint`].
    pub fingerprint: String,
    /// Place in the change log.
    pub position: Position,
}

/// One index in one folder. Cheap to share by reference or in an [`Arc`].
pub struct Index {
    directory: PathBuf,
    settings: IndexSettings,
    engine: tantivy::Index,
    fields: Fields,
    /// Bytes of text that indexing threads have read.
    read: Arc<AtomicU64>,
    reader: IndexReader,
    /// The index this one lies over.
    below: Option<Arc<Self>>,
    authorities: SharedAuthorities,
    builder: Mutex<SnapshotBuilder>,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Bytes of the files of the visible commit.
    lengths: Mutex<HashMap<PathBuf, u64>>,
}

impl Index {
    /// Opens the index of a folder, or creates it when the folder is missing or empty.
    ///
    /// # Errors
    /// [`Error::Outdated`] or [`Error::Corrupt`] when it must be built anew with [`Index::create`]; [`Error::Locked`] when
    /// somebody else creates it just now.
    pub fn open(directory: &Path, settings: IndexSettings) -> Result<Self, Error> {
        Self::open_in(directory, settings, None)
    }

    /// Opens or creates an index that lies over another one. Before its first [`Index::reload`] its snapshot shows
    /// only what it holds itself.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn open_over(directory: &Path, settings: IndexSettings, below: &Arc<Self>) -> Result<Self, Error> {
        Self::open_in(directory, settings, Some(Arc::clone(below)))
    }

    fn open_in(directory: &Path, settings: IndexSettings, below: Option<Arc<Self>>) -> Result<Self, Error> {
        // Damaged bytes can make the engine panic; that is damage and no more.
        guarded(|| Self::open_unguarded(directory, settings, below))
    }

    fn open_unguarded(directory: &Path, settings: IndexSettings, below: Option<Arc<Self>>) -> Result<Self, Error> {
        let exists = || directory.join("meta.json").exists();
        if !exists() {
            let lock = lock(directory)?;
            // Somebody else may have created it before the lock was ours.
            if !exists() {
                return Self::create_in(directory, settings, below, &lock);
            }
        }
        let (schema, fields) = schema();
        let engine = directory::open_engine(directory)?;
        if engine.schema() != schema {
            return Err(Error::Outdated(directory.to_owned()));
        }
        Self::with_engine(directory, settings, engine, fields, below)
    }

    /// Throws away the index the folder holds, in whatever state it is, and creates an empty one. Other files stay.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody writes to it, with nothing thrown away; or when the folder cannot be written.
    pub fn create(directory: &Path, settings: IndexSettings) -> Result<Self, Error> {
        Self::create_in(directory, settings, None, &lock(directory)?)
    }

    /// [`Index::create`] of an index that lies over another one.
    ///
    /// # Errors
    /// As [`Index::create`].
    pub fn create_over(directory: &Path, settings: IndexSettings, below: &Arc<Self>) -> Result<Self, Error> {
        Self::create_in(directory, settings, Some(Arc::clone(below)), &lock(directory)?)
    }

    /// The lock proves that nobody writes to what is thrown away.
    fn create_in(
        directory: &Path,
        settings: IndexSettings,
        below: Option<Arc<Self>>,
        _lock: &DirectoryLock,
    ) -> Result<Self, Error> {
        remove_engine_files(directory).map_err(|error| Error::Engine(error.to_string()))?;
        let (schema, fields) = schema();
        let engine = create_engine(directory, schema)?;
        Self::with_engine(directory, settings, engine, fields, below)
    }

    fn with_engine(
        directory: &Path,
        settings: IndexSettings,
        engine: tantivy::Index,
        fields: Fields,
        below: Option<Arc<Self>>,
    ) -> Result<Self, Error> {
        let read = Arc::new(AtomicU64::new(0));
        engine.tokenizers().register(TOKENIZER, TextAnalyzer::from(WordTokenizer::counting(Arc::clone(&read))));
        check_fingerprint(directory, &engine)?;
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let authorities = below.as_ref().map_or_else(SharedAuthorities::default, |b| Arc::clone(&b.authorities));
        let mut builder = SnapshotBuilder::new(directory, fields, settings.cache_memory, Arc::clone(&authorities));
        let position = read_payload(&engine)?.map(|payload| payload.position);
        let snapshot = builder.build(reader.searcher(), position, None)?;
        Ok(Self {
            directory: directory.to_owned(),
            settings,
            engine,
            fields,
            read,
            reader,
            below,
            authorities,
            builder: Mutex::new(builder),
            snapshot: RwLock::new(Arc::new(snapshot)),
            lengths: Mutex::default(),
        })
    }

    /// The index this one lies over.
    #[must_use]
    pub const fn below(&self) -> Option<&Arc<Self>> {
        self.below.as_ref()
    }

    /// The folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A writer that replaces and removes single systems. One at a time, over all processes.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody else writes.
    pub fn writer(&self) -> Result<Writer, Error> {
        let Self { engine, fields, settings, read, .. } = self;
        Writer::new(engine, *fields, Arc::clone(read), (settings.writer_memory, settings.writer_threads), false)
    }

    /// A writer for building anew: it starts from nothing and expects every system once. What was there stays
    /// visible until its first commit.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody else writes.
    pub fn bulk_writer(&self) -> Result<Writer, Error> {
        let Self { engine, fields, settings, read, .. } = self;
        Writer::new(engine, *fields, Arc::clone(read), (settings.bulk_memory, settings.bulk_threads), true)
    }

    /// Place in the change log of the last commit, read from the folder.
    ///
    /// # Errors
    /// When the folder is damaged.
    pub fn position(&self) -> Result<Option<Position>, Error> {
        Ok(read_payload(&self.engine)?.map(|payload| payload.position))
    }

    /// Makes the last commit visible, also that of the index below. Returns at once when nothing is new.
    ///
    /// # Errors
    /// When the folder is damaged; the old snapshot stays in use.
    pub fn reload(&self) -> Result<(), Error> {
        if let Some(below) = &self.below {
            below.reload()?;
        }
        let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
        self.reader.reload()?;
        let position = self.position()?;
        let searcher = self.reader.searcher();
        let current = self.snapshot();
        let below = self.below.as_ref().map(|below| below.snapshot());
        if current.is_same(&searcher, below.as_ref()) && current.position() == position.as_ref() {
            return Ok(());
        }
        let snapshot = Arc::new(guarded(|| builder.build(searcher, position, below))?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }

    /// The commit that is visible now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether the folder still holds all files of the visible commit as long as they were when they were seen
    /// first; cheap enough for every few seconds. Files of an index never change: a shorter one must not be read, or
    /// the process ends.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it must be built anew.
    pub fn check(&self) -> Result<(), Error> {
        let mut lengths = self.lengths.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = HashMap::with_capacity(lengths.len());
        for segment in &self.engine.load_metas()?.segments {
            let deletions = segment.has_deletes().then_some(SegmentComponent::Delete);
            for component in SEGMENT_FILES.into_iter().chain(deletions) {
                let file = segment.relative_path(component);
                let Ok(found) = std::fs::metadata(self.directory.join(&file)) else {
                    return Err(Error::Corrupt(format!("{} is missing", file.display())));
                };
                let known = lengths.get(&file).copied().unwrap_or(found.len());
                if known != found.len() {
                    return Err(Error::Corrupt(format!("{} has changed", file.display())));
                }
                seen.insert(file, known);
            }
        }
        *lengths = seen;
        Ok(())
    }

    /// Reads every file and compares checksums; for `maki verify`.
    ///
    /// # Errors
    /// [`Error::Corrupt`] naming the damaged files.
    pub fn verify(&self) -> Result<(), Error> {
        self.check()?;
        // Opened anew, because this engine may still have mapped a file that is another one now.
        let damaged = guarded(|| Ok(directory::open_engine(&self.directory)?.validate_checksum()?))?;
        if damaged.is_empty() { Ok(()) } else { Err(Error::Corrupt(format!("wrong checksums: {damaged:?}"))) }
    }
}

/// What every segment has on disk.
const SEGMENT_FILES: [SegmentComponent; 6] = [
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::FastFields,
    SegmentComponent::FieldNorms,
    SegmentComponent::Terms,
    SegmentComponent::Store,
];

/// Takes the lock that a [`Writer`] takes, in a folder that is made when it is missing.
fn lock(directory: &Path) -> Result<DirectoryLock, Error> {
    std::fs::create_dir_all(directory).map_err(|error| Error::Engine(error.to_string()))?;
    let mapped = MmapDirectory::open(directory).map_err(tantivy::TantivyError::from)?;
    let taken = mapped.acquire_lock(&INDEX_WRITER_LOCK);
    Ok(taken.map_err(|error| tantivy::TantivyError::LockFailure(error, None))?)
}

/// Removes the files of an index but not the lock files, which another process may hold.
fn remove_engine_files(directory: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        let of_segment = stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
        if of_segment || name == "meta.json" || name == ".managed.json" {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn create_engine(directory: &Path, schema: Schema) -> Result<tantivy::Index, Error> {
    let settings = tantivy::IndexSettings {
        docstore_compression: Compressor::Lz4,
        docstore_blocksize: 4_096,
        ..tantivy::IndexSettings::default()
    };
    let mapped = MmapDirectory::open(directory).map_err(tantivy::TantivyError::from)?;
    Ok(tantivy::Index::create(mapped, schema, settings)?)
}

fn read_payload(engine: &tantivy::Index) -> Result<Option<Payload>, Error> {
    let Some(payload) = engine.load_metas()?.payload else { return Ok(None) };
    serde_json::from_str(&payload).map(Some).map_err(|error| Error::Corrupt(format!("commit payload: {error}")))
}

fn check_fingerprint(directory: &Path, engine: &tantivy::Index) -> Result<(), Error> {
    match read_payload(engine)? {
        Some(payload) if payload.fingerprint != fingerprint() => Err(Error::Outdated(directory.to_owned())),
        _ => Ok(()),
    }
}
